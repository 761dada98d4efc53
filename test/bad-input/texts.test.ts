import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Answer, type TestSpine, testSpine } from '../support/server.ts';
import { assertRefused, changesNothing, inBatches } from './checks.ts';
import { AMEND, CLAIM_AMEND, type Kind, KINDS, newFacts, sendAs } from './kinds.ts';
import { RELEASE_NOMINATED, WITHDRAW } from './kinds.ts';

// Shows: Bad input | control characters, markup and over-long text in any text: an answer, never a fault

const spine = testSpine();

const AT_ONCE = 16;

/** What breaks a text that is put together without care. */
const TEXTS: readonly string[] = [
  'a\u0000b',
  '\u0007\u001b[31m\u007f',
  ']]></text><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;"\'',
  '\ud800 half a pair',
  'x'.repeat(70_000),
];

/** What is kept of a refused message, as somebody may have sent it before its prescription came. */
const LOOKED_UP = [
  'R-0008',
  'RESOURCE_NOT_FOUND',
  'PRESCRIPTION_NOT_FOUND',
  'NO_MORE_PRESCRIPTIONS',
];

type Place = { readonly place: number; readonly text: string };

describe('a text that is unlike any that is meant', () => {
  for (const kind of KINDS) {
    describe(kind.name, () => {
      // Each its own: what was accepted would make the digests of the next one slow.
      const own = testSpine();
      test('gets an answer wherever it stands, and a refused one changes nothing', async () => {
        const places = placesOf(kind);
        const answers = await inBatches(places, AT_ONCE, (one) => answered(own(), kind, one));
        const refused = places.filter((_, n) => isOfMessage(answers[n]));
        assert.ok(refused.length > 5);
        await changesNothing(own(), () =>
          inBatches(refused, AT_ONCE, async (one) =>
            assertRefused(await answered(own(), kind, one), 400),
          ),
        );
      });
    });
  }

  test('changes nothing where it is the id of a prescription', () =>
    changesNothing(spine(), async () => {
      for (const kind of KINDS.filter((one) => one !== RELEASE_NOMINATED)) {
        for (const shortFormId of TEXTS) {
          const facts = newFacts({ shortFormId });
          assertRefused(await sendAs(spine(), kind, kind.build(facts)), 400);
        }
      }
    }));
});

/** Each text at each place; of messages that look like another, one text at each place, in turn. */
function placesOf(kind: Kind): Place[] {
  const count = textsOf(kind.build(newFacts())).length;
  assert.ok(count > 5);
  const isLikeAnother = [RELEASE_NOMINATED, AMEND, WITHDRAW, CLAIM_AMEND].includes(kind);
  return Array.from({ length: count }, (_, place) =>
    TEXTS.filter((_text, n) => !isLikeAnother || n === place % TEXTS.length).map((text) => ({
      place,
      text,
    })),
  ).flat();
}

/** The text at one place, of a prescription that nobody knows. */
async function answered(on: TestSpine, kind: Kind, { place, text }: Place): Promise<Answer> {
  const message = kind.build(newFacts());
  const at = textsOf(message)[place];
  assert.ok(at);
  const [node, name] = at;
  node[name] = text;
  const answer = await sendAs(on, kind, message);
  if (answer.status !== 200) assertRefused(answer, 400);
  return answer;
}

/** Refused for what it says, and not for what is known of a prescription. */
function isOfMessage(answer: Answer | undefined): boolean {
  if (answer === undefined || answer.status === 200) return false;
  const [coding] = answer.body.issue[0].details?.coding ?? [];
  return !LOOKED_UP.includes(coding?.code);
}

type Node = Record<string, unknown>;

function textsOf(node: object): (readonly [node: Node, name: string])[] {
  const members = node as Node;
  return Object.entries(members).flatMap(([name, value]) => {
    if (typeof value === 'string') return [[members, name] as const];
    return typeof value === 'object' && value !== null ? textsOf(value) : [];
  });
}

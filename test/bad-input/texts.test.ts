import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { testSpine } from '../support/server.ts';
import { assertRefused, changesNothing, inBatches } from './checks.ts';
import { type Kind, KINDS, newFacts, RELEASE_NOMINATED, sendAs } from './kinds.ts';

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

describe('a text that is unlike any that is meant', () => {
  for (const kind of KINDS) {
    test(`gets an answer wherever it stands: ${kind.name}`, async () => {
      const count = textsOf(kind.build(newFacts())).length;
      assert.ok(count > 5);
      const places = Array.from({ length: count }, (_, place) => place);
      await inBatches(places, AT_ONCE, (place) => isAnswered(kind, place));
    });
  }

  test('changes nothing where it is the id of a prescription', () =>
    changesNothing(spine(), async () => {
      for (const kind of KINDS.filter((one) => one !== RELEASE_NOMINATED)) {
        for (const text of TEXTS) {
          const facts = newFacts({ shortFormId: text });
          assertRefused(await sendAs(spine(), kind, kind.build(facts)), 400);
        }
      }
    }));
});

/** Every text in turn at one place, of a prescription that nobody knows. */
async function isAnswered(kind: Kind, place: number): Promise<void> {
  const message = kind.build(newFacts());
  const at = textsOf(message)[place];
  assert.ok(at);
  const [node, name] = at;
  node[name] = TEXTS[place % TEXTS.length] ?? '';
  const answer = await sendAs(spine(), kind, message);
  if (answer.status !== 200) assertRefused(answer, 400, 403);
}

type Node = Record<string, unknown>;

function textsOf(node: object): (readonly [node: Node, name: string])[] {
  const members = node as Node;
  return Object.entries(members).flatMap(([name, value]) => {
    if (typeof value === 'string') return [[members, name] as const];
    return typeof value === 'object' && value !== null ? textsOf(value) : [];
  });
}

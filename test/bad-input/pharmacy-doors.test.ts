import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Answer, LEGACY, testSpine } from '../support/server.ts';
import { assertRefused, inBatches } from './checks.ts';
import {
  CANCEL,
  CLAIM,
  DISPENSE,
  type Kind,
  newFacts,
  prepared,
  RELEASE_PATIENT,
  RETURN,
  sendAs,
  WITHDRAW,
} from './kinds.ts';
import { type Mutation, mutated, mutationsOf } from './mutations.ts';

// Shows: Bad input | a pharmacy's message with anything missing, doubled or empty: $convert and the door refuse it alike

const spine = testSpine();

const AT_ONCE = 8;
const CASES_MIN = 30;
// A cancel request comes last: it is kept for the prescription that nobody knows yet.
const KINDS: readonly Kind[] = [RELEASE_PATIENT, RETURN, WITHDRAW, DISPENSE, CLAIM, CANCEL];

/** A prescription that nobody knows: whatever can be carried over is refused by Spine. */
const BASE = newFacts({ nominated: null });

/** What Spine says of a message that could be carried over: nobody knows the prescription of this one. */
function assertBySpine({ body, status, text }: Answer, name: string): void {
  assert.equal(status, 400, name);
  const [{ severity, code, details }] = body.issue;
  const isUnknown = code === 'not-found';
  const answered = ['FAILURE_TO_PROCESS_MESSAGE', 'R-5000'];
  const isUnprocessable = answered.includes(details?.coding[0].code);
  assert.ok(severity === 'error' && (isUnknown || isUnprocessable), `${name}: ${text}`);
}

type Count = { refused: number; bySpine: number };

/** Without the id that it asks for, a release is one of what is nominated: another good message. */
const NOMINATED = 'Parameters.parameter(group-identifier) removed';

async function agree(kind: Kind, mutation: Mutation, count: Count): Promise<void> {
  const what = `${mutation.path} ${mutation.change}`;
  if (kind === RELEASE_PATIENT && what === NOMINATED) return;
  const message = mutated(structuredClone(kind.build(BASE)), mutation);
  const converted = await convert(kind, message);
  const sent = await sendAs(spine(), kind, message);
  const name = `${kind.name}, ${what}: ${converted.text.slice(0, SHOWN)}`;
  if (converted.status === 200) {
    assertBySpine(sent, name);
    count.bySpine += 1;
    return;
  }
  assertRefused(converted, 400);
  assert.equal(sent.status, converted.status, `${name}: ${sent.text}`);
  assert.deepEqual(sent.body.issue, converted.body.issue, name);
  count.refused += 1;
}

const SHOWN = 500;

function convert({ as }: Kind, body: object): Promise<Answer> {
  return spine().call(`${LEGACY}/$convert`, { as, body });
}

describe('a pharmacy’s message', () => {
  for (const kind of KINDS) {
    test(`of the kind ${kind.name} is taken, and can be converted`, async () => {
      const message = kind.build(await prepared(spine(), kind));
      const converted = await convert(kind, message);
      assert.equal(converted.status, 200, converted.text);
      const sent = await sendAs(spine(), kind, message);
      assert.equal(sent.status, 200, sent.text);
    });

    test(`of the kind ${kind.name} with something missing, doubled or empty is told alike`, async () => {
      const count: Count = { refused: 0, bySpine: 0 };
      const mutations = mutationsOf(kind.build(BASE), 0);
      await inBatches(mutations, AT_ONCE, (mutation) => agree(kind, mutation, count));
      assert.ok(count.refused > CASES_MIN && count.bySpine > CASES_MIN, JSON.stringify(count));
    });
  }
});

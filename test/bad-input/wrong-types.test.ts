import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { checkStructure } from '../../src/gateways/fhir/structure/index.ts';
import { testSpine } from '../support/server.ts';
import { assertRefused, changesNothing, inBatches } from './checks.ts';
import { messageCount, standing, stateDigest } from './checks.ts';
import { AMEND, CANCEL, CLAIM_AMEND, type Kind, KINDS, ORDER, prepared, sendAs } from './kinds.ts';
import { RELEASE_NOMINATED, RELEASE_PATIENT, WITHDRAW } from './kinds.ts';
import { type Mutation, mutated, mutationsOf } from './mutations.ts';
import { makesAnotherMessage, toleratedBecause } from './tolerated.ts';

// Shows: Bad input | every element wrong, missing, doubled or empty: refused in the contract's form, nothing changed

const spine = testSpine();

const CASES_MIN = 1_000;
const AT_ONCE = 16;

const counts = { refused: 0, tolerated: 0 };

describe('a message that is changed in one place', () => {
  for (const kind of KINDS) {
    test(`is refused and changes nothing where the contract wants it otherwise: ${kind.name}`, () =>
      changesNothingWhereRefused(kind));
    test(`does what it was to do where the contract does not look: ${kind.name}`, () =>
      doesTheSame(kind));
  }

  test('asks for what is nominated when a release loses its id, and gets nothing else', async () => {
    const facts = await prepared(spine(), RELEASE_PATIENT);
    const message = RELEASE_PATIENT.build(facts);
    const [mutation] = mutationsOf(message).filter((one) =>
      makesAnotherMessage(RELEASE_PATIENT, one),
    );
    assert.ok(mutation);
    const answer = await sendAs(spine(), RELEASE_PATIENT, mutated(message, mutation));
    assert.equal(answer.body.issue[0].details.coding[0].code, 'NO_MORE_PRESCRIPTIONS');
    assert.equal((await standing(spine().database, facts.shortFormId))?.status, '0001');
  });

  for (const [kind, code] of [
    [AMEND, 'PRESCRIPTION_INVALID_STATE_TRANSITION'],
    [CLAIM_AMEND, 'ERROR'], // 0011, which the list of FHIR has no code for [EPS-HL7V3 8],
  ] as const) {
    test(`tells a second time when it loses what it amends, and is refused: ${kind.name}`, async () => {
      const facts = await prepared(spine(), kind);
      const others = mutationsOf(kind.build(facts)).filter((one) => makesAnotherMessage(kind, one));
      assert.ok(others.length > 0);
      const before = await stateDigest(spine().database);
      for (const mutation of others) {
        const answer = await sendAs(spine(), kind, mutated(kind.build(facts), mutation));
        assertRefused(answer, 400);
        assert.equal(answer.body.issue[0].details.coding[0].code, code);
      }
      assert.equal(await stateDigest(spine().database), before);
    });
  }

  test(`is tried in at least ${CASES_MIN} ways`, () => {
    assert.ok(counts.refused + counts.tolerated >= CASES_MIN);
  });

  after(() => {
    const { refused, tolerated } = counts;
    console.log(
      `bad input: ${refused + tolerated} cases, ${refused} refused, ${tolerated} tolerated`,
    );
  });
});

async function changesNothingWhereRefused(kind: Kind): Promise<void> {
  const facts = await prepared(spine(), kind);
  const message = kind.build(facts);
  const wrong = mutationsOf(message, typesAtEachPlace(kind)).filter(
    (one) => !isTolerated(kind, message, one) && !makesAnotherMessage(kind, one),
  );
  const accepted: string[] = [];
  await changesNothing(spine(), () =>
    inBatches(wrong, AT_ONCE, async (mutation) => {
      const answer = await sendAs(spine(), kind, mutated(kind.build(facts), mutation));
      if (answer.status === 200) accepted.push(`${mutation.path} ${mutation.change}`);
      else assertRefused(answer, 400, 403);
    }),
  ).finally(() => assert.deepEqual(accepted, []));
  counts.refused += wrong.length;
}

async function doesTheSame(kind: Kind): Promise<void> {
  const sample = await prepared(spine(), kind);
  const message = kind.build(sample);
  const harmless = mutationsOf(message).filter(
    (one) => isTolerated(kind, message, one) && !makesAnotherMessage(kind, one),
  );
  if (kind === RELEASE_NOMINATED) await sendAs(spine(), kind, kind.build(sample));
  // The queue of a pharmacy is one: what is nominated to it is asked for one after the other.
  const atOnce = kind === RELEASE_NOMINATED ? 1 : AT_ONCE / 2;
  const before = await messageCount(spine().database);
  const refused = await inBatches(harmless, atOnce, (mutation) => doneAll(kind, mutation));
  assert.deepEqual(
    refused.filter((text) => text !== null),
    [],
  );
  const released = kind === ORDER ? 1 : 0;
  const each = kind.after.length + 1 + released;
  assert.equal(await messageCount(spine().database), before + harmless.length * each);
  counts.tolerated += harmless.length;
}

/** In turn, for the time it takes: the structure check alone is tried with all of them at all places. */
function typesAtEachPlace(kind: Kind): number {
  if (kind === ORDER) return Infinity;
  const looksLikeAnother = [CANCEL, RELEASE_NOMINATED, AMEND, WITHDRAW, CLAIM_AMEND].includes(kind);
  return looksLikeAnother ? 1 : 2;
}

/** Null, or what went otherwise than with the message unchanged. */
async function doneAll(kind: Kind, mutation: Mutation): Promise<string | null> {
  const facts = await prepared(spine(), kind);
  const answer = await sendAs(spine(), kind, mutated(kind.build(facts), mutation));
  const name = `${mutation.path} ${mutation.change}`;
  if (answer.status !== 200) return `${name}: ${answer.status}`;
  const { database } = spine();
  assert.deepEqual(
    await standing(database, facts.shortFormId),
    { status: kind.leaves, messages: kind.after.length + 1 },
    name,
  );
  if (kind === ORDER) {
    const released = await sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(facts));
    assert.equal(released.body.parameter[0].resource.total, 1, `${name}: ${released.text}`);
    assertWhole(released.body.parameter[0].resource.entry[0].resource, name);
  }
  return null;
}

/** A pharmacy can read off what to give to whom, and who wants it. */
function assertWhole(prescription: { entry: { resource: unknown }[] }, name: string): void {
  const text = JSON.stringify(prescription);
  for (const needed of [
    /"resourceType":"MedicationRequest"/,
    /"medicationCodeableConcept":\{"coding":\[\{[^\]]*"code":"\d+"/,
    /"dosageInstruction":\[\{"text":"[^"]+"/,
    /"quantity":\{"value":\d+/,
    /"system":"https:\/\/fhir.nhs.uk\/Id\/nhs-number","value":"\d{10}"/,
    /"system":"https:\/\/fhir.nhs.uk\/Id\/ods-organization-code","value":"A83008"/,
    /"resourceType":"Practitioner","identifier":\[\{/,
    /"resourceType":"Provenance"/,
  ]) {
    assert.match(text, needed, name);
  }
}

/** What breaks FHIR itself is refused wherever it is. */
function isTolerated(kind: Kind, message: object, mutation: Mutation): boolean {
  if (toleratedBecause(kind, mutation) === null) return false;
  return checkStructure(mutated(structuredClone(message), mutation)).length === 0;
}

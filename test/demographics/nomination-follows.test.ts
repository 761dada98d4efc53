// Shows: Prescriptions and patients | issues of repeat dispensing that nobody has yet follow the patient's nomination; all else stays where it was sent
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import pg from 'pg';

import { keepTestPatients } from '../../src/local/patient-records.ts';
import { type Patient, PATIENTS } from '../../src/local/patients.ts';
import { PERSONAS, type Person } from '../../src/local/personas.ts';
import { sql } from '../../src/platform/sql.ts';
import {
  DISPENSE,
  type Facts,
  newFacts,
  ORDER,
  RELEASE_PATIENT,
  RETURN,
  sendAs,
} from '../bad-input/kinds.ts';
import { assertInvariants } from '../nothing-lost/invariants.ts';
import { allBy } from '../nothing-lost/rows.ts';
import { nominatedRelease, releasedIds } from '../support/journey.ts';
import { numbered, repeatDispensing } from '../support/repeat-dispensing.ts';
import type { Answer } from '../support/server.ts';
import { followed, nominate } from './nominating.ts';
import { testPds } from './spine.ts';

const pds = testPds();
const A = PERSONAS.dispenser;
const B = PERSONAS.otherDispenser;
const [ODS_A, ODS_B] = [A.organisation.ods, B.organisation.ods];
const NOW = new Date('2025-03-03T10:00:00Z');

async function accepted(send: Promise<Answer>): Promise<Answer> {
  const answer = await send;
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

async function repeat(patient: Patient, nominated: string | null = ODS_A): Promise<Facts> {
  const facts = newFacts({ course: 'repeat', patient, nominated, authoredAt: NOW });
  await accepted(sendAs(pds(), ORDER, repeatDispensing(ORDER.build(facts))));
  return facts;
}

async function moves(patient: Patient, ods: string | null): Promise<void> {
  await accepted(nominate(pds(), patient.nhsNumber, ['P1', ods]));
  await followed(pds().database);
}

/** What a pharmacy is given that asks for what is nominated to it. */
async function given(dispenser: Person): Promise<string[]> {
  const answer = await accepted(nominatedRelease(pds(), dispenser));
  return releasedIds(answer).toSorted();
}

function keyOf({ shortFormId }: Facts): string {
  return shortFormId.slice(0, -1);
}

/** Where it waits, and how often it came there. */
async function waitsAt(facts: Facts): Promise<object[]> {
  return pds().database.all(sql`
    select organisation, entry::int from prescriptions.download_queue
    where prescription_id = ${keyOf(facts)} and left_at is null`);
}

describe('a change of nomination', () => {
  before(async () => {
    await keepTestPatients(pds().database);
    await pds().setClock('2025-03-03T12:00:00Z');
  });

  test('moves what waits of repeat dispensing, and nothing else', async () => {
    const patient = PATIENTS.adult;
    const one = await repeat(patient);
    const acute = newFacts({ patient, authoredAt: NOW });
    const elsewhere = await repeat(patient, 'FXX99');
    await accepted(sendAs(pds(), ORDER, ORDER.build(acute)));
    await moves(patient, ODS_B);
    assert.deepEqual(await waitsAt(one), [{ organisation: ODS_B, entry: 1 }]);
    assert.deepEqual(await waitsAt(elsewhere), [{ organisation: 'FXX99', entry: 1 }]);
    assert.deepEqual(await given(A), [acute.shortFormId]);
    assert.deepEqual(await given(B), [one.shortFormId]);
  });

  test('and back again brings it back, once, in the name of who did it', async () => {
    const patient = PATIENTS.older;
    const one = await repeat(patient);
    await moves(patient, ODS_B);
    await moves(patient, ODS_A);
    assert.deepEqual(await waitsAt(one), [{ organisation: ODS_A, entry: 2 }]);
    assert.deepEqual(await given(B), []);
    assert.deepEqual(await given(A), [one.shortFormId]);
    assert.deepEqual(await given(A), []);
    const [stay] = await pds().database.all(sql`
      select renominated_by as by from prescriptions.download_queue
      where prescription_id = ${keyOf(one)} and entry = 2`);
    assert.deepEqual(stay, { by: '656005750107' });
  });

  test('that ends it leaves the prescription to who has its id, until there is another', async () => {
    const patient = PATIENTS.apostrophe;
    const [one, other] = [await repeat(patient), await repeat(patient)];
    await moves(patient, null);
    assert.deepEqual([await waitsAt(one), await given(A)], [[], []]);
    await accepted(sendAs(pds(), RELEASE_PATIENT, RELEASE_PATIENT.build(one)));
    await moves(patient, ODS_B);
    assert.deepEqual(await given(B), [other.shortFormId]);
  });

  test('leaves an issue with who has it; the next one goes to the new pharmacy', async () => {
    const patient = PATIENTS.unknownGender;
    const one = await repeat(patient);
    assert.deepEqual(await given(A), [one.shortFormId]);
    await moves(patient, ODS_B);
    const told = numbered(DISPENSE.build(one), 1);
    await accepted(sendAs(pds(), DISPENSE, told));
    await pds().setClock('2025-04-03T12:00:00Z');
    assert.deepEqual(await waitsAt(one), [{ organisation: ODS_B, entry: 1 }]);
    assert.deepEqual(await given(B), [one.shortFormId]);
    await pds().setClock('2025-03-03T12:00:00Z');
  });

  test('brings nothing back that was returned, but what comes after it', async () => {
    const patient = PATIENTS.elsewhere;
    await moves(patient, ODS_A);
    const one = await repeat(patient);
    assert.deepEqual(await given(A), [one.shortFormId]);
    await accepted(sendAs(pds(), RETURN, RETURN.build(one)));
    await moves(patient, ODS_B);
    await moves(patient, null);
    await moves(patient, ODS_B);
    assert.deepEqual([await waitsAt(one), await given(B)], [[], []]);
    await accepted(sendAs(pds(), RELEASE_PATIENT, RELEASE_PATIENT.build(one)));
    await accepted(sendAs(pds(), DISPENSE, numbered(DISPENSE.build(one), 1)));
    await pds().setClock('2025-04-03T12:00:00Z');
    assert.deepEqual(await given(B), [one.shortFormId]);
  });

  test('left every invariant whole', async () => {
    const client = new pg.Client({ connectionString: pds().databaseUrl });
    await client.connect();
    try {
      await assertInvariants({ all: allBy(client) });
    } finally {
      await client.end();
    }
  });
});

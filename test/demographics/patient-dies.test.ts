// Shows: Prescriptions and patients | who is recorded as dead gets no prescription any more, and what waits is cancelled; merged numbers are one patient
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { importPatients } from '../../src/demographics/index.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { type Patient, PATIENTS } from '../../src/local/patients.ts';
import { sql } from '../../src/platform/sql.ts';
import {
  CANCEL,
  CLAIM,
  DISPENSE,
  type Facts,
  newFacts,
  ORDER,
  RELEASE_PATIENT,
  RETURN,
  sendAs,
} from '../bad-input/kinds.ts';
import { codeOf } from '../support/journey.ts';
import { numbered, repeatDispensing } from '../support/repeat-dispensing.ts';
import { type Answer, LEGACY } from '../support/server.ts';
import { followed, notifyDeath } from './nominating.ts';
import { testPds } from './spine.ts';

const pds = testPds();
const NOW = new Date();
const YESTERDAY = new Date(NOW.getTime() - 86_400_000).toISOString().slice(0, 10);

async function accepted(send: Promise<Answer>): Promise<Answer> {
  const answer = await send;
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

async function ordered(patient: Patient, changes: Partial<Facts> = {}): Promise<Facts> {
  const facts = newFacts({ patient, authoredAt: NOW, ...changes });
  await accepted(sendAs(pds(), ORDER, ORDER.build(facts)));
  return facts;
}

async function tracked(query: string): Promise<{ id: string; status: string }[]> {
  const { body } = await accepted(pds().call(`${LEGACY}/Task?${query}`));
  const entries: {
    resource: {
      focus: { identifier: { value: string } };
      businessStatus: { coding: { code: string }[] };
    };
  }[] = body.entry;
  return entries.map(({ resource }) => ({
    id: resource.focus.identifier.value,
    status: resource.businessStatus.coding[0]?.code ?? '',
  }));
}

async function statusOf({ shortFormId }: Facts): Promise<string> {
  const [task] = await tracked(`focus:identifier=${encodeURIComponent(shortFormId)}`);
  return task?.status ?? '';
}

/** What the second look would find in a quarter of a minute, now. */
async function lookedAgain(): Promise<void> {
  await pds().database.write(sql`
    update platform.outbox set due_at = now() where topic = 'patient-changed'`);
  await followed(pds().database);
}

async function dies({ nhsNumber }: Patient): Promise<void> {
  await accepted(notifyDeath(pds(), nhsNumber, YESTERDAY));
  await followed(pds().database);
}

describe('the death of a patient', () => {
  const patient = PATIENTS.adult;
  const told: Record<string, Facts> = {};
  const of = (name: string): Facts => told[name] ?? assert.fail(name);

  before(async () => {
    await keepTestPatients(pds().database);
    for (const name of ['waiting', 'held', 'dispensed', 'claimed']) {
      told[name] = await ordered(patient, { nominated: null });
    }
    for (const name of ['held', 'dispensed', 'claimed']) {
      await accepted(sendAs(pds(), RELEASE_PATIENT, RELEASE_PATIENT.build(of(name))));
    }
    for (const name of ['dispensed', 'claimed']) {
      await accepted(sendAs(pds(), DISPENSE, DISPENSE.build(of(name))));
    }
    await accepted(sendAs(pds(), CLAIM, CLAIM.build(of('claimed'))));
    told['repeat'] = newFacts({ patient, course: 'repeat', authoredAt: NOW });
    await accepted(sendAs(pds(), ORDER, repeatDispensing(ORDER.build(of('repeat')))));
    told['repeat in hand'] = newFacts({ patient, course: 'repeat', authoredAt: NOW });
    const inHand = of('repeat in hand');
    await accepted(sendAs(pds(), ORDER, repeatDispensing(ORDER.build(inHand))));
    await accepted(sendAs(pds(), RELEASE_PATIENT, RELEASE_PATIENT.build(inHand)));
    await dies(patient);
  });

  test('cancels what nobody has yet, with all later issues', async () => {
    assert.deepEqual(
      [await statusOf(of('waiting')), await statusOf(of('repeat'))],
      ['0005', '0005'],
    );
    const [row] = await pds().database.all<{
      state: { later: unknown; issues: { status: string }[] };
    }>(sql`
      select state from prescriptions.prescription where prescription_id = ${of('repeat').shortFormId.slice(0, -1)}`);
    assert.equal(row?.state.later, null);
    assert.deepEqual(
      row?.state.issues.map(({ status }) => status),
      ['Cancelled', 'Cancelled', 'Cancelled'],
    );
    const queued = await pds().database.all(sql`
      select 1 from prescriptions.download_queue where left_at is null`);
    assert.deepEqual(queued, []);
  });

  test('waits while a pharmacy has it, is done when it comes back, and nobody is answered', async () => {
    assert.equal(await statusOf(of('held')), '0002');
    await accepted(sendAs(pds(), RETURN, RETURN.build(of('held'))));
    assert.equal(await statusOf(of('held')), '0005');
    const sent = await pds().database.all(sql`
      select 1 from platform.outbox where topic = 'subsequent-cancellation-response'`);
    assert.deepEqual(sent, []);
  });

  test('lets no issue follow on the one that a pharmacy had, once that is dispensed', async () => {
    const facts = of('repeat in hand');
    assert.equal(await statusOf(facts), '0002');
    await accepted(sendAs(pds(), DISPENSE, numbered(DISPENSE.build(facts), 1)));
    const [row] = await pds().database.all<{
      state: { later: unknown; pending: unknown; issues: { status: string }[] };
    }>(sql`
      select state from prescriptions.prescription where prescription_id = ${facts.shortFormId.slice(0, -1)}`);
    assert.deepEqual(
      [row?.state.later, row?.state.pending, row?.state.issues.map(({ status }) => status)],
      [null, [], ['Dispensed', 'Cancelled', 'Cancelled']],
    );
    const queued = await pds().database.all(sql`
      select 1 from prescriptions.download_queue where left_at is null`);
    assert.deepEqual(queued, []);
  });

  test('leaves alone what was dispensed or claimed', async () => {
    assert.deepEqual(
      [await statusOf(of('dispensed')), await statusOf(of('claimed'))],
      ['0006', '0008'],
    );
  });

  test('is in the audit trail in the name of who recorded it', async () => {
    const [line] = await pds().database.all(sql`
      select interaction, user_id, outcome, nhs_number from platform.audit
      where prescription_id = ${of('waiting').shortFormId.slice(0, -1)} and interaction = 'death-notification'`);
    assert.deepEqual(line, {
      interaction: 'death-notification',
      user_id: '656005750107',
      outcome: 'accepted',
      nhs_number: patient.nhsNumber,
    });
  });

  test('is told to a prescriber who cancels: it was cancelled before', async () => {
    const answer = await sendAs(pds(), CANCEL, CANCEL.build(of('waiting')));
    assert.match(answer.text, /R-0006/);
  });

  test('is why a new order is refused, each time that it comes', async () => {
    const body = ORDER.build(newFacts({ patient, authoredAt: NOW }));
    for (const _ of ['once', 'again']) {
      const answer = await sendAs(pds(), ORDER, body);
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'PATIENT_DECEASED']);
      assert.equal(answer.body.issue[0].code, 'business-rule');
    }
  });
});

test('of orders that come while a death is recorded none is left', async () => {
  const patient = PATIENTS.older;
  const orders = Array.from({ length: 12 }, () => newFacts({ patient, authoredAt: NOW }));
  const [answers] = await Promise.all([
    Promise.all(orders.map((facts) => sendAs(pds(), ORDER, ORDER.build(facts)))),
    dies(patient),
  ]);
  await lookedAgain();
  const kept = orders.filter((_, n) => answers[n]?.status === 200);
  for (const facts of kept) assert.equal(await statusOf(facts), '0005');
  const codes = answers.filter(({ status }) => status !== 200).map(codeOf);
  assert.ok(codes.every((code) => code === 'PATIENT_DECEASED'));
});

describe('numbers that were merged', () => {
  const [retained, merged, first] = [PATIENTS.child, '9990000085', '9990000093'];
  const old: Patient = { ...retained, nhsNumber: merged };
  let earlier: Facts;
  let since: Facts;

  before(async () => {
    earlier = await ordered(old);
    await importMerged(merged, retained.nhsNumber);
    await importMerged(first, merged);
    await followed(pds().database);
    since = await ordered(old);
  });

  test('are one patient to the tracker, whichever is asked for', async () => {
    const own = await ordered(retained);
    const expected = [earlier, since, own].map(({ shortFormId }) => shortFormId).toSorted();
    for (const number of [retained.nhsNumber, merged, first]) {
      const found = await tracked(`patient:identifier=${number}`);
      assert.deepEqual(found.map(({ id }) => id).toSorted(), expected, number);
    }
    const both = `focus:identifier=${encodeURIComponent(own.shortFormId)}&patient:identifier=${merged}`;
    assert.equal((await tracked(both)).length, 1);
    const other = `focus:identifier=${encodeURIComponent(own.shortFormId)}&patient:identifier=${PATIENTS.elsewhere.nhsNumber}`;
    assert.equal((await tracked(other)).length, 0);
  });

  test('die together', async () => {
    await dies(retained);
    assert.deepEqual([await statusOf(earlier), await statusOf(since)], ['0005', '0005']);
    for (const number of [merged, first]) {
      const facts = newFacts({ patient: { ...retained, nhsNumber: number }, authoredAt: NOW });
      const answer = await sendAs(pds(), ORDER, ORDER.build(facts));
      assert.equal(codeOf(answer), 'PATIENT_DECEASED', number);
    }
  });
});

async function importMerged(nhsNumber: string, supersededBy: string): Promise<void> {
  const meta = { versionId: '1', security: [{ code: 'U' }] };
  const patient = { resourceType: 'Patient', id: nhsNumber, meta };
  const imported = await importPatients(
    pds().database,
    [{ nhsNumber, patient, supersededBy }],
    new Date(),
  );
  assert.ok(imported.ok);
}

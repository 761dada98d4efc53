import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { NO_APPLICATION } from '../gateways/actor.ts';
import { testDatabase } from '../../test/support/database.ts';
import { present } from '../kernel/bug.ts';
import { instantOf } from '../kernel/instant.ts';
import { sql } from '../platform/sql.ts';
import { dueJob, passTime } from './jobs.ts';
import { create } from './messages/create/handle.ts';
import { prescriptionKey } from './prescription-id.ts';
import { heads, NEW_PRESCRIPTION, ofPatient } from './repository.ts';
import { aSpine, newId, PATIENT, PHARMACY, SURGERY } from './testing.ts';

// Shows: Time | post-dated prescriptions become ready, expire and are deleted by themselves, each change once

const START = new Date('2024-12-09T11:50:04Z');
const database = testDatabase();
let made = 0;

/** A post-dated prescription; if not told otherwise it is ready on 12 December and expires on 12 June. */
async function given(prescribedAt = '2024-12-12T09:00:00Z') {
  const id = present(
    prescriptionKey(`0000${(made += 1).toString().padStart(2, '0')}-A83008-7EFE6Z`),
    'key',
  );
  const body = Buffer.from(`order ${made}`);
  const messageId = newId();
  const session = 'a session';
  const nobody = { userId: null, roleProfile: null, organisation: null, asid: null };
  const envelope = {
    messageId,
    requestId: newId(),
    interaction: NEW_PRESCRIPTION,
    body,
    digest: createHash('sha256').update(body).digest(),
    actor: { ...nobody, ...NO_APPLICATION, session, scopes: new Set<string>() },
    at: instantOf(START),
  };
  await create(spine(), envelope, id, {
    messageId,
    longFormId: newId(),
    treatment: 'Acute',
    repeats: null,
    signature: { findings: [], unlisted: [] },
    prescribedAt: instantOf(new Date(prescribedAt)),
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: PHARMACY,
    items: [newId()],
    at: instantOf(START),
  });
  return id;
}

function spine() {
  return aSpine(database().database);
}

const stay = async (): Promise<void> => undefined;

describe('time that passes', () => {
  test('brings each change on its day, in order, and then the record is gone', async () => {
    const id = await given();
    const done = await passTime(
      spine(),
      { from: START, until: new Date('2026-01-01T00:00:00Z') },
      stay,
    );
    assert.deepEqual(
      done.map(({ kind, on }) => `${on} ${kind}`),
      ['2024-12-12 ready', '2025-06-12 expire', '2025-09-10 delete'],
    );
    const state = (await heads(spine().database, [id])).get(id)?.state;
    assert.equal(state?.kind, 'tombstone');
    assert.deepEqual(await ofPatient(spine().database, [PATIENT]), []);
  });

  test('passes over a row whose day says other than its state', async () => {
    const wrong = await given();
    await database().database.all(sql`
      update prescriptions.prescription set due_on = '2024-12-01' where prescription_id = ${wrong}`);
    const right = await given('2024-12-11T09:00:00Z');
    const until = new Date('2024-12-11T12:00:00Z');
    const done = await passTime(spine(), { from: START, until }, stay);
    assert.deepEqual(
      done.map(({ prescription, kind }) => [prescription, kind]),
      [[right, 'ready']],
    );
  });

  test('brings a change once, though two processes look for it at once', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, given));
    const clock = { now: () => new Date('2024-12-12T00:00:00Z'), securityNow: () => START };
    const jobs = [dueJob(spine(), clock), dueJob(spine(), clock)];
    await Promise.all(jobs.map((job) => job.run(async () => true)));
    const events = await spine().database.all<{ times: number }>(sql`
      select count(*) as times from prescriptions.event
      where kind = 'BecameReady' and prescription_id = any(${ids}::text[])`);
    assert.deepEqual(events, [{ times: ids.length }]);
    const audited = await spine().database.all<{ times: number }>(sql`
      select count(*) as times from platform.audit
      where interaction = 'ready' and prescription_id = any(${ids}::text[])`);
    assert.deepEqual(audited, [{ times: ids.length }]);
    const queued = await spine().database.all(sql`
      select 1 from prescriptions.download_queue
      where left_at is null and prescription_id = any(${ids}::text[])`);
    assert.equal(queued.length, ids.length);
  });
});

describe('a day begins at midnight in London', () => {
  const days = [
    {
      day: '2025-03-30',
      begins: '2025-03-30T00:00:00.000Z',
      what: 'the day on which summer time begins',
    },
    { day: '2025-03-31', begins: '2025-03-30T23:00:00.000Z', what: 'the day after' },
    { day: '2025-10-26', begins: '2025-10-25T23:00:00.000Z', what: 'the day on which it ends' },
    { day: '2025-10-27', begins: '2025-10-27T00:00:00.000Z', what: 'the day after that' },
  ];
  for (const { day, begins, what } of days) {
    test(`so on ${day}, ${what}, a prescription becomes ready at ${begins}`, async () => {
      const id = await given(`${day}T12:00:00Z`);
      const midnight = new Date(begins);
      const until = async (then: Date): Promise<string[]> => {
        const done = await passTime(spine(), { from: START, until: then }, stay);
        return done.flatMap((one) => (one.prescription === id ? [one.kind] : []));
      };
      assert.deepEqual(await until(new Date(midnight.getTime() - 1)), []);
      assert.deepEqual(await until(midnight), ['ready']);
      const events = await spine().database.all<{ at: Date }>(sql`
        select at from prescriptions.event where kind = 'BecameReady' and prescription_id = ${id}`);
      assert.deepEqual(events, [{ at: midnight }]);
    });
  }
});

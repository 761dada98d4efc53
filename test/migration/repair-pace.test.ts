// Shows: Migration | a repair of many records goes at its pace, and stops as soon as the tripwire holds anything back, or something waits for a pharmacy that had it
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { doAll, tryAll, type Wanted } from '../../src/migration/repair/handle.ts';
import type { Selection } from '../../src/migration/repair/selection.ts';
import { aDump } from '../../src/migration/testing.ts';
import { type PrescriptionId, shortForm } from '../../src/prescriptions/prescription-id.ts';
import { newId } from '../../src/prescriptions/testing.ts';
import { AT, downloads } from './polling.ts';
import { aStore, loadInto, open, type Store } from './store.ts';

let store: Store;
before(async () => {
  store = await aStore();
  const { dump } = await aDump({ prescriptions: 600, perPart: 300, dirt: 3, seed: 31 });
  await loadInto(store, dump);
  await open(store);
});

const ANY: Selection = {
  status: null,
  dirtyClass: null,
  holder: null,
  nominated: null,
  releasedFrom: null,
  releasedBefore: null,
  isHeld: false,
};

async function wanted(kind: 'hold' | 'end-hold'): Promise<Wanted> {
  const order = { kind, code: '0002', by: ['one', 'other'] } as const;
  const tried = [];
  for (const status of ['0005', '0008']) {
    tried.push(...(await tryAll(store.database, { ...ANY, status }, { ...order, at: AT })));
  }
  const records = tried.filter(({ refused }) => refused === null);
  return { ...order, repairId: newId(), reason: 'INC-5', records, isUndone: false };
}

describe('a repair of many', () => {
  test('goes at its pace, and stops as soon as the tripwire holds anything back', async () => {
    const order = await wanted('hold');
    assert.ok(order.records.length > 100, `${order.records.length} records`);
    const waits: number[] = [];
    const [had] = await store.rows.all<{ org: string; id: PrescriptionId }>(`
      select r.organisation as org, r.prescription_id as id from prescriptions.release_before r
      join prescriptions.prescription p using (prescription_id)
      where p.status = '0001' and p.state->>'held' is null and p.expires_on > '${AT}'::timestamptz::date
        and not exists (select from prescriptions.download_queue q
          where q.organisation = r.organisation and q.prescription_id = r.prescription_id) limit 1`);
    const { org, id } = present(had, 'record');
    const pause = async (ms: number): Promise<void> => {
      waits.push(ms);
      if (waits.length < 2) return;
      await store.rows.all(`insert into prescriptions.download_queue (organisation, prescription_id, issue, prescribed_at,
          available_on, expires_on, entered_at, entered_by)
        values ('${org}', '${id}', 1, now(), '2014-01-01', '2099-01-01', now(), gen_random_uuid())`);
      assert.ok(!(await downloads(store.database, org)).includes(shortForm(id)));
    };
    const pace = { perMinute: 1000, pause, onProgress: () => undefined };
    const done = await doAll(store.database, order, pace);
    assert.deepEqual([done.stoppedBy, done.changed.length], ['tripwire', 100]);
    assert.deepEqual(waits, [3000, 3000]);
    const rest = { ...pace, pause: () => Promise.resolve() };
    const { stoppedBy, changed } = await doAll(store.database, order, rest);
    assert.deepEqual([stoppedBy, changed.length], [null, order.records.length]);
  });

  test('stops as soon as something waits for a pharmacy that had it, before anybody asks for it', async () => {
    const order = await wanted('end-hold'); // of what the test before has held
    const pause = async (): Promise<void> => {
      await store.rows.all(`
        insert into prescriptions.download_queue (organisation, prescription_id, issue, entry, prescribed_at,
          available_on, expires_on, entered_at, entered_by, renominated_by)
        select organisation, prescription_id, issue, 9, now(), '2014-01-01', '2099-01-01', now(), gen_random_uuid(), ''
        from prescriptions.release_before limit 1`);
    };
    // So slow that the queues are looked through before each chunk.
    const pace = { perMinute: 100, pause, onProgress: () => undefined };
    const done = await doAll(store.database, order, pace);
    assert.deepEqual([done.stoppedBy, done.changed.length], ['comes again', 50]);
    const [told] = await store.rows.all<{ words: string }>(`
      select outcome as words from platform.audit where interaction = 'repair' order by id desc limit 1`);
    assert.match(told?.words ?? '', /^stopped by the alarm "comes again": 50 of \d+ changed$/);
  });
});

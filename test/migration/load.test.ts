import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { parseInstant } from '../../src/kernel/instant.ts';
import { endHold } from '../../src/prescriptions/messages/end-hold/handle.ts';
import { shortForm } from '../../src/prescriptions/prescription-id.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import type { Truth } from '../../src/migration/generate/truth.ts';
import { heldRecords } from '../../src/migration/hold/repository.ts';
import { migrationModel, statusOf } from '../../src/migration/index.ts';
import { load } from '../../src/migration/load/load.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import { OF_PRESCRIPTIONS, placeOf } from '../../src/migration/lx1/tables.ts';
import { aDump } from '../../src/migration/testing.ts';
import { type BulkLoad, openBulkLoad } from '../../src/platform/bulk-load.ts';
import { Trouble } from '../../src/platform/trouble.ts';
import { violations } from '../nothing-lost/invariants.ts';
import { downloads } from './polling.ts';
import { rowsOf } from './real-messages.ts';
import { aStore, digestOf, loadInto, open, type Store, withBulk } from './store.ts';

// Shows: Migration | an old store is loaded: nothing lost, doubled or come again, whatever is wrong in it and wherever the load is killed

describe('an old store that is loaded', () => {
  let store: Store;
  let truths: readonly Truth[];
  let dump: Dump;
  before(async () => {
    store = await aStore();
    ({ dump, truths } = await aDump({ prescriptions: 600, perPart: 350, dirt: 8 }));
    await loadInto(store, dump);
  });

  test('is offered to each pharmacy as the truth has it: nothing lost, doubled or come again', async () => {
    const waiting = await store.rows.all<{ id: PrescriptionId; organisation: string }>(`
      select prescription_id as id, organisation from prescriptions.download_queue where left_at is null`);
    const is = waiting.map(({ id, organisation }) => `${shortForm(id)} ${organisation}`).toSorted();
    const should = truths.filter(({ queuedFor }) => queuedFor !== null);
    assert.deepEqual(is, should.map(({ id, queuedFor }) => `${id} ${queuedFor}`).toSorted());
    assert.ok(is.length > 60);
  });

  test('has every id that is true, and in its state', async () => {
    const heads = await store.rows.all<{ id: PrescriptionId; kind: string; held: string | null }>(`
      select prescription_id as id, state->>'kind' as kind, state->>'held' as held from prescriptions.prescription`);
    const is = heads.map(({ id, kind, held }) => `${id} ${kind} ${held !== null}`).toSorted();
    const kinds = { live: 'prescription', placeholder: 'placeholder', tombstone: 'tombstone' };
    const should = truths.flatMap(({ id, fate, isHeld }) =>
      fate === 'quarantined' || fate === 'orphan'
        ? []
        : [`${id.slice(0, -1)} ${kinds[fate]} ${isHeld}`],
    );
    assert.deepEqual(is, should.toSorted());
  });

  test('keeps each message as its bytes were', async () => {
    const [wrong] = await store.rows.all<{ count: string }>(`
      select count(*) as count from prescriptions.message m join prescriptions.prescription p on p.prescription_id = m.prescription_ids[1]
      where m.digest <> sha256(m.body) and p.state->>'kind' <> 'tombstone'
        and not coalesce(p.state->>'held', '') like '%D20%'`);
    assert.equal(Number(wrong?.count), 0);
    const [kept] = await store.rows.all<{ count: string }>(
      "select count(*) from prescriptions.message where body <> ''",
    );
    assert.ok(Number(kept?.count) > 1500);
  });

  test('counts every row that came: in the store, or kept apart', async () => {
    const units = await store.rows.all<{ rows: Record<string, [number, number]> }>(
      'select rows from migration.unit',
    );
    const came: Record<string, number> = {};
    let apart = 0;
    for (const { rows } of units) {
      for (const [table, [all, some]] of Object.entries(rows)) {
        came[table] = (came[table] ?? 0) + all;
        apart += some;
      }
    }
    for (const [table, count] of Object.entries(came)) {
      assert.equal(count, dump.manifest.tables[table]?.rows, table);
    }
    const [kept] = await store.rows.all<{ count: string }>(
      'select count(*) from migration.quarantine',
    );
    assert.equal(Number(kept?.count), apart);
  });

  test('is shown to operators with as many ids as came: in the store, held or kept apart', async () => {
    const status = present(await statusOf(store.database), 'a migration');
    const model = migrationModel(status, null, new Date());
    assert.ok(model.isAny && model.ids.isEven);
    const { came, free, held, refused } = model.ids;
    assert.equal(came, free + held + refused);
    assert.equal(came, truths.length);
    assert.equal(held, (await heldRecords(store.database)).length);
    assert.ok(held > 0 && refused > 0);
    for (const { table, came: rows, loaded, apart } of model.tables) {
      assert.equal(rows, loaded + apart, table);
    }
    // Once messages are taken the store alone does not tell what is its own: its records are counted by where they came from.
    const idsOf = (moved: number, own: number, takesMessages: boolean) => {
      const watched = { tripped: 0, waiting: 0, origins: { moved, own } };
      const later = migrationModel(
        { ...status, records: moved + own, takesMessages },
        watched,
        new Date(),
      );
      assert.ok(later.isAny);
      const { own: others, free: some, missing, more, isEven } = later.ids;
      return [others, some, missing, more, isEven];
    };
    const { records } = status;
    assert.deepEqual(idsOf(records, 3, true), [3, free, 0, 0, true]);
    assert.deepEqual(idsOf(records - 1, 1, true), [1, free - 1, 1, 0, false]);
    assert.deepEqual(idsOf(records + 1, 0, true), [0, free + 1, 0, 1, false]);
    assert.deepEqual(idsOf(records, 3, false), [0, free + 3, 0, 3, false]);
    const unseen = migrationModel({ ...status, takesMessages: true }, null, new Date());
    assert.ok(unseen.isAny && !unseen.ids.isCounted);
  });

  test('says of each record from which rows of which export it came', async () => {
    const [row] = await store.rows.all<{ count: string }>(`
      select count(*) from platform.audit where interaction = 'migration'
        and outcome like '%from export ${dump.manifest.exportId}, part %: PRESCRIPTION %'`);
    const live = truths.filter(({ fate }) => fate === 'live');
    assert.equal(Number(row?.count), live.length);
  });

  test('leads from each record that somebody draws to the very rows of the export', async () => {
    const origins = await store.rows.all<{ id: PrescriptionId; origin: string }>(`
      select prescription_id as id, outcome as origin from platform.audit
      where interaction = 'migration' order by md5(prescription_id) limit 100`);
    assert.equal(origins.length, 100);
    const tables = new Map<string, readonly { PRESC_ID: string | null }[]>();
    for (const { id, origin } of origins) {
      const [, exportId, part, places = ''] =
        /from export (\S+), part (\d+): (.+)$/.exec(origin) ?? [];
      assert.equal(exportId, dump.manifest.exportId);
      for (const [, table, first, last] of places.matchAll(/([A-Z_]+) (\d+)-(\d+)/g)) {
        const name = OF_PRESCRIPTIONS.find((one) => one === table);
        if (name === undefined || name === 'DISPENSE_ITEM') continue; // it names its notification alone
        const key = `${name} ${part}`;
        const rows = tables.get(key) ?? (await rowsOf(dump, name, Number(part)));
        tables.set(key, rows);
        for (const at of [Number(first), Number(last)]) {
          const row: { PRESC_ID: string | null } | undefined = rows[at - 2]; // the header is row 1
          assert.equal(placeOf(row?.PRESC_ID ?? ''), id, `${key}, row ${at}`);
        }
      }
    }
    assert.ok(tables.size > 10);
  });

  test('is the same when it is loaded a second time', async () => {
    const before = await digestOf(store);
    const again = await loadInto(store, dump);
    assert.equal(again.written, 0);
    assert.equal(await digestOf(store), before);
  });

  test('is the same when the load was killed on its way, wherever', async () => {
    const killed = await aStore();
    for (const dies of [1, 2]) {
      // As a process that ends: its connection breaks in the middle of a unit.
      const bulk = await openBulkLoad(killed.url);
      let copies = 0;
      const dying: BulkLoad = {
        ...bulk,
        async copy(into, lines) {
          copies += 1;
          if (copies > dies * 6) await bulk.close();
          return bulk.copy(into, lines);
        },
      };
      await assert.rejects(load(dying, dump));
    }
    const { written } = await loadInto(killed, dump);
    assert.ok(written > 0);
    assert.equal(await digestOf(killed), await digestOf(store));
  });

  test('takes no other export into it', async () => {
    const other = await aDump({ prescriptions: 5, seed: 99 });
    await assert.rejects(loadInto(store, other.dump), (error) => {
      assert.ok(error instanceof Trouble);
      return /not of this export/.test(error.message);
    });
  });

  test('is loaded by one tool at a time', async () => {
    await withBulk(store, async (first) => {
      await load(first, dump);
      await assert.rejects(loadInto(store, dump), /another spine migrate/);
    });
  });
});

describe('pharmacies that ask after the switch', () => {
  let store: Store;
  let truths: readonly Truth[];
  before(async () => {
    store = await aStore();
    const made = await aDump({ prescriptions: 400, perPart: 400, dirt: 5, seed: 21 });
    ({ truths } = made);
    await loadInto(store, made.dump);
    await open(store);
  });

  /** As a loader would that believes the nomination which a return left behind. */
  async function queueWhatCameBack(): Promise<number> {
    const rows = await store.rows.all(`
      insert into prescriptions.download_queue (organisation, prescription_id, issue, entry, prescribed_at,
        available_on, expires_on, entered_at, entered_by, renominated_by)
      select r.organisation, r.prescription_id, r.issue, 7, now(), '2014-01-01', '2099-01-01', now(),
        '00000000-0000-8000-8000-000000000000', 'x'
      from prescriptions.release_before r join prescriptions.prescription p using (prescription_id)
      where exists (select from json_array_elements(p.state->'issues') i
        where (i->>'number')::int = r.issue and i->>'isReturned' = 'true')
      returning prescription_id`);
    await store.rows.all(
      'alter table prescriptions.download_queue drop constraint download_queue_check',
    );
    await store.rows.all(
      'update prescriptions.download_queue set renominated_by = null where entry = 7',
    );
    return rows.length;
  }

  test('get what is true to wait for them, once; what they had before is held, though a loader had queued it', async () => {
    const wrong = await queueWhatCameBack();
    assert.ok(wrong >= 3);
    const organisations = new Set(
      truths.flatMap(({ queuedFor, released }) => [
        ...(queuedFor === null ? [] : [queuedFor]),
        ...released.map(([, organisation]) => organisation),
      ]),
    );
    const got: string[] = [];
    for (const organisation of organisations) {
      const ids = await downloads(store.database, organisation);
      got.push(...ids.map((id) => `${id} ${organisation}`));
    }
    const live = truths.filter(
      ({ queuedFor, classes }) => queuedFor !== null && !classes.includes('D30'),
    );
    assert.deepEqual(
      got.toSorted(),
      live.map(({ id, queuedFor }) => `${id} ${queuedFor}`).toSorted(),
    );
    const [alarms] = await store.rows.all<{ count: string }>(`
      select count(*) from platform.audit where interaction = 'tripwire'`);
    assert.equal(Number(alarms?.count), wrong);
    for (const organisation of organisations) {
      assert.deepEqual(await downloads(store.database, organisation), []);
    }
  });

  test('get what is held when two persons have decided, and then by its id alone', async () => {
    const held = await heldRecords(store.database);
    assert.equal(held.length >= truths.filter(({ isHeld }) => isHeld).length, true);
    const [one] = await store.rows.all<{ id: PrescriptionId; nominated: string }>(`
      select prescription_id as id, state->>'nominated' as nominated from prescriptions.prescription
      where state->>'held' is not null and state->>'nominated' is not null limit 1`);
    const { id, nominated } = present(one, 'held and nominated');
    const at = present(parseInstant('2014-10-30T02:00:00Z'), 'instant');
    assert.equal(await endHold(store.database, id, ['one', 'other'], at), 'ended');
    assert.equal(await endHold(store.database, id, ['one', 'other'], at), 'not held');
    const left = await heldRecords(store.database);
    assert.equal(left.length, held.length - 1);
    assert.deepEqual(await downloads(store.database, nominated), []);
  });
});

describe('an old store without faults', () => {
  test('breaks none of the invariants that hold of what we take ourselves', async () => {
    const store = await aStore();
    const { dump } = await aDump({ prescriptions: 300, perPart: 300, dirt: 0, seed: 3 });
    await loadInto(store, dump);
    const found = await violations(store.rows);
    // Of what was before the switch the old store has the audit (I16), and has sent the claims (I23). I19 reads what was
    // signed, and the messages here are invented: their bytes are compared above.
    const apart = ['I16', 'I19', 'I23'];
    const ofOld = /GoneBefore|NominationChanged|MigrationGap/; // what our own messages never do
    const broken = found.filter(
      ({ invariant, detail }) => !apart.includes(invariant) && !ofOld.test(detail),
    );
    assert.deepEqual(broken.slice(0, 5), []);
  });
});

// Shows: Operations | backup while it runs, encrypted for three of five people; restore to an instant, with every chain checked and a list of what must be sent again; drill
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../src/kernel/bug.ts';
import { backUp, type BackupFacts, openStore } from '../../src/platform/backup/index.ts';
import { BACKUPS } from '../../src/operations/backups/handle.ts';
import { findingOf } from '../../src/operations/index.ts';
import { recordKeeper } from '../../src/prescriptions/record-check/repository.ts';
import {
  backedUp,
  followed,
  type Ran,
  scratch,
  several,
  SHARES,
  spine,
  STORE,
} from './backed-up.ts';

describe('a database that is backed up while it runs', () => {
  let bad: readonly string[] = [];
  let instant = '';

  test('has its schema, and no migration is new a second time', async () => {
    assert.equal((await spine('schema', 'apply')).data.applied, 0);
  });

  test('is not, as long as nobody has said who may read the backups', async () => {
    const { code, said } = await spine('backup', '--into', STORE);
    assert.equal(code, 1);
    assert.match(
      said,
      /holds no backups\nwhat to do: spine backup key --into .* --plain for a test/,
    );
    const made = await spine('backup', 'key', '--into', STORE, '--shares', scratch);
    assert.equal(made.code, 0);
    assert.equal(readdirSync(scratch).filter((name) => name.startsWith('share-')).length, 5);
    const again = await spine('backup', 'key', '--into', STORE, '--shares', scratch);
    assert.match(again.said, /holds backups already/);
  });

  test('is there at an instant after the base backup, without what came later, which is listed', async () => {
    await several(12);
    const { code, data } = await spine('backup', '--into', STORE);
    assert.equal(code, 0);
    assert.equal(data.isEncrypted, true);
    await several(5);
    await delay(20);
    instant = new Date().toISOString();
    await delay(20);
    bad = await several(3);
    await followed();

    const into = join(scratch, 'restored');
    const words = ['restore', '--from', STORE, '--into', into, '--to', instant];
    assert.match((await spine(...words)).said, /3 shares of the recovery key are needed, 0 came/);
    const restored = await spine(...words, ...SHARES);
    assert.equal(restored.code, 0, restored.said);
    const { record, restoredTo, toBeRepeated } = restored.data;
    assert.deepEqual([record.prescriptions, record.events, record.messages], [17, 17, 17]);
    assert.deepEqual([record.broken, record.differences, restoredTo], [[], [], instant]);
    assert.deepEqual(
      toBeRepeated.map((one: { requestId: string }) => one.requestId),
      bad,
    );
    assert.equal(toBeRepeated[0].organisation, 'A83008');
    const listed = readFileSync(join(into, 'to-be-repeated.ndjson'), 'utf8').trim().split('\n');
    assert.equal(listed.length, 3);
    assert.equal(existsSync(join(into, 'postgres', 'PG_VERSION')), true);
  });

  test('says which instants can be had when another is asked for', async () => {
    const restore = (to: string): Promise<Ran> =>
      spine('restore', '--from', STORE, '--into', join(scratch, 'no'), '--to', to, ...SHARES);
    assert.match((await restore('2020-01-01T00:00:00Z')).said, /The first instant that can be/);
    assert.match((await restore('2099-01-01T00:00:00Z')).said, /The backups go up to 20/);
    assert.match((await restore('yesterday')).said, /is an instant with its zone/);
    const used = await spine('restore', '--from', STORE, '--into', scratch, ...SHARES);
    assert.match(used.said, /is not empty\nwhat to do: name a folder that is not there yet/);
  });

  test('is whole in a drill, as the one that runs has it', async () => {
    const { code, data, said } = await spine('drill', '--from', STORE, ...SHARES);
    assert.equal(code, 0, said);
    assert.equal(data.record.prescriptions, backedUp().made);
    assert.deepEqual(data.against, { strayed: [], missing: [] });
    const told = await findingOf<BackupFacts>(backedUp().database, BACKUPS);
    assert.equal(told?.found.drill?.isGood, true);
    assert.equal(told?.found.bases, 1);
    assert.ok(data.gigabytesPerHour > 0);
    process.stdout.write(`drill: ${data.gigabytesPerHour} GB/h\n`);
  });

  test('fails a drill whose record was tampered with, or whose backup was', async () => {
    await backedUp().database.write({
      text: `update prescriptions.event set data = '{"kind":"Created"}' where number = 1 and prescription_id =
        (select min(prescription_id) from prescriptions.event)`,
      values: [],
    });
    await backedUp().database.write({
      text: `delete from prescriptions.event where prescription_id = (select max(prescription_id) from prescriptions.event)`,
      values: [],
    });
    await followed();
    const { code, data } = await spine('drill', '--from', STORE, ...SHARES);
    assert.equal(code, 5);
    assert.match(data.record.broken[0], /^000001-A83008-7EFE6: event 1$/);
    assert.match(data.record.broken[1], /^1 prescriptions without events$/);

    await backUp({
      url: backedUp().server.url,
      store: await openStore(STORE, null),
      kind: 'external',
      mark: () => recordKeeper.mark(backedUp().server.url),
    });
    const newest = present(readdirSync(join(STORE, 'base')).toSorted().at(-1), 'base backup');
    const file = join(STORE, 'base', newest, 'files');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const damaged = await spine('drill', '--from', STORE, ...SHARES);
    assert.equal(damaged.code, 1);
    assert.match(damaged.said, /part of the backup is missing or is not what was kept/);
  });
});

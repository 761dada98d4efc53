import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { feedFolder, READS } from '../../src/migration/generate/generate.ts';
import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { recordedReads } from '../../src/migration/shadow/read-recorded.ts';
import { shadow } from '../../src/migration/shadow/shadow.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aStore, loadInto, type Store, withBulk } from './store.ts';

// Shows: Migration | what others asked the old store is asked here too, and every answer that differs is counted or explained

describe('reads that an old store has answered', () => {
  let store: Store;
  let made: Generated;
  before(async () => {
    store = await aStore();
    made = await aDump({ prescriptions: 200, perPart: 200, dirt: 6, changing: 0.3, seed: 41 });
    await loadInto(store, made.dump);
    const feed = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
    await withBulk(store, (bulk) => catchUp(bulk, made.dump, feed));
  });

  const asked = () => shadow(store.database, recordedReads(join(made.folder, READS)));

  test('get the same answers here, or a dirty class says why not', async () => {
    const { compared, same, explained, differing, dropped, examples } = await asked();
    assert.deepEqual(examples, []);
    assert.equal(differing, 0);
    const why = Object.values(explained).reduce((sum, count) => sum + count, 0);
    assert.equal(same + why, compared);
    assert.ok(same > 40 && dropped < compared);
  });

  test('that differ are counted: a prescription in another state, one that waits for nobody any more', async () => {
    await store.rows.all(`
      update prescriptions.prescription set state = replace(state::text, '"ToBeDispensed"', '"WithDispenser"')::json
      where not exists (select from migration.dirty d where d.place = prescription_id)`);
    await store.rows.all('delete from prescriptions.download_queue where left_at is null');
    const { differing, examples } = await asked();
    assert.ok(differing > 5);
    assert.ok(examples.some((one) => one.startsWith('waiting ')));
    assert.ok(examples.some((one) => one.startsWith('status ')));
  });

  test('of what is kept apart are explained by why it is; of what nobody has heard of they differ', async () => {
    const file = join(await aFolder(), 'reads.ndjson');
    const answer = [{ issue: 1, status: '0001', items: ['0007'], holder: '' }];
    const ids = ['0FFFFE-A00014-612EE7', '0FFFFF-A00014-612EE7'];
    await store.rows.all(`
      insert into migration.quarantine (export_id, part, table_name, row_number, class, place, row)
      values ('${made.dump.manifest.exportId}', 1, 'PRESCRIPTION', 900, 'D18', '0FFFFE-A00014-612EE', '{}')`);
    writeFileSync(file, ids.map((id) => JSON.stringify({ ask: 'status', id, answer })).join('\n'));
    const { explained, examples } = await shadow(store.database, recordedReads(file));
    assert.deepEqual(explained, { D18: 1 });
    assert.deepEqual(examples, [`status ${ids[1]}`]);
  });

  test('are refused with their line when they are none', async () => {
    const file = join(await aFolder(), 'reads.ndjson');
    for (const [text, says] of [
      ['{"ask":"status","id":"A","answer":[]}\n{', /reads.ndjson, row 2: it is no JSON/],
      ['{"ask":"everything"}', /row 1: ask must be status or waiting/],
    ] as const) {
      writeFileSync(file, text);
      await assert.rejects(shadow(store.database, recordedReads(file)), says);
    }
  });
});

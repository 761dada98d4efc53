// Shows: Migration | a tool whose clock is a day wrong, an export of the doubled hour, and a prescription with a hundred thousand steps come to the same
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, mock, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { dumpFolder, feedFolder } from '../../src/migration/generate/generate.ts';
import { csvLine } from '../../src/migration/lx1/csv.ts';
import { MANIFEST, manifestJson } from '../../src/migration/lx1/manifest.ts';
import { type Dump, openDump } from '../../src/migration/lx1/open-dump.ts';
import { columnsOf } from '../../src/migration/lx1/tables.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { loadToEnd } from '../../src/migration/scenario/throw-away.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder, EXPORTER, type Generated, truthsOf } from '../../src/migration/testing.ts';
import { times } from './counted.ts';
import { aStore, digestOf, loadInto, type Store, withBulk } from './store.ts';

const DAY_MS = 86_400_000;
const STEPS = times(2_000, 100_000);
const MEMORY_MEGABYTES = 512; // [MIGRATION 9, MF12]

async function moved({ dump, folder }: Generated): Promise<Store> {
  const store = await aStore();
  await loadInto(store, dump);
  const feed = { folder: feedFolder(folder), publicKeyPem: EXPORTER.publicKey };
  await withBulk(store, (bulk) => catchUp(bulk, dump, feed));
  return store;
}

describe('the clock of whoever moves an old store', () => {
  test('may be a day wrong either way: what is moved is the same', async () => {
    const made = await aDump({ prescriptions: 60, perPart: 30, changing: 0.3, dirt: 4, seed: 71 });
    const right = await digestOf(await moved(made));
    for (const ms of [-DAY_MS, DAY_MS]) {
      mock.timers.enable({ apis: ['Date'], now: Date.now() + ms });
      try {
        assert.equal(await digestOf(await moved(made)), right);
      } finally {
        mock.timers.reset();
      }
    }
  });

  for (const [which, hour] of [
    ['first', 0],
    ['second', 1],
  ] as const) {
    test(`may show the ${which} of the two hours of October: what waits is what is true`, async () => {
      const asOfMs = Date.UTC(2014, 9, 26, hour, 30);
      const made = await aDump({ prescriptions: 60, perPart: 60, dirt: 4, seed: 73, asOfMs });
      const store = await moved(made);
      const { differences } = await reconcile(store.database, made.dump);
      assert.deepEqual(differences, []);
      const waiting = await store.rows.all<{ place: string }>(`
        select prescription_id || ' ' || organisation as place
        from prescriptions.download_queue where left_at is null order by 1`);
      const should = truthsOf(made.folder).filter(({ queuedFor }) => queuedFor !== null);
      assert.deepEqual(
        waiting.map(({ place }) => place),
        should.map(({ id, queuedFor }) => `${id.slice(0, -1)} ${queuedFor}`).toSorted(),
      );
    });
  }
});

describe(`a prescription with ${STEPS} steps`, () => {
  test(`is loaded with less than ${MEMORY_MEGABYTES} MB, and is as it was`, async () => {
    const { dump, folder, truths } = await aDump({
      prescriptions: 20,
      perPart: 20,
      dirt: 0,
      seed: 79,
    });
    const { id, queuedFor } = present(
      truths.find((one) => one.fate === 'live' && one.queuedFor !== null),
      'one that waits',
    );
    const long = await withSteps(dump, folder, { id, org: queuedFor ?? '' });
    const store = await aStore();
    const key = join(await aFolder(), 'key.pem');
    writeFileSync(key, EXPORTER.publicKey);
    const program = new URL('../../bin/spine.ts', import.meta.url).pathname;
    const { megabytes } = await loadToEnd(store.url, { folder: long.folder, key, program });
    assert.ok(megabytes < MEMORY_MEGABYTES, `${megabytes} MB`);
    const { differences } = await reconcile(store.database, long);
    assert.deepEqual(differences, []);
    const [row] = await store.rows.all<{ version: number }>(`
      select version from prescriptions.prescription where prescription_id = '${id.slice(0, -1)}'`);
    assert.ok((row?.version ?? 0) > STEPS);
  });
});

/** Somebody nominates another pharmacy and the same one for it again and again; signed anew. */
async function withSteps(
  dump: Dump,
  folder: string,
  { id, org }: { readonly id: string; readonly org: string },
): Promise<Dump> {
  const file = present(
    dump.manifest.files.find(({ table }) => table === 'STATUS_HIST'),
    'history',
  );
  const path = join(dumpFolder(folder), file.name);
  const lines = readFileSync(path, 'latin1').split(/(?<=\n)/);
  const last = lines.findLastIndex((line) => line.includes(id));
  const step = (n: number): string => {
    const row: Record<string, string> = {
      HIST_ID: String(900_000_000 + n),
      PRESC_ID: id,
      ISSUE_NO: '1',
      FROM_STATUS: '0001',
      TO_STATUS: '0001',
      INTERACTION: 'spine-nomination',
      EVENT_TS: '20141029120000',
      RECV_TS: '20141029120000',
      ORG: n % 2 === 0 ? 'FZ999' : org,
    };
    return csvLine(columnsOf('STATUS_HIST').map(({ name }) => row[name] ?? null));
  };
  lines.splice(last + 1, 0, ...Array.from({ length: STEPS }, (_, n) => step(n)));
  const bytes = Buffer.from(lines.join(''), 'latin1');
  writeFileSync(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const rows = file.rows + STEPS;
  const manifest = {
    ...dump.manifest,
    files: dump.manifest.files.map((one) =>
      one === file ? { ...file, rows, bytes: bytes.length, sha256 } : one,
    ),
    tables: { ...dump.manifest.tables, STATUS_HIST: { rows } },
  };
  await writeSigned(join(dump.folder, MANIFEST), manifestJson(manifest), EXPORTER.privateKey);
  return openDump(dump.folder, EXPORTER.publicKey);
}

import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { type CaughtUp, catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { feedFolder, TRUTH_AFTER } from '../../src/migration/generate/generate.ts';
import { migrationModel, statusOf } from '../../src/migration/index.ts';
import { csvLine } from '../../src/migration/lx1/csv.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump, aFolder, EXPORTER, truthsOf } from '../../src/migration/testing.ts';
import type { BulkLoad } from '../../src/platform/bulk-load.ts';
import {
  type PrescriptionId,
  prescriptionKey,
  shortForm,
} from '../../src/prescriptions/prescription-id.ts';
import { aStore, digestOf, loadInto, type Store, withBulk } from './store.ts';

// Shows: Migration | changes since the export are applied once, in whole transactions; gaps stop it

let dump: Dump;
let folder: string;
let feed: string;
before(async () => {
  ({ dump, folder } = await aDump({
    prescriptions: 300,
    perPart: 150,
    dirt: 2,
    changing: 0.4,
    seed: 13,
  }));
  feed = feedFolder(folder);
});

async function loaded(): Promise<Store> {
  const store = await aStore();
  await loadInto(store, dump);
  return store;
}

function followed(store: Store, from = feed, by?: (bulk: BulkLoad) => BulkLoad): Promise<CaughtUp> {
  const where = { folder: from, publicKeyPem: EXPORTER.publicKey };
  return withBulk(store, (bulk) => catchUp(by === undefined ? bulk : by(bulk), dump, where));
}

/** The lines of the feed behind its header, and another feed of other lines. */
const header = 'CHG_SEQ,TX_ID,TX_LAST,COMMIT_TS,TABLE,OP,PK,AFTER,BEFORE\n';
const linesOf = (): string[] =>
  readFileSync(join(feed, 'CHANGE.000001.csv'), 'latin1')
    .slice(header.length)
    .split(/(?<=\n)(?=\d+,T)/);

async function aFeed(lines: readonly string[], exportId = dump.manifest.exportId): Promise<string> {
  const other = await aFolder();
  cpSync(join(feed, 'feed.000001.bin'), join(other, 'feed.000001.bin'));
  const segment = { exportId, number: 1, text: header + lines.join('') };
  await writeSegment(other, segment, EXPORTER.privateKey);
  return other;
}

describe('an old store that goes on while it is moved', () => {
  let store: Store;
  let done: CaughtUp;
  before(async () => {
    store = await loaded();
    done = await followed(store);
  });

  test('is caught up with: what waits for whom is what is true now', async () => {
    assert.ok(done.ids > 30 && done.changes === linesOf().length);
    const waiting = await store.rows.all<{ id: PrescriptionId; organisation: string }>(
      'select prescription_id as id, organisation from prescriptions.download_queue where left_at is null',
    );
    const truths = truthsOf(folder, TRUTH_AFTER).filter(({ queuedFor }) => queuedFor !== null);
    assert.deepEqual(
      waiting.map(({ id, organisation }) => `${shortForm(id)} ${organisation}`).toSorted(),
      truths.map(({ id, queuedFor }) => `${id} ${queuedFor}`).toSorted(),
    );
  });

  test('is the same as the new one, in every id', async () => {
    const { differences, ids } = await reconcile(store.database, dump);
    assert.deepEqual(differences.slice(0, 5), []);
    assert.ok(ids >= 300);
  });

  test('is shown to operators with as many ids as came, those of the feed too', async () => {
    const other = await loaded();
    const lines = linesOf();
    const id = shortForm(present(prescriptionKey('FFFFFF-A83008-FFFFF0'), 'id'));
    const gone = { PRESC_ID: id, FINAL_STATUS: '0007', PURGED_TS: '20141030', REASON: 'old' };
    const place = [String(lines.length + 1), 'T99999', 'Y', '20141030040000'];
    const row = [JSON.stringify({ PRESC_ID: id }), JSON.stringify(gone), null];
    await followed(other, await aFeed([...lines, csvLine([...place, 'TOMBSTONE', 'I', ...row])]));
    const status = present(await statusOf(other.database), 'a migration');
    assert.equal(status.ids, truthsOf(folder, TRUTH_AFTER).length + 1);
    const model = migrationModel(status, null, new Date());
    assert.ok(model.isAny && model.ids.isEven);
  });

  test('changes nothing when it is caught up with once more', async () => {
    const before = await digestOf(store);
    const again = await followed(store);
    assert.equal(again.changes, 0);
    assert.equal(await digestOf(store), before);
  });

  test('is the same after a kill between an effect and how far it goes', async () => {
    const killed = await loaded();
    const dies = (bulk: BulkLoad): BulkLoad => ({
      ...bulk,
      async copy(into, lines) {
        if (into.startsWith('migration.touched')) await bulk.close();
        return bulk.copy(into, lines);
      },
    });
    await assert.rejects(followed(killed, feed, dies));
    assert.equal((await followed(killed)).from, 0);
    assert.equal(await digestOf(killed), await digestOf(store));
  });

  test('is the same when changes come twice, and a transaction whose end is not there waits', async () => {
    const other = await loaded();
    const lines = linesOf();
    const end =
      lines.findLastIndex((line, at) => line.includes(',Y,') && at < lines.length - 1) + 1;
    const first = await followed(
      other,
      await aFeed(lines.slice(0, -1).flatMap((line) => [line, line])),
    );
    assert.equal(first.to, end);
    assert.equal((await followed(other)).to, lines.length);
    assert.equal(await digestOf(other), await digestOf(store));
  });

  test('stops before a change that is missing, and keeps what came before', async () => {
    const other = await loaded();
    const lines = linesOf();
    const middle = lines.findIndex((line, at) => at > 40 && line.includes(',Y,')) + 1;
    const gapped = await aFeed(lines.filter((_, at) => at !== middle));
    await assert.rejects(followed(other, gapped), /is missing/);
    const [row] = await other.rows.all<{ seq: string }>(
      'select change_seq::text as seq from migration.export',
    );
    assert.equal(Number(row?.seq), middle);
    assert.equal((await followed(other)).to, lines.length);
    assert.equal(await digestOf(other), await digestOf(store));
  });

  for (const [name, says, change] of [
    [
      'of another export',
      /it is of export/,
      (lines: string[]) => aFeed(lines, crypto.randomUUID()),
    ],
    [
      'with a row that is no JSON',
      /row 2: a row in it is no JSON/,
      (lines: string[]) => aFeed([String(lines[0]).replace('{', '['), ...lines.slice(1)]),
    ],
    [
      'of a table that nobody knows',
      /row 2: it is no change of a table/,
      (lines: string[]) =>
        aFeed([String(lines[0]).replace(/,[A-Z_]+,(I|U),/, ',NOTHING,$1,'), ...lines.slice(1)]),
    ],
    [
      'with a row that is gone, of which it does not say whose it was',
      /whose STATUS_HIST it is cannot be told/,
      () => aFeed([goneWithout()]),
    ],
    [
      'with a change that has no time',
      /row 2: yesterday is no time/,
      (lines: string[]) =>
        aFeed([String(lines[0]).replace(/,\d{14},/, ',yesterday,'), ...lines.slice(1)]),
    ],
    [
      'with a number that says two things',
      /says two things/,
      (lines: string[]) => aFeed([...lines.slice(0, 3), String(lines[1]).replace(',T1,', ',T9,')]),
    ],
  ] as const) {
    test(`refuses a feed ${name}`, async () => {
      const before = await digestOf(store);
      await assert.rejects(followed(await loadedOnce(), await change(linesOf())), says);
      assert.equal(await digestOf(store), before);
    });
  }

  test('refuses a feed that was altered after it was signed', async () => {
    const other = await aFeed(linesOf());
    const file = join(other, 'CHANGE.000001.csv');
    writeFileSync(file, readFileSync(file, 'latin1').replace('PENDING', 'RETURNED'), 'latin1');
    await assert.rejects(followed(await loadedOnce(), other), /not those that were signed/);
  });
});

/** The first change: a step that is gone, by its number alone. */
function goneWithout(): string {
  const key = JSON.stringify({ HIST_ID: '1' });
  return csvLine(['1', 'T1', 'Y', '20141030040000', 'STATUS_HIST', 'D', key, null, null]);
}

describe('a record that our own messages have changed', () => {
  test('is never taken back: the feed is refused', async () => {
    const other = await loaded();
    // As any message of ours: an event more, and so another head.
    await other.rows.all(
      `update prescriptions.prescription set version = version + 1, head_hash = sha256(head_hash)`,
    );
    const before = await digestOf(other);
    await assert.rejects(followed(other), /was changed here since it was moved/);
    assert.equal(await digestOf(other), before);
  });
});

let once: Promise<Store> | null = null;
/** One that refuses: nothing is ever applied to it. */
function loadedOnce(): Promise<Store> {
  once ??= loaded();
  return once;
}

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import fc from 'fast-check';

import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { load } from '../../src/migration/load/load.ts';
import { openDump } from '../../src/migration/lx1/open-dump.ts';
import { aDump, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { type BulkLoad, openBulkLoad } from '../../src/platform/bulk-load.ts';
import { Trouble } from '../../src/platform/trouble.ts';
import { aStore, digestOf, loadInto, type Store, withBulk } from './store.ts';

// Shows: Migration | faults are counted: loads and followers that are killed again and again, exports that are altered on their way

const KILLS = 25;
const EXPORTS = 200;
const SEED = 20140824;

let made: Generated;
before(async () => {
  made = await aDump({ prescriptions: 120, perPart: 24, changing: 0.4, seed: 31, dirt: 3 });
});

/** A connection that breaks when it is used for the nth time. */
async function dying(store: Store, after: number): Promise<BulkLoad> {
  const bulk = await openBulkLoad(store.url);
  let uses = 0;
  const use = async (): Promise<void> => {
    uses += 1;
    if (uses === after) await bulk.close();
  };
  return {
    ...bulk,
    async all(statement) {
      await use();
      return bulk.all(statement);
    },
    async copy(into, lines) {
      await use();
      return bulk.copy(into, lines);
    },
  };
}

/** Does it again and again, each time killed at one of its first uses of the store, and once more to its end; answers how often it was killed. */
async function killedOften(
  store: Store,
  within: number,
  work: (bulk: BulkLoad) => Promise<unknown>,
): Promise<number> {
  const places = fc.sample(fc.integer({ min: 1, max: within }), { numRuns: KILLS, seed: SEED });
  let kills = 0;
  for (const place of places) {
    const bulk = await dying(store, place);
    const isKilled = await work(bulk).then(
      () => false,
      () => true,
    );
    if (isKilled) kills += 1;
    else await bulk.close();
    await untilGone(store);
  }
  await withBulk(store, work);
  return kills;
}

/** The server has noticed that a tool is gone, and lets the next one in. */
async function untilGone({ rows }: Store): Promise<void> {
  for (;;) {
    const locks = await rows.all(`select from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`);
    if (locks.length === 0) return;
  }
}

describe('a load and a follower that are killed again and again', () => {
  test('leave the same store as those that were not', async () => {
    const [calm, killed] = [await aStore(), await aStore()];
    await loadInto(calm, made.dump);
    const loads = await killedOften(killed, 30, (bulk) => load(bulk, made.dump));
    assert.equal(await digestOf(killed), await digestOf(calm));
    const feed = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
    await withBulk(calm, (bulk) => catchUp(bulk, made.dump, feed));
    const follows = await killedOften(killed, 12, (bulk) => catchUp(bulk, made.dump, feed));
    assert.equal(await digestOf(killed), await digestOf(calm));
    assert.ok(
      loads >= 8 && follows >= KILLS / 2,
      `${loads} loads and ${follows} followers were killed`,
    );
  });
});

type Alter = (folder: string, names: readonly string[], at: number) => void;

const one = (names: readonly string[], at: number): string => String(names[at % names.length]);

/** What happens to the files of an export on their way. */
const ALTERATIONS: readonly Alter[] = [
  (folder, names, at) => {
    const path = join(folder, one(names, at));
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, at % Math.max(1, bytes.length)));
  },
  (folder, names, at) => {
    const path = join(folder, one(names, at));
    const bytes = readFileSync(path);
    const place = at % Math.max(1, bytes.length);
    if (bytes.length === 0) writeFileSync(path, 'x');
    else writeFileSync(path, bytes.fill((bytes[place] ?? 0) ^ (1 << (at % 8)), place, place + 1));
  },
  (folder, names, at) => rmSync(join(folder, one(names, at))),
  (folder, names, at) => cpSync(join(folder, one(names, at)), join(folder, `COPY.${at}.csv`)),
  (folder, names, at) => {
    const [from, to] = [join(folder, one(names, at)), join(folder, one(names, at + 1))];
    renameSync(from, `${from}.x`);
    renameSync(to, from);
    renameSync(`${from}.x`, to);
  },
  (folder, names, at) => {
    const path = join(folder, one(names, at));
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, bytes.length === 0 ? Buffer.from('x') : bytes]));
  },
];

describe(`${EXPORTS} exports that were altered on their way`, () => {
  test('are all refused before anything is loaded', async () => {
    const small = await aDump({ prescriptions: 4, seed: 37 });
    const names = readdirSync(small.dump.folder).toSorted();
    const places = fc.sample(fc.nat(1_000_000), { numRuns: EXPORTS, seed: SEED });
    const taken: string[] = [];
    for (const [n, at] of places.entries()) {
      const folder = join(small.folder, `altered-${n}`);
      cpSync(small.dump.folder, folder, { recursive: true });
      ALTERATIONS[n % ALTERATIONS.length]?.(folder, names, at);
      const refused = await openDump(folder, EXPORTER.publicKey).then(
        () => null,
        (error: unknown) => error,
      );
      if (!(refused instanceof Trouble)) taken.push(`${n}: ${at} ${String(refused)}`);
      rmSync(folder, { recursive: true });
    }
    assert.deepEqual(taken, []);
  });
});

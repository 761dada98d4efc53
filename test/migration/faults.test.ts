import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import fc from 'fast-check';

import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { inWorkers } from '../../src/migration/load/in-workers.ts';
import { load, type Progress } from '../../src/migration/load/load.ts';
import { openDump } from '../../src/migration/lx1/open-dump.ts';
import { aDump, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { type BulkLoad, openBulkLoad } from '../../src/platform/bulk-load.ts';
import { DiskFull } from '../../src/platform/database.ts';
import { Trouble } from '../../src/platform/trouble.ts';
import { times } from './counted.ts';
import { aStore, digestOf, loadInto, type Store, untilAlone, withBulk } from './store.ts';

// Shows: Migration | faults are counted: loads and followers that are killed again and again, exports that are altered on their way

const KILLS = times(20, 200);
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
    await untilAlone(store);
  }
  await withBulk(store, work);
  return kills;
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

describe('a load whose database has no more room on its disk', () => {
  test('stops and says so, at any time and on any of its threads; with room it goes on and leaves the same store', async () => {
    const [calm, full] = [await aStore(), await aStore()];
    await loadInto(calm, made.dump);
    for (const share of [0.3, 0.6, 0.95]) {
      const rows = Math.floor((share * made.truths.length * EVENTS_EACH) / 2);
      await full.rows.all(`create sequence public.room_${rows}`);
      await full.rows.all(`create function public.no_room_${rows}() returns trigger language plpgsql as
        $$ begin if nextval('public.room_${rows}') > ${rows} then
          raise exception 'could not extend file' using errcode = '53100'; end if; return new; end $$`);
      await full.rows.all(`create trigger no_room before insert on prescriptions.event
        for each row execute function public.no_room_${rows}()`);
      const loading = share > 0.9 ? loadedInThreads(full) : loadInto(full, made.dump);
      await assert.rejects(loading, DiskFull);
      await full.rows.all('drop trigger no_room on prescriptions.event');
    }
    await loadedInThreads(full);
    assert.equal(await digestOf(full), await digestOf(calm));
  });
});

const EVENTS_EACH = 2; // at least, of each prescription

function loadedInThreads(store: Store): Promise<Progress> {
  return withBulk(store, (bulk) =>
    load(bulk, made.dump, undefined, inWorkers(store.url, made.dump, 2)),
  );
}

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

// Shows: Migration | mistakes that are put into the loader are each found by the comparison, and nothing comes again
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { OF_SIGNATURES } from '../../src/migration/generate/damage.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import { Buckets } from '../../src/migration/reconcile/buckets.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump, type Generated } from '../../src/migration/testing.ts';
import { DatabaseUnavailable } from '../../src/platform/database.ts';
import { loaderWith } from './loader-with.ts';
import { downloads } from './polling.ts';
import { LOADER_BUGS } from './seeded-bugs.ts';
import { aStore, open, type Store, withBulk } from './store.ts';

/** Its old store wrote the times of releases as its clocks in London showed them. */
let made: Generated;
before(async () => {
  const { dump, ...rest } = await aDump({ prescriptions: 300, perPart: 300, dirt: 12, seed: 9 });
  const timeBasis = { ...dump.manifest.timeBasis, 'RELEASE.REL_TS': 'london-local' } as const;
  made = { ...rest, dump: { ...dump, manifest: { ...dump.manifest, timeBasis } } };
});

async function foundIn(store: Store, dump: Dump): Promise<string> {
  const { differences } = await reconcile(store.database, dump);
  return differences.map(({ id, what }) => `${id}: ${what}`).join('\n');
}

/** What pharmacies get by themselves that was never to come to them. */
async function comesAgain(store: Store): Promise<string[]> {
  await open(store);
  const queues = await store.rows.all<{ organisation: string }>(
    'select distinct organisation from prescriptions.download_queue where left_at is null',
  );
  const right = new Map(made.truths.map(({ id, queuedFor }) => [id, queuedFor]));
  const wrong: string[] = [];
  // A load leaves their signatures to the check behind it.
  const unjudged = new Set(
    made.truths.flatMap(({ id, damage }) =>
      damage !== null && OF_SIGNATURES.includes(damage) ? [id] : [],
    ),
  );
  for (const { organisation } of queues) {
    const ids = await downloaded(store, organisation);
    wrong.push(...ids.filter((id) => right.get(id) !== organisation && !unjudged.has(id)));
  }
  return wrong;
}

/** Where a wrong queue has what is over, a download says to come again, and gives nothing. */
async function downloaded({ database }: Store, organisation: string): Promise<string[]> {
  try {
    return await downloads(database, organisation);
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return [];
    throw error;
  }
}

async function tripped(store: Store): Promise<number> {
  const text = `select from platform.audit where interaction = 'tripwire'`;
  return (await store.rows.all(text)).length;
}

describe('a loader', () => {
  test('without a mistake leaves nothing that is different, and nothing comes again', async () => {
    const store = await aStore();
    const right = await loaderWith({ name: 'none', edits: [], finds: /^$/ }, 0);
    await withBulk(store, (bulk) => right(bulk, made.dump));
    assert.equal(await foundIn(store, made.dump), '');
    assert.deepEqual(await comesAgain(store), []);
    assert.equal(await tripped(store), 0);
  });

  for (const [number, bug] of LOADER_BUGS.entries()) {
    test(`is found where ${bug.name}`, async () => {
      const store = await aStore();
      const wrong = await loaderWith(bug, number + 1);
      await withBulk(store, (bulk) => wrong(bulk, made.dump));
      assert.match(await foundIn(store, made.dump), bug.finds);
      if (bug.trips !== true) return;
      assert.deepEqual(await comesAgain(store), []);
      assert.ok((await tripped(store)) > 0, 'the tripwire was silent');
    });
  }

  test('that does one thing twice and another never is found: sums do not cancel as an exclusive or does', () => {
    const view = {
      fate: 'live',
      about: ['', '', ''],
      issues: [],
      waitsFor: '',
      had: [],
      pending: 0,
      messages: [],
    } as const;
    const [twice, never] = [new Buckets(), new Buckets()];
    for (const id of ['a', 'a']) twice.add(id, view);
    assert.equal(never.differing(twice).length, 1);
  });
});

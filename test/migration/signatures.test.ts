// Shows: Migration | the signature of each old order is judged before anything is handed out: those that are not good are held, by what is wrong with them
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { gatesOfStore } from '../../src/migration/cut-over/gates.ts';
import { OF_SIGNATURES } from '../../src/migration/generate/damage.ts';
import { feedFolder, TRUTH_AFTER } from '../../src/migration/generate/generate.ts';
import { newSigners } from '../../src/migration/generate/signers.ts';
import type { Truth } from '../../src/migration/generate/truth.ts';
import { load } from '../../src/migration/load/load.ts';
import type { Plan } from '../../src/migration/plan/plan.ts';
import { compared, planFor } from '../../src/migration/scenario/switch.ts';
import { checkSignatures } from '../../src/migration/signatures/check.ts';
import { judgeInWorkers } from '../../src/migration/signatures/in-workers.ts';
import { judgeHere } from '../../src/migration/signatures/judge.ts';
import { judgedIn } from '../../src/migration/signatures/repository.ts';
import { aDump, EXPORTER, type Generated, SIGNERS, truthsOf } from '../../src/migration/testing.ts';
import { type BulkLoad, openBulkLoad } from '../../src/platform/bulk-load.ts';
import { aStore, digestOf, judgeAll, loadInto, type Store, untilAlone, withBulk } from './store.ts';

let made: Generated;
let plan: Plan;
before(async () => {
  made = await aDump({ prescriptions: 500, perPart: 250, dirt: 40, changing: 0.5, seed: 48 });
  plan = await planFor({ ...made, keys: EXPORTER });
});

const isBadlySigned = ({ damage }: Truth): boolean =>
  damage !== null && OF_SIGNATURES.includes(damage);

function countsOf(texts: readonly (string | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) if (text !== null) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

const REASONS: Readonly<Record<string, string>> = {
  'changed after it was signed': "Signature doesn't match prescription",
  'with another signature value': 'Signature is invalid',
  'not signed': 'Not signed',
  'of an unknown authority': 'Certificate not trusted',
  'signed too late': 'Certificate expired when signed',
};

const reasonsOf = (truths: readonly Truth[]): Record<string, number> =>
  countsOf(truths.map(({ damage }) => REASONS[damage ?? ''] ?? null));

async function heldIn({ rows }: Store): Promise<string[]> {
  const held = await rows.all<{ id: string }>(`
    select prescription_id as id from prescriptions.prescription where state->>'held' is not null order by 1`);
  return held.map(({ id }) => id);
}

async function waitingIn({ rows }: Store): Promise<string[]> {
  const waiting = await rows.all<{ line: string }>(`
    select prescription_id || ' ' || organisation as line from prescriptions.download_queue
    where left_at is null order by 1`);
  return waiting.map(({ line }) => line);
}

const shouldBeHeld = (truths: readonly Truth[]): string[] =>
  truths.flatMap(({ id, isHeld }) => (isHeld ? [id.slice(0, -1)] : [])).toSorted();
const shouldWait = (truths: readonly Truth[]): string[] =>
  truths
    .flatMap(({ id, queuedFor }) => (queuedFor === null ? [] : [`${id.slice(0, -1)} ${queuedFor}`]))
    .toSorted();

async function gateIn(store: Store, name: string): Promise<string> {
  const gate = (await gatesOfStore(store.database, plan)).find((one) => one.name === name);
  return `${gate?.isGreen === true ? 'green' : 'red'}: ${gate?.evidence}`;
}

describe('the orders of an old store', () => {
  let store: Store;
  before(async () => {
    store = await aStore();
    await withBulk(store, (bulk) => load(bulk, made.dump));
  });

  test('are not handed out before their signatures are judged: a gate is red', async () => {
    const bad = made.truths.filter(isBadlySigned);
    assert.ok(bad.length >= 3);
    assert.match(await gateIn(store, 'signatures'), /^red: 0 orders are judged/);
    assert.notDeepEqual(await heldIn(store), shouldBeHeld(made.truths));
  });

  test('are held where they are not signed as they should be, also by a check that is killed on its way', async () => {
    const authorities = SIGNERS.authorities;
    const judge = await judgeHere(authorities);
    const given = { feed: feedFolder(made.folder), authorities, judge, atOnce: 60 };
    for (const dies of [2, 5]) {
      const bulk = await openBulkLoad(store.url);
      let together = 0;
      const dying: BulkLoad = {
        ...bulk,
        together(work) {
          together += 1;
          return bulk.together(async () => {
            const value = await work();
            if (together === dies) await bulk.close();
            return value;
          });
        },
      };
      await assert.rejects(checkSignatures(dying, made.dump, given));
      await untilAlone(store);
    }
    assert.match(
      await gateIn(store, 'signatures'),
      /^red: [1-9]\d+ orders are judged, and not all/,
    );
    const done = await withBulk(store, (bulk) => checkSignatures(bulk, made.dump, given));
    assert.ok(done.now > 0 && done.now < done.judged);
    assert.equal(done.judged, done.of);
    assert.deepEqual(await heldIn(store), shouldBeHeld(made.truths));
    assert.deepEqual(await waitingIn(store), shouldWait(made.truths));
    assert.match(
      await gateIn(store, 'signatures'),
      /^green: all \d+ orders are judged; not good: /,
    );
  });

  test('are counted by what is wrong with them, in the plan and in the report', async () => {
    const { bad } = await judgedIn(store.database, made.dump.manifest.exportId);
    assert.deepEqual(bad, reasonsOf(made.truths));
    const planned = plan.signatures.map(({ because, count }) => [because, count]);
    assert.deepEqual(Object.fromEntries(planned), bad);
    assert.match(await gateIn(store, 'classes'), /^green/);
  });

  test('are the same as the old store has them, and as another check makes them', async () => {
    const found = await compared({ ...made, database: store.database });
    assert.deepEqual(found.differences, []);
    assert.match(await gateIn(store, 'report'), /^green/);
    const other = await aStore();
    const judging = await judgeInWorkers(SIGNERS.authorities, 2);
    await withBulk(other, async (bulk) => {
      await load(bulk, made.dump);
      await judgeAll(bulk, made.dump, judging.judge);
    });
    await judging.close();
    assert.equal(await digestOf(other), await digestOf(store));
    const again = await withBulk(other, (bulk) => judgeAll(bulk, made.dump));
    assert.equal(again.now, 0);
  });

  test('are judged as they come by the feed, and those that are the same as before are as they were', async () => {
    const feed = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
    await withBulk(store, (bulk) => catchUp(bulk, made.dump, feed));
    const truths = truthsOf(made.folder, TRUTH_AFTER);
    const ofFeed = new Set(truths.map(({ id }) => id)).difference(
      new Set(made.truths.map(({ id }) => id)),
    );
    assert.ok(truths.some((truth) => isBadlySigned(truth) && ofFeed.has(truth.id)));
    assert.deepEqual(await heldIn(store), shouldBeHeld(truths));
    assert.deepEqual(await waitingIn(store), shouldWait(truths));
    const { bad } = await judgedIn(store.database, made.dump.manifest.exportId);
    assert.deepEqual(bad, reasonsOf(truths));
    // One that was followed first and judged then is the same.
    const other = await aStore();
    await withBulk(other, async (bulk) => {
      await load(bulk, made.dump);
      await catchUp(bulk, made.dump, feed);
      await judgeAll(bulk, made.dump);
    });
    assert.equal(await digestOf(other), await digestOf(store));
  });
});

describe('orders that were judged by the wrong authorities', () => {
  test('are judged once more by the right ones, and are as if they had been judged by these alone', async () => {
    const few = await aDump({ prescriptions: 60, perPart: 60, dirt: 5, seed: 61 });
    const [store, right] = [await aStore(), await aStore()];
    await loadInto(right, few.dump);
    const { authorities } = await newSigners();
    const wrong = await withBulk(store, async (bulk) => {
      await load(bulk, few.dump);
      return judgeAll(bulk, few.dump, undefined, authorities);
    });
    assert.ok(wrong.made > wrong.judged * 0.9);
    assert.match(await gateIn(store, 'signatures'), /^red: /);
    await withBulk(store, (bulk) => judgeAll(bulk, few.dump));
    assert.equal(await digestOf(store), await digestOf(right));
  });

  test('are judged by nobody where no certificate of an authority can be read', async () => {
    await assert.rejects(judgeHere('no certificate'), /no certificate of an authority/);
  });
});

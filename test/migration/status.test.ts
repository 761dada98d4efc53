// Shows: Migration | how far a load or a catch-up is, its rate, the time that is left, how far behind the old store, and the next gate: for people, a program and the page
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { ranOn } from '../../src/cli/testing.ts';
import { present } from '../../src/kernel/bug.ts';
import { catchUp, type Followed } from '../../src/migration/catch-up/catch-up.ts';
import { catchUpCommand } from '../../src/migration/catch-up/cli.ts';
import { committedAt } from '../../src/migration/catch-up/feed-end.ts';
import { progressLine } from '../../src/migration/catch-up/progress.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { migrationModel, statusOf } from '../../src/migration/index.ts';
import { load, loadAll } from '../../src/migration/load/load.ts';
import { PLAN_KEY, planJson } from '../../src/migration/plan/plan.ts';
import { planFor } from '../../src/migration/scenario/switch.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { signingKeyIn } from '../../src/migration/signing-key.ts';
import { statusCommand } from '../../src/migration/status/cli.ts';
import type { Status } from '../../src/migration/status/handle.ts';
import { aDump, aFolder, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aStore, loadInto, type Store, untilAlone, withBulk } from './store.ts';

const COMMANDS = [statusCommand, catchUpCommand];
const HALF = 400; // of the changes of the feed

let made: Generated;
let feed: { readonly folder: string; readonly publicKeyPem: string };
let changes: { readonly last: boolean; readonly at: number }[];
before(async () => {
  made = await aDump({ prescriptions: 700, perPart: 600, dirt: 1, changing: 0.3, seed: 61 });
  feed = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
  const text = readFileSync(join(feed.folder, 'CHANGE.000001.csv'), 'latin1');
  changes = [...text.matchAll(/^\d+,T\d+,([YN]),(\d{14}),/gm)].map(([, last, stamp]) => ({
    last: last === 'Y',
    at: present(committedAt(stamp ?? ''), 'a commit').getTime() / 1000,
  }));
});

async function seen({ database }: Store): Promise<Status> {
  return present(await statusOf(database), 'a migration');
}

/** Both forms of what a command prints, and the facts of the page. */
async function shown(store: Store, ...words: string[]): Promise<{ text: string; json: Json }> {
  const text = await ranOn(store.url, COMMANDS, ['migrate', 'status', ...words]);
  const json = await ranOn(store.url, COMMANDS, ['migrate', 'status', ...words, '-o', 'json']);
  assert.deepEqual([text.code, json.code, text.stderr], [0, 0, '']);
  const read: Json = JSON.parse(json.stdout);
  return { text: text.stdout, json: read };
}

type Json = Pick<Status, 'state' | 'isAtWork' | 'progress' | 'lag'> & {
  readonly gate?: { readonly name: string } | null;
};

async function onPage(store: Store, fact: string): Promise<string> {
  const model = migrationModel(await seen(store), null, new Date());
  assert.ok(model.isAny);
  return present(
    model.facts.find(([name]) => name === fact),
    fact,
  )[1];
}

/** The change up to which whole transactions are applied where no more than so many are wanted. */
function wholeUpTo(most: number): number {
  return changes.slice(0, most).findLastIndex(({ last }) => last) + 1;
}

describe('the status of a move', () => {
  test('has how far a load is, its rate and the time that is left, and once it was ended that nobody works on it', async () => {
    const store = await aStore();
    const during: Status[] = [];
    const dies = withBulk(store, (bulk) =>
      load(bulk, made.dump, undefined, async ([first], onUnit) => {
        await loadAll(bulk, made.dump, [present(first, 'a part')], onUnit);
        during.push(await seen(store));
        throw new Error('killed');
      }),
    );
    await assert.rejects(dies, /killed/);
    const [running] = during;
    const { progress } = present(running, 'a look');
    assert.ok(running?.isAtWork === true && progress !== null);
    const total = ['PRESCRIPTION', 'TOMBSTONE'].reduce(
      (all, table) => all + (made.dump.manifest.tables[table]?.rows ?? 0),
      0,
    );
    assert.deepEqual([running.state, progress.what, progress.of], ['LOADING', 'ids', total]);
    assert.ok(progress.done >= 600 && progress.done === running.ids, String(progress.done));
    const { perSecond, secondsLeft } = progress;
    assert.ok(perSecond > 0 && secondsLeft !== null && secondsLeft > 0);
    assert.ok(Math.abs(secondsLeft - (total - progress.done) / perSecond) <= 1);

    await untilAlone(store);
    const { text, json } = await shown(store);
    assert.deepEqual([json.isAtWork, json.progress?.secondsLeft], [false, null]);
    const words = `${progress.done} of about ${total} ids; nobody works on it: run the same command again`;
    assert.match(text, new RegExp(`^on its way: ${words}$`, 'm'));
    assert.equal(await onPage(store, 'On its way'), words);

    await loadInto(store, made.dump);
    assert.equal((await seen(store)).progress, null);
    assert.match(
      (await shown(store)).text,
      /^on its way: nothing\nbehind the old store: not known/m,
    );
  });

  test('has how far behind the old store it is, in changes and in seconds of its commits', async () => {
    const store = await aStore();
    await loadInto(store, made.dump);
    const looked: Followed[] = [];
    const at = { ...feed, isMeasured: true, upTo: HALF } as const;
    await withBulk(store, (bulk) => catchUp(bulk, made.dump, at, (one) => looked.push(one)));
    const applied = wholeUpTo(HALF);
    const behind = {
      changes: changes.length - applied,
      seconds:
        present(changes.at(-1), 'a change').at - present(changes[applied - 1], 'a change').at,
    };
    assert.ok(behind.changes > 100 && behind.seconds > 1, JSON.stringify(behind));
    const [told] = looked;
    assert.deepEqual([told?.to, told?.lagSeconds], [applied, behind.seconds]);
    const { json, text } = await shown(store);
    const { lag, progress } = json;
    assert.deepEqual([lag?.changes, lag?.seconds], [behind.changes, behind.seconds]);
    assert.deepEqual([progress?.what, progress?.done], ['changes', applied]);
    assert.match(text, new RegExp(`^behind the old store: ${behind.changes} changes, \\d+ `, 'm'));
    assert.match(
      await onPage(store, 'Behind the old store'),
      new RegExp(`^${behind.changes} changes`),
    );

    const key = join(await aFolder(), 'key.pem');
    writeFileSync(key, EXPORTER.publicKey);
    const words = ['migrate', 'catch-up', made.dump.folder, feed.folder, '--key', key];
    const { code, stderr } = await ranOn(store.url, COMMANDS, words);
    assert.equal(code, 0, stderr);
    const { length } = changes;
    const line = `change ${length} of ${length} is applied, \\d+ a second, about 0 s left; 0 changes and 0 s behind`;
    assert.match(stderr, new RegExp(line));
    const after = await shown(store);
    assert.deepEqual([after.json.lag?.changes, after.json.lag?.seconds], [0, 0]);
    assert.equal(after.json.progress, null);
  });

  test('has by its plan how far the feed goes now, and the first gate that is red', async () => {
    const store = await aStore();
    await loadInto(store, made.dump);
    const plan = await planFor({ ...made, keys: EXPORTER });
    const folder = await aFolder();
    const file = join(folder, 'plan.json');
    await writeSigned(file, planJson(plan), await signingKeyIn(folder, PLAN_KEY));
    const before = await shown(store, file);
    const seconds = present(changes.at(-1), 'a change').at - present(changes[0], 'a change').at;
    assert.deepEqual(
      [before.json.lag?.changes, before.json.lag?.seconds],
      [changes.length, seconds],
    );
    assert.equal(before.json.gate?.name, 'lag');
    assert.match(before.text, /^next gate: lag: change 0 of \d+ is applied/m);
    await withBulk(store, (bulk) => catchUp(bulk, made.dump, feed));
    const after = await shown(store, file);
    assert.equal(after.json.gate?.name, 'report');
    assert.match(after.text, /^next gate: report: none: spine migrate reconcile$/m);
    assert.match(after.text, /^next step: ready, done when all gates are green$/m);
  });
});

test('the progress of a catch-up has its rate, the time that is left, and how far behind it is', () => {
  const end = { last: 9000, lastAt: new Date(900_000), appliedAt: null, lagSeconds: 900 };
  const followed = { from: 1000, to: 3000, changes: 2000, ids: 70, end, lagSeconds: 600 };
  assert.equal(
    progressLine(followed, 10),
    'change 3000 of 9000 is applied, 200 a second, about 30 s left; 6000 changes and 10 min behind',
  );
  assert.equal(
    progressLine({ ...followed, end: null }, 10),
    'applied up to change 3000, 200 a second',
  );
});

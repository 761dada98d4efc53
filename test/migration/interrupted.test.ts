// Shows: Migration | at every step of the switch the database is lost, the old store cannot be reached, people are mistaken: it stands in a named state, and goes on
import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import type { Rig } from '../../src/migration/cut-over/cut-over.ts';
import { fallBack } from '../../src/migration/cut-over/fall-back.ts';
import {
  keepStep,
  stepsOf,
  type Taken,
  takeInHand,
} from '../../src/migration/cut-over/repository.ts';
import { STEPS, stepCalled } from '../../src/migration/cut-over/steps.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { digestOf } from '../../src/migration/plan/plan.ts';
import { stopped } from '../../src/migration/scenario/switch.ts';
import { aFolder } from '../../src/migration/testing.ts';
import type { BulkLoad } from '../../src/platform/bulk-load.ts';
import { DatabaseUnavailable } from '../../src/platform/database.ts';
import { times } from './counted.ts';
import { aBulk, untilAlone } from './store.ts';
import { askAll, aSwitch, at, should, type Switch, take, waited } from './switching.ts';

const KILLS = times(2, 5); // of each step
const SWITCH = STEPS.filter(({ to }) => to !== 'CLOSED');

let made: Switch;
before(async () => {
  made = await aSwitch(23);
  await stopped(made.switching);
});

/** The server ends every session of the store, as when it is lost, when the tool uses it for the nth time. */
function losing(made: Switch, bulk: BulkLoad, nth: number): BulkLoad {
  let uses = 0;
  const use = async (): Promise<void> => {
    uses += 1;
    if (uses !== nth) return;
    await made.store.rows.all(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
  };
  return {
    ...bulk,
    all: async (statement) => (await use(), bulk.all(statement)),
    copy: async (into, lines) => (await use(), bulk.copy(into, lines)),
  };
}

async function withNewTool(): Promise<Rig> {
  const bulk = await aBulk(made.store);
  made = { ...made, rig: { ...made.rig, bulk }, switching: { ...made.switching, bulk } };
  return made.rig;
}

/** Sessions that the server has ended are noticed by whoever uses them next. */
async function answered<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    }
  }
}

/** A step with the database lost at each of its first uses; answers how often that stopped it. */
async function lostAt(name: (typeof SWITCH)[number]['name']): Promise<number> {
  const step = present(stepCalled(name), 'step');
  let losses = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await made.rig.bulk.close();
    await untilAlone(made.store);
    const rig = await withNewTool();
    const nth = 2 + ((kill * 3) % 7);
    const isLost = await take(
      { ...made, rig: { ...rig, bulk: losing(made, rig.bulk, nth) } },
      name,
    ).then(
      () => false,
      () => true,
    );
    if (isLost) losses += 1;
    const state = await answered(() => at(made));
    assert.ok([step.from, step.to].includes(state), `${name}: ${state}`);
  }
  await made.rig.bulk.close();
  await untilAlone(made.store);
  await withNewTool();
  return losses;
}

/** What makes the old store's feed and word unreadable, and takes that back. */
const CUTS: readonly ((feed: string) => () => void)[] = [
  (feed) => {
    renameSync(feed, `${feed}.away`);
    return () => renameSync(`${feed}.away`, feed);
  },
  (feed) => gone(feed, 'CHANGE.000001.json.sig'),
  (feed) => short(feed, 'CHANGE.000001.csv'),
  (feed) => short(feed, 'CHANGE.000001.json'),
];

function gone(feed: string, name: string): () => void {
  const bytes = readFileSync(join(feed, name));
  rmSync(join(feed, name));
  return () => writeFileSync(join(feed, name), bytes);
}

function short(feed: string, name: string): () => void {
  const bytes = readFileSync(join(feed, name));
  writeFileSync(join(feed, name), bytes.subarray(0, bytes.length / 2));
  return () => writeFileSync(join(feed, name), bytes);
}

describe('a switch', () => {
  test('that is taken out of its turn, at any state, says which step is next', async () => {
    let refusals = 0;
    for (const last of ['ready', 'drain', 'freeze'] as const) {
      for (const { name, from } of SWITCH) {
        const state = await at(made);
        const isNext = from === state;
        const isBehind = SWITCH.findIndex((one) => one.name === name) < indexAt(state);
        if (isNext || isBehind) continue;
        await assert.rejects(take(made, name), new RegExp(`stands at ${state}`));
        assert.equal(await at(made), state);
        refusals += 1;
      }
      await take(made, last);
    }
    assert.ok(refusals >= 27, `${refusals}`);
  });

  test('by another plan, or undone twice, is refused', async () => {
    const other = { ...made.rig, plan: { ...made.rig.plan, planId: crypto.randomUUID() } };
    await assert.rejects(take({ ...made, rig: other }, 'final'), /begun by another plan/);
    await fallBack(made.rig, await aFolder());
    await assert.rejects(fallBack(made.rig, await aFolder()), /nothing to undo/);
    await stopped(made.switching);
  });

  test('that two have in hand is done by the later one alone', async () => {
    const { rig } = made;
    const { exportId } = rig.plan;
    const first = await takeInHand(rig.bulk, exportId, digestOf(rig.plan));
    await takeInHand(rig.bulk, exportId, digestOf(rig.plan));
    const common = { exportId, step: 'open-writes', by: 'first', beganAt: new Date() };
    const opening = { takesMessages: true, downloads: 100, doesDue: true } as const;
    const evidence = null;
    const taken: Taken = { ...common, standing: first, to: 'SWITCHED_RW', opening, evidence };
    await assert.rejects(keepStep(rig.bulk, taken), /somebody else has the switch in hand/);
    assert.deepEqual(await askAll(made, waited(made).keys()), []);
  });

  for (const step of ['drain', 'freeze', 'final', 'verify', 'open-writes'] as const) {
    test(`waits at ${step} while the old store cannot be reached`, async () => {
      const before = SWITCH.slice(
        0,
        SWITCH.findIndex(({ name }) => name === step),
      );
      for (const { name } of before) await take(made, name);
      const state = await at(made);
      const needsFeed = step !== 'drain' && step !== 'freeze';
      const word = step === 'drain' ? 'DRAINED.json' : 'FROZEN.json';
      const cuts = needsFeed ? CUTS : [CUTS[0], (feed: string) => short(feed, word)];
      for (const cut of cuts) {
        const mend = present(cut, 'cut')(feedFolder(made.switching.folder));
        try {
          await assert.rejects(take(made, step));
          assert.equal(await at(made), state);
        } finally {
          mend();
        }
      }
    });
  }

  test('is undone while the old store cannot be reached, and begins once more', async () => {
    const mend = present(CUTS[0], 'cut')(feedFolder(made.switching.folder));
    const undone = await fallBack(made.rig, await aFolder());
    mend();
    assert.equal(undone.kind, '0');
    await stopped(made.switching);
  });

  test(`whose database is lost ${KILLS} times at every step does each once, and lets everybody have what is theirs`, async () => {
    let losses = 0;
    for (const { name } of SWITCH) {
      losses += await lostAt(name);
      await answered(() => take(made, name));
    }
    assert.ok(losses >= SWITCH.length, `${losses}`);
    const rows = await stepsOf(made.store.database, made.rig.plan.exportId);
    const undone = rows.findLastIndex(({ step }) => step === 'fall-back');
    const done = rows.slice(undone + 1).filter(({ isDone }) => isDone);
    assert.deepEqual(
      done.map(({ step }) => step),
      SWITCH.map(({ name }) => name),
    );
    const pharmacies = [...waited(made).keys()];
    assert.deepEqual(await askAll(made, pharmacies), should(made, pharmacies));
  });
});

function indexAt(state: string): number {
  return SWITCH.findIndex(({ from }) => from === state);
}

after(() => made.rig.bulk.close());

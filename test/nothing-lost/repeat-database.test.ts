// Shows: Repeat dispensing | 1,000 histories of issues 1 to n on a database go as the model says and leave every invariant whole
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import fc from 'fast-check';

import { aSpine } from '../../src/prescriptions/testing.ts';
import { createDatabase } from '../support/database.ts';
import { assertInvariants } from './invariants.ts';
import { seedOf } from './random.ts';
import type { Step } from './repeat-commands.ts';
import { type RepeatOnDatabase, RepeatWorld } from './repeat-database.ts';
import { messages, onModel, orders } from './repeat-history.ts';
import { RepeatModel } from './repeat-model.ts';
import { openRows } from './rows.ts';

const AT_ONCE = 20; // prescriptions of one world: time passes for all of them together
const WORLDS = 50;
const ROUNDS_MAX = 14;

const seed = seedOf(process.env);
let made: Awaited<ReturnType<typeof createDatabase>>;
let rows: ReturnType<typeof openRows>;
let runs = 0;

before(async () => {
  made = await createDatabase();
  rows = openRows(made.url);
  // No server is killed here, so that no commit need wait for the disk.
  await rows.all(
    `alter database ${new URL(made.url).pathname.slice(1)} set synchronous_commit = off`,
  );
});
after(async () => {
  await rows.close();
  await made.drop();
});

/** Days that pass, and what is then sent about each prescription. */
const rounds = fc.array(
  fc.record({
    days: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 90, max: 200 }) },
    ),
    said: fc.array(fc.array(messages, { maxLength: 4, size: 'max' }), {
      minLength: AT_ONCE,
      maxLength: AT_ONCE,
    }),
  }),
  { minLength: ROUNDS_MAX / 2, maxLength: ROUNDS_MAX, size: 'max' },
);

type History = { readonly real: RepeatOnDatabase; readonly model: RepeatModel; ids: string[] };

test('histories of repeat dispensing on a database go as the model says, and leave every invariant whole', async () => {
  const counts = { steps: 0, gone: 0, issues: 0 };
  const world = fc.record({
    orders: fc.array(orders, { minLength: AT_ONCE, maxLength: AT_ONCE }),
    rounds,
  });
  const property = fc.asyncProperty(world, async (told) => {
    const [first] = told.orders;
    const days = new RepeatWorld(aSpine(made.database), first?.on ?? '');
    const histories = await Promise.all(told.orders.map((order) => begun(days, order)));
    for (const { days: passed, said } of told.rounds) {
      await Promise.all(
        histories.map(async (history, n) => {
          const sent = await tell(history, said[n] ?? [], days.today);
          counts.steps += sent;
        }),
      );
      await days.pass(passed);
      for (const { model } of histories) model.pass(days.today);
    }
    for (const history of histories) {
      const view = await same(history, days.today);
      counts.gone += view === null ? 1 : 0;
      counts.issues += view?.current ?? 0;
    }
    await assertInvariants(
      rows,
      histories.map(({ real }) => real.id),
    );
  });
  const started = performance.now();
  await fc.assert(property, { seed, numRuns: WORLDS, endOnFailure: true });
  await assertInvariants(rows);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `repeat dispensing on a database: ${runs} histories, ${counts.steps} messages, ${counts.gone} deleted (${seconds} s, seed ${seed})\n`,
  );
  assert.ok(counts.gone > 0 && counts.issues > runs);
});

type Order = { readonly issues: number; readonly fewer: number; readonly daysSupply: number };

async function begun(world: RepeatWorld, told: Order): Promise<History> {
  const { issues, fewer, daysSupply } = told;
  const ids = [randomUUID(), randomUUID()];
  const items = Object.fromEntries(
    ids.map((id, n) => [id, n === 0 ? issues : Math.min(issues, fewer)]),
  );
  const order = { prescribedOn: world.today, daysSupply, items };
  const real = await world.sent(order, (runs += 1));
  return { real, model: new RepeatModel(order), ids };
}

/** One message after the other, each answered as the model says; nothing any more when the record is gone. */
async function tell(
  { real, model, ids }: History,
  said: readonly Exclude<Step, { do: 'pass' }>[],
  today: string,
): Promise<number> {
  if (model.view() === null || (await real.view()) === null) return 0;
  for (const step of said) {
    const story = `${real.id} ${JSON.stringify(step)} on ${today}`;
    assert.equal(await real.act(step), onModel(model, step, today, ids), story);
  }
  if (said.length > 0) assert.deepEqual(await real.view(), model.view(), `${real.id} on ${today}`);
  return said.length;
}

async function same({ real, model }: History, story: string) {
  const view = await real.view();
  // The model follows no record that is over to its end.
  if (view !== null) assert.deepEqual(view, model.view(), `${real.id} ${story}`);
  return view;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import { openAgents } from './agents.ts';
import { openRecorder } from './record.ts';
import { measuresSince } from './repository.ts';
import type { Readings } from './since.ts';

// Shows: Operations | what a process counted is kept when it ends, and once although the answer to it is lost

const database = testDatabase();

const FIGURES = { connections: 1, underWay: 0, waiting: 0, requestsUnderWay: 0, requestsMost: 1 };

function readings(value: number): Readings {
  const labels = { interface: 'sds', interaction: 'Device', outcome: 'accepted' };
  return { requests: [{ labels, value }], times: [], messages: [], sites: [], refusals: [] };
}

async function counted(datacentre: string): Promise<number> {
  const rows = await measuresSince(database().database, 3600, new Date(0));
  const own = rows.filter((row) => row.datacentre === datacentre);
  return own.reduce((sum, { accepted }) => sum + accepted, 0);
}

const recorderOn = (store: Database, datacentre: string, total: () => number) =>
  openRecorder({
    database: store,
    datacentre,
    totals: async () => readings(total()),
    figures: () => FIGURES,
    agents: openAgents(),
    onFailure: (error) => assert.fail(String(error)),
    everyMs: 20,
  });

test('what a process counted last is kept when it ends', async () => {
  const recorder = recorderOn(database().database, 'a', () => 7);
  await recorder.close();
  assert.equal(await counted('a'), 7);
});

test('what was kept without an answer is told again, and counts once', async () => {
  const { database: store } = database();
  const lost = Promise.withResolvers<void>();
  let total = 5;
  let tries = 0;
  const write: Database['write'] = async (statement) => {
    const rows = await store.write(statement);
    tries += 1;
    if (tries <= 2) throw new DatabaseUnavailable('the answer is lost');
    lost.resolve();
    return rows as never;
  };
  const recorder = recorderOn({ ...store, write }, 'b', () => total);
  await lost.promise;
  total = 12;
  await recorder.close();
  assert.equal(await counted('b'), 12);
  assert.ok(tries >= 4, String(tries));
});

// Shows: Datacentres | a database in each: one that dies or is cut off loses nothing that was acknowledged, and the other goes on
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { openDatabase } from '../../src/platform/database.ts';
import type { Site } from '../../src/platform/replicated-postgres.ts';
import { freePort } from '../support/ports.ts';
import { missing, Reader, testCluster, until, Writers } from './cluster.ts';

const RECOVERS_MS = 60_000;
const GAP_MAX_MS = 30_000; // [RELIABILITY 1], as is the next
const READ_MAX_MS = 5_000;

const other = (site: Site): Site => (site === 'a' ? 'b' : 'a');

describe('databases in two datacentres', { skip: missing() }, async () => {
  const cluster = testCluster(await freePort());
  let writers: Writers;
  const healthy = () =>
    until(cluster(), (one) => one.isDurableInBoth && one.canTakeOver !== null, RECOVERS_MS);
  const primary = async (): Promise<Site> => {
    const { primary: site } = await healthy();
    assert.ok(site !== null);
    return site;
  };

  before(async () => {
    const database = openDatabase({ url: cluster().urlOf('a') });
    await database.write({ text: 'create table written (number int primary key)', values: [] });
    await database.close();
    writers = new Writers(cluster());
  });

  test('either site leads to the one that takes writes', async () => {
    const { sites, primary: first } = await healthy();
    assert.ok(first !== null);
    assert.deepEqual([sites[first]?.role, sites[other(first)]?.role], ['primary', 'standby']);
  });

  test('the power of the primary’s site fails: the other takes writes within 30 s, and is read within 5 s', async () => {
    const failed = await primary();
    const reader = new Reader(cluster(), other(failed));
    await delay(500);
    writers.longestGap();
    cluster().fail(failed);
    await until(cluster(), (status) => status.primary === other(failed), RECOVERS_MS);
    const unreadMs = await reader.end();
    assert.ok(unreadMs < READ_MAX_MS, `nothing read for ${unreadMs} ms`);
    cluster().restore(failed);
    await healthy();
    const gap = writers.longestGap();
    assert.ok(gap < GAP_MAX_MS, `no write for ${gap} ms`);
  });

  test('the primary’s site is cut off while clients write: it takes no more, the other does; healed, it follows', async () => {
    const cut = await primary();
    writers.longestGap();
    cluster().cut(cut, [other(cut), 'witness']);
    await until(
      cluster(),
      ({ sites }) => sites[other(cut)]?.role === 'primary' && sites[cut]?.role !== 'primary',
      RECOVERS_MS,
    );
    cluster().heal();
    const { sites } = await healthy();
    assert.equal(sites[cut]?.role, 'standby');
    assert.equal(sites[cut]?.timeline, sites[other(cut)]?.timeline);
    const gap = writers.longestGap();
    assert.ok(gap < GAP_MAX_MS, `no write for ${gap} ms`);
  });

  test('nothing that was acknowledged is lost', async () => {
    const { acknowledged, lost } = await writers.lost();
    assert.ok(acknowledged > 100, String(acknowledged));
    assert.deepEqual(lost, []);
    process.stdout.write(
      `two databases: ${acknowledged} writes acknowledged, ${lost.length} lost\n`,
    );
  });
});

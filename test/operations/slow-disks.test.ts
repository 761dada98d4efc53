// Shows: Operations | a disk of a database that has become slow: log, metric, page and spine doctor name it, and no longer once it is quick
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import pg from 'pg';

import { slowDiskCheck } from '../../src/installation/doctor.ts';
import { afterFlushes, type Disk, isSlow, SLOW_MS } from '../../src/operations/disks/disks.ts';
import { disksIn } from '../../src/operations/disks/jobs.ts';
import { datacentresPage } from '../../src/operations/datacentres/pages.ts';
import { flushTimesAt } from '../../src/platform/flush-times.ts';
import type { LogEntry } from '../../src/platform/log.ts';
import { openMetrics } from '../../src/platform/measures/metrics.ts';
import { type Postgres, startPostgres } from '../../src/platform/postgres.ts';
import { sql } from '../../src/platform/sql.ts';
import { diskGauge, slowDiskLines, slowDisksJob } from '../../src/slow-disks.ts';
import { testConfig } from '../support/config.ts';
import { testDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';

const store = testDatabase();

describe('a slow disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-slow-'));
  let server: Postgres;
  let port: number;

  before(async () => {
    port = await freePort();
    server = await startPostgres({ dataDir: folder, port, log: () => undefined });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** PostgreSQL itself waits so long before each flush. */
  async function delayFlushes(ms: number): Promise<void> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`alter system set commit_delay = ${ms * 1_000}`);
    await client.query('alter system set commit_siblings = 0');
    await client.query('select pg_reload_conf()');
    await client.end();
    const isSo = async (): Promise<boolean> => {
      const [own] = await flushTimesAt(server.url);
      return own !== undefined && own.ms > ms && (ms > 0 || own.ms < SLOW_MS);
    };
    for (const until = performance.now() + 30_000; !(await isSo()); ) {
      assert.ok(performance.now() < until, 'the delay is not there');
    }
  }

  test('is told of once, wherever somebody looks', async () => {
    const { database, url } = store();
    const logged: LogEntry[] = [];
    const job = slowDisksJob(database, testConfig(url, { databaseUrl: server.url }), (entry) =>
      logged.push(entry),
    );
    const look = async (): Promise<number> => {
      logged.length = 0;
      await job.run(() => Promise.resolve(true));
      return logged.length;
    };
    assert.equal(await slowDiskLines(url), null, 'nobody has looked yet');
    assert.deepEqual(slowDiskCheck(null), []);
    await delayFlushes(50);
    assert.equal(await job.hasWork(), true);
    assert.equal(await look(), 0, 'once is an accident');
    assert.equal(await job.hasWork(), false, 'it was looked at just now');
    assert.equal(await look(), 1);
    const [{ event, requestId, outcome = '' } = assert.fail()] = logged;
    assert.deepEqual([event, requestId], ['disk-slow', `127.0.0.1:${port}`]);
    assert.match(outcome, /^primary: a flush takes \d\d+ ms$/);
    assert.equal(await look(), 0, 'once');

    const metrics = openMetrics('b');
    diskGauge(metrics, database);
    const metric =
      /^openspine_database_flush_seconds\{server="([^"]+)",role="primary"[^}]*\} 0\.\d+$/m;
    assert.equal(metric.exec(await metrics.text())?.[1], `127.0.0.1:${port}`);
    const lines = (await slowDiskLines(url)) ?? assert.fail();
    assert.match(lines.join('\n'), /^primary 127\.0\.0\.1:\d+: a flush takes \d+ ms$/);
    assert.deepEqual(
      slowDiskCheck(lines).map(({ name, verdict }) => [name, verdict]),
      [['disks', 'warn']],
    );
    const { model } = await datacentresPage({ database, installation: null });
    assert.match(JSON.stringify(model), /"words":"a flush takes \d+ ms","isBad":true/);

    await delayFlushes(0);
    await look();
    assert.deepEqual([await slowDiskLines(url), slowDiskCheck([])[0]?.verdict], [[], 'ok']);
  });

  test('is not looked at where nobody answers, and forgotten when nobody looked', async () => {
    const { database } = store();
    const nobody = await freePort();
    assert.deepEqual(await flushTimesAt(`postgresql://nobody@127.0.0.1:${nobody}/none`), []);
    const [row] = await database.all<{ at: Date }>(
      sql`select looked_at as at from operations.finding where name = 'disks'`,
    );
    const later = (seconds: number): Date => new Date((row?.at.getTime() ?? 0) + seconds * 1_000);
    const known = async (seconds: number) => (await disksIn(database, later(seconds))).length;
    assert.deepEqual([await known(59), await known(61)], [1, 0]);
  });
});

test('a disk is slow that was so twice in a row, and each database has its own', () => {
  const a = { server: 'a', isStandby: false, ms: SLOW_MS };
  const b = { server: 'b', isStandby: true, ms: SLOW_MS + 1 };
  const slow = (known: readonly Disk[]) => known.filter(isSlow).map(({ server }) => server);
  const once = afterFlushes([], [a, b]);
  assert.deepEqual([slow(once.known), once.newlySlow], [[], []]);
  const twice = afterFlushes(once.known, [a, b]);
  assert.deepEqual([slow(twice.known), twice.newlySlow.length], [['b'], 1]);
  const again = afterFlushes(twice.known, [a, b]);
  assert.deepEqual([slow(again.known), again.newlySlow.length], [['b'], 0]);
  assert.deepEqual(slow(afterFlushes(again.known, [a, { ...b, ms: 3 }]).known), []);
  assert.deepEqual(
    slow(afterFlushes(again.known, [a, { ...b, isStandby: false }]).known),
    [],
    'after it has taken over it is looked at anew',
  );
});

// Shows: Operations | a page of a database that is damaged on its disk: it is refused, and log, metric, page and spine doctor tell of it
import assert from 'node:assert/strict';
import { mkdtempSync, openSync, closeSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import pg from 'pg';

import { damagedPagesGauge, damagedPagesJob, damageLines } from '../../src/damaged-pages.ts';
import { damageCheck } from '../../src/installation/doctor.ts';
import { afterLook, type Damage, isAlarming } from '../../src/operations/damage/damage.ts';
import { datacentresPage } from '../../src/operations/datacentres/pages.ts';
import type { LogEntry } from '../../src/platform/log.ts';
import { openMetrics } from '../../src/platform/measures/metrics.ts';
import { type Postgres, startPostgres } from '../../src/platform/postgres.ts';
import { pageFailuresAt } from '../../src/platform/page-failures.ts';
import { testConfig } from '../support/config.ts';
import { testDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';

const DAMAGED = 'XX001'; // data_corrupted
const WITHIN_PAGE = 8_000; // in the first rows of a page: they are written from its end
const store = testDatabase();

describe('a damaged page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-damaged-'));
  let server: Postgres;
  let port: number;
  const start = async (): Promise<void> => {
    server = await startPostgres({ dataDir: folder, port, log: () => undefined });
  };
  const query = async (text: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query(text)).rows[0];
    } finally {
      await client.end();
    }
  };
  const read = () => query('select count(note) from kept');

  before(async () => {
    port = await freePort();
    await start();
    await query(
      'create table kept as select n, repeat(md5(n::text), 4) as note from generate_series(1, 500) n',
    );
    await query('checkpoint');
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is told of once, wherever somebody looks', async () => {
    const { database, url } = store();
    const logged: LogEntry[] = [];
    const job = damagedPagesJob(
      database,
      testConfig(url, { datacentre: 'b', readDatabaseUrl: server.url }),
      (entry) => logged.push(entry),
    );
    const look = async (): Promise<number> => {
      logged.length = 0;
      if (await job.hasWork()) await job.run(() => Promise.resolve(true));
      return logged.length;
    };
    assert.deepEqual([await look(), await damageLines(url)], [0, []]);
    assert.deepEqual(damageCheck([])[0]?.verdict, 'ok');

    await damage();
    await assert.rejects(read, { code: DAMAGED });
    assert.equal(await look(), 1);
    const [entry] = logged;
    assert.deepEqual(
      [entry?.event, entry?.requestId, entry?.outcome],
      ['database-damaged', `127.0.0.1:${port}`, 'primary: 1 times a damaged page was refused'],
    );
    assert.equal(await look(), 0, 'once');

    const metrics = openMetrics('b');
    damagedPagesGauge(metrics, database);
    const metric = /^openspine_database_damaged_pages\{server="([^"]+)",role="primary"[^}]*\} 1$/m;
    assert.equal(metric.exec(await metrics.text())?.[1], `127.0.0.1:${port}`);

    const lines = await damageLines(url);
    assert.deepEqual(lines, [`127.0.0.1:${port}: 1 times a damaged page was refused`]);
    const [check] = damageCheck(lines);
    assert.deepEqual([check?.name, check?.verdict], ['pages', 'fail']);

    const { model } = await datacentresPage({ database, installation: null });
    assert.match(
      JSON.stringify(model),
      /"words":"1 times a damaged page was refused","isBad":true/,
    );

    await assert.rejects(read, { code: DAMAGED });
    assert.equal(await look(), 1, 'and again when it is refused again');
  });

  /** A byte of a page, while nobody has it in memory. */
  async function damage(): Promise<void> {
    const row = await query("select pg_relation_filepath('kept') as path");
    const { path } = row as { readonly path: string };
    await server.stop();
    const file = openSync(join(folder, 'postgres', path), 'r+');
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, WITHIN_PAGE);
    writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, WITHIN_PAGE);
    closeSync(file);
    await start();
  }
});

describe('what is known of the pages of a server', () => {
  const at = new Date('2026-11-30T12:00:00Z');
  const later = (hours: number): Date => new Date(at.getTime() + hours * 3_600_000);
  const look = { server: 'one', isStandby: false, isChecked: true, failures: 3 };
  const [first = assert.fail()] = afterLook([], look, at).known;

  test('is told for a day on when a crash or a new copy has it count from 0', () => {
    const { known, isWorse } = afterLook([first], { ...look, failures: 0 }, later(1));
    const [now] = known as readonly [Damage];
    assert.deepEqual([isWorse, now.failures, now.seenAt], [false, 0, at.toISOString()]);
    assert.deepEqual([isAlarming(now, later(23)), isAlarming(now, later(24))], [true, false]);
  });

  test('is told when there are no checksums by which anybody would know', () => {
    const [unchecked] = afterLook([], { ...look, failures: 0, isChecked: false }, at).known;
    assert.equal(unchecked !== undefined && isAlarming(unchecked, at), true);
  });

  test('is kept of another server that is away, for a day', () => {
    const other = { ...look, server: 'other', failures: 0 };
    const names = (when: Date) => afterLook([first], other, when).known.map(({ server }) => server);
    assert.deepEqual([names(later(23)), names(later(24))], [['one', 'other'], ['other']]);
  });
});

test('nobody is asked in vain: a server that does not answer says nothing', async () => {
  const port = await freePort();
  assert.equal(await pageFailuresAt(`postgresql://nobody@127.0.0.1:${port}/none`), null);
});

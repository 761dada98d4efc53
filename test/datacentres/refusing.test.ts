// Shows: Datacentres | a disk that is full, and a standby that is gone: writes are refused, nothing acknowledged is lost, nobody piles up, and all goes on by itself
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { type Database as Server, startDatabase } from '../../src/installation/database.ts';
import {
  DatabaseUnavailable,
  type OpenDatabase,
  openDatabase,
} from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import { execute } from '../support/global-setup.ts';
import { freePort } from '../support/ports.ts';

const VOLUME = 'size=256m';
const CONNECTIONS = 3;
const SOON_MS = 30_000;
const RELOAD_MS = 200;

/** Only root may make a volume that is small enough to fill. */
function missing(): string | false {
  return process.getuid?.() === 0 ? false : 'a small volume needs root';
}

describe('a database of its own, on a small disk', { skip: missing() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-small-'));
  const ballast = join(folder, 'ballast');
  let server: Server;
  let database: OpenDatabase;
  const acknowledged: number[] = [];
  let next = 0;

  before(async () => {
    mount(folder);
    server = await startDatabase({
      data: { kind: 'kept', folder },
      port: await freePort(),
      runAs: null,
      replicatedPort: null,
      externalUrl: null,
      log: () => undefined,
      signal: new AbortController().signal,
    });
    await execute(server.urls.a, 'create table kept (n int primary key, bytes text)');
    database = openDatabase({
      url: server.urls.a,
      connections: CONNECTIONS,
      answerWithinMs: 1_000,
    });
  });
  after(async () => {
    await database.close();
    await server.stop();
    spawnSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Null when it was acknowledged; else why not. */
  async function put(characters: number): Promise<unknown> {
    const n = next++;
    try {
      await database.write(sql`insert into kept
        select ${n}::int, string_agg(md5(random()::text), '') from generate_series(1, ${characters / 32}::int)`);
      acknowledged.push(n);
      return null;
    } catch (error) {
      return error;
    }
  }

  async function untilAcknowledged(): Promise<void> {
    for (const end = performance.now() + SOON_MS; (await put(32)) !== null; ) {
      assert.ok(performance.now() < end, 'it does not go on');
      await delay(100);
    }
  }

  async function lost(): Promise<number[]> {
    const rows = await database.all<{ n: number }>(sql`select n from kept`);
    const kept = new Set(rows.map(({ n }) => n));
    return acknowledged.filter((n) => !kept.has(n));
  }

  test('that is full refuses what it cannot keep, and goes on by itself when there is room', async () => {
    await untilAcknowledged();
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 8_000_000));
    let refusal: unknown = null;
    for (let n = 0; n < 100 && refusal === null; n += 1) refusal = await put(1_000_000);
    assert.ok(refusal instanceof DatabaseUnavailable, String(refusal));
    assert.ok((await put(1_000_000)) instanceof DatabaseUnavailable);
    rmSync(ballast);
    await untilAcknowledged();
    assert.deepEqual(await lost(), []);
  });

  test('whose standby is gone gives nobody an answer that may still be lost, and no server is left behind for each who gave up', async () => {
    await set(server.urls.a, `set synchronous_standby_names = 'nobody'`);
    const first = next;
    const began = performance.now();
    const answers: unknown[] = [];
    while (performance.now() - began < 3_000) {
      answers.push(...(await Promise.all([put(32), put(32), put(32)])));
      await delay(50);
    }
    assert.ok(answers.length > 20 && answers.every((one) => one instanceof DatabaseUnavailable));
    const [stuck] = await database.all<{ count: number }>(sql`
      select count(*) from pg_stat_activity where wait_event = 'SyncRep'`);
    const waiting = stuck?.count ?? 0;
    assert.ok(waiting >= 1 && waiting <= CONNECTIONS, `${waiting} servers wait`);
    const seen = await database.all(sql`select n from kept where n >= ${first}::int`);
    assert.deepEqual(seen, [], 'what is not in both sites is not shown');
    await set(server.urls.a, 'reset synchronous_standby_names');
    await untilAcknowledged();
    assert.deepEqual(await lost(), []);
  });
});

async function set(url: string, what: string): Promise<void> {
  await execute(url, `alter system ${what}`);
  await execute(url, 'select pg_reload_conf()');
  await delay(RELOAD_MS);
}

function mount(folder: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', VOLUME, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
}

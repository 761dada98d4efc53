import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';

import { checkExternalPostgres } from './external-postgres.ts';
import { startPostgres } from './postgres.ts';
import { buffersMib } from './postgres/settings.ts';
import { freePort } from '../../test/support/ports.ts';
import { signal, waitUntilGone } from './processes.ts';

type Supervisor = {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly url: string;
  readonly databasePid: number;
  readonly account: string | null;
  readonly problem: string | null;
};

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const users = isRoot ? (['root', 'nobody'] as const) : (['ourselves'] as const);
const started: Supervisor[] = [];
const folders: string[] = [];

after(async () => {
  for (const supervisor of started) {
    supervisor.process.kill('SIGTERM');
    await waitUntilGone(supervisor.databasePid, 10_000);
    await waitUntilGone(supervisor.pid, 10_000);
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

for (const user of users) {
  describe(`the PostgreSQL that we bring, started by ${user}`, () => {
    const dataDir = temporaryFolder(user);

    test('keeps what was written when everything is killed, and stops what was left', async () => {
      const first = await supervise(user, dataDir);
      await query(first.url, 'create table kept (word text)');
      await query(first.url, "insert into kept values ('still here')");
      for (const child of childrenOf(first.pid)) {
        if (child !== first.databasePid) signal(child, 'SIGKILL'); // the guard, so that an orphan is left
      }
      await kill(first);

      const second = await supervise(user, dataDir);
      assert.equal(await waitUntilGone(first.databasePid, 0), true);
      assert.deepEqual(await query(second.url, 'select word from kept'), ['still here']);

      signal(second.databasePid, 'SIGKILL');
      await kill(second);
      const third = await supervise(user, dataDir);
      assert.deepEqual(await query(third.url, 'select word from kept'), ['still here']);
    });

    test('does not outlive a supervisor that is killed', async () => {
      const supervisor = await supervise(user, temporaryFolder(user));
      await kill(supervisor);
      assert.equal(await waitUntilGone(supervisor.databasePid, 10_000), true);
    });

    test('leaves data alone that a living supervisor looks after', async () => {
      const data = temporaryFolder(user);
      const first = await supervise(user, data);
      const second = await supervise(user, data);
      assert.match(second.problem ?? '', /are in use by process/);
      assert.deepEqual(await query(first.url, 'select 1'), [1]);
    });

    test('asks for a password that only its own account can read', async () => {
      const supervisor = await supervise(user, temporaryFolder(user));
      const stranger = supervisor.url.replace(/:[0-9a-f]+@/, ':guess@');
      await assert.rejects(query(stranger, 'select 1'), /password authentication failed/);
      assert.equal(supervisor.account === null, user !== 'root');
    });
  });
}

describe('the PostgreSQL that we bring', () => {
  test('is durable, checks its pages and sorts alike on every machine', async () => {
    const dataDir = temporaryFolder('ourselves');
    const server = await startPostgres({ dataDir, port: await freePort(), log: () => {} });
    try {
      const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'jit'];
      const list = names.map((name) => `current_setting('${name}')`).join(" || ' ' || ");
      assert.deepEqual(await query(server.url, `select ${list}`), ['on on on on off']);
      const sorted = "select string_agg(w, '' order by w) from unnest(array['b','B','a','É']) w";
      assert.deepEqual(await query(server.url, sorted), ['BabÉ']);
      assert.equal(statSync(join(dataDir, 'postgres-password')).mode & 0o777, 0o600);
    } finally {
      await server.stop();
    }
  });

  test('says which port is taken and how to choose another', async () => {
    const port = await freePort();
    const options = { port, log: (): void => {} };
    const server = await startPostgres({ ...options, dataDir: temporaryFolder('ourselves') });
    try {
      const second = startPostgres({ ...options, dataDir: temporaryFolder('ourselves') });
      await assert.rejects(second, { name: 'Trouble', remedy: /--port-base/ });
    } finally {
      await server.stop();
    }
  });

  test('takes a quarter of the memory for its buffers, but not all of a laptop', () => {
    assert.equal(buffersMib(400 * 2 ** 20), 100);
    assert.equal(buffersMib(64 * 1024 * 2 ** 20), 128);
    assert.equal(buffersMib(0), 64);
  });
});

describe('a database of DATABASE_URL', () => {
  test('is taken when it is new enough and answers', async () => {
    const { url } = await supervise(users[0], temporaryFolder(users[0]));
    const checked = await checkExternalPostgres(url);
    assert.match(checked.ok ? checked.value.version : '', /^18\./);
  });

  test('that does not answer is refused without its password', async () => {
    const url = `postgresql://somebody:secret@127.0.0.1:${await freePort()}/x`;
    const checked = await checkExternalPostgres(url);
    assert.equal(checked.ok ? null : checked.error.kind, 'NotReachable');
    assert.doesNotMatch(JSON.stringify(checked), /secret/);
  });

  test('that is not an address is refused', async () => {
    const checked = await checkExternalPostgres('localhost');
    assert.equal(checked.ok ? null : checked.error.kind, 'UrlMalformed');
  });
});

function temporaryFolder(user: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-test-'));
  if (user === 'nobody') chownSync(folder, NOBODY, NOBODY);
  folders.push(folder);
  return folder;
}

async function supervise(user: string, dataDir: string): Promise<Supervisor> {
  const program = fileURLToPath(new URL('./postgres/testing.ts', import.meta.url));
  const child = spawn(process.execPath, [program, dataDir, String(await freePort())], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(user === 'nobody' ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  const line = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout })
      .once('line', resolve)
      .once('close', () => resolve(''));
  });
  const said = JSON.parse(line) as { url?: string; pid?: number } & Record<string, string | null>;
  const supervisor = {
    process: child,
    pid: child.pid ?? 0,
    url: said.url ?? '',
    databasePid: said.pid ?? 0,
    account: said['account'] ?? null,
    problem: said['problem'] ?? null,
  };
  started.push(supervisor);
  return supervisor;
}

async function kill(supervisor: Supervisor): Promise<void> {
  supervisor.process.kill('SIGKILL');
  await waitUntilGone(supervisor.pid, 10_000);
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.trim().split(' ').map(Number);
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows.map(([value]) => value);
  } finally {
    await client.end();
  }
}

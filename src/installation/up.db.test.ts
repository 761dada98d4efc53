import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { portsFrom } from './addresses.ts';
import { answersPing } from './ping.ts';
import { portsInUse } from './port-check.ts';
import type { State } from './state-file.ts';
import { postgresUrl } from '../platform/postgres.ts';
import { isRunning, signal } from '../platform/processes.ts';

type Spine = {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: { stdout: string; stderr: string };
};

const NOBODY = 65_534;
const PROGRAM = join(import.meta.dirname, 'testing.ts');
const isRoot = process.getuid?.() === 0;
const users = isRoot ? (['root', 'nobody'] as const) : (['ourselves'] as const);
const spines: Spine[] = [];
let nextBase = 21_000 + (process.pid % 200) * 100;

after(async () => {
  for (const { process: child, ended } of spines) {
    child.kill('SIGTERM');
    await ended;
  }
  for (const user of users) rmSync(folder(user), { recursive: true, force: true });
});

for (const user of users) {
  describe(`spine up, by ${user}`, () => {
    test('starts everything, says where, and leaves nothing behind after Ctrl-C', async () => {
      const base = await freeBase();
      const spine = start(['up', '--port-base', base], { user });
      await isReady(spine);
      assert.match(spine.said.stdout, /TEST SYSTEM - no real patients {3}data: temporary/);
      assert.match(spine.said.stdout, new RegExp(`API .* http://127.0.0.1:${base} `));
      const [signIn, pages] = [Number(base) + 4, Number(base) + 5];
      assert.match(spine.said.stdout, new RegExp(`Start here +http://127.0.0.1:${pages}\n`));
      assert.match(
        spine.said.stdout,
        new RegExp(`Sign-in issuer +http://127.0.0.1:${signIn}/open`),
      );
      const metrics = [7, 8].map((n) => `http://127.0.0.1:${Number(base) + n}/metrics`).join('  ');
      assert.match(spine.said.stdout, new RegExp(`Metrics .* ${metrics}\n`));
      assert.match(spine.said.stdout, /People +555086689106/);
      assert.match(spine.said.stdout, /\nReady in \d+\.\d s\. Ctrl-C to stop\.\n$/);
      // A step that is slow says so between, as it may on a busy machine.
      const steps = [
        ...spine.said.stderr.matchAll(
          /^ {2}(\S+(?: (?:[AB]|site))?) +\d+\.\d s(?! {2}still at it)/gm,
        ),
      ];
      assert.deepEqual(
        steps.map(([, name]) => name),
        ['database', 'migrations', 'datacentre A', 'datacentre B', 'status site', 'seed', 'probes'],
      );
      assert.equal(spine.said.stderr.includes('refuses root'), user === 'root');

      const state = await stateOf(base, user);
      spine.process.kill('SIGINT');
      assert.equal(await spine.ended, 0);
      assert.match(spine.said.stderr, /temporary data are removed/);
      assert.equal(existsSync(folderOf(state)), false);
      assert.deepEqual(await portsInUse(Object.values(portsFrom(Number(base)))), []);
      assert.equal((await end(['status', '--port-base', base], { user })).code, 4);
    });

    test('keeps data through kill -9, and repairs silently', async () => {
      const base = await freeBase();
      const words = ['up', '--port-base', base, '--data', folder(user)];
      const first = start(words, { user });
      await isReady(first);
      const before = await stateOf(base, user);
      await query(before, "create table kept as select 'still here' as word");
      const children = childrenOf(before.pid);
      signal(before.pid, 'SIGKILL');
      await first.ended;

      const second = start(words, { user });
      await isReady(second);
      assert.deepEqual(children.filter(isRunning), []);
      assert.doesNotMatch(second.said.stderr, /kill|left|stale/);
      const state = await stateOf(base, user);
      assert.deepEqual(await query(state, 'select word from kept'), ['still here']);

      const stopped = await end(['down', '--port-base', base], { user });
      assert.equal(stopped.code, 0);
      assert.equal(await second.ended, 0);
      assert.equal(existsSync(folderOf(state)), true);
    });
  });
}

describe('a second spine up', () => {
  test('finds the first, prints its banner and ends with 3; status and doctor find it too', async () => {
    const base = await freeBase();
    await isReady(start(['up', '--port-base', base]));
    const second = await end(['up', '--port-base', base]);
    assert.equal(second.code, 3);
    assert.match(second.stdout, new RegExp(`http://127.0.0.1:${base} .*Running already`, 's'));
    const status = await end(['status', '--port-base', base, '-o', 'env', '--show']);
    assert.equal(status.code, 0);
    assert.match(status.stdout, new RegExp(`export OPENSPINE_URL='http://127.0.0.1:${base}'`));
    const pages = `http://127.0.0.1:${Number(base) + 5}`;
    assert.ok(status.stdout.includes(`export OPENSPINE_PAGES_URL='${pages}'`));
    assert.match(status.stdout, /export DATABASE_URL='postgresql:/);
    assert.doesNotMatch((await end(['status', '--port-base', base, '-o', 'json'])).stdout, /sql:/);

    const doctor = await end(['doctor', '--port-base', base]);
    assert.equal(doctor.code, 0, doctor.stdout);
    for (const part of ['database +PostgreSQL 18', 'datacentre B', 'sign-in +http', 'web pages +h'])
      assert.match(doctor.stdout, new RegExp(`^ok {4}${part}`, 'm'));
    const third = start(['up', '--port-base', base, '--auto-port']);
    await isReady(third);
    assert.doesNotMatch(third.said.stdout, new RegExp(`:${base} `));
  });
});

describe('while it runs', () => {
  test('what dies is started again, and that is said; both datacentres are, one after the other, when somebody says so', async () => {
    const base = await freeBase();
    const spine = start(['up', '--port-base', base]);
    await isReady(spine);
    const state = await stateOf(base);
    await fetch(`${state.apiA}/die`).then(null, () => {});
    await until(() => spine.said.stderr.includes('datacentre A ended (exit code 1) unexpectedly'));
    await until(() => answersPing(state.apiA));
    const pidFile = join(folderOf(state), 'postgres', 'postmaster.pid');
    signal(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL');
    await until(() => spine.said.stderr.includes('the database ended unexpectedly'));
    const answers = (): Promise<boolean> => query(state, 'select 1').then(Boolean, () => false);
    await until(answers);
    const seen = await seenWhile([state.apiA, state.apiB], async () => {
      const { code, stderr } = await end(['dc', 'roll', '--port-base', base]);
      assert.equal(code, 0, stderr);
    });
    assert.ok(seen.every((pids) => pids.some((pid) => pid !== null)));
    assert.equal(new Set(seen.flat().filter((pid) => pid !== null)).size, 4);
    spine.process.kill('SIGTERM');
    assert.equal(await spine.ended, 0);
  });
});

/** Who answers at each address, again and again; null: nobody. */
async function seenWhile(
  urls: readonly string[],
  work: () => Promise<void>,
): Promise<(number | null)[][]> {
  const seen: (number | null)[][] = [];
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) seen.push(await Promise.all(urls.map(pidAt)));
  })();
  await work().finally(() => over.abort());
  await asking;
  return seen;
}

function pidAt(url: string): Promise<number | null> {
  const told = fetch(url).then((answer) => answer.json() as Promise<{ readonly pid: number }>);
  const pid = told.then((process) => process.pid);
  return pid.then(null, () => null);
}

describe('a start that cannot be', () => {
  test('names the port that is taken, who has it, and the flag to move', async () => {
    const base = await freeBase();
    const taken = Number(base) + 4;
    const server = createServer().listen(taken, '127.0.0.1');
    await once(server, 'listening');
    const { code, stderr } = await end(['up', '--port-base', base]);
    server.close();
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`${taken} by process ${process.pid} \\(.*node`));
    assert.match(stderr, /--port-base/);
  });

  test('stops what it had started when a datacentre fails', async () => {
    const base = await freeBase();
    const failed = await end(['up', '--port-base', base], { env: { OPENSPINE_TEST_FAIL: 'b' } });
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /Datacentre B ended \(exit code 7\) while it was starting/);
    assert.deepEqual(await portsInUse(Object.values(portsFrom(Number(base)))), []);
  });

  test('is broken off by Ctrl-C in the middle of a step', async () => {
    const base = await freeBase();
    const spine = start(['up', '--port-base', base], { env: { OPENSPINE_TEST_PAUSE: 'seed' } });
    await until(() => spine.said.stderr.includes('datacentre B'));
    const other = await end(['up', '--port-base', base]);
    assert.deepEqual([other.code, other.stdout], [3, '']);
    spine.process.kill('SIGINT');
    assert.equal(await spine.ended, 0);
    assert.deepEqual(await portsInUse(Object.values(portsFrom(Number(base)))), []);
  });

  test('is refused where a live system would lose its data', async () => {
    const { code, stderr } = await end(['up', '--mode', 'live', '--port-base', await freeBase()]);
    assert.equal(code, 2);
    assert.match(stderr, /set DATABASE_URL .* or give --data/);
  });

  test('says what is wrong with DATABASE_URL', async () => {
    const env = { DATABASE_URL: 'postgresql://u:secret@127.0.0.1:1/x' };
    const { code, stderr } = await end(['up', '--port-base', await freeBase()], { env });
    assert.equal(code, 1);
    assert.match(stderr, /127\.0\.0\.1:1 cannot be used/);
    assert.doesNotMatch(stderr, /secret/);
  });
});

type Start = { readonly user?: string; readonly env?: Readonly<Record<string, string>> };

function start(words: readonly string[], { user, env }: Start = {}): Spine {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: '/',
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === 'nobody' ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const spine = { process: child, ended, said };
  spines.push(spine);
  return spine;
}

async function end(
  words: readonly string[],
  options: Start = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const spine = start(words, options);
  return { code: await spine.ended, ...spine.said };
}

async function isReady(spine: Spine): Promise<void> {
  await until(() => spine.said.stdout.includes('Ready in') || spine.process.exitCode !== null);
  assert.equal(spine.process.exitCode, null, spine.said.stderr);
}

async function stateOf(portBase: string, user = ''): Promise<State> {
  const { stdout } = await end(['status', '--port-base', portBase, '-o', 'json'], { user });
  return JSON.parse(stdout) as State;
}

function folderOf({ data }: State): string {
  return data.kind === 'external' ? '' : data.folder;
}

/** Not there yet: the first start makes it. */
function folder(user: string): string {
  return join(tmpdir(), `openspine-test-${user}-${process.pid}`);
}

async function freeBase(): Promise<string> {
  for (;;) {
    nextBase += 100;
    const taken = await portsInUse(Object.values(portsFrom(nextBase)));
    if (taken.length === 0) return String(nextBase);
  }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    assert.ok(tries < 600, 'waited too long');
    await delay(50);
  }
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.trim().split(' ').map(Number);
}

async function query(state: State, text: string): Promise<unknown[]> {
  const url = postgresUrl(folderOf(state), state.ports.database);
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows.map(([value]) => value);
  } finally {
    await client.end();
  }
}

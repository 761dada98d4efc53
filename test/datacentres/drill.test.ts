// Shows: Operations | spine up: its status page is green within a minute of the start, every component
// Shows: Operations | spine fault scenario outage-2014-10-16 plays the outage of October 2014 beside spine up: on the page within two minutes, severity 1, who is signed in works on, updates on time, nothing lost, the report written
// Shows: Datacentres | a drill with spine dc: drained, failed, promoted, cut off and healed, while prescriptions go from surgery to claim; both started again under load, and no request fails
// Shows: Operations | a backup of two datacentres, followed while the writes move and a datacentre is lost: every change is in it, by heads and counts, and any second
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { present } from '../../src/kernel/bug.ts';
import { PORTS_OF_CLUSTER } from '../../src/platform/replicated-postgres.ts';
import { type DatacentreStatus, give, type Order } from '../../src/installation/control.ts';
import { portsInUse } from '../../src/installation/port-check.ts';
import { ordering, signingIn } from './asking.ts';
import { missing } from './cluster.ts';
import { outagePlayed } from './outage.ts';

const SPINE = fileURLToPath(new URL('../../bin/spine.ts', import.meta.url));
const START_MS = 180_000;
const SOON_MS = 60_000;
const PAUSE_MAX_MS = 5_000; // [RELIABILITY P9]
const NOT_BUSY_WITHIN_MS = 300_000;
const BLOCK = 56;

type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

describe('a drill', { skip: missing() }, () => {
  let base = 0;
  let backups: Awaited<ReturnType<typeof followed>> | undefined;
  let beforeLoss = '';
  let running: { readonly child: ChildProcess; readonly said: () => string } | undefined;

  /** Of the installation of this test. */
  const dc = (...words: readonly string[]): Promise<Ran> =>
    ran('dc', ...words, '--port-base', String(base));
  const site = (name: 'a' | 'b'): string => `http://127.0.0.1:${base + (name === 'a' ? 0 : 1)}`;
  /** As the commands give them, without another process each time. */
  const order = async (verb: Order['do'], to: Order['site'] = null): Promise<DatacentreStatus> => {
    const answer = await give(base, { do: verb, site: to, isHard: false });
    assert.ok(answer !== null && 'status' in answer, JSON.stringify(answer));
    return answer.status;
  };
  const status = (): Promise<DatacentreStatus> => order('status');
  /** A prescription from surgery to claim, through the one datacentre. */
  const demo = (name: 'a' | 'b'): Promise<Ran> => ran('demo', '--at', site(name));

  async function until(isReached: (now: DatacentreStatus) => boolean): Promise<DatacentreStatus> {
    for (const end = performance.now() + SOON_MS; ; ) {
      const now = await status();
      if (isReached(now)) return now;
      assert.ok(performance.now() < end, JSON.stringify(now));
      await delay(200);
    }
  }
  const isWhole = ({ databases, processes }: DatacentreStatus): boolean =>
    databases?.isDurableInBoth === true &&
    databases.canTakeOver !== null &&
    processes.a === 'running' &&
    processes.b === 'running';

  async function healed(): Promise<DatacentreStatus> {
    await order('heal');
    return until(isWhole);
  }

  async function demoSoon(name: 'a' | 'b'): Promise<void> {
    for (const end = performance.now() + SOON_MS; ; ) {
      const { code, stdout, stderr } = await demo(name);
      if (code === 0) return;
      assert.ok(performance.now() < end, `${stdout}${stderr}`);
    }
  }

  before(async () => {
    if (missing() !== false) return;
    base = await freeBlock();
    const words = ['up', '--datacentres', '2', '--port-base', String(base)];
    const child = spawn(process.execPath, [SPINE, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
    }
    running = { child, said: () => text };
    for (const end = performance.now() + START_MS; !text.includes('Ready in'); ) {
      assert.ok(child.exitCode === null && performance.now() < end, text);
      await delay(200);
    }
  });
  after(async () => {
    await backups?.end();
    const child = running?.child;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  });

  test('begins with a database in each, every commit in both', async () => {
    const { code, stdout } = await dc('status');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^datacentre A {2}running {3}database (primary|standby), running, at \d+$/m,
    );
    assert.match(stdout, /^durable +in both datacentres$/m);
    assert.match(running?.said() ?? '', /Databases +one in each datacentre, every commit in both/);
  });

  test('the status page says that every component works, as soon as all has been tried once', async () => {
    const summary = async (): Promise<Summary> => {
      const answer = await fetch(`http://127.0.0.1:${base + 6}/status/v1/summary`);
      return (await answer.json()) as Summary;
    };
    let now = await summary();
    for (const end = performance.now() + SOON_MS; notGreen(now).length > 0; now = await summary()) {
      assert.ok(performance.now() < end, notGreen(now).join(', '));
      await delay(500);
    }
    assert.equal(now.state, 'operational');
    assert.equal(now.components.length, 36);
    assert.deepEqual(now.incidents, []);
  });

  test('the outage of October 2014 is played by one command, and the real page knows nothing of it', () =>
    outagePlayed(ran, base));

  test('a datacentre that is drained says where to go, and the other one does the work', async () => {
    assert.equal((await dc('drain', 'a')).code, 0);
    const answer = await fetch(`${site('a')}/_local/ready`);
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get('link') ?? '', new RegExp(`<${site('b')}>; rel="alternate"`));
    assert.equal(answer.headers.get('connection'), 'close');
    assert.match(answer.headers.get('x-served-by') ?? '', /^a;/);
    const pages = await fetch(`http://127.0.0.1:${base + 5}/signin`);
    assert.match(pages.headers.get('x-served-by') ?? '', /^b;/);
    assert.equal((await until((now) => now.databases?.primary === 'b')).processes.a, 'drained');
    await demoSoon('b');
    assert.equal((await dc('heal')).code, 0);
    await until(isWhole);
    assert.equal((await fetch(`${site('a')}/_local/ready`)).status, 200);
  });

  test('the writes move to the other one while people sign in: all wait, and nobody is refused', async () => {
    backups = await followed(base);
    const waits: number[] = [];
    // While a machine is busy with other things it takes longer than anybody waits: until it is not.
    const end = performance.now() + NOT_BUSY_WITHIN_MS;
    do waits.push(await moved());
    while (Math.min(...waits) > PAUSE_MAX_MS && performance.now() < end);
    process.stdout.write(`the writes moved; the longest wait in ms, each time: ${waits.join()}\n`);
    assert.ok(Math.min(...waits) <= PAUSE_MAX_MS, waits.join());
  });

  /** Moves the writes while people sign in at both; nobody may be refused. How long somebody waited. */
  async function moved(): Promise<number> {
    const { databases } = await until(isWhole);
    const to = databases?.primary === 'a' ? 'b' : 'a';
    const people = signingIn([site('a'), site('b')]);
    await delay(1_000);
    const { code, stderr } = await dc('promote', to);
    assert.equal(code, 0, stderr);
    await until((now) => now.databases?.primary === to);
    await delay(1_000);
    const { statuses, longestMs } = await people();
    assert.ok(statuses.length > 10);
    if (longestMs <= PAUSE_MAX_MS) assert.deepEqual([...new Set(statuses)], [200]);
    return longestMs;
  }

  test('the power of the datacentre fails that takes the writes', async () => {
    await order('promote', 'a');
    await until((now) => isWhole(now) && now.databases?.primary === 'a');
    beforeLoss = new Date().toISOString();
    const failed = await dc('fail', 'a', '--hard');
    assert.equal(failed.code, 0, failed.stderr);
    await demoSoon('b');
    const { databases, processes } = await status();
    assert.deepEqual([databases?.primary, processes.a], ['b', 'down']);
    await healed();
  });

  test('a backup that was followed through all of that has every change, and any second of it', async () => {
    const { folder, end } = present(backups, 'backups');
    await end();
    const drilled = await ran('drill', '--from', folder, '--port-base', `${base}`, '-o', 'json');
    const into = mkdtempSync(join(tmpdir(), 'openspine-restored-'));
    const words = ['restore', '--from', folder, '--into', into, '--to', beforeLoss, '-o', 'json'];
    const restored = await ran(...words);
    for (const one of [folder, into]) rmSync(one, { recursive: true });
    assert.equal(drilled.code, 0, `${drilled.stdout}${drilled.stderr}`);
    assert.equal(restored.code, 0, `${restored.stdout}${restored.stderr}`);
    const [whole, before] = [JSON.parse(drilled.stdout), JSON.parse(restored.stdout)];
    assert.deepEqual(whole.against, { strayed: [], missing: [] }); // every head is in its chain here
    for (const { record } of [whole, before]) {
      assert.deepEqual([record.broken, record.differences], [[], []]);
    }
    assert.equal(before.restoredTo, beforeLoss);
    const told = new Set(
      before.toBeRepeated.map((one: { messageId: string | null }) => one.messageId),
    );
    const later = whole.record.messages - before.record.messages;
    assert.ok(later > 0);
    assert.ok(told.size >= later, `${told.size} of ${later} that came later are listed`);
    process.stdout.write(
      `restored to the second before: ${before.record.messages} messages, ${later} came later\n`,
    );
  });

  test('a datacentre that is cut off takes no writes, and follows when it is healed', async () => {
    const { databases } = await status();
    const cut = databases?.primary ?? null;
    assert.ok(cut !== null);
    const rest = cut === 'a' ? 'b' : 'a';
    assert.equal((await dc('partition', cut)).code, 0);
    await until((now) => now.databases?.primary === rest);
    await demoSoon(rest);
    assert.notEqual((await demo(cut)).code, 0);
    await healed();
  });

  test('both are started again one after the other under load, and no request fails', async () => {
    await healed();
    const orders = await ordering({ a: site('a'), b: site('b') });
    const rolled = await dc('roll');
    const { answered, failed } = await orders();
    assert.equal(rolled.code, 0, rolled.stderr);
    assert.deepEqual(failed, []);
    assert.ok(answered > 100, String(answered));
    const { processes } = await status();
    assert.deepEqual(processes, { a: 'running', b: 'running' });
    process.stdout.write(`both started again: ${answered} orders answered, 0 failed\n`);
  });

  test('an order that cannot be carried out says why', async () => {
    const unknown = await dc('fail', 'c');
    assert.deepEqual([unknown.code, /name a datacentre/.test(unknown.stderr)], [2, true]);
    const nowhere = await ran('dc', 'status', '--port-base', '65400');
    assert.deepEqual([nowhere.code, /no Spine runs on port 65400/.test(nowhere.stderr)], [4, true]);
  });
});

type Summary = {
  readonly state: string;
  readonly incidents: readonly object[];
  readonly components: readonly {
    readonly component: string;
    readonly datacentre: string;
    readonly state: string;
  }[];
};

function notGreen({ components }: Summary): string[] {
  return components
    .filter(({ state }) => state !== 'operational')
    .map(({ component, datacentre, state }) => `${component} at ${datacentre}: ${state}`);
}

async function ran(...words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [SPINE, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => (said.stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said.stderr += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...said };
}

/** A backup that goes on, with a first base; `end`: with all that is in the log by now. */
async function followed(base: number) {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-followed-'));
  const words = ['backup', '--into', folder, '--plain', '--follow', '--port-base', String(base)];
  const child = spawn(process.execPath, [SPINE, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  for (const end = performance.now() + SOON_MS; !/^base backup .* taken$/m.test(said); ) {
    assert.ok(child.exitCode === null && performance.now() < end, said);
    await delay(100);
  }
  return {
    folder,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** The first of a block of ports that nobody has. */
async function freeBlock(): Promise<number> {
  for (let base = 23_000 + (process.pid % 90) * 100; ; base += 100) {
    const block = Array.from({ length: BLOCK + PORTS_OF_CLUSTER }, (_, port) => base + port);
    if ((await portsInUse(block)).length === 0) return base;
  }
}

// Shows: Operations | a process is started again under load, as systemd does it with the sockets of deploy/, and no request fails
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { present } from '../../src/kernel/bug.ts';
import { aJourney } from '../support/journey.ts';
import { freePort } from '../support/ports.ts';
import { testSpine, through } from '../support/server.ts';

const HOLD = fileURLToPath(new URL('hold.py', import.meta.url));
const SPINE = fileURLToPath(new URL('../../bin/spine.ts', import.meta.url));
const LANES = 8;
const AFTER_MS = 500;

/** Without Python nobody holds the socket; where CI is set nothing may be left out. */
function missing(): string | false {
  if (spawnSync('python3', ['--version']).status === 0) return false;
  assert.equal(process.env['CI'], undefined, 'python3 is needed to hold a socket');
  return 'python3 is needed to hold a socket';
}

describe('a process whose port is held', { skip: missing() }, () => {
  const spine = testSpine();
  const pids: number[] = [];
  let holder: ChildProcess;
  let url = '';

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const { NODE_CHANNEL_FD: _channel, ...env } = process.env;
    holder = spawn('python3', [HOLD, String(port), process.execPath, SPINE, 'serve'], {
      env: { ...env, DATABASE_URL: spine().databaseUrl, OPENSPINE_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: present(holder.stdout, 'stdout') }).on('line', (line) => {
      pids.push(Number(line));
    });
    while (pids.length === 0 && holder.exitCode === null) await delay(20); // it holds the port before it starts anything
  });
  after(async () => {
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGTERM');
    await gone;
  });

  test('is started again under load: requests wait, and none fails', async () => {
    const held = through(spine(), url);
    assert.equal((await aJourney(held).send()).status, 200); // it waits for the first start, too
    const answers = new Map<string, number>();
    const over = new AbortController();
    let longestMs = 0;
    const lane = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const started = performance.now();
        const word = await aJourney(held)
          .send()
          .then(({ status }) => String(status), String);
        answers.set(word, (answers.get(word) ?? 0) + 1);
        longestMs = Math.max(longestMs, performance.now() - started);
      }
    };
    const lanes = Array.from({ length: LANES }, lane);
    await delay(AFTER_MS);
    process.kill(present(pids[0], 'process id'), 'SIGTERM');
    while (pids.length < 2) await delay(20);
    const before = answers.get('200') ?? 0;
    while ((answers.get('200') ?? 0) < before + LANES * 4) await delay(20);
    over.abort();
    await Promise.all(lanes);
    assert.deepEqual([...answers.keys()], ['200'], JSON.stringify([...answers]));
    const sent = answers.get('200') ?? 0;
    process.stdout.write(
      `a start again: ${sent} orders, 0 failed, the longest took ${longestMs.toFixed(0)} ms\n`,
    );
  });
});

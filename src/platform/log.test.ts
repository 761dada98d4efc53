// Shows: Datacentres | a log whose disk is full: lines are lost and counted, the process goes on, and its log when there is room
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { lastingFile, logTo } from './log.ts';

const LOG = new URL('log.ts', import.meta.url).href;
const VOLUME_BYTES = 16_384;
const LINE = { event: 'bug', outcome: 'x'.repeat(1_000) } as const;

test('a process whose log has no room goes on to its end', () => {
  const full = openSync('/dev/full', 'w');
  const program = `
    const { writeLog } = await import(${JSON.stringify(LOG)});
    for (let n = 0; n < 3; n += 1) writeLog({ event: 'bug' });
    process.stderr.write('a warning');
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.stdout.write('done');`;
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { stdio: ['ignore', 'pipe', full], encoding: 'utf8' },
  );
  closeSync(full);
  assert.deepEqual([status, stdout], [0, 'done']);
});

/** Only root may make a volume that is small enough to fill. */
const missing = process.getuid?.() === 0 ? false : 'a small volume needs root';

describe('a log on a small disk', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-log-'));
  const file = join(folder, 'log');

  before(() => {
    const words = ['-t', 'tmpfs', '-o', `size=${VOLUME_BYTES}`, 'tmpfs', folder];
    assert.equal(spawnSync('mount', words).status, 0);
  });
  after(() => {
    spawnSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  });

  test('says how many lines were lost once there is room, and begins a line of its own', () => {
    const opened = openSync(file, 'a');
    const log = logTo(lastingFile(opened));
    const logged = (times: number): void => {
      for (let n = 0; n < times; n += 1) log(LINE);
    };
    logged(30);
    const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1).length;
    assert.ok(whole < 30);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /log-lost/);
    const torn = readFileSync(file, 'utf8').endsWith('\n') ? '' : '\n';
    truncateSync(file, 0);
    logged(2);
    closeSync(opened);
    const text = readFileSync(file, 'utf8');
    assert.ok(text.startsWith(torn));
    const [lost, ...others] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual([lost.event, lost.outcome], ['log-lost', `${30 - whole} lines`]);
    assert.deepEqual(
      others.map(({ event }) => event),
      ['bug', 'bug'],
    );
  });
});

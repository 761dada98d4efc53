import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'openspine-machine-'));
after(() => rmSync(folder, { recursive: true }));

const isRoot = process.getuid?.() === 0;

/** Tries it on a machine without a package; `apt-get` writes down what it is asked, and whether servers may start. */
function onBareMachine(name: string, status: number) {
  const machine = join(folder, name);
  const programs = join(machine, 'programs');
  mkdirSync(join(machine, 'usr/sbin'), { recursive: true });
  mkdirSync(programs);
  const asked = join(machine, 'asked');
  const policy = join(machine, 'usr/sbin/policy-rc.d');
  const apt = join(programs, 'apt-get');
  writeFileSync(
    apt,
    `#!/bin/sh\necho "$*" >> ${asked}\n[ "$1" = update ] || cat ${policy} >> ${asked}\nexit ${status}\n`,
  );
  chmodSync(apt, 0o755);
  const script = join(import.meta.dirname, 'machine.mjs');
  const ran = spawnSync(process.execPath, [script, machine], {
    env: { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
  });
  return {
    ...ran,
    asked: existsSync(asked) ? readFileSync(asked, 'utf8') : '',
    isPolicyLeft: existsSync(policy),
  };
}

test('a machine that lacks packages gets them, and none of their servers starts', {
  skip: !isRoot && 'only root installs',
}, () => {
  const { status, stderr, asked, isPolicyLeft } = onBareMachine('bare', 0);
  assert.equal(status, 0, stderr);
  assert.match(
    asked,
    /^update -qq\ninstall -qq --yes --no-install-recommends .*chromium-headless-shell.*patroni/,
  );
  assert.match(asked, /exit 101/);
  assert.equal(isPolicyLeft, false);
  assert.doesNotMatch(stderr, /not installed/);
});

test('where nothing can be installed it says what is skipped, and what to do', () => {
  const { status, stderr, isPolicyLeft } = onBareMachine('offline', 100);
  assert.equal(status, 0, 'the suites say themselves that they cannot run');
  assert.match(
    stderr,
    isRoot ? /not installed: apt-get update ended with 100/ : /only root may install packages/,
  );
  assert.match(stderr, /softhsm2: without it these are skipped: test\/agent/);
  assert.match(stderr, /what to do: apt-get install .*haproxy/);
  assert.equal(isPolicyLeft, false);
});

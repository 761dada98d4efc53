import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { parsePortBase, portsFrom } from './addresses.ts';
import { environment } from './banner.ts';
import type { State } from './state-file.ts';
import { createSteps } from './steps.ts';
import { createOutput, type Output } from '../cli/output.ts';

function recorder(): { readonly output: Output; readonly lines: string[] } {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text.trimEnd()) };
  return { lines, output: createOutput('text', { stdout: stream, stderr: stream, env: {} }) };
}

test('a step that is slow explains itself while it goes on', async () => {
  const { output, lines } = recorder();
  const { step } = createSteps(output, 40);
  const value = await step({
    name: 'seed',
    work: async () => {
      await delay(60);
      return 3;
    },
    remark: (count) => `${count} rows`,
    slow: 'rows are written',
  });
  assert.equal(value, 3);
  const [end = '', ...before] = lines.toReversed();
  assert.match(end, /^ {2}seed +\d+\.\d s {2}3 rows$/);
  assert.ok(before.length > 0);
  for (const line of before) {
    assert.match(line, /^ {2}seed +\d+\.\d s {2}still at it: rows are written$/);
  }
});

test('a step that fails prints nothing as if it were done', async () => {
  const { output, lines } = recorder();
  const work = (): Promise<void> => {
    throw new Error('no');
  };
  await assert.rejects(createSteps(output).step({ name: 'seed', work, slow: '' }), /no/);
  assert.deepEqual(lines, []);
});

test('a port base must leave room for its block', () => {
  for (const text of ['', 'x', '80', '65479', '4400.5', '-4400']) {
    assert.equal(parsePortBase(text), null);
  }
  assert.equal(parsePortBase('65478'), 65_478);
});

test('what a shell evaluates is quoted', () => {
  const state: State = {
    version: '1',
    pid: 1,
    stamp: null,
    isReady: true,
    mode: 'test',
    portBase: 4400,
    ports: portsFrom(4400),
    apiA: 'a',
    apiB: 'b',
    data: { kind: 'kept', folder: "/it's $HOME" },
    isReplicated: false,
    people: [],
    readyMade: [],
    startedAt: '',
  };
  const line = String.raw`export OPENSPINE_DATA='/it'\''s $HOME'`;
  assert.ok(environment(state, null).split('\n').includes(line));
});

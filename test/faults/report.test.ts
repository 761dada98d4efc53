import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseFlags } from './flags.ts';
import { isGood, jsonOf, NOT_DONE, type Report, type Result, tableOf, wrongsOf } from './report.ts';

const CLEAN = { acknowledged: 10, lost: [], doubled: [], wrong: [], unknownResolved: 2 };
const killed: Result = {
  ...CLEAN,
  id: 'F2',
  name: 'the primary is killed',
  gapMs: 4_000,
  gapMaxMs: 30_000,
  recoveryMs: 9_000,
};
const good: Report = {
  seed: 7,
  results: [killed, { ...killed, gapMs: 6_000 }, { ...killed, id: 'F1', name: 'another' }],
  calm: { ...CLEAN, acknowledged: 100 },
  leftOut: ['F5 cut off: no networks'],
};
const SAID = ['lost: PORX 1', 'doubled: A: Claimed', 'too long without writes: F2'];
const withOne = (change: Partial<Result>): Report => ({
  ...good,
  results: [{ ...killed, ...change }],
});

describe('the report of the faults', () => {
  test('counts faults and messages, and gives the times without writes', () => {
    const { byFault, ...all } = JSON.parse(jsonOf(good));
    assert.deepEqual(all, {
      faults: 3,
      acknowledged: 130,
      lost: 0,
      doubled: 0,
      wrong: 0,
      unknownResolved: 8,
      gapsMs: { median: 4_000, worst: 6_000 },
      recoveriesMs: { median: 9_000, worst: 9_000 },
      seed: 7,
      leftOut: ['F5 cut off: no networks'],
    });
    const rows = byFault.map(({ id, runs }: { id: string; runs: number }) => [id, runs]);
    assert.deepEqual(rows, [
      ['F1', 1],
      ['F2', 2],
    ]);
  });

  test('says in words what is wrong, and what was left out', () => {
    const words = tableOf(withOne({ lost: ['PORX 1'], doubled: ['A: Claimed'], gapMs: 31_000 }));
    for (const said of SAID) {
      assert.ok(words.includes(said), said);
    }
    assert.match(tableOf(good), /^F2 the primary is killed +2 +20 +0 +0 +0 +4 +4\.0 s +6\.0 s/m);
    assert.match(tableOf(good), /^left out: F5 cut off: no networks$/m);
  });

  test('is good only when nothing was lost, doubled or wrong, and no pause was too long', () => {
    assert.equal(isGood(good), true);
    for (const change of [
      { lost: ['x'] },
      { doubled: ['x'] },
      { wrong: ['x'] },
      { gapMs: 30_001 },
    ]) {
      assert.equal(isGood(withOne(change)), false, JSON.stringify(change));
    }
    assert.equal(isGood({ ...good, calm: { ...CLEAN, wrong: ['x'] } }), false);
  });
});

test('a bug shows in what became of messages, and not in a pause or a fault that could not be done', () => {
  assert.deepEqual(wrongsOf(withOne({ gapMs: 31_000, wrong: [`${NOT_DONE}: no primary`] })), []);
  const shown = wrongsOf(withOne({ lost: ['x'], doubled: ['y'], wrong: ['z'] }));
  assert.deepEqual(shown, ['lost: x', 'doubled: y', 'wrong: z']);
});

test('the command line names faults, how long to go on, and refuses what it does not know', (t) => {
  t.mock.method(process.stderr, 'write', () => true);
  assert.deepEqual(parseFlags(['--only', 'F2,F5'])?.only, ['F2', 'F5']);
  const { named, acknowledged } = parseFlags(['--named', 'a day behind']) ?? {};
  assert.deepEqual([named, acknowledged], ['a day behind', 0]);
  assert.equal(parseFlags([])?.acknowledged, 500_000);
  assert.equal(parseFlags(['--quick'])?.acknowledged, 0);
  assert.deepEqual(
    [parseFlags(['--all'])?.isAll, parseFlags(['--all'])?.minutes],
    [true, Infinity],
  );
  assert.equal(parseFlags(['--lanes', 'many']), null);
  assert.equal(parseFlags(['--fast']), null);
});

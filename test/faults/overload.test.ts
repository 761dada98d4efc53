import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { URGENCIES } from '../../src/platform/admission.ts';
import { isNormal, overloadWrongs, type Stage, STEPS, stageWords } from './overload.ts';

type Changes = { readonly takenMs?: number; readonly refusedMs?: number; readonly done?: number };

/** Of 100 of each urgency so many are refused. */
function stage(
  times: Stage['times'],
  refusedOf: readonly number[],
  { takenMs = 300, refusedMs = 5, done = 1_000 }: Changes = {},
): Stage {
  const timesOf = (refused: number) => ({
    taken: Array.from({ length: 100 - refused }, () => takenMs),
    refused: Array.from({ length: refused }, () => refusedMs),
  });
  const all = URGENCIES.map((urgency, n) => [urgency, timesOf(refusedOf[n] ?? 0)]);
  return {
    times,
    figures: {
      seconds: 10,
      ownSeconds: 0,
      done,
      times: Object.fromEntries(all) as Stage['figures']['times'],
    },
    memoryMb: 400,
    othersPart: 0,
  };
}

const NONE = [0, 0, 0, 0, 0, 0];
const SHED = [100, 100, 95, 90, 70, 10];
const [calm, much] = [stage(1, NONE), stage(10, SHED)];

describe('what is said of more than can be done', () => {
  test('is nothing when the least urgent is refused first and soon, and as much is done as before', () => {
    assert.deepEqual(overloadWrongs([calm, stage(2, SHED), stage(5, SHED), much], 2_000), []);
  });

  for (const [words, stages, backMs, said] of [
    ['is taken and answered late', [calm, stage(10, SHED, { takenMs: 2_001 })], 0, /2001 ms/],
    ['is refused late', [calm, stage(10, SHED, { refusedMs: 251 })], 0, /refused takes 251 ms/],
    [
      'is refused that is more urgent',
      [calm, stage(10, [100, 100, 95, 70, 90, 10])],
      0,
      /90 % of send are refused, 70 % of signOn/,
    ],
    ['is done is less', [calm, stage(10, SHED, { done: 899 })], 0, /90 done .* before 100/],
    [
      'is needed of memory is more',
      [calm, stage(2, SHED), { ...much, memoryMb: 481 }],
      0,
      /481 MB/,
    ],
    ['came is gone and nothing is as before', [calm, much], 60_001, /back to normal/],
  ] as const) {
    test(`tells when what ${words}`, () => {
      const wrongs = overloadWrongs(stages, backMs);
      assert.equal(wrongs.length, 1, wrongs.join('; '));
      assert.match(wrongs[0] ?? '', said);
    });
  }

  test('is nothing of times while others have the processors, and all of the rest', () => {
    const slow = stage(10, SHED, { takenMs: 9_000, refusedMs: 9_000, done: 1 });
    const busy = [calm, { ...slow, othersPart: 0.3 }];
    assert.deepEqual(overloadWrongs(busy, 0), []);
    assert.equal(
      overloadWrongs([...busy, { ...slow, othersPart: 0.3, memoryMb: 900 }], 0).length,
      1,
    );
  });

  test('normal is when nobody is refused and nobody waits', () => {
    assert.equal(isNormal(calm.figures), true);
    assert.equal(isNormal(stage(1, [1, 0, 0, 0, 0, 0]).figures), false);
    assert.equal(isNormal(stage(1, NONE, { takenMs: 1_001 }).figures), false);
  });

  test('is told in words as it was measured', () => {
    const words = stageWords(much);
    assert.match(
      words,
      /^F35 10 times as much: 100 done in a second \(100 without .*\); taken 135, .* within 300 ms/,
    );
    assert.match(
      words,
      /report 100 %, trace 100 %, poll 95 %, signOn 90 %, send 70 %, supply 10 %/,
    );
  });
});

test('all multiples of the fault table come', () => assert.deepEqual(STEPS, [1, 2, 5, 10]));

// Shows: Datacentres | while a disk is slow those who come just after a commit was begun do not wait for it: another is begun beside it
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import type pg from 'pg';

import { Groups } from './groups.ts';
import type { Committed, Statement } from './line.ts';

const RESULT = {} as pg.QueryResult;
const statement = (text: string): Statement => ({ text, values: [] });

/** A connection that keeps what it gets when the test says so. */
function fakeLine() {
  const asked: { readonly texts: readonly string[]; readonly kept: (ms: number) => void }[] = [];
  const commit = (all: readonly Statement[]): Promise<Committed> =>
    new Promise((resolve) => {
      const ended = all.map(() => ({ status: 'fulfilled', value: RESULT }) as const);
      const kept = (keepingMs: number): void => resolve({ isKept: true, ended, keepingMs });
      asked.push({ texts: all.map(({ text }) => text), kept });
    });
  return { asked, commit };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(1);
}

test('only while a disk is slow do other connections take what comes beside a commit', async () => {
  const [one, other] = [fakeLine(), fakeLine()];
  const groups = new Groups([one, other], { isHeld: () => false, waitMs: 60_000 });
  const write = (text: string): Promise<pg.QueryResult> => groups.write(statement(text));
  const texts = (line: typeof one): string[] => line.asked.map((group) => group.texts.join('+'));

  const first = write('1');
  const [second, third] = [write('2'), write('3')];
  one.asked[0]?.kept(1);
  await first;
  await until(() => one.asked.length === 2);
  assert.deepEqual(
    [texts(one), texts(other)],
    [['1', '2+3'], []],
    'a quick disk: together, after it',
  );

  one.asked[1]?.kept(500);
  await Promise.all([second, third]);
  const slow = [write('4'), write('5'), write('6')];
  await until(() => other.asked.length === 1);
  assert.deepEqual([texts(one).at(-1), texts(other)], ['4', ['5+6']], 'a slow disk: beside it');
  assert.deepEqual([groups.isBusy(one), groups.isBusy(other)], [true, true]);
  const last = write('7');

  other.asked[0]?.kept(1);
  await Promise.all(slow.slice(1));
  assert.equal(
    groups.isBusy(other),
    false,
    'quick again: nothing is begun beside what is under way',
  );
  one.asked[2]?.kept(1);
  await until(() => one.asked.length === 4);
  assert.deepEqual([texts(one).at(-1), texts(other)], ['7', ['5+6']]);
  one.asked[3]?.kept(1);
  await Promise.all([...slow, last]);
});

// Shows: Datacentres | messages that come together are kept together, in an order in which nobody waits crosswise; while a disk is slow those who come just after a commit was begun do not wait for it: another is begun beside it
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { Groups } from './groups.ts';
import type { Committed, Statement } from './line.ts';
import type { Ended } from './together.ts';

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

function refusal(text: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(text, 0, 'error'), { code: '23505' });
}

/** A connection that keeps a group unless one of it is refused; of these it knows the texts. */
function refusingLine(...refused: readonly string[]) {
  const asked: string[] = [];
  const endedOf = ({ text }: Statement): Ended =>
    refused.includes(text)
      ? { status: 'rejected', reason: refusal(`${text} is refused`) }
      : { status: 'fulfilled', value: RESULT };
  const commit = async (all: readonly Statement[]): Promise<Committed> => {
    asked.push(all.map(({ text }) => text).join('+'));
    await delay(1);
    const first = all.findIndex(({ text }) => refused.includes(text));
    const undone = { status: 'rejected', reason: refusal('all was undone') } as const;
    const ended = all.map((one, place) => (first === -1 || place <= first ? endedOf(one) : undone));
    return { isKept: first === -1, ended, keepingMs: first === -1 ? 1 : null };
  };
  return { asked, commit };
}

/** What comes of these when they are written while another is being committed. */
async function together(
  line: ReturnType<typeof refusingLine>,
  ...all: (readonly [text: string, place: string])[]
) {
  const groups = new Groups([line], { isHeld: () => false, waitMs: 60_000 });
  const written = [['first', ''] as const, ...all].map(([text, place]) =>
    groups.write(statement(text), place),
  );
  return (await Promise.allSettled(written)).slice(1);
}

test('those of a group are done in the order of what they change', async () => {
  const line = refusingLine();
  await together(line, ['c', '3'], ['a', '1'], ['b', '2'], ['also a', '1'], ['anywhere', '']);
  assert.deepEqual(line.asked, ['first', 'anywhere+a+also a+b+c']);
});

test('a group of which one is refused is done without that one, which follows alone', async () => {
  const line = refusingLine('b');
  const ended = await together(line, ['a', '1'], ['b', '2'], ['c', '3']);
  assert.deepEqual(line.asked, ['first', 'a+b+c', 'a+c', 'b']);
  assert.deepEqual(
    ended.map((one) => (one.status === 'rejected' ? String(one.reason) : 'done')),
    ['done', 'error: b is refused', 'done'],
  );
});

test('a group of which many are refused is done one by one', async () => {
  const line = refusingLine('b', 'c', 'd', 'e');
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const ended = await together(line, ...names.map((name) => [name, name] as const));
  assert.deepEqual(line.asked.slice(1, 5), ['a+b+c+d+e+f', 'a+c+d+e+f', 'a+d+e+f', 'a+e+f']);
  assert.deepEqual(line.asked.slice(5).toSorted(), names);
  const done = names.filter((_, place) => ended[place]?.status === 'fulfilled');
  assert.deepEqual(done, ['a', 'f']);
});

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

  one.asked[1]?.kept(2_000);
  await Promise.all([second, third]);
  const slow = [write('4'), write('5')];
  await delay(20); // much less than a quarter of what the disk takes
  slow.push(write('6'));
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

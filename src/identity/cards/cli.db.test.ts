import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ranOn, type Ran } from '../../cli/testing.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { importPeople, parsePeopleFile } from '../people/index.ts';
import { aPerson } from '../people/testing.ts';
import { cardCommands } from './cli.ts';

const database = testDatabase();

function spine(...argv: readonly string[]): Promise<Ran> {
  return ranOn(database().url, cardCommands, ['card', ...argv]);
}

async function issued(...options: string[]): Promise<{ userId: string; cardNumber: string }> {
  const entry = aPerson();
  const file = parsePeopleFile({ people: [entry] });
  assert.ok(file.ok);
  await importPeople(database().database, file.value, new Date());
  const userId = String(entry['userId']);
  const typed = ['--pin', '246810', '--keys', 'p256', '-o', 'json', ...options];
  const made = await spine('issue', userId, ...typed);
  assert.equal(made.code, 0, made.stderr);
  return { userId, cardNumber: JSON.parse(made.stdout).cardNumber };
}

const state = async (userId: string): Promise<string> =>
  JSON.parse((await spine('list', userId, '-o', 'json')).stdout)[0].state;

describe('spine card', () => {
  test('takes a card through its life', async () => {
    const { userId, cardNumber } = await issued();
    for (const [argv, after] of [
      [['lock', userId], 'Locked'],
      [['unlock', cardNumber, '--pin', '135790'], 'Active'],
      [['suspend', userId], 'Suspended'],
      [['resume', userId], 'Active'],
      [['expire', userId], 'Expired'],
      [['renew', userId, '--in-person'], 'Active'],
      [['revoke', userId, '--reason', 'lost'], 'Revoked'],
    ] as const) {
      const { code, stdout, stderr } = await spine(...argv);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^${cardNumber}  ${userId}  ${after.toLowerCase()} `));
      assert.equal(await state(userId), after);
    }
  });

  test('replaces a card', async () => {
    const { userId, cardNumber } = await issued();
    const { stdout } = await spine('replace', userId, '--pin', '987654', '--keys', 'p256');
    const all = JSON.parse((await spine('list', userId, '-o', 'json')).stdout);
    assert.deepEqual(
      all.map((card: { state: string }) => card.state),
      ['Active', 'Replaced'],
    );
    assert.equal(all[1].cardNumber, cardNumber);
    assert.ok(stdout.startsWith(all[1].replacedBy));
  });

  test('ends the cards of an old series, of which no more are issued', async () => {
    const [old, other] = [await issued('--series', '5'), await issued('--series', '8')];
    const { code, stdout } = await spine('block', '5');
    assert.deepEqual([code, stdout], [0, `series 5 is not used any more\n${old.cardNumber}\n`]);
    assert.equal(await state(old.userId), 'Blocked');
    assert.equal(await state(other.userId), 'Active');
    const words = /is of an old series that is not used any more: the holder needs another one/;
    for (const verb of ['lock', 'renew', 'resume', 'revoke']) {
      assert.match((await spine(verb, old.userId)).stderr, words, verb);
    }
    const again = await spine('issue', old.userId, '--pin', '246810', '--series', '5');
    assert.deepEqual([again.code, /take another one/.test(again.stderr)], [1, true]);
    assert.equal((await spine('issue', old.userId, '--pin', '246810', '--series', '8')).code, 0);
    assert.equal((await spine('block', '5')).stdout, 'series 5 is not used any more\n');
    for (const text of ['0', '100', 'five', '']) assert.equal((await spine('block', text)).code, 2);
  });

  test('says what is the matter, and ends with the code for it', async () => {
    const { userId, cardNumber } = await issued();
    for (const [argv, code, words] of [
      [['issue', userId, '--pin', '246810'], 1, /has a card; a person has one/],
      [['issue', '1', '--pin', '246810'], 1, /Nobody knows this user id/],
      [['issue', userId, '--pin', '1'], 2, /6 to 8 digits/],
      [['issue', userId], 2, /6 to 8 digits/],
      [['issue', userId, '--pin', '246810', '--series', '0'], 2, /--series is a number/],
      [['issue', userId, '--pin', '246810', '--hours', 'x'], 2, /--hours is a number/],
      [['unlock', cardNumber, '--pin', 'abc'], 2, /6 to 8 digits/],
      [['renew', cardNumber], 1, /can be renewed from \d{4}-\d\d-\d\d on/],
      [['resume', cardNumber], 1, /The card is in use/],
      [['lock', '77'], 1, /No card is known as "77"/],
    ] as const) {
      const answer = await spine(...argv);
      assert.equal(answer.code, code, argv.join(' '));
      assert.match(answer.stderr, words);
    }
    assert.equal(await state(userId), 'Active');
    await spine('revoke', userId);
    const again = await spine('lock', userId);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /was revoked: the holder needs another one/);
  });
});

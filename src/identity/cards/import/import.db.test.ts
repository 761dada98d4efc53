// Shows: Identity | cards are made from a file with the numbers that it gives them, all or none
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { ranOn, type Ran } from '../../../cli/testing.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { importPeople, parsePeopleFile } from '../../people/index.ts';
import { anId, aPerson } from '../../people/testing.ts';
import { cardCommands } from '../cli.ts';
import { findCard, openCard } from '../index.ts';
import { keepBlocked } from '../series/repository.ts';

const database = testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'openspine-cards-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const by = { userId: null, at: new Date() };

async function person(changes: Record<string, unknown> = {}): Promise<string> {
  const entry = aPerson(changes);
  const file = parsePeopleFile({ people: [entry] });
  assert.ok(file.ok);
  await importPeople(database().database, file.value, new Date());
  return String(entry['userId']);
}

function bring(value: unknown): Promise<Ran> {
  const path = join(folder, 'cards.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return ranOn(database().url, cardCommands, ['card', 'import', path]);
}

const aCard = (userId: string, changes: object = {}) => ({
  cardNumber: anId(),
  userId,
  passcode: '246810',
  keys: 'p256',
  ...changes,
});

const kept = (cardNumber: string) => findCard(database().database, cardNumber);

describe('a file of cards', () => {
  test('makes each with its number, passcode and series, in use; again, it changes nothing', async () => {
    const [one, other] = [aCard(await person(), { series: 8 }), aCard(await person())];
    const first = await bring({ cards: [one] });
    assert.deepEqual(
      [first.code, first.stdout],
      [0, `1 made, 0 there before\n${one.cardNumber}\n`],
    );
    const cards = { database: database().database, pkiUrl: 'http://pki.openspine.invalid' };
    const opened = await openCard(cards, one.cardNumber, '246810', by);
    assert.ok(opened.ok);
    await opened.value.close();
    const card = await kept(one.cardNumber);
    assert.deepEqual([card?.userId, card?.status, card?.series], [one.userId, 'Active', 8]);
    const both = await bring({ cards: [{ ...one, passcode: '999999' }, other] });
    assert.deepEqual(both.stdout, `1 made, 1 there before\n${other.cardNumber}\n`);
    assert.deepEqual((await kept(one.cardNumber))?.version, card?.version);
  });

  test('makes none when one of them cannot be, and says which and why', async () => {
    await keepBlocked(database().database, 4, by);
    const [userId, taken] = [await person(), aCard(await person())];
    await bring({ cards: [taken] });
    const good = aCard(userId);
    const gone = await person({ status: 'inactive' });
    for (const [bad, words] of [
      [aCard(anId()), /nobody knows user/],
      [aCard(gone), /is no longer active/],
      [aCard(taken.userId), /has a card; a person has one/],
      [aCard(await person(), { cardNumber: taken.cardNumber }), /it is a card of \d{12}/],
      [aCard(await person(), { series: 4 }), /series 4 is not used any more/],
    ] as const) {
      const { code, stderr } = await bring({ cards: [good, bad] });
      assert.equal(code, 1, stderr);
      assert.match(stderr, words);
      assert.ok(stderr.includes(bad.cardNumber));
      assert.equal(await kept(good.cardNumber), null);
    }
  });

  test('is refused with everything that is wrong in it', async () => {
    const card = aCard(anId());
    for (const [value, words] of [
      ['{', /JSON/],
      [[], /The file must be an object/],
      [{ cards: [] }, /The file has no cards/],
      [{ cards: [{ ...card, cardNumber: '900000000001' }] }, /12 digits that do not begin with 9/],
      [
        { cards: [{ ...card, cardNumber: 7, userId: '1' }] },
        /cardNumber must be[^]*userId must be/,
      ],
      [{ cards: [{ ...card, passcode: '12' }] }, /passcode must be 6 to 8 digits/],
      [{ cards: [{ ...card, series: '8' }] }, /series must be a whole number from 1 to 99/],
      [{ cards: [{ ...card, series: 100 }] }, /series must be a whole number from 1 to 99/],
      [{ cards: [{ ...card, keys: 'dsa' }] }, /keys must be/],
      [{ cards: [{ ...card, pin: '246810' }] }, /pin is not known/],
      [{ cards: [card, card] }, /cardNumber \d{12} is there twice[^]*userId \d{12} is there twice/],
    ] as const) {
      const { code, stderr } = await bring(value);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    }
    const none = await ranOn(database().url, cardCommands, ['card', 'import']);
    assert.deepEqual([none.code, none.stderr.trim()], [2, 'spine card import: name the file']);
  });
});

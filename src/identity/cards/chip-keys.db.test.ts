// Shows: Identity | a card whose keys are in a chip: certified are keys that the chip proves to have, for that user and purpose
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { activateCard, cardsOf, certificatesOf, issueCard, replaceCard } from './index.ts';
import { aChip, by, cardMaker, kindOf, PIN } from './testing.ts';

const database = testDatabase();
const { cards, person, issued } = cardMaker(database);

describe('a card whose keys are in a chip', () => {
  for (const [kind, makePair] of [
    ['p256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ] as const) {
    test(`gets certificates for its ${kind} keys; its passcode is entered elsewhere`, async () => {
      const userId = await person();
      const { publicKeys } = aChip(userId, makePair);
      const card = await issueCard(cards, { userId, keys: { publicKeys } }, by);
      assert.ok(card.ok, JSON.stringify(card));
      const { cardNumber } = card.value;
      const made = await certificatesOf(cards.database, cardNumber);
      const authorities = made.map(({ purpose, authority }) => `${purpose} ${authority}`);
      assert.deepEqual(authorities.toSorted(), [`login login-${kind}`, `signing signing-${kind}`]);
      assert.equal(kindOf(await activateCard(cards, cardNumber, PIN, by)), 'KeysElsewhere');
    });
  }

  test('is not issued for keys that others have, nor swapped, nor for another user', async () => {
    const [userId, other] = [await person(), await person()];
    const mine = aChip(userId).publicKeys;
    const theirs = aChip(other).publicKeys;
    const nothing = Buffer.alloc(0);
    for (const publicKeys of [
      theirs,
      { login: mine.login, signing: { ...mine.signing, proof: mine.login.proof } },
      { login: mine.signing, signing: mine.login },
      { login: { ...mine.login, spki: theirs.login.spki }, signing: mine.signing },
      { login: { ...mine.login, proof: nothing }, signing: mine.signing },
    ]) {
      const refused = await issueCard(cards, { userId, keys: { publicKeys } }, by);
      assert.equal(kindOf(refused), 'KeyNotProved');
    }
    assert.deepEqual(await cardsOf(cards.database, userId), []);
  });

  test('is not issued for keys of another kind than cards have', async () => {
    const userId = await person();
    const unsuitable = [
      aChip(userId, () => generateKeyPairSync('rsa', { modulusLength: 1024 })),
      aChip(userId, () => generateKeyPairSync('ec', { namedCurve: 'P-384' })),
      { publicKeys: { ...aChip(userId).publicKeys, login: { spki: PIN_BYTES, proof: PIN_BYTES } } },
    ];
    for (const { publicKeys } of unsuitable) {
      const refused = await issueCard(cards, { userId, keys: { publicKeys } }, by);
      assert.equal(kindOf(refused), 'KeyUnsuitable');
    }
  });

  test('does not take the place of another one when its keys are not proved', async () => {
    const userId = await person();
    const old = await issued(userId);
    const { publicKeys } = aChip(await person());
    assert.equal(
      kindOf(await replaceCard(cards, old, { keys: { publicKeys } }, by)),
      'KeyNotProved',
    );
    const kept = await cardsOf(cards.database, userId);
    assert.deepEqual(
      kept.map(({ status }) => status),
      ['Issued'],
    );
    const keys = { publicKeys: aChip(userId).publicKeys };
    const made = await replaceCard(cards, old, { keys }, by);
    assert.ok(made.ok, JSON.stringify(made));
  });
});

const PIN_BYTES = Buffer.from(PIN);

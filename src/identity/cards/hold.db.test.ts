// Shows: Signatures | lists name the certificates of a card that is suspended for that time, and of one that has ended
import 'reflect-metadata';

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { X509Crl, X509CrlReason } from '@peculiar/x509';

import { present } from '../../kernel/bug.ts';
import { sql } from '../../platform/sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { type CardCommand, certificatesOf, changeCard, renewCard, signingLists } from './index.ts';
import { revokingCardsOf } from './withdraw/repository.ts';
import { cardMaker, later, NOW } from './testing.ts';

const { cards, active, person } = cardMaker(testDatabase());
const lists = () => signingLists(cards);

/** What the lists say of the signing certificates of a card, the newest first: why, and for how many days. */
async function listed(cardNumber: string) {
  const entries = new Map<string, readonly [X509CrlReason | undefined, number]>();
  for (const { uri } of await lists().all()) {
    const list = new X509Crl(new Uint8Array(present(await lists().read(uri, NOW), uri)));
    for (const { serialNumber, reason, revocationDate } of list.entries) {
      const days = (revocationDate.getTime() - NOW.getTime()) / 86_400_000;
      entries.set(serialNumber.replace(/^0+/, ''), [reason, days]);
    }
  }
  const own = await certificatesOf(cards.database, cardNumber);
  return own
    .filter(({ purpose }) => purpose === 'signing')
    .map(({ serial }) => entries.get(serial) ?? null);
}

async function done(cardNumber: string, command: CardCommand, day: number): Promise<void> {
  assert.ok((await changeCard(cards, cardNumber, command, { by: later(day) })).ok);
}

const { certificateHold, cessationOfOperation, keyCompromise, superseded } = X509CrlReason;

describe('the certificates of a card', () => {
  test('are on hold while it is suspended, and on no list when it is back in use', async () => {
    const cardNumber = await active();
    assert.deepEqual(await listed(cardNumber), [null]);
    await done(cardNumber, { kind: 'Suspend' }, 1);
    assert.deepEqual(await listed(cardNumber), [[certificateHold, 1]]);
    await done(cardNumber, { kind: 'Resume' }, 2);
    assert.deepEqual(await listed(cardNumber), [null]);
  });

  test('are revoked from the hold on when it does not come back into use', async () => {
    const userId = await person();
    const [stolen, withdrawn] = [await active(), await active(userId)];
    for (const cardNumber of [stolen, withdrawn]) await done(cardNumber, { kind: 'Suspend' }, 1);
    await done(stolen, { kind: 'Revoke', reason: 'stolen' }, 3);
    assert.deepEqual(await listed(stolen), [[keyCompromise, 1]]);
    const parts = revokingCardsOf(userId, 'withdrawn', later(3), sql`true`);
    await cards.database.write(sql`with ${parts} select`);
    assert.deepEqual(await listed(withdrawn), [[undefined, 1]]);
  });

  test('are over with a card that ends before them; those of its renewal are not', async () => {
    const cardNumber = await active();
    await done(cardNumber, { kind: 'EndNow' }, 1);
    assert.deepEqual(await listed(cardNumber), [[cessationOfOperation, 1]]);
    assert.ok((await renewCard(cards, cardNumber, { by: later(2), isInPerson: true })).ok);
    assert.deepEqual(await listed(cardNumber), [null, [cessationOfOperation, 1]]);
  });

  test('are over with a card whose series is not used any more', async () => {
    const cardNumber = await active();
    await done(cardNumber, { kind: 'Block' }, 1);
    assert.deepEqual(await listed(cardNumber), [[superseded, 1]]);
  });

  test('are on hold when a card is renewed that ran out while it was suspended', async () => {
    const cardNumber = await active();
    await done(cardNumber, { kind: 'Suspend' }, 1);
    assert.ok((await renewCard(cards, cardNumber, { by: later(800), isInPerson: true })).ok);
    assert.deepEqual((await listed(cardNumber))[0], [certificateHold, 800]);
    await done(cardNumber, { kind: 'Resume' }, 801);
    assert.deepEqual(await listed(cardNumber), [null, null]);
  });

  test('change the version of their list whenever it says something else of them', async () => {
    const [one, other] = [await active(), await active()];
    const seen = new Set<string>();
    const isNew = async (): Promise<boolean> => {
      const size = seen.size;
      seen.add(JSON.stringify(await lists().all()));
      return seen.size > size;
    };
    assert.ok(await isNew());
    assert.ok(!(await isNew()));
    await done(one, { kind: 'Suspend' }, 1);
    assert.ok(await isNew());
    // As many as before, with the same reasons.
    await done(one, { kind: 'Resume' }, 2);
    await done(other, { kind: 'Suspend' }, 2);
    assert.ok(await isNew());
    await done(other, { kind: 'Revoke', reason: 'lost' }, 3);
    assert.ok(await isNew());
  });
});

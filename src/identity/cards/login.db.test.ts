// Shows: Identity | a card that is locked, suspended, over or revoked signs nobody in, and its sessions end with it
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { sql } from '../../platform/sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { startSession } from '../sessions/index.ts';
import { storeIn } from '../sessions/testing.ts';
import { certificatesOf, changeCard, checkLogin } from './index.ts';
import { by, cardMaker, kindOf, later, NOW } from './testing.ts';

const { cards, person, active } = cardMaker(testDatabase());

describe('the sign-in with a card', () => {
  const login = async (cardNumber: string, at = NOW) => {
    const all = await certificatesOf(cards.database, cardNumber);
    const der = all.find(({ purpose }) => purpose === 'login')?.der;
    assert.ok(der);
    return checkLogin(cards, der, at);
  };

  test('is known by its login certificate, and by no other one', async () => {
    const userId = await person();
    const cardNumber = await active(userId);
    const known = await login(cardNumber);
    assert.ok(known.ok);
    assert.deepEqual([known.value.cardNumber, known.value.userId], [cardNumber, userId]);
    const all = await certificatesOf(cards.database, cardNumber);
    const signing = all.find(({ purpose }) => purpose === 'signing')?.der ?? Buffer.alloc(0);
    assert.equal(kindOf(await checkLogin(cards, signing, NOW)), 'CertificateUntrusted');
    for (const der of [Buffer.alloc(0), Buffer.from('a certificate')]) {
      assert.equal(kindOf(await checkLogin(cards, der, NOW)), 'CertificateUntrusted');
    }
  });

  test('is refused for what is the matter with the card', async () => {
    const cardNumber = await active();
    assert.equal(kindOf(await login(cardNumber, later(731).at)), 'CertificateExpired');
    assert.equal(kindOf(await login(cardNumber, later(-1).at)), 'CertificateExpired');
    await changeCard(cards, cardNumber, { kind: 'Suspend' }, { by });
    assert.deepEqual(await login(cardNumber), {
      ok: false,
      error: { kind: 'CardInState', state: 'Suspended' },
    });
    assert.ok((await changeCard(cards, cardNumber, { kind: 'Resume' }, { by })).ok);
    assert.ok((await login(cardNumber)).ok);
    await changeCard(cards, cardNumber, { kind: 'Lock' }, { by });
    assert.equal(kindOf(await login(cardNumber)), 'CardInState');
    await changeCard(cards, cardNumber, { kind: 'Revoke', reason: 'stolen' }, { by });
    assert.equal(kindOf(await login(cardNumber)), 'CertificateRevoked');
  });

  test('ends with the card: its sessions are over, others are not', async () => {
    const userId = await person();
    const cardNumber = await active(userId);
    const known = await login(cardNumber);
    assert.ok(known.ok);
    const facts = {
      acr: null,
      amr: [],
      assuranceLevel: '3',
      idAssuranceLevel: '3',
      proofingLevel: null,
      vectorOfTrust: null,
      nhsNumber: null,
      delegate: null,
    };
    const start = (card: string | null) =>
      startSession(
        storeIn(cards.database),
        {
          kind: 'broker',
          userId,
          provider: 'broker',
          providerSession: null,
          applicationId: null,
          card,
          authentication: facts,
        },
        NOW,
      );
    const [byNumber, bySerial, other] = await Promise.all([
      start(cardNumber),
      start(known.value.serial),
      start(null),
    ]);
    await changeCard(cards, cardNumber, { kind: 'Revoke', reason: 'lost' }, { by });
    const rows = await cards.database.all<{ id: string }>(sql`
      select id from identity.session where user_id = ${userId} and end_reason = 'card-revoked'`);
    assert.deepEqual(new Set(rows.map(({ id }) => id)), new Set([byNumber?.id, bySerial?.id]));
    assert.ok(other);
  });
});

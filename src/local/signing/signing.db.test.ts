// Shows: Signatures | test prescribers sign with the cards that they have, whichever way they got them
import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import {
  type CardCommand,
  cardsOf,
  certificatesOf,
  changeCard,
  replaceCard,
} from '../../identity/cards/index.ts';
import { present } from '../../kernel/bug.ts';
import { pkiUrlOf } from '../../platform/config.ts';
import { PERSONAS, type Prescriber, TEST_PASSCODE } from '../personas.ts';
import { signingKeyOf } from './card-key.ts';
import { signatureData } from './sign.ts';

const database = testDatabase();
const by = { userId: null, at: new Date() };
const { prescriber, otherPrescriber, nurse } = PERSONAS;
const cards = {
  get database() {
    return database().database;
  },
  pkiUrl: pkiUrlOf({}),
};

function keyOf(persona: Prescriber) {
  return signingKeyOf(cards.database, persona);
}

async function newestCard({ userId }: Prescriber): Promise<string> {
  return present((await cardsOf(cards.database, userId))[0], 'card').cardNumber;
}

async function change(persona: Prescriber, command: CardCommand): Promise<void> {
  assert.ok((await changeCard(cards, await newestCard(persona), command, { by })).ok);
}

async function replace(persona: Prescriber, pin: string): Promise<void> {
  const keys = { pin, types: { login: 'p256', signing: 'rsa' } } as const;
  assert.ok((await replaceCard(cards, await newestCard(persona), { keys }, by)).ok);
}

describe('the key that a test prescriber signs with', () => {
  test('signs what was prepared, and belongs to the certificate that goes along', async () => {
    const key = await keyOf(prescriber);
    assert.ok(key.ok);
    const info = '<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">prepared</SignedInfo>';
    const data = signatureData(key.value, Buffer.from(info).toString('base64'), 'RS256');
    const xml = Buffer.from(data, 'base64').toString();
    assert.match(xml, /#"><SignedInfo>prepared<\/SignedInfo><SignatureValue>/);
    const textOf = (name: string): Buffer =>
      Buffer.from(new RegExp(`<${name}>(.*)</${name}>`).exec(xml)?.[1] ?? '', 'base64');
    const { publicKey, subject } = new X509Certificate(textOf('X509Certificate'));
    assert.match(subject, /CN=555900010101_Asha_Synthetic-Moor/);
    assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048);
    assert.ok(verify('sha256', Buffer.from(info), publicKey, textOf('SignatureValue')));
  });

  test('is that of the newest card, also when it was revoked', async () => {
    const before = await keyOf(nurse);
    await change(nurse, { kind: 'Revoke', reason: 'left' });
    assert.deepEqual(await keyOf(nurse), before);
    await replace(otherPrescriber, TEST_PASSCODE);
    const certificates = await certificatesOf(cards.database, await newestCard(otherPrescriber));
    const signing = certificates.find(({ purpose }) => purpose === 'signing');
    const after = await keyOf(otherPrescriber);
    assert.equal(after.ok && after.value.certificate, signing?.der.toString('base64'));
  });

  test('does not come out of a card that is locked, or has a passcode of its own', async () => {
    await change(otherPrescriber, { kind: 'Lock' });
    const locked = await keyOf(otherPrescriber);
    assert.match(locked.ok ? '' : locked.error, /^Card \d{12} is locked\.$/);
    await replace(otherPrescriber, '864209');
    const other = await keyOf(otherPrescriber);
    assert.match(other.ok ? '' : other.error, /has another passcode .*--pin 123456\.$/);
  });
});

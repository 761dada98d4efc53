// Shows: Signatures | a card that was issued signs an order that is found good; revoked, it signs none; the next card does again
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { certificatesOf, openCard } from '../../src/identity/cards/index.ts';
import { PERSONAS, type Prescriber, TEST_PASSCODE } from '../../src/local/personas.ts';
import { order, withSignature } from '../../src/local/sample-messages/index.ts';
import { newShortFormId } from '../../src/local/sample-messages/prescription-id.ts';
import { signatureOf, signedInfoOf } from '../../src/local/signing/sign.ts';
import { anOrder } from '../../src/local/testing.ts';
import { cardsOf } from '../support/cards.ts';
import { signingDatacentres } from './signing-datacentres.ts';

const PRESCRIBE = 'fhir-prescribing/FHIR/R4/$process-message';
const PIN = '864209';

const two = signingDatacentres();
const { prescriber, nurse } = PERSONAS;

/** Answers the signature, as a Provenance carries it, of what was prepared. */
type Sign = (digest: string) => Promise<string>;

/** What the strict datacentre answers to a new order that was signed with a card: the texts of what is wrong. */
async function sent(by: Prescriber, sign: Sign, authoredAt = new Date()): Promise<string[]> {
  const shortFormId = newShortFormId(by.organisation.ods, Math.random);
  const ids = { messageId: randomUUID(), longFormId: randomUUID(), shortFormId };
  const message = order(anOrder({ ...ids, authoredAt, prescriber: by }));
  const signature = await sign(await two.prepared(message, by.name));
  const answer = await two.post(two.strict, PRESCRIBE, withSignature(message, signature), by.name);
  if (answer.status === 200) return [];
  return answer.body.issue.map(({ diagnostics }: { diagnostics: string }) => diagnostics);
}

/** Opened with its passcode once; a card goes on to sign when it is revoked, as it does not know that. */
async function opened(cardNumber: string): Promise<Sign> {
  const cards = cardsOf(two.database);
  const open = await openCard(cards, cardNumber, PIN, { userId: null, at: new Date() });
  assert.ok(open.ok, JSON.stringify(open));
  const certificates = await certificatesOf(two.database, cardNumber);
  const signing = certificates.find(({ purpose }) => purpose === 'signing');
  return async (digest) => {
    const value = await open.value.sign('signing', 'sha256', signedInfoOf(digest));
    return signatureOf(digest, value, signing?.der.toString('base64') ?? '');
  };
}

const KNOWN_WITHIN_MS = 5_000;

/** Sends new orders until one is refused; nobody tells a datacentre that a card was revoked. */
async function refusedWithinSeconds(by: Prescriber, sign: Sign): Promise<string[]> {
  const until = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    const texts = await sent(by, sign);
    if (texts.length > 0 || Date.now() > until) return texts;
    await delay(100);
  }
}

const EXPIRED = ['Certificate expired when signed'];

describe('a card that an operator issues', () => {
  let first: Sign;

  test('signs orders from then on', async () => {
    await two.card('revoke', prescriber.userId);
    first = await opened(await two.card('issue', prescriber.userId, '--pin', PIN));
    assert.deepEqual(await sent(prescriber, first), []);
    const [newest] = await two.database.all<{ signature: object }>({
      text: `select data -> 'signature' as signature from prescriptions.event
        where kind = 'Created' order by at desc limit 1`,
      values: [],
    });
    assert.deepEqual(newest?.signature, { findings: [], unlisted: [] });
  });

  test('signs none of before that, and none of after its certificate has ended', async () => {
    const now = Date.now();
    for (const years of [-1, 3]) {
      const authoredAt = new Date(now + years * 365 * 86_400_000);
      assert.deepEqual(await sent(prescriber, first, authoredAt), EXPIRED, `${years} years`);
    }
  });

  test('signs none of another prescriber', async () => {
    assert.deepEqual(await sent(nurse, first), ["Certificate is not the prescriber's"]);
  });

  test('signs none once it is revoked; the card in its place does', async () => {
    await delay(1_100); // author time is told in seconds
    await two.card('revoke', prescriber.userId, '--reason', 'left');
    assert.deepEqual(await refusedWithinSeconds(prescriber, first), ['Certificate is revoked']);
    const next = await opened(await two.card('issue', prescriber.userId, '--pin', PIN));
    assert.deepEqual(await sent(prescriber, next), []);
    assert.deepEqual(await sent(prescriber, first), ['Certificate is revoked']);
  });

  test('has RSA keys for that, whatever it logs in with: the contract of signatures knows no others', async () => {
    const number = await two.card('replace', prescriber.userId, '--pin', PIN, '--keys', 'p256');
    assert.deepEqual(await sent(prescriber, await opened(number)), []);
  });
});

describe('the signing door of a test installation', () => {
  test('signs with the card that is there, replaced or renewed', async () => {
    const door: Sign = async (digest) => {
      const asked = { persona: nurse.name, digest, algorithm: 'RS256' };
      return (await two.post(two.lax, '_local/sign', asked, nurse.name)).body.signature;
    };
    assert.deepEqual(await sent(nurse, door), []);
    await two.card('replace', nurse.userId, '--pin', TEST_PASSCODE);
    assert.deepEqual(await sent(nurse, door), []);
    await two.card('renew', nurse.userId, '--in-person');
    assert.deepEqual(await sent(nurse, door), []);
  });
});

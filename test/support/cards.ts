import assert from 'node:assert/strict';

import type { OpenCard } from '../../src/agent/broker-client.ts';
import {
  activateCard,
  type Cards,
  cardsOf as cardsOfUser,
  certificatesOf,
  changeCard,
  isFinal,
  issueCard,
  type NewCard,
  openCard,
} from '../../src/identity/cards/index.ts';
import type { Database } from '../../src/platform/database.ts';

export const PIN = '246813';

/** A card of a test, in the hands of its holder and open. */
export type TestCard = OpenCard & {
  readonly cardNumber: string;
  /** With its other key. */
  readonly signForPrescriptions: OpenCard['sign'];
};

export type CardOptions = Partial<Pick<NewCard, 'validity'>> & {
  readonly type?: 'rsa' | 'p256';
  readonly digest?: 'sha1' | 'sha256';
};

export function cardsOf(database: Database): Cards {
  return { database, pkiUrl: 'http://pki.openspine.invalid' };
}

/** A person has one card: whoever is to get another hands in the one that they have. */
export async function handIn(cards: Cards, userId: string): Promise<void> {
  const by = { userId: null, at: new Date() };
  for (const card of await cardsOfUser(cards.database, userId)) {
    if (isFinal(card)) continue;
    const revoke = { kind: 'Revoke', reason: 'withdrawn' } as const;
    const done = await changeCard(cards, card.cardNumber, revoke, { by });
    assert.ok(done.ok, JSON.stringify(done));
  }
}

/** Issues a card to a user and has them enter its passcode. */
export async function aCard(
  database: Database,
  userId: string,
  { type = 'rsa', digest = 'sha256', ...more }: CardOptions = {},
): Promise<TestCard> {
  const cards = cardsOf(database);
  const by = { userId: null, at: new Date() };
  const types = { login: type, signing: type };
  await handIn(cards, userId);
  const issued = await issueCard(cards, { userId, keys: { pin: PIN, types }, ...more }, by);
  assert.ok(issued.ok, JSON.stringify(issued));
  const { cardNumber } = issued.value;
  const active = await activateCard(cards, cardNumber, PIN, by);
  assert.ok(active.ok, JSON.stringify(active));
  const opened = await openCard(cards, cardNumber, PIN, by);
  assert.ok(opened.ok, JSON.stringify(opened));
  const certificates = await certificatesOf(database, cardNumber);
  const login = certificates.find(({ purpose }) => purpose === 'login');
  assert.ok(login !== undefined);
  return {
    cardNumber,
    userId,
    certificate: login.der,
    digest,
    sign: (bytes) => opened.value.sign('login', digest, bytes),
    signForPrescriptions: (bytes) => opened.value.sign('signing', digest, bytes),
  };
}

import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

import type { Database } from '../../platform/database.ts';
import { importPeople, parsePeopleFile } from '../people/index.ts';
import { aPerson } from '../people/testing.ts';
import {
  activateCard,
  type Cards,
  type ChipKey,
  issueCard,
  proofText,
  type Purpose,
} from './index.ts';

/** For tests: what a card needs whose nature does not matter. */
export const PIN = '246810';
export const TYPES = { login: 'p256', signing: 'p256' } as const;
export const NOW = new Date('2026-11-24T12:00:00Z');
export const by = { userId: '555900160101', at: NOW };
export const later = (days: number) => ({
  ...by,
  at: new Date(NOW.getTime() + days * 86_400_000),
});

export function kindOf(answer: {
  readonly ok: boolean;
  readonly error?: { readonly kind: string };
}): string | undefined {
  return answer.ok ? 'ok' : answer.error?.kind;
}

/** People with cards, in the database of a test file. */
export function cardMaker(database: () => { readonly database: Database }) {
  const cards: Cards = {
    get database() {
      return database().database;
    },
    pkiUrl: 'http://pki.openspine.invalid',
  };
  const person = async (): Promise<string> => {
    const entry = aPerson();
    const file = parsePeopleFile({ people: [entry] });
    assert.ok(file.ok);
    assert.ok((await importPeople(cards.database, file.value, NOW)).ok);
    return String(entry['userId']);
  };
  const issued = async (userId?: string): Promise<string> => {
    const wanted = { userId: userId ?? (await person()), keys: { pin: PIN, types: TYPES } };
    const card = await issueCard(cards, wanted, by);
    assert.ok(card.ok);
    return card.value.cardNumber;
  };
  const active = async (userId?: string): Promise<string> => {
    const cardNumber = await issued(userId);
    assert.ok((await activateCard(cards, cardNumber, PIN, by)).ok);
    return cardNumber;
  };
  return { cards, person, issued, active };
}

type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/** The keys of a chip, as it would make them and prove that it has them for that user. */
export function aChip(
  userId: string,
  makePair: () => KeyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
) {
  const [login, signing] = [makePair(), makePair()];
  const chipKey = (purpose: Purpose, pair: KeyPair): ChipKey => {
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    return { spki, proof: sign('sha256', proofText(userId, purpose, spki), pair.privateKey) };
  };
  const publicKeys = { login: chipKey('login', login), signing: chipKey('signing', signing) };
  return { publicKeys, login, signing };
}

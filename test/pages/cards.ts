import assert from 'node:assert/strict';

import {
  activateCard,
  type CardCommand,
  type Cards,
  changeCard,
  issueCard,
} from '../../src/identity/cards/index.ts';
import { TEST_PASSCODE } from '../../src/local/personas.ts';
import type { Database } from '../../src/platform/database.ts';
import { handIn } from '../support/cards.ts';

const DAY_MS = 86_400_000;

export type WantedCard = {
  readonly userId: string;
  /** Days until it ends. */
  readonly days?: number;
  /** What was done to it after it came in use; null: it has not come in use. */
  readonly after?: readonly CardCommand[] | null;
};

/** A card of a test person with the passcode that all have; answers its number. */
export async function giveCard(
  database: Database,
  { userId, days = 700, after = [] }: WantedCard,
): Promise<string> {
  const cards: Cards = { database, pkiUrl: 'http://pki.openspine.invalid' };
  const at = new Date();
  const by = { userId: null, at };
  const validity = { from: new Date(at.getTime() - DAY_MS), until: inDays(at, days) };
  const keys = { pin: TEST_PASSCODE, types: { login: 'p256', signing: 'p256' } } as const;
  await handIn(cards, userId);
  const issued = await issueCard(cards, { userId, keys, validity }, by);
  assert.ok(issued.ok, JSON.stringify(issued));
  const { cardNumber } = issued.value;
  if (after === null) return cardNumber;
  const active = await activateCard(cards, cardNumber, TEST_PASSCODE, by);
  assert.ok(active.ok, JSON.stringify(active));
  for (const command of after) {
    const done = await changeCard(cards, cardNumber, command, { by });
    assert.ok(done.ok, JSON.stringify(done));
  }
  return cardNumber;
}

function inDays(at: Date, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}

export async function revoke(database: Database, cardNumber: string): Promise<void> {
  const cards: Cards = { database, pkiUrl: 'http://pki.openspine.invalid' };
  const by = { userId: null, at: new Date() };
  const done = await changeCard(cards, cardNumber, { kind: 'Revoke', reason: 'lost' }, { by });
  assert.ok(done.ok, JSON.stringify(done));
}

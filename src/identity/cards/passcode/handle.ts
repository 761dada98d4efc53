import { setTimeout as pause } from 'node:timers/promises';

import { present } from '../../../kernel/bug.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { isPin, type OpenCard } from '../back-end.ts';
import { type Card, type CardRefusal, isFinal, stateOf, WRONG_PINS_MAX } from '../card.ts';
import { changeCard } from '../change/handle.ts';
import { keysOfFile, withNewPin } from '../key-file.ts';
import type { Cards } from '../pki/handle.ts';
import {
  append,
  type By,
  clearAttempts,
  findCard,
  type KeptCard,
  takeAttempt,
} from '../repository.ts';
import { clearFormEntries, takeFormEntry } from './repository.ts';

export type PinRefusal =
  | CardRefusal
  | { readonly kind: 'PinMalformed' }
  | { readonly kind: 'PinWrong'; readonly left: number }
  /** Its keys are in a chip, which only its own reader reaches. */
  | { readonly kind: 'KeysElsewhere' };

/**
 * Who enters a passcode, and when. `browser`: at a form of it, by whom nothing proves to hold the card; absent: the card
 * is at hand.
 */
export type EnteredBy = By & { readonly browser?: string };

/**
 * Opens a card with its passcode. A wrong one counts, the third locks it [IDENTITY 1.4]; at a form, in that browser
 * alone, so that nobody locks another person's card from outside [RELIABILITY 7.4].
 */
export async function openCard(
  cards: Cards,
  cardNumber: string,
  pin: string,
  by: EnteredBy,
): Promise<Result<OpenCard, PinRefusal>> {
  return enterPin(cards, { cardNumber, pin, status: 'Active' }, by);
}

/** The holder enters the passcode for the first time, and has accepted the terms: the card is in use from then on. */
export async function activateCard(
  cards: Cards,
  cardNumber: string,
  pin: string,
  by: EnteredBy,
): Promise<Result<Card, PinRefusal>> {
  const opened = await enterPin(cards, { cardNumber, pin, status: 'Issued' }, by);
  if (!opened.ok) return opened;
  await opened.value.close();
  return changeCard(cards, cardNumber, { kind: 'Activate' }, { by });
}

export async function changePin(
  cards: Cards,
  cardNumber: string,
  { pin, newPin }: { readonly pin: string; readonly newPin: string },
  by: By,
): Promise<Result<Card, PinRefusal>> {
  if (!isPin(newPin)) return fail({ kind: 'PinMalformed' });
  const opened = await enterPin(cards, { cardNumber, pin, status: 'Active' }, by);
  if (!opened.ok) return opened;
  await opened.value.close();
  return changeCard(cards, cardNumber, { kind: 'ChangePin' }, { by, alongOf: newPinFor(newPin) });
}

/** An agent gives a locked card a new passcode; the officer's opens it. */
export async function unlockCard(
  cards: Cards,
  cardNumber: string,
  newPin: string,
  by: By,
): Promise<Result<Card, PinRefusal>> {
  if (!isPin(newPin)) return fail({ kind: 'PinMalformed' });
  return changeCard(cards, cardNumber, { kind: 'Unlock' }, { by, alongOf: newPinFor(newPin) });
}

function newPinFor(newPin: string) {
  return async ({ keyFile, officerPin }: KeptCard) => {
    if (keyFile === null) return ok({});
    const changed = await withNewPin(keyFile, { officerPin }, newPin);
    return ok({ keyFile: present(changed.ok ? changed.value : null, 'file of the officer') });
  };
}

type Entry = {
  readonly cardNumber: string;
  readonly pin: string;
  readonly status: 'Issued' | 'Active';
};

async function enterPin(
  cards: Cards,
  entry: Entry,
  { browser, ...by }: EnteredBy,
): Promise<Result<OpenCard, PinRefusal>> {
  const { database } = cards;
  const { cardNumber, pin, status } = entry;
  if (!isPin(pin)) return fail({ kind: 'PinMalformed' });
  if (browser !== undefined) return enterAtForm(cards, { ...entry, browser }, by.at);
  const taken = await takeTurn(cards, { cardNumber, status }, by);
  if (!taken.ok) return taken;
  const { attempt, keyFile } = taken.value;
  const opened = await keysOfFile(keyFile).open(pin);
  if (opened.ok) {
    await clearAttempts(database, cardNumber, attempt, by.at);
    return opened;
  }
  if (attempt === WRONG_PINS_MAX) await lock(cards, cardNumber, by);
  return fail({ kind: 'PinWrong', left: WRONG_PINS_MAX - attempt });
}

async function enterAtForm(
  { database }: Cards,
  { cardNumber, pin, status, browser }: Entry & { readonly browser: string },
  at: Date,
): Promise<Result<OpenCard, PinRefusal>> {
  const card = await findCard(database, cardNumber);
  const refusal = refusalOf(card, status, at);
  if (refusal !== null) return fail(refusal);
  const entry = await takeFormEntry(database, { browser, cardNumber }, at);
  if (entry === null) return fail({ kind: 'CardInState', state: 'Locked' });
  const opened = await keysOfFile(present(card?.keyFile, 'key file')).open(pin);
  if (!opened.ok) return fail({ kind: 'PinWrong', left: WRONG_PINS_MAX - entry });
  await clearFormEntries(database, browser, cardNumber);
  await clearAttempts(database, cardNumber, 0, at);
  return opened;
}

const TURN_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 150;

/**
 * Takes one of the three entries. When others are still being judged, none may be left for a moment: whoever comes then
 * waits for how they end. Entries of a process that died meanwhile count as wrong.
 */
async function takeTurn(
  cards: Cards,
  { cardNumber, status }: Pick<Entry, 'cardNumber' | 'status'>,
  by: By,
) {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const taken = await takeAttempt(cards.database, cardNumber, status, by.at);
    if (taken !== null) return ok(taken);
    const card = await findCard(cards.database, cardNumber);
    const refusal = refusalOf(card, status, by.at);
    if (refusal !== null) return fail(refusal);
    if (waitedMs >= TURN_WITHIN_MS) await lock(cards, cardNumber, by);
    else await pause(LOOK_EVERY_MS);
  }
}

/** Null: it may be tried, now or in a moment. */
function refusalOf(card: KeptCard | null, status: Entry['status'], at: Date): PinRefusal | null {
  if (card === null) return { kind: 'CardNotKnown' };
  if (card.keyFile === null) return { kind: 'KeysElsewhere' };
  const state = stateOf(card, at);
  if (state === status) return null;
  if (state === 'Expired') return { kind: 'CardExpired' };
  if (isFinal(card)) return { kind: 'CardIsFinal', status: card.status };
  return { kind: 'CardInState', state };
}

async function lock(cards: Cards, cardNumber: string, by: By): Promise<void> {
  for (;;) {
    const card = await findCard(cards.database, cardNumber);
    // Somebody else may have locked it, unlocked it or revoked it meanwhile.
    if (card === null || card.lockedAt !== null || card.wrongPins < WRONG_PINS_MAX) return;
    if (await append(cards.database, card, { kind: 'Locked' }, { by })) return;
  }
}

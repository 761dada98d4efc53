import { Trouble } from '../../platform/trouble.ts';
import { CKR } from './codes.ts';
import { type Cryptoki, loadCryptoki } from './cryptoki.ts';
import { CryptokiError } from './library.ts';

/** Where cards are put: what a PKCS#11 library sees. */
export type Reader = {
  readonly cryptoki: Cryptoki;
  /** The card with that label, or the only one that is there (null). */
  find(): Placed;
};

/** A card in its slot. `id` tells it from every other one, for good. */
export type PlacedToken = { readonly slot: number; readonly label: string; readonly id: string };

export type Placed =
  | { readonly kind: 'Present'; readonly token: PlacedToken }
  | { readonly kind: 'Absent' }
  /** Nobody said which one of these. */
  | { readonly kind: 'Several'; readonly labels: readonly string[] };

export async function openReader(module: string, label: string | null): Promise<Reader> {
  const cryptoki = await loadCryptoki(module);
  return { cryptoki, find: () => placedIn(cryptoki, label) };
}

function placedIn(cryptoki: Cryptoki, label: string | null): Placed {
  const tokens = cryptoki.slots().flatMap((slot) => tokenIn(cryptoki, slot));
  const wanted = label === null ? tokens : tokens.filter((token) => token.label === label);
  const [token, ...others] = wanted;
  if (token === undefined) return { kind: 'Absent' };
  if (others.length === 0) return { kind: 'Present', token };
  return { kind: 'Several', labels: wanted.map((one) => one.label) };
}

/** None when it was taken out this very moment, or is empty. */
function tokenIn(cryptoki: Cryptoki, slot: number): PlacedToken[] {
  try {
    const { label, manufacturer, serial, isInitialized } = cryptoki.tokenInfo(slot);
    return isInitialized ? [{ slot, label, id: `${manufacturer} ${serial}` }] : [];
  } catch (error) {
    if (isCardGone(error)) return [];
    throw error;
  }
}

const GONE: readonly number[] = [
  CKR.TOKEN_NOT_PRESENT,
  CKR.TOKEN_NOT_RECOGNIZED,
  CKR.DEVICE_REMOVED,
  CKR.SLOT_ID_INVALID,
  CKR.SESSION_HANDLE_INVALID, // sessions end with the card
];

export function isCardGone(error: unknown): boolean {
  return error instanceof CryptokiError && GONE.includes(error.code);
}

/** The card that must be there. Throws Trouble. */
export function theCard(reader: Reader): PlacedToken {
  const placed = reader.find();
  switch (placed.kind) {
    case 'Present':
      return placed.token;
    case 'Absent':
      throw new Trouble('there is no such card in the reader', 'put it in, and check --token');
    case 'Several':
      throw new Trouble(
        `there are several cards: ${placed.labels.join(', ')}`,
        'say which one with --token',
      );
  }
}

import { X509Certificate } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { type CardKeys, isPin, type OpenedCard, type Purpose } from '../../identity/index.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type Attempts, ATTEMPTS_MAX, attemptsIn } from './attempts.ts';
import { CKR, CKU } from './codes.ts';
import { CryptokiError } from './library.ts';
import { type Objects, objectsOf } from './objects.ts';
import type { PlacedToken, Reader } from './reader.ts';

/** A card in a reader of this machine. */
export type TokenCard = {
  readonly label: string;
  /** What anybody may read of it without its passcode. */
  certificate(purpose: Purpose): Promise<Buffer | null>;
  /** Whether three wrong passcodes were entered here. */
  isLocked(): Promise<boolean>;
  /** The card is this program's alone until it is closed. A wrong passcode counts, the third locks it [IDENTITY 1.4]. */
  open(pin: string): Promise<Result<OpenToken, TokenRefusal>>;
  /** The officer's PIN sets a new passcode, and wrong entries are forgotten. Answers whether it was right. */
  unblock(officerPin: string, newPin: string): Promise<boolean>;
};

/** A card whose passcode was right; `objects` are what lies on it. */
export type OpenToken = OpenedCard & { readonly objects: Objects };

export type TokenRefusal =
  | { readonly kind: 'PinMalformed' }
  | { readonly kind: 'PinWrong'; readonly left: number }
  | { readonly kind: 'CardInState'; readonly state: 'Locked' };

/** Where this machine keeps the entries of passcodes of its user. */
export function attemptsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['OPENSPINE_AGENT_STATE'] ?? '';
  if (own !== '') return own;
  const states = env['XDG_STATE_HOME'] ?? env['LOCALAPPDATA'] ?? join(homedir(), '.local', 'state');
  return join(states, 'openspine', 'card-attempts');
}

export function cardOf(reader: Reader, token: PlacedToken, folder: string): TokenCard {
  const attempts = attemptsIn(folder, token.id);
  const inTurn = turnsOf(token.id);
  const keys = keysOf(reader, token);
  const { cryptoki } = reader;
  return {
    label: token.label,
    certificate: (purpose) =>
      inTurn(async (done) => {
        const session = cryptoki.openSession(token.slot);
        try {
          return objectsOf(cryptoki, session).certificate(purpose);
        } finally {
          cryptoki.closeSession(session);
          done();
        }
      }),
    isLocked: async () => (await attempts.count()) >= ATTEMPTS_MAX,
    open: (pin) => inTurn((done) => enterPin({ keys, attempts, done }, pin)),
    unblock: (officerPin, newPin) =>
      inTurn(async (done) => {
        const isDone = await unblock({ reader, token, attempts }, officerPin, newPin);
        done();
        return isDone;
      }),
  };
}

type TokenKeys = { open(pin: string): Promise<Result<OpenToken, PinFault>> };
type PinFault = Extract<Awaited<ReturnType<CardKeys['open']>>, { ok: false }>['error'];

/** The keys of a card in its chip [IDENTITY 1.4]. */
function keysOf({ cryptoki }: Reader, { slot }: PlacedToken): TokenKeys & CardKeys {
  return {
    open: async (pin) => {
      const session = cryptoki.openSession(slot);
      try {
        await cryptoki.login(session, CKU.USER, pin);
      } catch (error) {
        cryptoki.closeSession(session);
        const fault = pinFault(error);
        if (fault === null) throw error;
        return fail(fault);
      }
      const objects = objectsOf(cryptoki, session);
      return ok({
        objects,
        sign: (purpose, hash, data) => objects.sign(purpose, hash, data),
        close: async () => {
          try {
            cryptoki.logout(session);
          } finally {
            cryptoki.closeSession(session);
          }
        },
      });
    },
  };
}

const WRONG: readonly number[] = [CKR.PIN_INCORRECT, CKR.PIN_INVALID, CKR.PIN_LEN_RANGE];

function pinFault(error: unknown): PinFault | null {
  if (!(error instanceof CryptokiError)) return null;
  if (error.code === CKR.PIN_LOCKED) return 'Blocked';
  return WRONG.includes(error.code) ? 'PinWrong' : null;
}

type Entry = { readonly keys: TokenKeys; readonly attempts: Attempts; readonly done: () => void };

async function enterPin(
  { keys, attempts, done }: Entry,
  pin: string,
): Promise<Result<OpenToken, TokenRefusal>> {
  const refuse = (refusal: TokenRefusal): Result<OpenToken, TokenRefusal> => {
    done();
    return fail(refusal);
  };
  if (!isPin(pin)) return refuse({ kind: 'PinMalformed' });
  const attempt = await attempts.take();
  if (attempt === null) return refuse(LOCKED);
  // Should the card be taken out now, or the library fail, the entry counts all the same.
  const opened = await keys.open(pin);
  if (opened.ok) {
    await attempts.clear(attempt);
    const close = (): Promise<void> => opened.value.close().finally(done);
    return ok({ ...opened.value, close });
  }
  if (opened.error === 'Blocked') {
    await attempts.exhaust();
    return refuse(LOCKED);
  }
  return refuse({ kind: 'PinWrong', left: Math.max(0, ATTEMPTS_MAX - (await attempts.count())) });
}

const LOCKED: TokenRefusal = { kind: 'CardInState', state: 'Locked' };

type Blocked = {
  readonly reader: Reader;
  readonly token: PlacedToken;
  readonly attempts: Attempts;
};

async function unblock(
  { reader: { cryptoki }, token, attempts }: Blocked,
  officerPin: string,
  newPin: string,
): Promise<boolean> {
  const session = cryptoki.openSession(token.slot);
  try {
    await cryptoki.login(session, CKU.SO, officerPin);
    await cryptoki.initPin(session, newPin);
    cryptoki.logout(session);
    await attempts.clear(ATTEMPTS_MAX);
    return true;
  } catch (error) {
    if (pinFault(error) === null) throw error;
    return false;
  } finally {
    cryptoki.closeSession(session);
  }
}

type InTurn = <Value>(work: (done: () => void) => Promise<Value>) => Promise<Value>;

const lastTurns = new Map<string, Promise<void>>();

/**
 * A library knows one log-in for all sessions of a program: whoever came while a card is open would need no passcode.
 * So each waits until the one before is done with the card, or has failed.
 */
function turnsOf(cardId: string): InTurn {
  return async (work) => {
    const before = lastTurns.get(cardId) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    lastTurns.set(cardId, promise);
    await before;
    try {
      return await work(resolve);
    } catch (error) {
      resolve();
      throw error;
    }
  };
}

/** The user whose card it is, as its log-in certificate says. */
export function holderOf(certificate: Buffer): string | null {
  return /^CN=(\d{12})$/m.exec(new X509Certificate(certificate).subject)?.[1] ?? null;
}

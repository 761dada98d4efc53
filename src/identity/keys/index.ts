import { createPublicKey } from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { SESSION_MINUTES } from '../../platform/config.ts';
import type { HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { Job } from '../../platform/jobs.ts';
import { ACCESS_TOKEN_SECONDS, CLOCK_TOLERANCE_S } from '../limits.ts';
import { forgetEnded, openKeySet, passTurn, readKeySet } from './repository.ts';
import {
  type BrokerSecrets,
  currentOf,
  hasEnded,
  isDue,
  type KeptSecret,
  type KeySet,
  secretsOf,
  type SigningKey,
} from './signing-key.ts';

export { currentKey } from './repository.ts';
export { type BrokerSecrets, ROTATE_AFTER_DAYS, type SigningKey } from './signing-key.ts';

/** The keys as this process knows them; it looks for new ones by itself, so none needs a restart. */
export type KeyRing = {
  /** The one to sign with. */
  current(): SigningKey;
  /** One that verifies at that time. */
  find(kid: string, at: Date): SigningKey | undefined;
  /** As `find`, after a look into the database: somebody else may have made the key just now. */
  look(kid: string, at: Date): Promise<SigningKey | undefined>;
  /** Of the broker: the one that seals now, and all others that open. */
  brokerSecrets(at: Date): BrokerSecrets;
  /** All that verify now, and the one that will sign next. */
  all(at: Date): readonly SigningKey[];
  close(): void;
};

const LOOK_EVERY_MS = 2_000;
const LOOK_FOR_UNKNOWN_EVERY_MS = 30_000; // [RELIABILITY F26]

export async function openKeyRing(
  database: Database,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<KeyRing> {
  let set = await openKeySet(database);
  let mayLookFrom = 0;
  const look = async (): Promise<void> => {
    set = (await readKeySet(database)) ?? set;
  };
  const timer = setInterval(() => {
    // With the database away, the keys that are known go on verifying [DESIGN D5].
    look().then(undefined, () => undefined);
  }, lookEveryMs).unref();
  const find = (kid: string, at: Date): SigningKey | undefined =>
    verifying(set, at).find((key) => key.kid === kid);
  return {
    current: () => present(currentOf(set), 'current signing key'),
    find,
    look: async (kid, at) => {
      if (performance.now() < mayLookFrom) return undefined;
      mayLookFrom = performance.now() + LOOK_FOR_UNKNOWN_EVERY_MS;
      await look();
      return find(kid, at);
    },
    brokerSecrets: (at) => secretsOf(set, at),
    all: (at) => verifying(set, at),
    close: () => {
      clearInterval(timer);
    },
  };
}

function verifying({ keys }: KeySet, at: Date): KeySet['keys'] {
  return keys.filter((key) => !hasEnded(key, at));
}

/** A token may be as old as its life, and be signed by a process that has not yet looked [RELIABILITY 7.6]. */
const OVERLAP_MS = (2 * ACCESS_TOKEN_SECONDS + CLOCK_TOLERANCE_S) * 1000;

/** A ticket may be as old as a session at the broker can be, a challenge is younger [IDENTITY 2.2]. */
const BROKER_OVERLAP_MS = (SESSION_MINUTES.broker * 60 + 2 * CLOCK_TOLERANCE_S) * 1000;

/** The next key signs and the broker's next secret seals from now on, and new next ones are made; false when another process did it at the same time. */
export async function rotateKeys(database: Database, at: Date): Promise<boolean> {
  const verifiesUntil = new Date(at.getTime() + OVERLAP_MS);
  const opensUntil = new Date(at.getTime() + BROKER_OVERLAP_MS);
  return passTurn(database, await openKeySet(database), { at, verifiesUntil, opensUntil });
}

const ROTATION_LOOK_EVERY_MS = 60_000;

/** Rotates keys when they are old enough, and forgets those whose tokens are over. */
export function keyRotationJob(database: Database, clock: Clock): Job {
  return {
    name: 'key-rotation',
    everyMs: ROTATION_LOOK_EVERY_MS,
    hasWork: async () => {
      const set = await openKeySet(database);
      const at = clock.securityNow();
      const isOver = ({ opensUntil }: KeptSecret): boolean =>
        opensUntil !== null && opensUntil < at;
      return (
        isDue(set, at) || set.keys.some((key) => hasEnded(key, at)) || set.secrets.some(isOver)
      );
    },
    run: async () => {
      const at = clock.securityNow();
      if (isDue(await openKeySet(database), at)) await rotateKeys(database, at);
      await forgetEnded(database, at);
    },
  };
}

const JWKS_MAX_AGE_S = 300; // the next key is shown for far longer before it signs

/** The public keys, for whoever wants to check tokens by themselves. */
export function jwksRoute(ring: KeyRing, clock: Clock): HttpRoute {
  return { method: 'GET', path: '/oauth2/jwks', handle: () => jwks(ring.all(clock.securityNow())) };
}

function jwks(keys: readonly SigningKey[]): HttpResponse {
  const shown = keys.map(({ kid, publicKey }) => {
    const { kty, n, e } = createPublicKey(publicKey).export({ format: 'jwk' });
    return { kty, use: 'sig', alg: 'RS256', kid, n, e };
  });
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': `public, max-age=${JWKS_MAX_AGE_S}`,
    },
    body: JSON.stringify({ keys: shown }),
  };
}

import { createHmac, timingSafeEqual } from 'node:crypto';

import { fail, ok, type Result } from '../../kernel/result.ts';
import { CLOCK_TOLERANCE_S } from '../limits.ts';

/** What a card has to sign, and the seal by which any process of this installation knows it again [IDENTITY 2.2]. */
export type Challenge = { readonly challenge: Buffer; readonly signature: Buffer };

export type ChallengeFault = 'NotOurs' | 'Stale';

export const CHALLENGE_SECONDS = 120; // [IDENTITY 2.2]
export const RANDOM_BYTES = 20;
const TIME_BYTES = 8;
const SEAL_BYTES = 20;
const SEALED_BYTES = RANDOM_BYTES + TIME_BYTES;

/**
 * Twenty random bytes, the time, and a seal over both. Nothing has to be remembered: what one datacentre
 * gives, the other one checks. The signature beside it ties it to one log-in of one Identity Agent.
 */
export function makeChallenge(
  secret: Buffer,
  { random, at, login }: { readonly random: Buffer; readonly at: Date; readonly login: string },
): Challenge {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(at.getTime()));
  const sealed = Buffer.concat([random, time]);
  const challenge = Buffer.concat([sealed, seal(secret, 'challenge', sealed)]);
  return { challenge, signature: seal(secret, `login ${login}`, challenge) };
}

/** Any of the secrets may have sealed it. */
export function checkChallenge(
  secrets: readonly Buffer[],
  { challenge, signature }: Challenge,
  { login, at }: { readonly login: string; readonly at: Date },
): Result<null, ChallengeFault> {
  const sealed = challenge.subarray(0, SEALED_BYTES);
  const isOurs =
    challenge.length === SEALED_BYTES + SEAL_BYTES &&
    secrets.some(
      (secret) =>
        isSame(challenge.subarray(SEALED_BYTES), seal(secret, 'challenge', sealed)) &&
        isSame(signature, seal(secret, `login ${login}`, challenge)),
    );
  if (!isOurs) return fail('NotOurs');
  const ageS = (at.getTime() - Number(challenge.readBigUInt64BE(RANDOM_BYTES))) / 1000;
  // The other datacentre's clock may be a little ahead.
  return ageS > CHALLENGE_SECONDS || ageS < -CLOCK_TOLERANCE_S ? fail('Stale') : ok(null);
}

function seal(secret: Buffer, what: string, bytes: Buffer): Buffer {
  const whole = createHmac('sha256', secret).update(`broker ${what}\n`).update(bytes).digest();
  return whole.subarray(0, SEAL_BYTES);
}

function isSame(given: Buffer, wanted: Buffer): boolean {
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

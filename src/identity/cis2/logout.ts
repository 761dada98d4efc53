import { createSigner } from 'fast-jwt';

import type { Job } from '../../platform/jobs.ts';
import type { KeyRing } from '../keys/index.ts';
import type { Parts } from './accounts.ts';
import {
  type DueParty,
  dueParties,
  findRelyingParty,
  forgetExpired,
  forgetGrants,
  forgetParty,
  tryPartyLater,
} from './repository.ts';

export type LogoutParts = Parts & { readonly issuer: string; readonly keys: KeyRing };

const LOOK_EVERY_MS = 1_000; // seen everywhere within 5 s [RELIABILITY 7.4]
const ANSWER_WITHIN_MS = 5_000;
const ATTEMPTS_MAX = 10;
const FIRST_PAUSE_S = 5;
const TOKEN_SECONDS = 120;

/**
 * Tells relying parties that a session is over, whatever ended it: sign-out, card, expiry, administrator
 * [IDENTITY 3.1]. What they hold is dead already; here it is also deleted.
 */
export function logoutJob(parts: LogoutParts): Job {
  const { database, clock } = parts;
  const due = (): Promise<DueParty[]> => dueParties(database, clock.securityNow());
  return {
    name: 'cis2-logout',
    everyMs: LOOK_EVERY_MS,
    hasWork: async () => (await due()).length > 0,
    run: async () => {
      const parties = await due();
      await forgetGrants(
        database,
        parties.map(({ grantId }) => grantId),
      );
      await Promise.all(parties.map((party) => tell(parts, party)));
    },
  };
}

/** Forgets codes, tokens and sessions that are out of date. */
export function expiryJob({ database }: Parts): Job {
  return {
    name: 'cis2-expiry',
    everyMs: 60_000,
    hasWork: () => Promise.resolve(true),
    run: () => forgetExpired(database),
  };
}

async function tell(parts: LogoutParts, party: DueParty): Promise<void> {
  const { database } = parts;
  const uri = (await findRelyingParty(database, party.clientId))?.metadata.backchannel_logout_uri;
  const isOver = uri === undefined || (await isHeard(uri, logoutToken(parts, party)));
  if (isOver || party.attempts + 1 >= ATTEMPTS_MAX) await forgetParty(database, party);
  else await tryPartyLater(database, party, FIRST_PAUSE_S * 2 ** party.attempts);
}

/** An answer of 400 is a relying party that does not know the session, and never will [IDENTITY 3.1]. */
async function isHeard(uri: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch(uri, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await answer.body?.cancel();
    return answer.ok || answer.status === 400;
  } catch {
    return false; // nobody answers just now
  }
}

function logoutToken(
  { issuer, keys, clock }: LogoutParts,
  { clientId, userId, sid }: DueParty,
): string {
  const { kid, privateKey } = keys.current();
  const header = { alg: 'RS256', kid, typ: 'logout+jwt' };
  const sign = createSigner({ key: privateKey, algorithm: 'RS256', header });
  const iat = Math.floor(clock.securityNow().getTime() / 1000);
  return sign({
    iss: issuer,
    aud: clientId,
    sub: userId,
    sid,
    iat,
    exp: iat + TOKEN_SECONDS,
    jti: crypto.randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  });
}

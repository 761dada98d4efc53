import { createHash } from 'node:crypto';

import { fail, ok, type Result } from '../../../../kernel/result.ts';
import { findClient, type KnownClient } from '../../../clients/repository.ts';
import { endSessions } from '../../../sessions/index.ts';
import { findSession } from '../../../sessions/repository.ts';
import { endOf, type Session } from '../../../sessions/session.ts';
import type { Form } from '../../answer/index.ts';
import { ERRORS, type OAuthError } from '../../answer/oauth-error.ts';
import { knownRedirect } from '../../client-check.ts';
import type { Face } from '../../parts/index.ts';
import { findCode } from '../../repository.ts';
import { withSecret } from '../client-secret.ts';
import { issueForUser, type TokenAnswer } from '../perform.ts';
import { withinRate } from '../rate/index.ts';

/** `authorization_code`: tokens for a code, once [IDENTITY 3.2, Code, refresh, authorize, logout errors]. */
export async function code(face: Face, field: Form): Promise<Result<TokenAnswer, OAuthError>> {
  const key = field('client_id');
  const found = key === null ? null : await findClient(face.database, key);
  const client = withSecret(found, { key, secret: field('client_secret') });
  if (!client.ok) return client;
  if (!(await withinRate(face, client.value))) return fail(ERRORS.TooMany);
  const redirectUri = knownRedirect(client.value, field('redirect_uri'));
  if (!redirectUri.ok) return redirectUri;
  const text = field('code');
  if (text === null) return fail(ERRORS.CodeMissing);
  const granted = await granting(face, client.value, redirectUri.value, text, field);
  if (!granted.ok) return granted;
  const issued = await issueForUser(
    face,
    {
      client: client.value,
      session: granted.value.session,
      authProvider: granted.value.authProvider,
      grantType: 'authorization_code',
      count: 0,
      firstIssuedAt: face.clock.securityNow(),
      spent: { code: text },
    },
    field,
  );
  if (issued.ok) return issued;
  return issued.error === 'UsedBefore'
    ? usedTwice(face, granted.value.session)
    : fail(issued.error);
}

type Granted = { readonly session: Session; readonly authProvider: string };

async function granting(
  face: Face,
  client: KnownClient,
  redirectUri: string,
  text: string,
  field: Form,
): Promise<Result<Granted, OAuthError>> {
  const at = face.clock.securityNow();
  const known = await findCode(face.database, text);
  // A code that was stolen is of no use to another application, nor is it lost to its own by the attempt.
  if (known === null || known.applicationKey !== client.key) return fail(ERRORS.CodeInvalid);
  if (known.redirectUri !== redirectUri) return fail(ERRORS.RedirectWrong);
  const session = await findSession(face.database, known.sessionId);
  if (session === null) return fail(ERRORS.CodeInvalid);
  if (known.usedAt !== null) return usedTwice(face, session);
  if (known.expiresAt <= at || endOf(session, at) !== null) return fail(ERRORS.CodeInvalid);
  const isProved = isVerifier(field('code_verifier'), known.codeChallenge);
  return isProved ? ok({ session, authProvider: known.authProvider }) : fail(ERRORS.VerifierWrong);
}

/** A code that comes twice was stolen, before or after its own application used it: what came of it ends. */
async function usedTwice(face: Face, { id }: Session): Promise<Result<never, OAuthError>> {
  const at = face.clock.securityNow();
  await endSessions(face.database, { session: id }, 'token-used-twice', at);
  return fail(ERRORS.CodeInvalid);
}

/** A verifier is there if, and only if, there was a challenge: so that nobody takes the challenge out on the way. */
function isVerifier(verifier: string | null, challenge: string | null): boolean {
  if (verifier === null || challenge === null) return verifier === challenge;
  if (!/^[\w.~-]{43,128}$/.test(verifier)) return false;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}

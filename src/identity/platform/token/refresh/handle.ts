import { fail, type Result } from '../../../../kernel/result.ts';
import { findClient } from '../../../clients/repository.ts';
import { endSessions } from '../../../sessions/index.ts';
import { findSession } from '../../../sessions/repository.ts';
import { endOf } from '../../../sessions/session.ts';
import type { Form } from '../../answer/index.ts';
import { ERRORS, type OAuthError } from '../../answer/oauth-error.ts';
import type { Face } from '../../parts/index.ts';
import { findRefreshToken } from '../../repository.ts';
import { withSecret } from '../client-secret.ts';
import { issueForUser, type TokenAnswer } from '../perform.ts';
import { withinRate } from '../rate/index.ts';

/** `refresh_token`: new tokens for an old one, which is used up by it [IDENTITY 3.2]. */
export async function refresh(face: Face, field: Form): Promise<Result<TokenAnswer, OAuthError>> {
  const key = field('client_id');
  const found = key === null ? null : await findClient(face.database, key);
  const client = withSecret(found, { key, secret: field('client_secret') });
  if (!client.ok) return client;
  if (!(await withinRate(face, client.value))) return fail(ERRORS.TooMany);
  const text = field('refresh_token');
  if (text === null) return fail(ERRORS.RefreshMissing);
  const at = face.clock.securityNow();
  const known = await findRefreshToken(face.database, text);
  if (known === null || known.applicationKey !== client.value.key) {
    return fail(ERRORS.RefreshInvalid);
  }
  const session = await findSession(face.database, known.sessionId);
  if (session === null) return fail(ERRORS.RefreshInvalid);
  if (known.usedAt !== null) return usedTwice(face, session.id);
  const end = endOf(session, at);
  if (known.expiresAt <= at || end === 'over') return fail(ERRORS.RefreshOver);
  if (end !== null) return fail(ERRORS.RefreshInvalid);
  const issued = await issueForUser(
    face,
    {
      client: client.value,
      session,
      authProvider: known.authProvider,
      grantType: known.grantType,
      count: known.count + 1,
      firstIssuedAt: known.firstIssuedAt,
      spent: { refreshToken: text },
    },
    field,
  );
  if (issued.ok) return issued;
  return issued.error === 'UsedBefore' ? usedTwice(face, session.id) : fail(issued.error);
}

/** Two have the same token, and one of them is not its owner: neither goes on [RELIABILITY 7.4]. */
async function usedTwice(face: Face, session: string): Promise<Result<never, OAuthError>> {
  const at = face.clock.securityNow();
  await endSessions(face.database, { session }, 'token-used-twice', at);
  return fail(ERRORS.RefreshInvalid);
}

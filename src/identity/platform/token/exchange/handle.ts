import { Bug } from '../../../../kernel/bug.ts';
import { fail, ok, type Result } from '../../../../kernel/result.ts';
import { startSession } from '../../../sessions/index.ts';
import type { Form } from '../../answer/index.ts';
import { invalidRequest, type OAuthError, refusal } from '../../answer/oauth-error.ts';
import { ASSERTION_TYPE, EXCHANGE } from '../../assertion.ts';
import { authenticationFacts, isIssuer, subjectOf } from '../../id-token.ts';
import { audienceOf, type Claims, textClaim } from '../../jwt.ts';
import { authProvider, type Face, type ProviderName, providerOf } from '../../parts/index.ts';
import type { Provider } from '../../provider/index.ts';
import { readActor, readSubjectToken, SUBJECT_ERRORS } from '../../subject-token.ts';
import { assertedClient } from '../assertion/handle.ts';
import { issueForUser, type TokenAnswer } from '../perform.ts';

/** Token exchange: an application that signed its user in by itself shows the identity token [IDENTITY 3.2]. */
export async function exchange(
  face: Face,
  field: Form,
): Promise<Result<TokenAnswer, OAuthError | 'ProviderBroken'>> {
  const isTyped = field('client_assertion_type') === ASSERTION_TYPE;
  if (isTyped && field('grant_type') !== EXCHANGE) {
    return fail(invalidRequest(400, 'grant_type is invalid'));
  }
  const client = await assertedClient(face, field);
  if (!client.ok) return client;
  const at = face.clock.securityNow();
  const proved = await provedSubject(face, field('subject_token'), at);
  if (!proved.ok) return proved;
  const { by, claims, delegate } = proved.value;
  const userId = subjectOf(claims);
  if (!userId.ok) return fail(NO_SUBJECT);
  const session = await startSession(
    face,
    {
      kind: 'platform',
      userId: userId.value,
      provider: by.provider.issuer,
      providerSession: textClaim(claims, 'sid'),
      applicationId: client.value.applicationId,
      card: textClaim(claims, 'card'),
      authentication: { ...authenticationFacts(claims), delegate },
    },
    at,
  );
  const grant = {
    client: client.value,
    session,
    authProvider: authProvider(face, by.name),
    grantType: 'token_exchange',
    count: 0,
    firstIssuedAt: at,
    spent: null,
  };
  const issued = await issueForUser(face, grant, field);
  if (issued.ok) return ok({ ...issued.value, issued_token_type: ACCESS_TOKEN_TYPE });
  if (issued.error === 'UsedBefore') throw new Bug('nothing was used up');
  return fail(issued.error);
}

type Proved = {
  readonly by: By;
  readonly claims: Claims;
  /** NHS number of somebody who acts for the subject. */
  readonly delegate: string | null;
};

async function provedSubject(
  face: Face,
  token: string | null,
  at: Date,
): Promise<Result<Proved, OAuthError | 'ProviderBroken'>> {
  const subject = readSubjectToken(token, at);
  if (!subject.ok) return subject;
  const { claims } = subject.value;
  const by = providerFor(face, claims);
  if (by === null) return fail(SUBJECT_ERRORS.IssuerUnknown);
  const delegate = by.name === 'nhs-login' ? readActor(claims) : ok(null);
  if (!delegate.ok) return delegate;
  const signature = await by.provider.checkSignature(subject.value.token);
  if (!signature.ok) {
    const { error } = signature;
    return fail(error === 'KeysUnreachable' ? 'ProviderBroken' : SUBJECT_ERRORS[error]);
  }
  const { audiences } = by;
  const isForUs = audiences === null || audienceOf(claims).some((one) => audiences.includes(one));
  return isForUs
    ? ok({ by, claims, delegate: delegate.value })
    : fail(SUBJECT_ERRORS.AudienceUnknown);
}

const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
const NO_SUBJECT = refusal(400, 'invalid_request', "Missing 'sub' claim in subject_token JWT");

type By = {
  readonly name: ProviderName;
  readonly provider: Pick<Provider, 'issuer' | 'checkSignature'>;
  /** For whom its tokens may be; null: for anybody. */
  readonly audiences: readonly string[] | null;
};

/** The provider that the token says it is from; whether it is, its signature shows. */
function providerFor(face: Face, claims: Claims): By | null {
  for (const name of ['nhs-cis2', 'nhs-login'] as const) {
    const provider = providerOf(face, name);
    if (provider !== null && isIssuer(claims, provider.issuer)) {
      return { name, provider, audiences: null };
    }
  }
  const { patients } = face.providers[face.base];
  return patients !== null && isIssuer(claims, patients.issuer)
    ? { name: 'nhs-login', provider: patients, audiences: patients.audiences }
    : null;
}

import { fail, type Result } from '../../../../kernel/result.ts';
import type { Client } from '../../../clients/client.ts';
import { findClient, isAssertionKept, keepAssertion } from '../../../clients/repository.ts';
import type { Form } from '../../answer/index.ts';
import { ERRORS, type OAuthError } from '../../answer/oauth-error.ts';
import {
  type Assertion,
  ASSERTION_ERRORS,
  expTooFar,
  isTooEarly,
  NOT_UNIQUE,
  readAssertion,
} from '../../assertion.ts';
import { admitted } from '../../client-check.ts';
import { audienceOf, checkSignature } from '../../jwt.ts';
import type { Face } from '../../parts/index.ts';
import { withinRate } from '../rate/index.ts';

const KEPT_MS = 30 * 86_400_000; // [IDENTITY 3.2, 11]

/** The application that signed the assertion of a request: all checks in their order [IDENTITY 3.2]. */
export async function assertedClient(face: Face, field: Form): Promise<Result<Client, OAuthError>> {
  const at = face.clock.securityNow();
  const form = { type: field('client_assertion_type'), token: field('client_assertion') };
  const read = readAssertion(form, at);
  if (!read.ok) return read;
  const assertion = read.value;
  const kept = {
    key: assertion.issuer,
    jti: assertion.jti,
    expiresAt: new Date(at.getTime() + KEPT_MS),
  };
  if (await isAssertionKept(face.database, kept)) return fail(NOT_UNIQUE);
  const tooFar = expTooFar(assertion, at);
  if (tooFar !== null) return fail(tooFar);
  if (!(await keepAssertion(face.database, kept))) return fail(NOT_UNIQUE);
  const found = await findClient(face.database, assertion.issuer);
  const client = admitted(found, ASSERTION_ERRORS.ApplicationUnknown);
  if (!client.ok) return client;
  const fault = await signatureFault(face, client.value, assertion, at);
  if (fault !== null) return fail(fault);
  return (await withinRate(face, client.value)) ? client : fail(ERRORS.TooMany);
}

async function signatureFault(
  face: Face,
  { publicKeys }: Client,
  assertion: Assertion,
  at: Date,
): Promise<OAuthError | null> {
  const keys = face.clientKeys(publicKeys);
  if (keys === null) return ASSERTION_ERRORS.NoPublicKey;
  const signature = await checkSignature(assertion.token, keys, ['RS512']);
  if (!signature.ok) return ASSERTION_ERRORS[signature.error];
  if (isTooEarly(assertion, at)) return ASSERTION_ERRORS.SignatureWrong;
  // The address called is one of ours by configuration: a header that names another one proves nothing.
  const addresses = face.publicUrls.map((url) => `${url}${face.base}/token`);
  const isForUs = audienceOf(assertion.jwt.claims).some((one) => addresses.includes(one));
  return isForUs ? null : ASSERTION_ERRORS.AudienceWrong;
}

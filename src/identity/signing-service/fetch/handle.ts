import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { json, refused } from '../../platform/answer/index.ts';
import { type SigningParts, userOf } from '../ask/handle.ts';
import { findRequest } from '../repository.ts';
import { REFUSALS } from '../request-token.ts';

/**
 * GET /signatureresponse/{token}: what the user has signed, for the application that asked and for the same user; as
 * often as they like until it is over, for an answer may be lost [IDENTITY 3.2].
 */
export async function fetchResponse(
  parts: SigningParts,
  request: HttpRequest,
): Promise<HttpResponse> {
  const at = parts.clock.securityNow();
  const user = await userOf(parts, request, at);
  if (!user.ok) return user.error;
  const found = await findRequest(parts.database, request.parts['token'] ?? '');
  const { userId, applicationId } = user.value;
  if (found === null || found.userId !== userId || found.applicationId !== applicationId) {
    return refused(REFUSALS.Unknown);
  }
  if (found.expiresAt <= at) return refused(REFUSALS.Expired);
  const { outcome } = found;
  if (outcome === null) return refused(REFUSALS.Pending);
  if (outcome.kind === 'Refused') return refused(REFUSALS.Refused);
  const { signatures, certificate } = outcome;
  return json({ signatures, certificate: certificate.toString('base64') });
}

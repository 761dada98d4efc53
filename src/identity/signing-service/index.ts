import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { Job } from '../../platform/jobs.ts';
import { refused } from '../platform/answer/index.ts';
import { ERRORS } from '../platform/answer/oauth-error.ts';
import { ping } from '../platform/status/handle.ts';
import { isAddressWithinRate } from '../platform/token/rate/index.ts';
import { ask, SIGNING_BASE, type SigningParts } from './ask/handle.ts';
import { fetchResponse } from './fetch/handle.ts';
import { tidyRequests } from './repository.ts';

export { type SigningParts } from './ask/handle.ts';
export {
  openRequest,
  refuseToSign,
  type SigningRefusal,
  signWithCard,
  takeSignatures,
} from './sign/handle.ts';
export {
  bytesOf,
  digestIn,
  type IsSignedInfo,
  type Payload,
  type PayloadSignature,
  type SignatureRequest,
  SIGNING_HASHES,
  type SigningAlgorithm,
} from './signature-request.ts';

type Handle = (parts: SigningParts, request: HttpRequest) => Promise<HttpResponse> | HttpResponse;

/** The remote signing service, where applications have prescribers sign with their cards [IDENTITY 3.2]. */
export function signingRoutes(parts: SigningParts): HttpRoute[] {
  const route = (method: HttpRoute['method'], path: string, handle: Handle): HttpRoute => ({
    method,
    path: `${SIGNING_BASE}${path}`,
    handle: async (request) =>
      (await isAddressWithinRate(parts, request.peer.remote))
        ? handle(parts, request)
        : refused(ERRORS.TooMany),
  });
  return [
    route('POST', '/signaturerequest', ask),
    route('GET', '/signatureresponse/:token', fetchResponse),
    route('GET', '/_ping', ping),
    route('HEAD', '/_ping', ping),
  ];
}

const TIDY_EVERY_MS = 300_000;

/** Forgets requests that are over. */
export function signingJob({ database, clock }: Pick<SigningParts, 'database' | 'clock'>): Job {
  return {
    name: 'signature-requests',
    everyMs: TIDY_EVERY_MS,
    hasWork: async () => true,
    run: () => tidyRequests(database, clock.securityNow()),
  };
}

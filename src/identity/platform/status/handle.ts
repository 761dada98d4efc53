import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { findClient } from '../../clients/repository.ts';
import { json, refused } from '../answer/index.ts';
import { ERRORS } from '../answer/oauth-error.ts';
import { admitted } from '../client-check.ts';
import type { Face } from '../parts/index.ts';
import type { Provider } from '../provider/index.ts';

/** GET /_ping [IDENTITY 3.2]. */
export function ping({ version }: Pick<Face, 'version'>): HttpResponse {
  return json({ version, revision: version, releaseId: version, commitId: version });
}

/** GET /_status: whether the identity providers answer; for whoever has an application key [IDENTITY 3.2]. */
export async function status(face: Face, request: HttpRequest): Promise<HttpResponse> {
  const found = await findClient(face.database, request.headers['apikey'] ?? '');
  if (!admitted(found, ERRORS.StatusKey).ok) return refused(ERRORS.StatusKey);
  const { cis2, nhsLogin, patients } = face.providers[face.base];
  const [first, second] = await Promise.all([check(cis2), check(nhsLogin ?? patients)]);
  const healthy = [first, second].filter(({ status: word }) => word === 'pass').length;
  const { version } = face;
  return json({
    status: healthy === 2 ? 'pass' : healthy === 1 ? 'warn' : 'fail',
    version,
    revision: version,
    releaseId: version,
    commitId: version,
    checks: { 'nhs-cis2': first, 'nhs-login': second },
  });
}

type Check = {
  readonly status: 'pass' | 'fail';
  readonly timeout: 'true' | 'false';
  readonly responseCode: number;
  readonly outcome: string;
  readonly links: { readonly self: string };
};

const NOT_THERE = 503;

async function check(provider: Pick<Provider, 'jwksUri' | 'probe'> | null): Promise<Check> {
  const probed = provider === null ? null : await provider.probe();
  const isUp = probed?.status === 200;
  return {
    status: isUp ? 'pass' : 'fail',
    timeout: probed?.isTimeout === true ? 'true' : 'false',
    responseCode: probed?.status ?? NOT_THERE,
    outcome: isUp ? 'OK' : provider === null ? 'not configured' : 'no answer',
    links: { self: provider?.jwksUri ?? '' },
  };
}

import type { Config } from './platform/config.ts';
import type { HttpRequest, HttpResponse } from './platform/http.ts';
import { plainFailure } from './platform/plain-failure.ts';
import { VERSION } from './version.ts';

/** On every answer: who served it, the caller's ids again, and what is real and what is not [EXPERIENCE 0]. */
export function commonHeaders(
  config: Config,
  { headers }: HttpRequest,
  environment: string | null,
): Record<string, string> {
  const common: Record<string, string> = servedBy(config);
  for (const name of ['x-request-id', 'x-correlation-id'] as const) {
    const value = headers[name];
    if (value !== undefined) common[name] = value;
  }
  if (environment !== null) common['X-Environment'] = environment;
  return common;
}

function servedBy({ datacentre }: Config): Record<string, string> {
  return { 'X-Served-By': `${datacentre}; openspine/${VERSION}` };
}

export function tooEarly(config: Config): HttpResponse {
  const { status, headers, body } = plainFailure({ kind: 'Unavailable' });
  return { status, headers: { ...servedBy(config), ...headers }, body };
}

/** Of a datacentre that is being emptied [EXPERIENCE 6.7]. */
export function elsewhere(config: Config, url: string): HttpResponse {
  const { status, headers, body } = plainFailure({ kind: 'Unavailable' });
  const others = config.publicUrls.filter((other) => other !== url);
  const link = others.map((other) => `<${other}>; rel="alternate"`).join(', ');
  return {
    status,
    headers: {
      ...servedBy(config),
      ...headers,
      ...(link === '' ? {} : { Link: link }),
      'X-Client-Advice': 'failover=yes; retry=backoff; max=10',
    },
    body,
  };
}

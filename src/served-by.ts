import type { Config } from './platform/config.ts';
import type { HttpRequest, HttpResponse } from './platform/http.ts';
import { plainFailure } from './platform/plain-failure.ts';
import { VERSION } from './version.ts';

/** The process that answers. */
export type Server = {
  readonly config: Pick<Config, 'datacentre' | 'publicUrls'>;
  /** Its own address. */
  readonly url: string;
  /** Which primary takes the writes, counted, as far as it knows. */
  readonly epoch: () => number | null;
};

/** On every answer: who served it, the caller's ids again, and what is real and what is not [EXPERIENCE 0]. */
export function commonHeaders(
  server: Server,
  { headers }: HttpRequest,
  environment: string | null,
): Record<string, string> {
  const common: Record<string, string> = servedBy(server);
  for (const name of ['x-request-id', 'x-correlation-id'] as const) {
    const value = headers[name];
    if (value !== undefined) common[name] = value;
  }
  if (environment !== null) common['X-Environment'] = environment;
  return common;
}

/** Datacentre, version and epoch [EXPERIENCE 6.7, IDENTITY 2.5]. */
export function servedBy({ config, epoch }: Server): Record<string, string> {
  const known = epoch();
  const words = [config.datacentre, `openspine/${VERSION}`];
  if (known !== null) words.push(`epoch=${known}`);
  return { 'X-Served-By': words.join('; ') };
}

/** Where else to go, for whoever cannot be served here; nothing when there is nowhere. */
export function alternates({ config, url }: Server): Record<string, string> {
  const others = config.publicUrls.filter((other) => other !== url);
  const links = others.map((other) => `<${other}>; rel="alternate"`);
  return links.length === 0 ? {} : { Link: links.join(', ') };
}

export function tooEarly(server: Server): HttpResponse {
  const { status, headers, body } = plainFailure({ kind: 'Unavailable' });
  return { status, headers: { ...servedBy(server), ...alternates(server), ...headers }, body };
}

type Door = { turnAway(answer: (() => HttpResponse) | null): void | Promise<void> };

/** Has all doors take no new requests and say where to go, or take them again. */
export function drainOf(
  server: Server,
  doors: readonly Door[],
): (isDrained: boolean) => Promise<void> {
  return async (isDrained) => {
    for (const door of doors) await door.turnAway(isDrained ? () => elsewhere(server) : null);
  };
}

/** Of a datacentre that is being emptied [EXPERIENCE 6.7]. */
function elsewhere(server: Server): HttpResponse {
  const { status, headers, body } = tooEarly(server);
  const advice = { 'X-Client-Advice': 'failover=yes; retry=backoff; max=10' };
  return { status, headers: { ...headers, ...advice }, body };
}

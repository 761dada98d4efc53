import type { IncomingMessage } from 'node:http';

import type { Provider } from 'oidc-provider';

import type { HttpMount, HttpRoute } from '../../platform/http.ts';
import type { Job } from '../../platform/jobs.ts';
import { describeBug, type Log } from '../../platform/log.ts';
import { sharedSecret } from '../../platform/secrets.ts';
import type { KeyRing } from '../keys/index.ts';
import type { Parts } from './accounts.ts';
import type { Interactions } from './interactions.ts';
import { expiryJob, logoutJob } from './logout.ts';
import type { View } from '../../pages/index.ts';

export { acrMet, type Authenticator, authenticatorsFor } from './assurance.ts';
export type {
  Interactions,
  Proof,
  RequestFault,
  RoleFault,
  RoleRequest,
  SignInFault,
  SignInRequest,
} from './interactions.ts';

/** Writes a page in the frame of all pages. */
type Draw = (view: View) => string;

export type Cis2Parts = Parts & {
  /** To the letter as relying parties compare it, `:443` and all. */
  readonly issuer: string;
  readonly keys: KeyRing;
  readonly log: Log;
};

/** The CIS2 face of one process; every other process over the same database goes on where it left off. */
export type Cis2 = {
  /** Below the path of the issuer. */
  readonly mount: (draw: Draw) => HttpMount;
  readonly jobs: readonly Job[];
  /** For the sign-in pages. */
  interactions(): Promise<Interactions>;
};

/** For who knows the host alone: where the issuer says what it can do [EXPERIENCE 1.1]. */
export function discoveryRoute(issuer: string): HttpRoute {
  const document = '/.well-known/openid-configuration';
  const headers = { Location: `${issuer}${document}` };
  return { method: 'GET', path: document, handle: () => ({ status: 302, headers, body: '' }) };
}

/** The library is loaded when the first request comes: who only sends prescriptions does not wait for it. */
export function openCis2(parts: Cis2Parts): Cis2 {
  const { issuer } = parts;
  const { pathname } = new URL(issuer);
  let draw: Draw = () => '';
  const provider = providerOfTheMoment(parts, (view) => draw(view));
  return {
    mount: (frame) => {
      draw = frame;
      return {
        path: pathname,
        handle: async (request, response) => {
          const { callback } = await provider();
          await callback(placedAt(issuer, request), response);
        },
      };
    },
    jobs: [logoutJob(parts), expiryJob(parts)],
    interactions: async () => {
      const { makeInteractions } = await import('./interactions.ts');
      return makeInteractions({ ...parts, provider: async () => (await provider()).provider });
    },
  };
}

type Made = {
  readonly provider: Provider;
  readonly callback: ReturnType<Provider['callback']>;
};

/** Made anew when keys have rotated: the library takes its keys once. */
function providerOfTheMoment(parts: Cis2Parts, draw: Draw): () => Promise<Made> {
  let made: { readonly kids: string; readonly it: Promise<Made> } | null = null;
  return () => {
    const { keys, clock } = parts;
    const kids = [keys.current(), ...keys.all(clock.securityNow())].map(({ kid }) => kid).join();
    if (made?.kids !== kids) made = { kids, it: make(parts, draw) };
    return made.it;
  };
}

async function make(parts: Cis2Parts, draw: Draw): Promise<Made> {
  const { makeProvider } = await import('./provider.ts');
  const cookieKey = await sharedSecret(parts.database, 'cis2-cookies');
  const onBug = (error: unknown): void =>
    parts.log({ event: 'bug', requestId: 'cis2', outcome: describeBug(error) });
  const provider = makeProvider({ ...parts, cookieKey, draw, onBug });
  return { provider, callback: provider.callback() };
}

/** The library takes its own address from the request; we know it better than the caller [RELIABILITY 7.4]. */
function placedAt(issuer: string, request: IncomingMessage): IncomingMessage {
  const { protocol, host, pathname } = new URL(issuer);
  const { url = '' } = request;
  request.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  request.headers['x-forwarded-host'] = host;
  const rest = url.slice(pathname.length);
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  return Object.assign(request, { originalUrl: url });
}

import { constants } from 'node:crypto';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';

import type { HttpResponse } from './http.ts';
import { keepRenewed, secureContext, type TlsSource } from './tls-identity.ts';

/** Somebody who came with a certificate whose key they have, as TLS proves; or without one (null). */
export type CertificateRequest = { readonly path: string; readonly certificate: Buffer | null };

export type CertificatePort = { readonly port: number; close(): Promise<void> };

export type CertificatePortOptions = {
  readonly host: string;
  readonly port: number;
  /** The authorities are those whose certificates a browser offers. */
  readonly tls: TlsSource;
  readonly handle: (request: CertificateRequest) => Promise<HttpResponse>;
  readonly onFailure: (error: unknown) => HttpResponse;
};

const REQUEST_TIMEOUT_MS = 10_000; // [RELIABILITY 7.2]
const FIXED = {
  minVersion: 'TLSv1.2', // [IDENTITY 3.1]
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

/**
 * Asks everybody who comes for a certificate. A connection answers once and no session is taken up again: the next
 * person at the same browser is asked anew.
 */
export async function openCertificatePort(
  options: CertificatePortOptions,
): Promise<CertificatePort> {
  const { host, port, tls } = options;
  const shown = await tls.read();
  const server = createServer({
    ...secureContext(shown, FIXED),
    requestCert: true,
    rejectUnauthorized: false, // whoever has none, or an old one, is told so on a page
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  server.on('request', (request, response) => {
    const { raw } = certificateOf(request.socket);
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    options
      .handle({ path, certificate: raw ?? null })
      .then(undefined, options.onFailure)
      .then(
        ({ status, headers, body }) => {
          response.writeHead(status, { ...headers, Connection: 'close' }).end(body);
        },
        () => response.destroy(),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const endRenewal = keepRenewed(server, shown, tls, FIXED);
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        endRenewal();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Empty when none came. */
function certificateOf(socket: object): { readonly raw?: Buffer } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every socket of this server is one
  return (socket as TLSSocket).getPeerCertificate();
}

import type { HttpResponse } from './http.ts';
import { write } from './http-answer.ts';
import { listen } from './listen.ts';
import { certificateOf, makeTlsServer, type TlsSource } from './tls-server.ts';

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

const KEEP_ALIVE_MS = 1_000;

/**
 * Asks everybody who comes for a certificate. A connection answers once and no session is taken up again: the next
 * person at the same browser is asked anew.
 */
export async function openCertificatePort(
  options: CertificatePortOptions,
): Promise<CertificatePort> {
  const { host, port, tls } = options;
  // Whoever has none, or an old one, is told so on a page.
  const server = await makeTlsServer(tls, { keepAliveMs: KEEP_ALIVE_MS });
  server.on('request', (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    options
      .handle({ path, certificate: certificateOf(request.socket) })
      .then(undefined, options.onFailure)
      .then(
        (said) => write(response, { ...said, headers: { ...said.headers, Connection: 'close' } }),
        () => response.destroy(),
      );
  });
  const listening = await listen(server, { host, port });
  return {
    port: listening.port,
    close: () => {
      const closed = listening.close();
      server.closeAllConnections();
      return closed;
    },
  };
}

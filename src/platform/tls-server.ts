import { constants, createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { type SecureContextOptions, TLSSocket } from 'node:tls';

/** What one end of TLS shows of itself, and who certifies the other end; all in PEM. */
export type TlsIdentity = {
  /** With its chain. */
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
};

export type TlsSource = {
  /** Asked at the start, and again while the server runs. */
  readonly read: () => Promise<TlsIdentity>;
  readonly lookEveryMs: number;
  /** What is there now cannot be used, so that what was there before is shown on. */
  readonly onUnusable: (error: unknown) => void;
};

const TIMEOUT_MS = 10_000; // slow handshakes, headers and bodies [RELIABILITY 7.2]
const FIXED = {
  minVersion: 'TLSv1.2', // [IDENTITY 3.1]
  secureOptions: constants.SSL_OP_NO_TICKET, // each connection shows its certificate
} as const;

/**
 * A server, yet to listen, that asks whoever comes for a certificate, and leaves it to its user whom to hear. Whoever
 * connects after its own certificate was renewed is shown the new one, without a restart; connections that are open go on.
 */
export async function makeTlsServer(
  tls: TlsSource,
  { keepAliveMs }: { readonly keepAliveMs: number },
): Promise<Server> {
  const shown = await tls.read();
  const server = createServer({
    ...secureContext(shown),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    keepAliveTimeout: keepAliveMs,
  });
  server.once('listening', () => server.once('close', keepRenewed(server, shown, tls)));
  return server;
}

/** As Node takes it; throws when the certificate is not of the key, or one is not there. */
function secureContext({ certificate, key, authorities }: TlsIdentity): SecureContextOptions {
  // Node itself would take an empty file for none, and then answer nobody.
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the certificate is of another key');
  }
  return { ...FIXED, cert: certificate, key, ca: authorities };
}

/** Answers what ends the looking. */
function keepRenewed(
  server: Server,
  shown: TlsIdentity,
  { read, lookEveryMs, onUnusable }: TlsSource,
): () => void {
  let last = JSON.stringify(shown);
  const look = async (): Promise<void> => {
    const found = await read();
    if (JSON.stringify(found) === last) return;
    server.setSecureContext(secureContext(found));
    last = JSON.stringify(found);
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .then(undefined, onUnusable) // files are renewed one after the other: half of it is there for a moment
      .finally(() => {
        isLooking = false;
      });
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
}

const certificates = new WeakMap<TLSSocket, Buffer>();

/** What the other end has shown, in DER; null when it showed none, or was gone before somebody asked. */
export function certificateOf(socket: unknown): Buffer | null {
  if (!(socket instanceof TLSSocket)) return null;
  const known = certificates.get(socket);
  if (known !== undefined) return known;
  const shown = socket.getPeerX509Certificate()?.raw ?? null;
  if (shown !== null) certificates.set(socket, shown);
  return shown;
}

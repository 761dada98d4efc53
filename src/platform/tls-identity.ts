import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

/** What a TLS server shows of itself, and whose certificates it asks for; all in PEM. */
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

/** As Node takes it, with what does not change. */
export function secureContext(
  { certificate, key, authorities }: TlsIdentity,
  fixed: SecureContextOptions,
): SecureContextOptions {
  return { ...fixed, cert: certificate, key, ca: authorities };
}

/**
 * Whoever connects after a renewal is shown the new certificate, without a restart; connections that are open go on.
 * Answers what ends the looking.
 */
export function keepRenewed(
  server: Server,
  shown: TlsIdentity,
  { read, lookEveryMs, onUnusable }: TlsSource,
  fixed: SecureContextOptions,
): () => void {
  let last = JSON.stringify(shown);
  const look = async (): Promise<void> => {
    const found = await read();
    if (JSON.stringify(found) === last) return;
    // Throws when key and certificate do not belong together: they are written one after the other.
    server.setSecureContext(secureContext(found, fixed));
    last = JSON.stringify(found);
  };
  const timer = setInterval(() => {
    look().then(undefined, onUnusable);
  }, lookEveryMs).unref();
  return () => clearInterval(timer);
}

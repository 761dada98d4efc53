import { createPrivateKey, X509Certificate } from 'node:crypto';
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

/** As Node takes it, with what does not change; throws when the certificate is not of the key, or one is not there. */
export function secureContext(
  { certificate, key, authorities }: TlsIdentity,
  fixed: SecureContextOptions,
): SecureContextOptions {
  // Node itself would take an empty file for none, and then answer nobody.
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the certificate is of another key');
  }
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
    server.setSecureContext(secureContext(found, fixed));
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

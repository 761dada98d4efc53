import { Agent, request } from 'node:https';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

import type { TlsIdentity } from './tls-server.ts';

export type CertifiedPost = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** Posts to others, showing its certificate, over connections that are kept. */
export type CertifiedClient = {
  /** Rejects when no whole answer came in time, or with a certificate that does not count. */
  post(post: CertifiedPost): Promise<{ readonly status: number; readonly body: Buffer }>;
  close(): void;
};

const TIMEOUT_MS = 10_000;
const ANSWER_MAX_BYTES = 262_144;
const CONNECTIONS_MAX = 4;
const KEEP_ALIVE_MS = 5_000;

/**
 * Takes those for the one it calls whose certificate (DER) is known as theirs, or is for the host's name. What it shows
 * of itself is asked for with every post: another certificate is shown on connections of its own.
 */
export function openCertifiedClient(
  identity: () => TlsIdentity,
  isKnown: (certificate: Buffer) => boolean,
): CertifiedClient {
  const agent = new Agent({
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_MS,
    timeout: TIMEOUT_MS,
    maxSockets: CONNECTIONS_MAX,
    maxCachedSessions: 0, // each connection shows its certificate
    minVersion: 'TLSv1.2',
    checkServerIdentity: (host: string, shown: PeerCertificate) =>
      isKnown(shown.raw) ? undefined : checkServerIdentity(host, shown),
  });
  return { post: (post) => send(agent, identity(), post), close: () => agent.destroy() };
}

function send(
  agent: Agent,
  { certificate: cert, key, authorities: ca }: TlsIdentity,
  { url, headers, body }: CertifiedPost,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        agent,
        cert,
        key,
        ca,
        method: 'POST',
        headers: { ...headers, 'Content-Length': body.length },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let sizeBytes = 0;
        answer.on('data', (chunk: Buffer) => {
          sizeBytes += chunk.length;
          if (sizeBytes > ANSWER_MAX_BYTES) answer.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

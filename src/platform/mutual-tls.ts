import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { TLSSocket } from 'node:tls';

import type { HttpResponse } from './http.ts';
import { keepRenewed, secureContext, type TlsSource } from './tls-identity.ts';

/** A request of somebody who proved who they are by a client certificate. */
export type CertifiedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Null when it was larger than allowed. */
  readonly body: Buffer | null;
};

export type MutualTlsOptions<Peer> = {
  readonly host: string;
  readonly port: number;
  /** The authorities certify those who may come. */
  readonly tls: TlsSource;
  readonly bodyMaxBytes: number;
  /** Whose certificate (DER) it is; null when it does not count, or no longer. */
  readonly admit: (certificate: Buffer) => Promise<Peer | null>;
  readonly handle: (request: CertifiedRequest, peer: Peer) => Promise<HttpResponse>;
  readonly onFailure: (error: unknown) => HttpResponse;
};

export type MutualTlsPort = { readonly port: number; close(): Promise<void> };

const REQUEST_TIMEOUT_MS = 10_000; // slow headers and bodies [RELIABILITY 7.2]
const KEEP_ALIVE_MS = 72_000; // longer than load balancers keep theirs, so that they close first
const FIXED = {
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_TICKET, // each connection shows its certificate
} as const;
const CHECK_AGAIN_MS = 10_000; // an open connection ends within a minute after its certificate was revoked
const READ_MAX_BYTES = 67_108_864; // of a body that is too large: who sends it shall read the answer

/** Takes connections only of those whose certificate counts, and keeps them only as long as it does. */
export async function openMutualTls<Peer>(options: MutualTlsOptions<Peer>): Promise<MutualTlsPort> {
  const { host, port, tls } = options;
  const shown = await tls.read();
  const server = createServer({
    ...secureContext(shown, FIXED),
    requestCert: true,
    rejectUnauthorized: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const open = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    closeUnlessAdmitted(options, socket);
  });
  server.on('request', (request, response) => {
    answer(options, request, response).then(undefined, () => response.destroy());
  });
  const timer = setInterval(() => {
    for (const socket of open) closeUnlessAdmitted(options, socket);
  }, CHECK_AGAIN_MS).unref();
  const endRenewal = keepRenewed(server, shown, tls, FIXED);
  return {
    port: await listen(server, host, port),
    close: () => {
      endRenewal();
      return close(server, timer);
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Lets those finish who wait for an answer; connections that nobody uses end at once. */
function close(server: Server, timer: NodeJS.Timeout): Promise<void> {
  clearInterval(timer);
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

/** While nobody can say whether it counts, it stays. */
function closeUnlessAdmitted<Peer>({ admit }: MutualTlsOptions<Peer>, socket: TLSSocket): void {
  admit(certificateOf(socket)).then(
    (peer) => {
      if (peer === null) socket.destroy();
    },
    () => undefined,
  );
}

async function answer<Peer>(
  options: MutualTlsOptions<Peer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const said = await answerOf(options, request).then(undefined, options.onFailure);
  if (said === null) {
    request.socket.destroy();
    return;
  }
  const bytes = Buffer.isBuffer(said.body) ? said.body : Buffer.from(said.body);
  response.writeHead(said.status, {
    ...said.headers,
    'Content-Length': bytes.length,
    // What is still to come of a body that nobody reads would be taken for the next request.
    ...(request.complete ? {} : { Connection: 'close' }),
  });
  response.end(bytes);
}

/** Null when the certificate does not count, or the request broke off. */
async function answerOf<Peer>(
  options: MutualTlsOptions<Peer>,
  request: IncomingMessage,
): Promise<HttpResponse | null> {
  if (!(request.socket instanceof TLSSocket)) return null;
  const peer = await options.admit(certificateOf(request.socket));
  if (peer === null) return null;
  const { method = 'GET', url = '/', headers } = request;
  const body = await readBody(request, options.bodyMaxBytes);
  if (body === 'broken') return null;
  const [path = '/', query = ''] = url.split('?', 2);
  const { 'set-cookie': _cookies, ...rest } = headers;
  return options.handle(
    {
      method,
      path,
      query: new URLSearchParams(query),
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node joins every other repeat
      headers: rest as CertifiedRequest['headers'],
      body,
    },
    peer,
  );
}

/** Null: larger than allowed. */
async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | null | 'broken'> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBytes) chunks.push(chunk);
      if (sizeBytes > READ_MAX_BYTES) return 'broken';
    }
  } catch {
    return 'broken'; // whoever sent it is gone
  }
  return sizeBytes > maxBytes ? null : Buffer.concat(chunks, sizeBytes);
}

const certificates = new WeakMap<TLSSocket, Buffer>();

/** In DER; empty when the connection has ended meanwhile. */
function certificateOf(socket: TLSSocket): Buffer {
  const known = certificates.get(socket);
  if (known !== undefined) return known;
  const shown = socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0);
  certificates.set(socket, shown);
  return shown;
}

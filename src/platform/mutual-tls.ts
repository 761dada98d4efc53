import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { TLSSocket } from 'node:tls';

import { plainAddress } from './address.ts';
import { comingFrom } from './audit/source.ts';
import type { Around, HttpResponse } from './http.ts';
import { ending, write } from './http-answer.ts';
import { textHeaders } from './http-request.ts';
import { listen, type Listening } from './listen.ts';
import type { Answered } from './measures/answered.ts';
import { certificateOf, makeTlsServer, type TlsSource } from './tls-server.ts';

/** A request of somebody who proved who they are by a client certificate, or whose address says so. */
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
  /** The answer to whoever shows one (DER) that does not count any more; null, or without this: no answer. */
  readonly refusal?: (certificate: Buffer) => Promise<HttpResponse | null>;
  /** Who is at an address from which no certificate is shown; without this, whoever shows none is not heard. */
  readonly admitUncertified?: (address: string) => Promise<Peer | null>;
  /** Of every answer; without this there are none. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly handle: (request: CertifiedRequest, peer: Peer) => Promise<HttpResponse>;
  readonly onFailure: (error: unknown) => HttpResponse;
  /** Does a request; it may look at it before and after. */
  readonly around?: Around;
  /** Told of every answer. */
  readonly onAnswered?: (answered: Answered) => void;
};

export type MutualTlsPort = {
  readonly port: number;
  /** From now on every request gets this, and its connection ends with it; null: they are served again. */
  turnAway(answer: (() => HttpResponse) | null): void;
  close(): Promise<void>;
};

const KEEP_ALIVE_MS = 72_000; // longer than load balancers keep theirs, so that they close first
const CHECK_AGAIN_MS = 10_000; // an open connection ends within a minute after its certificate was revoked
const REFUSED_MS = 10_000; // to ask for something and be told why there is nothing
const CLOSE_MS = 5_000; // longer than an answer takes; whoever connected and asked nothing goes then
const READ_MAX_BYTES = 67_108_864; // of a body that is too large: who sends it shall read the answer

/** Takes connections only of those who are admitted, and keeps them only as long as they are. */
export async function openMutualTls<Peer>(options: MutualTlsOptions<Peer>): Promise<MutualTlsPort> {
  const { host, port, tls } = options;
  // Node ends a handshake without a word of why: who counts is looked at here, before anything is heard of them.
  const server = await makeTlsServer(tls, { keepAliveMs: KEEP_ALIVE_MS });
  const open = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    closeUnlessAdmitted(options, socket, () => {
      open.delete(socket);
    });
  });
  let elsewhere: (() => HttpResponse) | null = null;
  server.on('request', (request, response) => {
    if (elsewhere !== null) return write(response, ending(elsewhere()));
    answer(options, server, { request, response }).then(undefined, () => response.destroy());
  });
  const timer = setInterval(() => {
    for (const socket of open) closeUnlessAdmitted(options, socket);
  }, CHECK_AGAIN_MS).unref();
  const listening = await listen(server, { host, port });
  return {
    port: listening.port,
    turnAway: (given) => {
      elsewhere = given;
    },
    close: () => {
      clearInterval(timer);
      return close(server, listening);
    },
  };
}

/** Lets those finish who wait for an answer; connections that nobody uses end at once. */
async function close(server: Server, listening: Listening): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await listening.close();
  clearTimeout(late);
}

/** While nobody can say whether it counts, it stays. `onTold`: it may stay for a moment to be told why it does not. */
function closeUnlessAdmitted<Peer>(
  options: MutualTlsOptions<Peer>,
  socket: TLSSocket,
  onTold?: () => void,
): void {
  const look = async (): Promise<void> => {
    if ((await admitted(options, socket)) !== null) return;
    const isTold = onTold !== undefined && (await refusalTo(options, socket)) !== null;
    if (!isTold) {
      socket.destroy();
      return;
    }
    onTold();
    const timer = setTimeout(() => socket.destroy(), REFUSED_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
  look().then(undefined, () => undefined);
}

async function refusalTo<Peer>(
  { refusal }: MutualTlsOptions<Peer>,
  socket: IncomingMessage['socket'],
): Promise<HttpResponse | null> {
  const certificate = certificateOf(socket);
  return certificate === null ? null : ((await refusal?.(certificate)) ?? null);
}

async function admitted<Peer>(
  { admit, admitUncertified }: MutualTlsOptions<Peer>,
  socket: IncomingMessage['socket'],
): Promise<Peer | null> {
  const certificate = certificateOf(socket);
  if (certificate !== null) return isCertified(socket) ? admit(certificate) : null;
  return (await admitUncertified?.(plainAddress(socket.remoteAddress ?? ''))) ?? null;
}

/** One that is of nobody's authority gets through the handshake, too. */
function isCertified(socket: IncomingMessage['socket']): boolean {
  return socket instanceof TLSSocket && socket.authorized;
}

async function answer<Peer>(
  options: MutualTlsOptions<Peer>,
  server: Server,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const begun = performance.now();
  const asked = { method: request.method ?? 'GET', headers: textHeaders(request.headers) };
  const said = await answerOf(options, request, asked).then(undefined, options.onFailure);
  if (said === null) {
    request.socket.destroy();
    return;
  }
  // What is still to come of a body that nobody reads would be taken for the next request.
  const isLast = !request.complete || !server.listening;
  write(response, {
    ...said,
    headers: {
      ...options.headers?.(),
      ...said.headers,
      ...(isLast ? { Connection: 'close' } : {}),
    },
  });
  const elapsedMs = performance.now() - begun;
  options.onAnswered?.({ request: { ...asked, path: '' }, route: null, response: said, elapsedMs });
}

/** Null when the certificate never counted, or the request broke off. */
async function answerOf<Peer>(
  options: MutualTlsOptions<Peer>,
  request: IncomingMessage,
  { method, headers }: Pick<CertifiedRequest, 'method' | 'headers'>,
): Promise<HttpResponse | null> {
  const peer = await admitted(options, request.socket);
  if (peer === null) {
    const said = await refusalTo(options, request.socket);
    request.resume(); // nothing of it is kept
    return said === null ? null : ending(said);
  }
  const body = await readBody(request, options.bodyMaxBytes);
  if (body === 'broken') return null;
  const [path = '/', text = ''] = (request.url ?? '/').split('?', 2);
  const query = new URLSearchParams(text);
  const { around = (_request, _route, work) => work(), handle } = options;
  const asked = { method, path, query, headers, body };
  const work = (): Promise<HttpResponse> => around(asked, 'hl7v3', () => handle(asked, peer));
  return comingFrom(request.socket.remoteAddress ?? '', work);
}

/** Null: larger than allowed. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null | 'broken'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBytes) chunks.push(chunk);
      if (sizeBytes > READ_MAX_BYTES) resolve('broken');
    });
    request.on('end', () => {
      const [first] = chunks;
      const isOne = chunks.length === 1 && first !== undefined;
      const whole = isOne ? first : Buffer.concat(chunks, Math.min(sizeBytes, maxBytes));
      resolve(sizeBytes > maxBytes ? null : whole);
    });
    const gone = (): void => resolve('broken'); // whoever sent it is gone
    request.on('error', gone);
    request.on('close', gone);
  });
}

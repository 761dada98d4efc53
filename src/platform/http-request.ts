import type { IncomingMessage } from 'node:http';

import type { FastifyRequest } from 'fastify';

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The same as it came, with its question mark; empty when there is none. */
  readonly search: string;
  /** The parts of the path that the route names with a colon. */
  readonly parts: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As received; empty when there is none. */
  readonly body: Buffer;
  /** The two ends of the connection. */
  readonly peer: Peer;
};

export type Peer = { readonly remote: string; readonly local: string };

export const EMPTY = Buffer.alloc(0);

export function readRequest(request: FastifyRequest): HttpRequest {
  const { method, url, headers, body, query, params } = request;
  const end = url.indexOf('?');
  return {
    method,
    path: end === -1 ? url : url.slice(0, end),
    query: isQuery(query) ? query : {},
    search: end === -1 ? '' : url.slice(end),
    parts: isParts(params) ? params : {},
    headers: textHeaders(headers),
    body: Buffer.isBuffer(body) ? body : EMPTY,
    peer: peerOf(request.raw),
  };
}

export function peerOf({ socket }: IncomingMessage): Peer {
  return { remote: socket.remoteAddress ?? '', local: socket.localAddress ?? '' };
}

/** Only `set-cookie` can come as a list, and no interface of ours reads it. */
export function textHeaders(headers: IncomingMessage['headers']): HttpRequest['headers'] {
  const { 'set-cookie': _cookies, ...texts } = headers;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node joins every other repeat
  return texts as HttpRequest['headers'];
}

function isQuery(query: unknown): query is HttpRequest['query'] {
  return typeof query === 'object' && query !== null;
}

function isParts(params: unknown): params is HttpRequest['parts'] {
  return typeof params === 'object' && params !== null;
}

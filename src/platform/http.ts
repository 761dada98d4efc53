import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';

import { DatabaseUnavailable } from './database.ts';

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As received; empty when there is none. */
  readonly body: Buffer;
};

export type HttpResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
};

export type HttpRoute = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
  readonly path: string;
  readonly handle: (request: HttpRequest) => Promise<HttpResponse> | HttpResponse;
};

/** Why a request did not get to the end of its handler. */
export type Failure =
  | { readonly kind: 'NotFound' }
  | { readonly kind: 'BadRequest'; readonly text: string }
  | { readonly kind: 'Unavailable' }
  | { readonly kind: 'Bug'; readonly error: unknown };

export type HttpServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly routes: readonly HttpRoute[];
  /** Headers of every answer. */
  readonly headers: (request: HttpRequest) => Readonly<Record<string, string>>;
  /** The answer to a failure, in the form of the interface that was asked. */
  readonly onFailure: (request: HttpRequest, failure: Failure) => HttpResponse;
};

export type HttpServer = { readonly port: number; close(): Promise<void> };

const BODY_MAX_BYTES = 1_048_576; // [EPS-FHIR 5.1]
const REQUEST_TIMEOUT_MS = 10_000; // slow headers and bodies [RELIABILITY 7.2]

/** The only place that knows the HTTP framework. */
export async function startHttp(options: HttpServerOptions): Promise<HttpServer> {
  const app = Fastify({
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    logger: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const answer = (request: FastifyRequest, reply: FastifyReply, response: HttpResponse): void => {
    const body = Buffer.isBuffer(response.body) ? response.body : Buffer.from(response.body);
    const headers = { ...options.headers(readRequest(request)), ...response.headers };
    // Written past the framework: it rewrites media types, and clients compare ours to the letter.
    reply.hijack();
    reply.raw.writeHead(response.status, { ...headers, 'Content-Length': body.length });
    reply.raw.end(body);
  };
  for (const route of options.routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        answer(request, reply, await route.handle(readRequest(request)));
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    answer(request, reply, options.onFailure(readRequest(request), { kind: 'NotFound' }));
  });
  app.setErrorHandler((error, request, reply) => {
    answer(request, reply, options.onFailure(readRequest(request), failureOf(error)));
  });
  await app.listen({ host: options.host, port: options.port });
  const [address] = app.addresses();
  const port = typeof address === 'object' ? address.port : options.port;
  return { port, close: () => app.close() };
}

function readRequest(request: FastifyRequest): HttpRequest {
  const { method, url, headers, body, query } = request;
  const end = url.indexOf('?');
  return {
    method,
    path: end === -1 ? url : url.slice(0, end),
    query: isQuery(query) ? query : {},
    headers: textHeaders(headers),
    body: Buffer.isBuffer(body) ? body : EMPTY,
  };
}

/** Only `set-cookie` can come as a list, and no interface of ours reads it. */
function textHeaders(headers: FastifyRequest['headers']): HttpRequest['headers'] {
  const { 'set-cookie': _cookies, ...texts } = headers;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node joins every other repeat
  return texts as HttpRequest['headers'];
}

const EMPTY = Buffer.alloc(0);

function isQuery(query: unknown): query is HttpRequest['query'] {
  return typeof query === 'object' && query !== null;
}

function failureOf(error: unknown): Failure {
  if (error instanceof DatabaseUnavailable) return { kind: 'Unavailable' };
  const isFrameworks =
    error instanceof Error && 'code' in error && String(error.code).startsWith('FST_');
  return isFrameworks ? { kind: 'BadRequest', text: error.message } : { kind: 'Bug', error };
}

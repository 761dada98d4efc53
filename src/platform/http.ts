import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';

import Fastify, { type FastifyReply } from 'fastify';

import { comingFrom } from './audit/source.ts';
import { Busy, type Leave, retryAfter } from './admission.ts';
import { DatabaseUnavailable } from './database.ts';
import { EMPTY, type HttpRequest, peerOf, readRequest, textHeaders } from './http-request.ts';
import { ending, write } from './http-answer.ts';
import { heldSocket, leave, listen, type Listening } from './listen.ts';
import type { About, Answered } from './measures/answered.ts';

export type { HttpRequest, Peer } from './http-request.ts';

export type HttpResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string | Buffer;
  /** For those who count; nothing of it leaves. */
  readonly about?: About;
};

export type HttpRoute = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS';
  readonly path: string;
  /** Other than the limit of all. */
  readonly bodyMaxBytes?: number;
  readonly handle: (request: HttpRequest) => Promise<HttpResponse> | HttpResponse;
};

/** Why a request did not get to the end of its handler. */
export type Failure =
  | { readonly kind: 'NotFound' }
  | { readonly kind: 'BadRequest'; readonly text: string }
  | { readonly kind: 'Unavailable' }
  | { readonly kind: 'Bug'; readonly error: unknown };

/** Everything below a path, left to somebody who answers by themselves. */
export type HttpMount = {
  readonly path: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

/** What is served; comes after the listener, when all that it stands on is there. */
export type HttpService = {
  readonly routes: readonly HttpRoute[];
  readonly mounts: readonly HttpMount[];
  /** Asked when a request has come whole; null: more has come than can be done. Without this all are done. */
  readonly admit?: (request: HttpRequest) => Leave | null;
  /** Asked when the head of a request has come: whether it is refused whatever its body says, which then is not looked at. */
  readonly isRefused?: (request: Pick<HttpRequest, 'method' | 'path'>) => boolean;
  /** Headers of every answer. */
  readonly headers: (request: HttpRequest) => Readonly<Record<string, string>>;
  /** Further headers of an answer whose status is known, unless it has them; a mount has left by then and gets none. */
  readonly answered?: (
    request: HttpRequest,
    status: number,
    elapsedMs: number,
  ) => Readonly<Record<string, string>>;
  /** The answer to a failure, in the form of the interface that was asked. */
  readonly onFailure: (request: HttpRequest, failure: Failure) => HttpResponse;
  /** Does a request; it may look at it before and after. */
  readonly around?: Around;
  /** Told of every answer once it has been given to the connection. */
  readonly onAnswered?: (answered: Answered) => void;
};

export type Around = (
  request: Pick<HttpRequest, 'method' | 'headers'>,
  route: string,
  work: () => Promise<HttpResponse>,
) => Promise<HttpResponse>;

export type HttpServer = {
  readonly port: number;
  /** From now on these answer, no longer the one who said that it is too early. */
  serve(service: HttpService): Promise<void>;
  /** From now on every request gets this, and its connection ends with it; null: they are served again. */
  turnAway(answer: (() => HttpResponse) | null): Promise<void>;
  close(): Promise<void>;
};

const BODY_MAX_BYTES = 1_048_576; // [EPS-FHIR 5.1]
const REQUEST_TIMEOUT_MS = 10_000; // slow headers and bodies [RELIABILITY 7.2]

const KEEP_ALIVE_MS = 72_000; // longer than load balancers keep theirs, so that they close first

/**
 * Listens; until there is something to serve, every request gets `tooEarly` [EXPERIENCE X-09]. A port that is shared
 * may have several processes behind it, each of which gets some of its connections: it answers while one of them lives.
 */
export async function startHttp(
  host: string,
  port: number,
  tooEarly: () => HttpResponse,
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<HttpServer> {
  let listener: RequestListener = (_request, response) => write(response, tooEarly());
  let elsewhere: (() => HttpResponse) | null = null;
  let isLeaving = false;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      if (isLeaving) response.setHeader('Connection', 'close');
      if (elsewhere === null) listener(request, response);
      else write(response, ending(elsewhere()));
    },
  );
  const isHeld = heldSocket(port) !== null;
  const open = (at: number): Promise<Listening> => listen(server, { host, port: at, isShared });
  let listening = isHeld ? null : await open(port);
  const known = listening?.port ?? port;
  return {
    port: known,
    serve: async (service) => {
      listener = await listenerOf(service);
      if (isHeld) listening = await open(known); // until now they have waited
    },
    turnAway: async (answer) => {
      const wasAway = elsewhere !== null;
      elsewhere = answer;
      // New connections to a shared port are left to the other processes.
      if (isShared && !wasAway && answer !== null) {
        listening?.close().then(undefined, () => undefined); // it is not waited for, and never fails
      }
      if (isShared && wasAway && answer === null) listening = await open(known);
    },
    close: async () => {
      isLeaving = isHeld;
      if (isHeld) return leave(server, listening);
      await listening?.close();
    },
  };
}

/** When the heads of requests came, in milliseconds. */
const begun = new WeakMap<IncomingMessage, number>();

/** The only place that knows the HTTP framework. */
async function listenerOf(options: HttpService): Promise<RequestListener> {
  const app = Fastify({ bodyLimit: BODY_MAX_BYTES, exposeHeadRoutes: false, logger: false });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const answer = (reply: FastifyReply, request: HttpRequest, response: HttpResponse): void => {
    // Fastify counts time only where it logs.
    const elapsedMs = performance.now() - (begun.get(reply.request.raw) ?? performance.now());
    const headers = {
      ...options.headers(request),
      ...options.answered?.(request, response.status, elapsedMs),
      ...response.headers,
      // What is still to come of a body that nobody reads would be taken for the next request.
      ...(reply.request.raw.complete ? {} : { Connection: 'close' }),
    };
    reply.hijack();
    write(reply.raw, { ...response, headers });
    const route = reply.request.routeOptions.url ?? null;
    options.onAnswered?.({ request, route, response, elapsedMs });
  };
  for (const route of options.routes) {
    app.route({
      method: route.method,
      url: route.path,
      bodyLimit: route.bodyMaxBytes ?? BODY_MAX_BYTES,
      handler: async (request, reply) => {
        const read = readRequest(request);
        const work = (): Promise<HttpResponse> => admitted(options, read, route);
        answer(reply, read, await comingFrom(read.peer.remote, work));
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const read = readRequest(request);
    answer(reply, read, options.onFailure(read, { kind: 'NotFound' }));
  });
  app.setErrorHandler((error, request, reply) => {
    const read = readRequest(request);
    answer(reply, read, failed(options, read, error));
  });
  await app.ready();
  return routed(options, (request, response) => app.routing(request, response));
}

/** To whom a request goes: to nobody, to a mount, or to the framework. */
function routed(options: HttpService, framework: RequestListener): RequestListener {
  const isRefused = refusalOf(options);
  return (request, response) => {
    begun.set(request, performance.now());
    if (isRefused(request)) {
      refuse(options, request, response);
      return;
    }
    const { url = '/' } = request;
    const mount = options.mounts.find((one) => isBelow(one.path, url));
    if (mount === undefined) framework(request, response);
    else serveMount(mount, options, { request, response }).then(undefined, () => undefined);
  };
}

async function admitted(
  { admit = () => () => undefined, around = (_request, _route, work) => work() }: HttpService,
  request: HttpRequest,
  { path, handle }: HttpRoute,
): Promise<HttpResponse> {
  const leave = admit(request);
  if (leave === null) throw new Busy('more has come than can be done');
  let isServed = false;
  try {
    const response = await around(request, path, async () => handle(request));
    isServed = true;
    return response;
  } finally {
    leave(isServed);
  }
}

/** Whoever is refused because there are too many is told when to come again, each at another time. */
function failed({ onFailure }: HttpService, request: HttpRequest, error: unknown): HttpResponse {
  const answer = onFailure(request, failureOf(error));
  if (!(error instanceof Busy)) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': retryAfter() } };
}

function isBelow(path: string, url: string): boolean {
  return url.startsWith(path) && /^[/?]|^$/.test(url.slice(path.length));
}

/** Whether a request is refused by its head; of paths that have parts nothing is said. */
function refusalOf({ routes, isRefused }: HttpService): (request: IncomingMessage) => boolean {
  const plain = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  return ({ method = 'GET', url = '/' }) => {
    const [path = '/'] = url.split('?', 1);
    return plain.has(`${method} ${path}`) && isRefused?.({ method, path }) === true;
  };
}

/** Once its body has gone by: what is still to come would be taken for the next request. */
function refuse(options: HttpService, request: IncomingMessage, response: ServerResponse): void {
  const asked = headOf(request);
  request.resume();
  request.once('end', () => {
    const elapsedMs = performance.now() - (begun.get(request) ?? performance.now());
    const refusal = failed(options, asked, new Busy('more has come than can be done'));
    const { status } = refusal;
    const ours = { ...options.headers(asked), ...options.answered?.(asked, status, elapsedMs) };
    write(response, { ...refusal, headers: { ...ours, ...refusal.headers } });
    options.onAnswered?.({ request: asked, route: asked.path, response: refusal, elapsedMs });
  });
}

function headOf(request: IncomingMessage): HttpRequest {
  const { method = 'GET', url = '/', headers } = request;
  const [path = '/'] = url.split('?', 1);
  const nothing = { query: {}, search: '', parts: {}, body: EMPTY };
  return { method, path, ...nothing, headers: textHeaders(headers), peer: peerOf(request) };
}

async function serveMount(
  mount: HttpMount,
  options: HttpService,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const asked = headOf(request);
  const since = performance.now();
  response.once('finish', () => {
    const { statusCode: status } = response;
    const elapsedMs = performance.now() - since;
    options.answered?.(asked, status, elapsedMs);
    options.onAnswered?.({ request: asked, route: mount.path, response: { status }, elapsedMs });
  });
  const common = options.headers(asked);
  for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
  const leave = options.admit?.(asked);
  try {
    if (leave === null) throw new Busy('more has come than can be done');
    await comingFrom(asked.peer.remote, () => mount.handle(request, response));
  } catch (error) {
    const failure = failed(options, asked, error);
    if (response.headersSent) response.destroy();
    else write(response, failure);
  } finally {
    leave?.(false);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof DatabaseUnavailable || error instanceof Busy) return { kind: 'Unavailable' };
  const isFrameworks =
    error instanceof Error && 'code' in error && String(error.code).startsWith('FST_');
  return isFrameworks ? { kind: 'BadRequest', text: error.message } : { kind: 'Bug', error };
}

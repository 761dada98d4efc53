import { randomUUID } from 'node:crypto';

import type { Database } from '../platform/database.ts';
import type { Failure, HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import { openAssets } from './assets.ts';
import { EMPTY_FORM, type Form, parseForm } from './form.ts';
import { doOnce } from './once.ts';
import type { Page, PageAnswer, PageRequest, View } from './page.ts';
import { problemOf } from './problems.ts';
import {
  browserCookie,
  type Cookies,
  isSameOrigin,
  browserName,
  newBrowser,
  originOf,
  readCookies,
  type Seals,
  sealsWith,
} from './seals.ts';
import { type Elsewhere, securityHeaders } from './security.ts';
import { statementPage } from './statement.ts';
import { type Draw, openTemplates } from './templates.ts';

export type ShellOptions = {
  readonly pages: readonly Page[];
  /** Folders with the templates of the capabilities. */
  readonly views: readonly URL[];
  readonly database: Database;
  /** Known to every process of the installation. */
  readonly secret: Buffer;
  readonly datacentre: string;
  readonly version: string;
  /** Whom to turn to, on every page in the same place. */
  readonly helpContact: string;
  /** Whether the NHS's own marks may be shown. */
  readonly showsNhsLogo: boolean;
  /** What of a test installation is not real; null in a live one. */
  readonly environment: () => string | null;
  /** What keeps the service at a path from working as it should, where somebody watches that. */
  readonly incidentAt?: (path: string) => KnownIncident | null;
};

/** As the status site tells of it [EXPERIENCE 4.1]. */
export type KnownIncident = {
  readonly number: string;
  readonly url: string;
  readonly nextUpdateAt: Date | null;
};

export type Shell = {
  readonly routes: readonly HttpRoute[];
  /** The page of a failure; null for a request that came from no browser. */
  readonly onFailure: (request: HttpRequest, failure: Failure, id: string) => HttpResponse | null;
  /** A page of signing in without forms of ours, for the part of the server that answers by itself. */
  readonly html: (view: View) => string;
};

/** What all pages have in common: frame, cookies, forms, security headers, failures [EXPERIENCE 4, 8]. */
export function openShell(options: ShellOptions): Shell {
  const assets = openAssets();
  const { helpContact, showsNhsLogo, datacentre, version } = options;
  const draw = openTemplates(options.views, {
    asset: assets.address,
    service: SERVICE,
    helpContact,
    showsNhsLogo,
    datacentre,
    version,
  });
  const frame: Frame = { ...options, draw, seals: sealsWith(options.secret) };
  return {
    routes: [
      ...withHeaders(assets.routes),
      ...[statementPage(), ...options.pages].map((page) => ({
        method: page.method,
        path: page.path,
        ...(page.bodyMaxBytes === undefined ? {} : { bodyMaxBytes: page.bodyMaxBytes }),
        handle: (request: HttpRequest) => handle(frame, page, request),
      })),
    ],
    onFailure: (request, failure, id) => {
      const wantsPage = (request.headers['accept'] ?? '').includes('text/html');
      return wantsPage ? drawn(frame, request, problemOf(failure, id), id) : null;
    },
    html: (view) => htmlOf(frame, view, { formToken: '', address: '' }),
  };
}

/** As pages name themselves: `title - service`. */
export const SERVICE = 'OpenSpine';

const SIGN_IN = '/signin';

type Frame = ShellOptions & { readonly draw: Draw; readonly seals: Seals };

async function handle(frame: Frame, page: Page, request: HttpRequest): Promise<HttpResponse> {
  const id = request.headers['x-request-id'] ?? randomUUID();
  const form = page.method === 'POST' ? await parsePost(frame, request) : EMPTY_FORM;
  if (form === null) return drawn(frame, request, problemOf({ kind: 'FormOutOfDate' }, id), id);
  const run = (): Promise<PageAnswer> | PageAnswer =>
    page.handle(pageRequest(frame, request, form, id));
  const sent = { browser: readCookies(request).browser ?? '', key: form.text(KEY) };
  const answer = sent.key === '' ? await run() : await doOnce(frame.database, sent, run);
  return answered(frame, request, answer ?? problemOf({ kind: 'FormSent' }, id), id);
}

/** Null: no page of ours sent it from this browser, or it cannot be read. */
async function parsePost({ seals }: Frame, request: HttpRequest): Promise<Form | null> {
  if (!isSameOrigin(request)) return null;
  const form = await parseForm(request.headers['content-type'], request.body);
  if (!form.ok) return null;
  return seals.isFormToken(readCookies(request), form.value.text(TOKEN)) ? form.value : null;
}

const TOKEN = 'form-token';
const KEY = 'form-key';

function pageRequest(frame: Frame, request: HttpRequest, form: Form, id: string): PageRequest {
  const { path, query, parts } = request;
  const words = Object.entries(query).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const text = new URLSearchParams(words).toString();
  return {
    path,
    address: text === '' ? path : `${path}?${text}`,
    parts,
    query: (name) => {
      const value = query[name];
      return typeof value === 'string' ? value.replaceAll('\0', '').trim() : '';
    },
    form,
    cookies: request.headers['cookie'],
    origin: originOf(request),
    remote: request.peer.remote,
    browser: browserName(readCookies(request)),
    session: frame.seals.sessionOf(readCookies(request)),
    requestId: id,
    isRefresh: request.method === 'GET' && request.headers['x-refresh'] === 'true',
  };
}

function answered(
  frame: Frame,
  request: HttpRequest,
  answer: PageAnswer,
  id: string,
): HttpResponse {
  const headers = { ...pageHeaders(request, id) };
  if ('json' in answer) {
    const body = JSON.stringify(answer.json);
    return { status: 200, headers: { ...headers, 'Content-Type': 'application/json' }, body };
  }
  if ('picture' in answer) {
    const { picture, mediaType } = answer;
    return { status: 200, headers: { ...headers, 'Content-Type': mediaType }, body: picture };
  }
  if ('download' in answer) {
    const { download: body, mediaType, name } = answer;
    const kept = { 'Content-Disposition': `attachment; filename="${name}"` };
    return { status: 200, headers: { ...headers, ...kept, 'Content-Type': mediaType }, body };
  }
  if ('view' in answer) return drawn(frame, request, answer, id);
  const cookies =
    answer.session === undefined ? [] : [frame.seals.sessionCookie(answer.session.id, request)];
  return { status: 303, headers: { ...headers, Location: answer.to }, cookies, body: '' };
}

/** Its forms get a token that is good in this browser, with the session that the browser has afterwards. */
function drawn(frame: Frame, request: HttpRequest, view: View, id: string): HttpResponse {
  const { seals } = frame;
  const old = readCookies(request);
  const browser = old.browser ?? newBrowser();
  const changed = view.session === undefined ? null : seals.sessionCookie(view.session.id, request);
  const cookies: Cookies = { browser, session: changed === null ? old.session : valueOf(changed) };
  const { errors = [], status = errors.length === 0 ? 200 : 400 } = view;
  const formToken = seals.formToken(cookies, browser);
  const body = htmlOf(frame, view, { formToken, address: request.path });
  return {
    status,
    headers: {
      ...pageHeaders(request, id, view),
      'Content-Type': 'text/html; charset=utf-8',
      ...(status === 429 || status === 503 ? { 'Retry-After': RETRY_AFTER_SECONDS } : {}),
    },
    cookies: [
      ...(old.browser === null ? [browserCookie(browser, request)] : []),
      ...(changed === null ? [] : [changed]),
    ],
    body,
  };
}

function htmlOf(
  { draw, environment, incidentAt = () => null }: Frame,
  { view, title, errors = [], model = {}, visitor }: View,
  place: { readonly formToken: string; readonly address: string },
): string {
  const incident = incidentAt(place.address || SIGN_IN);
  const shown = { title, errors, model, visitor, environment: environment(), incident };
  return draw(view, { ...shown, ...place, formKey: randomUUID() });
}

const RETRY_AFTER_SECONDS = '5';

/** What the browser will send back of a cookie that it is given; none when it is taken away. */
function valueOf(cookie: string): string | null {
  const [pair = ''] = cookie.split(';');
  return pair.slice(pair.indexOf('=') + 1) || null;
}

function pageHeaders(
  request: HttpRequest,
  id: string,
  elsewhere: Elsewhere = {},
): Record<string, string> {
  // Pages are about people: no copy of one stays behind in a browser or on the way.
  return {
    ...securityHeaders(request, elsewhere),
    'Cache-Control': 'no-store',
    'X-Request-ID': id,
  };
}

export function withHeaders(routes: readonly HttpRoute[]): HttpRoute[] {
  return routes.map((route) => ({
    ...route,
    handle: async (request) => {
      const answer = await route.handle(request);
      return { ...answer, headers: { ...securityHeaders(request), ...answer.headers } };
    },
  }));
}

import type { ServerResponse } from 'node:http';

import type {
  Failure,
  HttpMount,
  HttpRequest,
  HttpResponse,
  HttpRoute,
  HttpService,
} from '../../platform/http.ts';
import { plainFailure } from '../../platform/plain-failure.ts';
import { type PlainPages, securityHeaders, type View } from '../../pages/index.ts';
import { OUT_OF_DATE_MS } from './machine.ts';
import { OUT_OF_DATE_MARK, outOfDateNotice } from './pages.ts';
import type { SiteFolder } from './repository.ts';

export type SiteParts = {
  readonly folder: SiteFolder;
  readonly pages: PlainPages;
  readonly now: () => Date;
  /** Routes beside the files. */
  readonly more: readonly HttpRoute[];
  readonly changes: Changes;
};

/** The site from its files: none of its answers needs anything but this process [EXPERIENCE 6.5]. */
export function siteService(parts: SiteParts): HttpService {
  const { pages, more, changes } = parts;
  return {
    routes: [
      ...pages.routes,
      ...more,
      { method: 'GET', path: '/*', handle: (request) => fileAnswer(parts, request) },
      {
        method: 'HEAD',
        path: '/*',
        handle: (request) => ({ ...fileAnswer(parts, request), body: '' }),
      },
      {
        method: 'OPTIONS',
        path: '/status/v1/*',
        handle: () => ({ status: 204, headers: OPEN, body: '' }),
      },
    ],
    mounts: [changes.mount],
    headers: () => ({}),
    onFailure: (request, failure) => failureAnswer(pages, request, failure),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  atom: 'application/atom+xml; charset=utf-8',
  feed: 'application/feed+json',
  json: 'application/json',
};

/** Any page may read it. */
const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Expose-Headers': 'ETag',
};
const KEPT_FOR = 'max-age=30'; // [EXPERIENCE 6.5]

function fileAnswer({ folder, pages, now }: SiteParts, request: HttpRequest): HttpResponse {
  const path = fileOf(request.path);
  const file = folder.read(path);
  if (file === null) return failureAnswer(pages, request, { kind: 'NotFound' });
  const isApi = path.startsWith('status/v1/');
  const writtenAt = folder.writtenAt();
  const isLate = writtenAt === null || now().getTime() - writtenAt.getTime() > OUT_OF_DATE_MS;
  const headers = {
    ...securityHeaders(request),
    ...(isApi ? { ...OPEN, 'Cross-Origin-Resource-Policy': 'cross-origin' } : {}),
    'Content-Type': typeOf(path),
    'Cache-Control': KEPT_FOR,
    ...(writtenAt === null ? {} : { 'Last-Modified': writtenAt.toUTCString() }),
    ETag: isLate ? file.etag.replace(/"$/, '-late"') : file.etag,
    ...(isLate ? { 'X-Status-Out-Of-Date': 'true' } : {}),
  };
  if (request.headers['if-none-match'] === headers.ETag) return { status: 304, headers, body: '' };
  if (!isLate || !path.endsWith('.html')) return { status: 200, headers, body: file.bytes };
  const notice = outOfDateNotice(writtenAt ?? new Date(0));
  return {
    status: 200,
    headers,
    body: file.bytes.toString('utf8').replace(OUT_OF_DATE_MARK, () => notice),
  };
}

/** `/status` and `/status/` are the site too [EXPERIENCE 6.5]. */
function fileOf(address: string): string {
  const path = address.replace(/^\/+/, '');
  if (path === '' || path === 'status' || path === 'status/') return 'index.html';
  if (path === 'status/v1/incidents' || path === 'status/v1/incidents/') {
    return 'status/v1/incidents/index';
  }
  if (path.endsWith('/')) return `${path}index.html`;
  return /^(history|incidents|maintenance|subscribe|suppliers)(\/|$)/.test(path)
    ? `${path}/index.html`
    : path;
}

function typeOf(path: string): string {
  const [, ending = 'json'] = /\.([a-z]+)$/.exec(path) ?? [];
  if (path === 'status/v1/feed.json') return TYPES['feed'] ?? '';
  return TYPES[ending] ?? 'text/plain; charset=utf-8';
}

function failureAnswer(pages: PlainPages, request: HttpRequest, failure: Failure): HttpResponse {
  const plain = plainFailure(failure);
  if (!(request.headers['accept'] ?? '').includes('text/html')) return plain;
  return pages.draw(request, { ...messageView(FAILURES[failure.kind], []), status: plain.status });
}

const FAILURES: Readonly<Record<Failure['kind'], string>> = {
  NotFound: 'Page not found',
  BadRequest: 'The request cannot be read',
  Unavailable: 'This page cannot answer just now',
  Bug: 'Sorry, there is a problem with this page',
};

export function messageView(title: string, lines: readonly string[], more: object = {}): View {
  return { view: 'status-message.njk', title, model: { lines, ...more } };
}

/** Those who wait for changes, as server-sent events. */
export type Changes = {
  readonly mount: HttpMount;
  readonly tell: () => void;
  readonly close: () => void;
};

const LISTENERS_MAX = 2_000;

export function openChanges(): Changes {
  const listeners = new Set<ServerResponse>();
  return {
    mount: {
      path: '/status/v1/events',
      handle: async (_request, response) => {
        if (listeners.size >= LISTENERS_MAX) {
          response.writeHead(503, { 'Retry-After': '60' }).end();
          return;
        }
        listeners.add(response);
        response.once('close', () => listeners.delete(response));
        response.writeHead(200, {
          ...OPEN,
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-store',
        });
        response.write('retry: 30000\n\n');
      },
    },
    tell: () => {
      for (const response of listeners) response.write('event: change\ndata: {}\n\n');
    },
    close: () => {
      for (const response of listeners) response.end();
    },
  };
}

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { HttpRequest } from '../platform/http.ts';

/**
 * What a browser is given, and how it is known again. There is nothing to remember: any process of either
 * datacentre reads what another one gave [DESIGN D12].
 */
export type Seals = {
  /** The session in the cookie; null without one or when it was not sealed here. */
  readonly sessionOf: (cookies: Cookies) => string | null;
  readonly sessionCookie: (id: string | null, request: Pick<HttpRequest, 'headers'>) => string;
  /** What a form must bring with it: only a page of ours in the same browser and session can know it. */
  readonly formToken: (cookies: Cookies, browser: string) => string;
  readonly isFormToken: (cookies: Cookies, token: string) => boolean;
};

export type Cookies = { readonly browser: string | null; readonly session: string | null };

const BROWSER = 'spine-browser';
const SESSION = 'spine-session';
const RANDOM = /^[\w-]{43}$/;

export function sealsWith(secret: Buffer): Seals {
  const seal = (what: string, text: string): string =>
    createHmac('sha256', secret).update(`${what} ${text}`).digest('base64url');
  const formToken = (cookies: Cookies, browser: string): string =>
    seal('form', `${browser} ${cookies.session ?? ''}`);
  return {
    sessionOf: ({ session }) => {
      const [id = '', given = ''] = (session ?? '').split('.');
      return isSame(given, seal('session', id)) ? id : null;
    },
    sessionCookie: (id, request) =>
      id === null
        ? `${cookieName(SESSION, request)}=; ${attributes(request)}; Max-Age=0`
        : `${cookieName(SESSION, request)}=${id}.${seal('session', id)}; ${attributes(request)}`,
    formToken,
    isFormToken: (cookies, token) =>
      cookies.browser !== null && isSame(token, formToken(cookies, cookies.browser)),
  };
}

export function readCookies(request: HttpRequest): Cookies {
  const found = new Map<string, string>();
  for (const one of (request.headers['cookie'] ?? '').split(';')) {
    const end = one.indexOf('=');
    if (end > 0) found.set(one.slice(0, end).trim(), one.slice(end + 1).trim());
  }
  const browser = found.get(cookieName(BROWSER, request)) ?? '';
  return {
    browser: RANDOM.test(browser) ? browser : null,
    session: found.get(cookieName(SESSION, request)) || null,
  };
}

export function newBrowser(): string {
  return randomBytes(32).toString('base64url');
}

/** A digest of what the browser shows, for what is kept of it. */
export function browserName({ browser }: Cookies): string | null {
  return browser === null ? null : createHash('sha256').update(browser).digest('base64url');
}

export function browserCookie(value: string, request: HttpRequest): string {
  return `${cookieName(BROWSER, request)}=${value}; ${attributes(request)}`;
}

/** Only a test installation is spoken to without TLS, on its own machine. */
export function isLoopback({ headers }: Pick<HttpRequest, 'headers'>): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(headers['host'] ?? '');
}

/** The address that the browser went to; without TLS on loopback only. */
export function originOf(request: Pick<HttpRequest, 'headers'>): string {
  return `${isLoopback(request) ? 'http' : 'https'}://${request.headers['host'] ?? ''}`;
}

/** Whether the form was sent by a page of this host, as far as the browser tells. */
export function isSameOrigin({ headers }: HttpRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = headers['origin'];
  return origin === undefined || origin.replace(/^https?:\/\//, '') === headers['host'];
}

/** With this prefix a browser takes the cookie from no other host of the same domain. */
function cookieName(name: string, request: Pick<HttpRequest, 'headers'>): string {
  return isLoopback(request) ? name : `__Host-${name}`;
}

function attributes(request: Pick<HttpRequest, 'headers'>): string {
  return `Path=/; HttpOnly; SameSite=Lax${isLoopback(request) ? '' : '; Secure'}`;
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

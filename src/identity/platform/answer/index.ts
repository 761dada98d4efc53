import { randomInt } from 'node:crypto';

import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { type OAuthError, unknownError } from './oauth-error.ts';

const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };
const RETRY_AFTER_SECONDS = 5;

/** Names one answer, in the form of the platform: `rrt-7130427900976519152-c-geu2-2278193-102922341-4`. */
function newMessageId(): string {
  const digits = (count: number): string =>
    `${randomInt(1, 10)}${Array.from({ length: count - 1 }, () => randomInt(10)).join('')}`;
  return `rrt-${digits(19)}-c-geu2-${digits(7)}-${digits(9)}-${digits(1)}`;
}

export function json(body: object): HttpResponse {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json', ...NO_STORE },
    body: JSON.stringify(body),
  };
}

export function refused(problem: OAuthError, messageId = newMessageId()): HttpResponse {
  const { status, error, description } = problem;
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      ...NO_STORE,
      ...(status === 429 || status === 503 ? { 'Retry-After': String(RETRY_AFTER_SECONDS) } : {}),
    },
    body: JSON.stringify({ error, error_description: description, message_id: messageId }),
  };
}

/** Something broke, here or at an identity provider; the id of the message goes into the log. */
export function broken(status: number, log: (messageId: string) => void): HttpResponse {
  const messageId = newMessageId();
  log(messageId);
  return refused(unknownError(status, messageId), messageId);
}

/** Sends a browser on; what is given is added to the query that the address has. */
export function redirect(address: string, query: Readonly<Record<string, string>>): HttpResponse {
  const location = withQuery(address, query);
  return { status: 302, headers: { Location: location, ...NO_STORE }, body: '' };
}

/** The address with what is given added to the query that it has. */
export function withQuery(address: string, query: Readonly<Record<string, string>>): string {
  const words = Object.entries(query).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  );
  const joint = address.includes('?') ? '&' : '?';
  return `${address}${joint}${words.join('&')}`;
}

export function wrongMethod(allow: string): HttpResponse {
  return { status: 405, headers: { Allow: allow, 'Content-Type': 'text/plain' }, body: '' };
}

/** The raw fault of the API gateway, in front of an API that needs a token [IDENTITY 3.2]. */
export function gatewayFault(faultstring: string, errorcode: string): HttpResponse {
  return {
    status: 401,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fault: { faultstring, detail: { errorcode } } }),
  };
}

/** A parameter of the address; of one that is there twice, the first. */
export function queryText({ query }: HttpRequest, name: string): string | null {
  const value = query[name];
  const text = typeof value === 'object' ? value[0] : value;
  return text === undefined || text === '' ? null : text;
}

export type Form = (name: string) => string | null;

/** The fields of a form; of one that is there twice, the first. Fails when the body is no form. */
export function readForm({ headers, body }: HttpRequest): Result<Form, 'NoForm'> {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return fail('NoForm');
  const fields = new URLSearchParams(body.toString('utf8'));
  return ok((name) => fields.get(name) || null);
}

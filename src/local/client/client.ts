import { randomUUID } from 'node:crypto';

import { fail, ok, type Result } from '../../kernel/result.ts';
import { reasonsOf } from './answers.ts';
import { curlOf } from './curl.ts';
import type { Failure } from './failure.ts';
import { parseJson, textAt } from './json.ts';

const ANSWER_WITHIN_MS = 30_000; // the gateway itself gives up then [EPS-FHIR 2.1]

export type Call = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  /** Beside those of every request, or instead of them. */
  readonly headers?: Readonly<Record<string, string>>;
};

export type Answer = {
  readonly status: number;
  readonly requestId: string;
  readonly body: unknown;
};

export type Client = {
  readonly address: string;
  /** Any answer below 400, or why there is none. */
  readonly call: (call: Call) => Promise<Result<Answer, Failure>>;
  readonly tokenOf: (persona: string, scope?: string) => Promise<Result<string, Failure>>;
  /**
   * The business time of the installation, which messages must carry, whatever this machine's
   * clock says.
   */
  readonly now: () => Promise<Result<Date, Failure>>;
};

/**
 * Talks to an installation by HTTP alone. `showCurl` gets each request as a command that does the
 * same.
 */
export function connect(address: string, showCurl: ((line: string) => void) | null): Client {
  const base = address.replace(/\/+$/, '');
  const tokens = new Map<string, string>();
  const call = (wanted: Call): Promise<Result<Answer, Failure>> => send(base, wanted, showCurl);

  async function tokenOf(persona: string, scope?: string): Promise<Result<string, Failure>> {
    const known = tokens.get(`${persona} ${scope ?? ''}`);
    if (known !== undefined) return ok(known);
    const body = { persona, ...(scope === undefined ? {} : { scope }) };
    const answer = await call({ method: 'POST', path: '/_local/token', body });
    if (!answer.ok) return answer;
    const token = textAt(answer.value.body, 'access_token');
    if (token === null) return fail(unreadable(answer.value, 'has no access_token'));
    tokens.set(`${persona} ${scope ?? ''}`, token);
    return ok(token);
  }

  async function now(): Promise<Result<Date, Failure>> {
    const answer = await call({ method: 'GET', path: '/_local/clock' });
    if (!answer.ok) return answer;
    const instant = new Date(textAt(answer.value.body, 'instant') ?? '');
    if (Number.isNaN(instant.getTime())) return fail(unreadable(answer.value, 'has no instant'));
    return ok(instant);
  }

  return { address: base, call, tokenOf, now };
}

async function send(
  base: string,
  call: Call,
  showCurl: ((line: string) => void) | null,
): Promise<Result<Answer, Failure>> {
  const requestId = randomUUID();
  const url = `${base}${call.path}`;
  const isFhir = !call.path.startsWith('/_local/');
  const headers: Record<string, string> = {
    'X-Request-ID': requestId,
    ...(call.token === undefined ? {} : { Authorization: `Bearer ${call.token}` }),
    ...(call.body === undefined
      ? {}
      : { 'Content-Type': isFhir ? 'application/fhir+json' : 'application/json' }),
    ...call.headers,
  };
  const body = call.body === undefined ? null : JSON.stringify(call.body);
  showCurl?.(curlOf(call.method, url, headers, body));
  const sent = await exchange(url, { method: call.method, headers, body });
  if (!sent.ok) return sent;
  const answer = { status: sent.value.status, requestId, body: parseJson(sent.value.text) };
  if (answer.status < 400) return ok(answer);
  const reasons = reasonsOf(answer.body, answer.status);
  return fail({ kind: 'Refused', status: answer.status, requestId, reasons });
}

type Sent = { readonly status: number; readonly text: string };

async function exchange(url: string, request: RequestInit): Promise<Result<Sent, Failure>> {
  try {
    const response = await fetch(url, {
      ...request,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return ok({ status: response.status, text: await response.text() });
  } catch (error) {
    return fail({ kind: 'NotReachable', url, cause: causeOf(error) });
  }
}

/** `fetch` hides the reason (ECONNREFUSED and the like) one level down. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return textAt(error.cause, 'code') ?? error.message;
}

function unreadable(answer: Answer, what: string): Failure {
  const reason = { code: 'ANSWER_NOT_UNDERSTOOD', text: `The answer ${what}.` };
  return { kind: 'Refused', status: answer.status, requestId: answer.requestId, reasons: [reason] };
}

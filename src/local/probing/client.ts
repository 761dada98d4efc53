import { randomUUID } from 'node:crypto';

import { parseJson, textAt } from '../client/json.ts';
import type { Persona } from '../personas.ts';
import { StepFailed } from '../../operations/index.ts';

/** Who makes the journeys at one datacentre; who was signed in stays so while sign-in fails, as users do. */
export type ProbeClient = {
  readonly isSignedIn: () => boolean;
  readonly signIn: (persona: Persona, signal: AbortSignal) => Promise<void>;
  readonly post: (asked: Asked, signal: AbortSignal) => Promise<unknown>;
  readonly get: (asked: Omit<Asked, 'body'>, signal: AbortSignal) => Promise<unknown>;
  /** Signs the digest of `$prepare` with the prescriber's card. */
  readonly sign: (digest: string, signal: AbortSignal) => Promise<string>;
  /** The business time there; null when it does not answer. */
  readonly now: () => Promise<Date | null>;
  /** The key by which the prescriber's application asks the directory. */
  readonly applicationKey: (signal: AbortSignal) => Promise<string>;
};

export type Asked = {
  readonly as: Persona;
  readonly path: string;
  readonly body: object;
  /** Of the message, as its sender knows it; absent: it is none that is kept. */
  readonly messageId?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** `seesFaults`: those on purpose, of a drill, are taken for real ones; else they are no failures of the service. */
export type ProbeOptions = {
  readonly seesFaults?: boolean;
  /** Hears of each message that was sent, and whether it was accepted. */
  readonly onSent?: (messageId: string, isAccepted: boolean) => void;
};

const CLOCK_LIMIT_MS = 2_000;

export function openProbeClient(
  url: string,
  { seesFaults = false, onSent = () => undefined }: ProbeOptions = {},
): ProbeClient {
  const tokens = new Map<string, string>();
  let key = '';
  const local = (path: string, body: object | null, signal: AbortSignal): Promise<unknown> =>
    ask(`${url}${path}`, {
      ...(body === null ? {} : { method: 'POST', body }),
      signal,
      seesFaults,
    });
  const headersOf = ({ as, headers }: Omit<Asked, 'body'>): Record<string, string> => {
    const token = tokens.get(as.name);
    if (token === undefined) throw new StepFailed('nobody is signed in');
    return { authorization: `Bearer ${token}`, 'x-request-id': randomUUID(), ...headers };
  };
  return {
    isSignedIn: () => tokens.size > 0,
    signIn: async ({ name }, signal) => {
      const answer = await local('/_local/token', { persona: name }, signal);
      const token = textAt(answer, 'access_token');
      if (token !== null) tokens.set(name, token);
    },
    post: async (asked, signal) => {
      const answer = ask(`${url}${asked.path}`, {
        method: 'POST',
        body: asked.body,
        headers: { 'content-type': 'application/fhir+json', ...headersOf(asked) },
        signal,
        seesFaults,
      });
      return asked.messageId === undefined ? answer : told(answer, asked.messageId, onSent);
    },
    get: (asked, signal) =>
      ask(`${url}${asked.path}`, { headers: headersOf(asked), signal, seesFaults }),
    sign: async (digest, signal) => {
      const body = { persona: 'probe-prescriber', digest, algorithm: 'RS256' };
      return textAt(await local('/_local/sign', body, signal), 'signature') ?? '';
    },
    now: () => timeAt(local),
    applicationKey: async (signal) => {
      key ||= keyIn(await local('/_local/applications', null, signal));
      return key;
    },
  };
}

async function told(
  answer: Promise<unknown>,
  messageId: string,
  onSent: NonNullable<ProbeOptions['onSent']>,
): Promise<unknown> {
  try {
    const value = await answer;
    onSent(messageId, true);
    return value;
  } catch (error) {
    onSent(messageId, false);
    throw error;
  }
}

type Local = (path: string, body: object | null, signal: AbortSignal) => Promise<unknown>;

async function timeAt(local: Local): Promise<Date | null> {
  try {
    const answer = await local('/_local/clock', null, AbortSignal.timeout(CLOCK_LIMIT_MS));
    return new Date(textAt(answer, 'instant') ?? '');
  } catch {
    return null; // what else fails there, the steps will tell
  }
}

function keyIn(answer: unknown): string {
  const all: unknown =
    typeof answer === 'object' && answer !== null && 'applications' in answer
      ? answer.applications
      : [];
  const list: readonly unknown[] = Array.isArray(all) ? all : [];
  const own = list.find((one) => textAt(one, 'name') === 'probe-surgery');
  return textAt(own, 'key') ?? '';
}

async function ask(
  url: string,
  asked: {
    readonly method?: string;
    readonly body?: object;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly seesFaults: boolean;
  },
): Promise<unknown> {
  const { method = 'GET', body, headers = {}, signal, seesFaults } = asked;
  const answer = await fetch(url, {
    method,
    headers,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!seesFaults && answer.headers.has('x-injected-fault')) return null;
  if (!answer.ok) throw new StepFailed(String(answer.status));
  return parseJson(text);
}

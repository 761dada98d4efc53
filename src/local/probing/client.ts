import { randomUUID } from 'node:crypto';

import { parseJson, textAt } from '../client/json.ts';
import { PERSONAS, type Persona } from '../personas.ts';
import { StepFailed } from '../../operations/monitor/probes.ts';
import { SYNTHETIC_HEADER } from '../../operations/probe-organisations.ts';
import { type Hl7Door, openHl7Door } from './hl7-door.ts';

/** Who makes the journeys at one datacentre; who was signed in stays so while sign-in fails, as users do. */
export type ProbeClient = {
  readonly isSignedIn: () => boolean;
  readonly signIn: (persona: Persona, signal: AbortSignal) => Promise<void>;
  readonly post: (asked: Asked, signal: AbortSignal) => Promise<unknown>;
  readonly get: (asked: Omit<Asked, 'body'>, signal: AbortSignal) => Promise<unknown>;
  /** A JSON Patch; 409 when somebody else was faster. */
  readonly patch: (asked: Asked, signal: AbortSignal) => Promise<unknown>;
  /** Sends an order over HL7 V3, as its `$convert` has it; null: there is no such door to look at. */
  readonly sendHl7:
    | ((asked: Asked & Required<Pick<Asked, 'messageId'>>, signal: AbortSignal) => Promise<void>)
    | null;
  /** Signs the digest of `$prepare` with the prescriber's card. */
  readonly sign: (digest: string, signal: AbortSignal) => Promise<string>;
  /** Fails while jobs there are late. */
  readonly jobs: (signal: AbortSignal) => Promise<unknown>;
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
  /** Of the door for HL7 V3 there; null: there is none. */
  readonly hl7v3Url?: string | null;
  /** Hears of each message that was sent, and whether it was accepted. */
  readonly onSent?: (messageId: string, isAccepted: boolean) => void;
};

const CLOCK_LIMIT_MS = 2_000;

export function openProbeClient(
  url: string,
  { seesFaults = false, onSent = () => undefined, hl7v3Url = null }: ProbeOptions = {},
): ProbeClient {
  const tokens = new Map<string, string>();
  let key = '';
  const local = (path: string, body: object | null, signal: AbortSignal): Promise<unknown> =>
    ask(`${url}${path}`, { ...posted(body), signal, seesFaults });
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
    patch: (asked, signal) =>
      ask(`${url}${asked.path}`, { ...patchOf(asked, headersOf(asked)), signal, seesFaults }),
    sendHl7: hl7SenderOf(hl7v3Url, { url, local, headersOf, seesFaults, onSent }),
    sign: async (digest, signal) => {
      const body = { persona: 'probe-prescriber', digest, algorithm: 'RS256' };
      return textAt(await local('/_local/sign', body, signal), 'signature') ?? '';
    },
    jobs: (signal) => local('/_jobs', null, signal),
    now: () => timeAt(local),
    applicationKey: async (signal) => {
      key ||= keyIn(await local('/_local/applications', null, signal));
      return key;
    },
  };
}

function posted(body: object | null): Pick<Ask, 'method' | 'body'> {
  return body === null ? {} : { method: 'POST', body };
}

function patchOf({ body }: Asked, headers: Readonly<Record<string, string>>) {
  const type = { 'content-type': 'application/json-patch+json' };
  return { method: 'PATCH', body, headers: { ...type, ...headers } };
}

type Hl7Parts = Required<Pick<ProbeOptions, 'seesFaults' | 'onSent'>> & {
  readonly url: string;
  readonly local: Local;
  readonly headersOf: (asked: Omit<Asked, 'body'>) => Record<string, string>;
};

/** Comes with a certificate of its own, which it asks for once. */
function hl7SenderOf(
  hl7v3Url: string | null,
  { url, local, headersOf, seesFaults, onSent }: Hl7Parts,
): ProbeClient['sendHl7'] {
  if (hl7v3Url === null) return null;
  let door: Hl7Door | null = null;
  return async ({ messageId, ...asked }, signal) => {
    const body = { asid: PERSONAS.probePrescriber.asid };
    door ??= openHl7Door(hl7v3Url, await local('/_local/system-certificate', body, signal));
    const headers = { 'content-type': 'application/fhir+json', ...headersOf(asked) };
    const post = { method: 'POST', body: asked.body, headers, signal, seesFaults };
    const payload = await textFrom(`${url}${asked.path}`, post);
    await told(door.send({ payload, messageId }), messageId, onSent);
  };
}

async function told<Value>(
  answer: Promise<Value>,
  messageId: string,
  onSent: NonNullable<ProbeOptions['onSent']>,
): Promise<Value> {
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

type Ask = {
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly seesFaults: boolean;
};

async function ask(url: string, asked: Ask): Promise<unknown> {
  return parseJson(await textFrom(url, asked));
}

/** Empty where a fault on purpose is none to whoever asks. */
async function textFrom(url: string, asked: Ask): Promise<string> {
  const { method = 'GET', body, headers = {}, signal, seesFaults } = asked;
  const answer = await fetch(url, {
    method,
    headers: { ...headers, [SYNTHETIC_HEADER]: 'true' },
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!seesFaults && answer.headers.has('x-injected-fault')) return '';
  if (!answer.ok) throw new StepFailed(String(answer.status));
  return text;
}

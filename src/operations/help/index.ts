import type { HttpRequest } from '../../platform/http.ts';
import type { Answered } from '../../platform/measures/answered.ts';
import type { Datacentre } from '../components.ts';
import { SYNTHETIC_HEADER } from '../probe-organisations.ts';
import { adviceFor } from './advice.ts';
import { componentsAsked } from './component-of.ts';
import { Counts, type Who } from './counts.ts';
import { type OpenIncident, openIncidentsIn, touching } from './summary.ts';

export type HelpOptions = {
  readonly datacentre: Datacentre;
  /** Of the status site; null: there is none. */
  readonly statusUrl: string | null;
  /** Shown to it with the counts; null: none are told. */
  readonly statusKey: string | null;
  /** Organisations of synthetic journeys; none: nothing is left out. */
  readonly without: readonly string[];
};

/** What answers tell clients beside what they asked for [EXPERIENCE 6.7], and what is counted of them. */
export type Help = {
  /** Of an answer that is about to leave; it reads memory alone. */
  readonly answered: (
    request: HttpRequest,
    status: number,
    elapsedMs: number,
  ) => Readonly<Record<string, string>>;
  /** Of an answer of the door for HL7 V3: it is counted, and tells nothing more. */
  readonly heard: (answered: Omit<Answered, 'route'>) => void;
  /** What is told, at this moment, to somebody who asks for a path. */
  readonly incidentAt: (method: string, path: string) => OpenIncident | null;
  readonly close: () => Promise<void>;
};

const ASK_EVERY_MS = 5_000;
const TELL_EVERY_MS = 60_000;
const TIME_LIMIT_MS = 4_000;
/** Of a status site that does not answer, what it last said counts so long. */
const TRUSTED_MS = 180_000;

export function openHelp(options: HelpOptions): Help {
  const { datacentre, statusUrl, without } = options;
  const counts = new Counts(datacentre, without);
  const tokens = new Map<string, Who>();
  const closing = new AbortController();
  const known = { incidents: NO_INCIDENTS, at: 0, toldAt: performance.now() };
  let turn: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    const now = performance.now();
    const incidents = await askStatus(statusUrl, closing.signal);
    if (incidents !== null) Object.assign(known, { incidents, at: now });
    else if (now - known.at > TRUSTED_MS) known.incidents = NO_INCIDENTS;
    if (now - known.toldAt < TELL_EVERY_MS) return;
    known.toldAt = now;
    tokens.clear();
    await tell(options, counts, closing.signal);
  };
  const timer = setInterval(() => {
    turn = turn.then(look);
  }, ASK_EVERY_MS).unref();
  if (statusUrl === null) clearInterval(timer);
  else turn = look();
  return {
    answered: (request, status, elapsedMs) => {
      const components = componentsAsked(request.method, request.path);
      const isLeftOut = without.length > 0 && request.headers[SYNTHETIC_HEADER] !== undefined;
      if (statusUrl !== null && components.length > 0 && !isLeftOut) {
        counts.add({ components, status, elapsedMs, who: whoOf(request, tokens) });
      }
      const advice = adviceFor(status);
      const incident = touching(known.incidents, components, datacentre);
      if (advice === null && incident === null) return NOTHING;
      return {
        ...(advice === null ? {} : { 'X-Client-Advice': advice }),
        ...(incident === null ? {} : { 'X-Service-Incident': incident.header }),
      };
    },
    heard: (answered) => {
      if (statusUrl !== null) counts.hear(answered);
    },
    incidentAt: (method, path) =>
      touching(known.incidents, componentsAsked(method, path), datacentre),
    close: async () => {
      clearInterval(timer);
      closing.abort();
      await turn;
    },
  };
}

export type { OpenIncident };

const NOTHING = {};
const NO_INCIDENTS: readonly OpenIncident[] = [];

/** Null: it did not answer. */
async function askStatus(
  url: string | null,
  closing: AbortSignal,
): Promise<readonly OpenIncident[] | null> {
  if (url === null) return null;
  try {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(TIME_LIMIT_MS)]);
    const answer = await fetch(`${url}/status/v1/summary`, { signal, redirect: 'error' });
    const summary: unknown = await answer.json();
    return answer.ok ? openIncidentsIn(summary) : null;
  } catch {
    return null; // the work of this process does not depend on it
  }
}

async function tell(
  { statusUrl, statusKey }: HelpOptions,
  counts: Counts,
  closing: AbortSignal,
): Promise<void> {
  const now = new Date();
  const minutes = counts.take(new Date(Math.floor(now.getTime() / TELL_EVERY_MS) * TELL_EVERY_MS));
  if (statusUrl === null || statusKey === null || minutes.length === 0) return;
  try {
    const answer = await fetch(`${statusUrl}/operations/minutes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${statusKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ minutes }),
      signal: AbortSignal.any([closing, AbortSignal.timeout(TIME_LIMIT_MS)]),
      redirect: 'error',
    });
    await answer.arrayBuffer();
  } catch {
    // These counts are lost; the next minute has its own.
  }
}

const NOBODY: Who = { ods: null, asid: null };
const TOKENS_MAX = 5_000;

/** What a token says of its bearer, unverified: counts decide nothing for anybody. */
function whoOf({ headers }: HttpRequest, tokens: Map<string, Who>): Who {
  const { authorization } = headers;
  if (authorization === undefined) return NOBODY;
  const known = tokens.get(authorization);
  if (known !== undefined) return known;
  const who = readWho(authorization);
  if (tokens.size < TOKENS_MAX) tokens.set(authorization, who);
  return who;
}

function readWho(authorization: string): Who {
  try {
    const [, payload = ''] = authorization.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof claims !== 'object' || claims === null) return NOBODY;
    const roles: unknown = Reflect.get(claims, 'roles');
    const list: readonly unknown[] = Array.isArray(roles) ? roles : [];
    const role = list.at(0);
    const ofRole: unknown =
      typeof role === 'object' && role !== null ? Reflect.get(role, 'organisation') : null;
    return {
      ods: codeIn(ofRole) ?? codeIn(Reflect.get(claims, 'organisation')),
      asid: codeIn(Reflect.get(claims, 'asid')),
    };
  } catch {
    return NOBODY;
  }
}

/** Nothing but codes gets into counts. */
function codeIn(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Z0-9]{3,12}$/.test(value) ? value : null;
}

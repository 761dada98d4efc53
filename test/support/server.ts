import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { findPersona } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import type { Config } from '../../src/platform/config.ts';
import type { Database } from '../../src/platform/database.ts';
import type { Log } from '../../src/platform/log.ts';
import { testConfig } from './config.ts';
import { createDatabase, type TestDatabase } from './database.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly body: any;
};

export type CallOptions = {
  readonly as?: string;
  readonly body?: object | string | Buffer;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

/** A datacentre on a free port, over its own database. */
export type TestSpine = TestDatabase & {
  readonly url: string;
  readonly databaseUrl: string;
  readonly datacentre: Datacentre;
  /** Sends as a persona (`prescriber` by default), with a new X-Request-ID. */
  call(path: string, options?: CallOptions): Promise<Answer>;
  tokenFor(persona: string): string;
  setClock(instant: string): Promise<void>;
  /** Takes the database away from under it. */
  drop(): Promise<void>;
  stop(): Promise<void>;
};

export type Settings = Partial<
  Pick<
    Config,
    | 'mode'
    | 'organisationCheck'
    | 'roleCheck'
    | 'holderCheck'
    | 'switchedOff'
    | 'trackerIssues'
    | 'requestsPerMinute'
    | 'hl7v3'
    | 'pds'
    | 'sdsRequestsPerSecond'
    | 'measures'
  >
>;

export async function startSpine(
  settings: Settings = {},
  log: Log = () => undefined,
): Promise<TestSpine> {
  const made = await createDatabase();
  const datacentre = await startDatacentre(testConfig(made.url, settings), log);
  const tokens = await tokenMaker(made.database);
  const { url } = datacentre;
  const call: TestSpine['call'] = (path, options = {}) => send(`${url}${path}`, tokens, options);
  return {
    database: made.database,
    databaseUrl: made.url,
    datacentre,
    url,
    call,
    tokenFor: tokens,
    setClock: async (instant) => {
      await call('/_local/clock', { method: 'PUT', body: { instant, frozen: true } });
    },
    drop: () => made.drop(),
    stop: async () => {
      await datacentre.close();
      await made.drop();
    },
  };
}

/** The same, as another process over its database answers. */
export function through(spine: TestSpine, url: string): TestSpine {
  const call: TestSpine['call'] = (path, options = {}) =>
    send(`${url}${path}`, (persona) => spine.tokenFor(persona), options);
  return { ...spine, url, call };
}

/** A token per persona, made with the installation's own key. */
async function tokenMaker(database: Database): Promise<(persona: string) => string> {
  const key = await currentKey(database);
  const made = new Map<string, string>();
  return (name) => {
    const persona = findPersona(name);
    if (persona === null) throw new Error(`no token for ${name}`);
    const token = made.get(name) ?? signAccessToken(key, claimsOf(persona, null), new Date());
    made.set(name, token);
    return token;
  };
}

async function send(
  url: string,
  tokenFor: (persona: string) => string,
  options: CallOptions,
): Promise<Answer> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${tokenFor(options.as ?? 'prescriber')}`,
    'x-request-id': randomUUID(),
    'content-type': 'application/fhir+json',
  };
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  const answer = await fetch(url, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers,
    ...(options.body === undefined ? {} : { body: bodyOf(options.body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
}

function bodyOf(body: object | string | Buffer): string | Buffer<ArrayBuffer> {
  if (Buffer.isBuffer(body)) return Buffer.from(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** This test file's own datacentre. */
export function testSpine(settings: Settings = {}, log?: Log): () => TestSpine {
  let spine: TestSpine | null = null;
  before(async () => {
    spine = await startSpine(settings, log);
  });
  after(async () => {
    await spine?.stop();
  });
  return () => {
    if (spine === null) throw new Error('the server is there only while tests run');
    return spine;
  };
}

export const PRESCRIBING = '/fhir-prescribing/FHIR/R4';
export const DISPENSING = '/fhir-dispensing/FHIR/R4';
export const LEGACY = '/electronic-prescriptions/FHIR/R4';

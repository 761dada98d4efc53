import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { copyOf, listAt, textAt } from '../../src/demographics/json.ts';
import { importPatients } from '../../src/demographics/index.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { CORPUS, hasCorpus } from '../support/corpus.ts';
import { type Answer, type Settings, startSpine, type TestSpine } from '../support/server.ts';
import { type CallerOptions, tokenMaker } from './callers.ts';

export const BASE = '/personal-demographics/FHIR/R4';

export type Call = CallerOptions & {
  readonly as?: string;
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Beside those of every request; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
};

/** A Spine with a PDS in it. */
export type Pds = TestSpine & {
  /** Sends to a path below the base, as `H` unless told. */
  ask(path: string, call?: Call): Promise<Answer>;
};

/** This test file's own PDS, with the patients of a test system and, where it is, those of the corpus; creations are not counted unless told. */
export function testPds(settings: Settings = {}): () => Pds {
  let pds: Pds | null = null;
  before(async () => {
    const free = { requestsPerSecond: null, createsPerSecond: null, ethnicityFor: [] };
    const spine = await startSpine({ pds: free, ...settings });
    await keepTestPatients(spine.database);
    if (hasCorpus) await loadCorpus(spine);
    const tokenOf = await tokenMaker(spine.database);
    pds = { ...spine, ask: (path, call = {}) => ask(spine, tokenOf, path, call) };
  });
  after(async () => {
    await pds?.stop();
  });
  return () => {
    if (pds === null) throw new Error('the server is there only while tests run');
    return pds;
  };
}

/** A case changes this patient, whom the file of the corpus does not hold: made like another one. */
const NOT_IN_FILE = '9733162043';
const MODEL = '9733162817';

async function loadCorpus({ database }: TestSpine): Promise<void> {
  const text = readFileSync(join(CORPUS, 'pds/patients.json'), 'utf8');
  const file = listAt(copyOf(JSON.parse(text)));
  const model = file.find((one) => textAt(one, 'nhsNumber') === MODEL);
  const further: unknown = JSON.parse(JSON.stringify(model).replaceAll(MODEL, NOT_IN_FILE));
  const imported = await importPatients(database, [...file, further], new Date());
  if (!imported.ok) throw new Error(imported.error.join('\n'));
}

async function ask(
  spine: TestSpine,
  tokenOf: Awaited<ReturnType<typeof tokenMaker>>,
  path: string,
  call: Call,
): Promise<Answer> {
  const { as = 'H', method = 'GET', query = {}, headers = {}, body } = call;
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => [name, value]),
  );
  const search = pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
  const type = method === 'PATCH' ? 'application/json-patch+json' : 'application/json';
  const all: Record<string, string | null> = {
    authorization: as === 'none' ? null : `Bearer ${tokenOf(as, call)}`,
    'x-request-id': randomUUID(),
    'content-type': body === undefined ? null : type,
    ...headers,
  };
  const answer = await fetch(`${spine.url}${BASE}${path}${search}`, {
    method,
    headers: Object.entries(all).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { type Installation, startInstallation } from './installation.ts';
import { importMany } from '../src/demographics/index.ts';
import { present } from '../src/kernel/bug.ts';
import { populationOf } from '../src/local/population/patient-record.ts';
import { type GeneratedPerson, isRare, personAt } from '../src/local/population/person.ts';
import { openDatabase } from '../src/platform/database.ts';
import { tokenMaker } from '../test/demographics/callers.ts';

type PatientFigures = {
  readonly patients: number;
  /** Made and kept. */
  readonly perSecond: number;
  readonly loadCpuMs: number;
  readonly loadDbCpuMs: number | null;
  readonly latencies: Readonly<Record<string, Latency>>;
};

type Latency = { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };

const SEED = 1;
const BASE = '/personal-demographics/FHIR/R4/Patient';
const WARM_UP = 300;
const ASKED = 1_000; // of each kind, one after the other

/** The PDS with so many patients: how fast they come in, and how long it then takes to find, get and change one. */
export async function measurePatients(
  n: number,
  progress: (line: string) => void,
): Promise<PatientFigures> {
  const installation = await startInstallation();
  const { databaseUrl, ports } = installation;
  try {
    const before = {
      own: process.cpuUsage(),
      db: (await installation.meters()).databaseMs,
      at: Date.now(),
    };
    const onProgress = (done: number): void => {
      if (done % 100_000 === 0) progress(`${done} of ${n}`);
    };
    await importMany(populationOf(n, SEED), { databaseUrl, at: new Date(), onProgress });
    const perSecond = Math.round((n * 1000) / (Date.now() - before.at));
    const { user, system } = process.cpuUsage(before.own);
    const db = (await installation.meters()).databaseMs;
    progress(`made and kept: ${perSecond} a second`);
    progress('prescriptions are told of the dead and the merged');
    await untilTold(installation);
    await installation.rows('vacuum analyze demographics.patient, demographics.search_key');
    await installation.rows('checkpoint');
    const ask = await askerOf(databaseUrl, present(ports[0], 'port'));
    return {
      patients: n,
      perSecond,
      loadCpuMs: (user + system) / 1000 / n,
      loadDbCpuMs: db === null || before.db === null ? null : (db - before.db) / n,
      latencies: await latenciesOf(n, ask, progress),
    };
  } finally {
    await installation.close();
  }
}

/** Waits until prescriptions know of everybody who is dead or was merged, so that nothing else is measured. */
async function untilTold(installation: Installation): Promise<void> {
  for (;;) {
    const [row] = await installation.rows<{ left: number }>(
      "select count(*)::int as left from platform.outbox where topic = 'patient-changed'",
    );
    if (row?.left === 0) return;
    await delay(1_000);
  }
}

type Asked = {
  readonly path?: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly patches?: readonly object[];
};
type Ask = (asked: Asked) => Promise<void>;

/** Sends as a healthcare worker; throws on an answer that is not as it should be. */
async function askerOf(databaseUrl: string, port: number): Promise<Ask> {
  const database = openDatabase({ url: databaseUrl, connections: 1 });
  const tokenOf = await tokenMaker(database);
  const authorization = `Bearer ${tokenOf('H')}`;
  await database.close();
  return async ({ path = '', query = [], patches }) => {
    const search =
      query.length === 0
        ? ''
        : `?${new URLSearchParams([...query].map(([name, value]) => [name, value])).toString()}`;
    const answer = await fetch(`http://127.0.0.1:${port}${BASE}${path}${search}`, {
      method: patches === undefined ? 'GET' : 'PATCH',
      headers: {
        authorization,
        'x-request-id': randomUUID(),
        ...(patches === undefined
          ? {}
          : { 'content-type': 'application/json-patch+json', 'if-match': 'W/"1"' }),
      },
      ...(patches === undefined ? {} : { body: JSON.stringify({ patches }) }),
    });
    const text = await answer.text();
    const isRight = answer.status === 200 && !text.includes('"total":0');
    if (!isRight) throw new Error(`${answer.status} ${path}${search}: ${text.slice(0, 300)}`);
  };
}

async function latenciesOf(
  n: number,
  ask: Ask,
  progress: (line: string) => void,
): Promise<Record<string, Latency>> {
  const latencies: Record<string, Latency> = {};
  const indexes = plainIndexes(n);
  for (const [name, askedOf] of Object.entries(KINDS)) {
    const times: number[] = [];
    for (let asked = 0; asked < WARM_UP + ASKED; asked += 1) {
      const index = present(indexes.next().value, 'index');
      const began = performance.now();
      await ask(askedOf(index));
      if (asked >= WARM_UP) times.push(performance.now() - began);
    }
    const latency = summaryOf(times);
    latencies[name] = latency;
    progress(`${name.padEnd(36)} p50 ${latency.p50Ms} ms, p95 ${latency.p95Ms} ms`);
  }
  return latencies;
}

/** Places of ordinary people, each once, from all over the population. */
function* plainIndexes(n: number): Generator<number, undefined> {
  const step = 7_919; // a prime that divides no size anybody asks for
  for (let index = 0, place = 0; place < n; place += 1, index = (index + step) % n) {
    const isRarity = (['merged', 'restricted', 'veryRestricted', 'invalidated'] as const).some(
      (kind) => isRare(index, kind),
    );
    if (!isRarity) yield index;
  }
}

function summaryOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number =>
    Math.round((sorted[Math.floor(part * sorted.length)] ?? 0) * 10) / 10;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** What is asked about the one at a place of the population. */
const KINDS: Readonly<Record<string, (index: number) => Asked>> = {
  retrieve: (index) => ({ path: `/${personAt(SEED, index).nhsNumber}` }),
  search: searchBy(({ family, birthDate }) => [['family', family], onDay(birthDate)]),
  'search with wildcards': searchBy(({ family, given, birthDate }) => [
    ['family', `${family.slice(0, 3)}*`],
    ['given', `${given.slice(0, 2)}*`],
    onDay(birthDate),
  ]),
  'search in a year': searchBy(({ family, given, birthDate }) => [
    ['family', family],
    ['given', given],
    ['birthdate', `ge${birthDate.slice(0, 4)}-01-01`],
    ['birthdate', `le${birthDate.slice(0, 4)}-12-31`],
  ]),
  'search in ten years': searchBy(({ family, birthDate }) => [
    ['family', family],
    ...inTenYears(birthDate),
  ]),
  'search in ten years by postcode': searchBy(({ family, postcode, birthDate }) => [
    ['family', family],
    ['address-postalcode', postcode],
    ...inTenYears(birthDate),
  ]),
  'search in a month with a wildcard': searchBy(({ family, birthDate }) => [
    ['family', `${family.slice(0, 4)}*`],
    ...inMonth(birthDate),
  ]),
  'fuzzy search': searchBy(({ family, given, birthDate }) => [
    ['family', family],
    ['given', given],
    onDay(birthDate),
    FUZZY,
  ]),
  'fuzzy search in a month': searchBy(({ family, given, birthDate }) => [
    ['family', family],
    ['given', given],
    ...inMonth(birthDate),
    FUZZY,
  ]),
  'fuzzy search in ten years': searchBy(({ family, given, birthDate }) => [
    ['family', family],
    ['given', given],
    ...inTenYears(birthDate),
    FUZZY,
  ]),
  'fuzzy search in all years': searchBy(({ family, given }) => [
    ['family', family],
    ['given', given],
    ['birthdate', 'ge1900-01-01'],
    FUZZY,
  ]),
  update: (index) => ({
    path: `/${personAt(SEED, index).nhsNumber}`,
    patches: [{ op: 'replace', path: '/gender', value: 'unknown' }],
  }),
};

type Known = Pick<GeneratedPerson, 'family' | 'birthDate' | 'postcode'> & {
  readonly given: string;
};
type Pair = readonly [string, string];

const FUZZY: Pair = ['_fuzzy-match', 'true'];

function searchBy(query: (known: Known) => readonly Pair[]): (index: number) => Asked {
  return (index) => {
    const person = personAt(SEED, index);
    return { query: query({ ...person, given: person.given[0] ?? '' }) };
  };
}

function onDay(day: string): Pair {
  return ['birthdate', `eq${day}`];
}

function inMonth(day: string): Pair[] {
  const month = day.slice(0, 7);
  const [year = 0, number = 1] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return [
    ['birthdate', `ge${month}-01`],
    ['birthdate', `le${month}-${String(last).padStart(2, '0')}`],
  ];
}

function inTenYears(day: string): Pair[] {
  const year = Number(day.slice(0, 4));
  return [
    ['birthdate', `ge${year - 5}-01-01`],
    ['birthdate', `le${year + 4}-12-31`],
  ];
}

const LATENCY_GOAL_MS = 20;
const RATE_GOAL = 10_000;

/** The figures for people. */
export function patientTable(figures: PatientFigures): string {
  const { patients, perSecond, loadCpuMs, loadDbCpuMs, latencies } = figures;
  const slowest = Math.max(...Object.values(latencies).map(({ p95Ms }) => p95Ms));
  const mark = (isMet: boolean): string => (isMet ? 'ok    ' : 'not ok');
  return [
    `${patients} patients made and kept: ${perSecond} a second; each ${loadCpuMs.toFixed(3)} ms of ours and ${loadDbCpuMs?.toFixed(3) ?? '-'} ms of the database`,
    ...Object.entries(latencies).map(
      ([name, { p50Ms, p95Ms, p99Ms }]) =>
        `${name.padEnd(36)} p50 ${p50Ms} ms, p95 ${p95Ms} ms, p99 ${p99Ms} ms`,
    ),
    '',
    `${mark(perSecond >= RATE_GOAL)} ${RATE_GOAL} patients a second or more`,
    `${mark(slowest < LATENCY_GOAL_MS)} p95 below ${LATENCY_GOAL_MS} ms, each`,
  ].join('\n');
}

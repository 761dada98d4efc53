import { type Checked, sealAndCheck } from './audit-check.ts';
import { type AuditedLine, linesFor, PATIENT_LINES, putLines, type Trail } from './audit-lines.ts';
import { type Installation, startInstallation } from './installation.ts';
import { present } from '../src/kernel/bug.ts';
import { indexed, type Wanted } from '../src/operations/audit/repository.ts';
import { type Database, openDatabase } from '../src/platform/database.ts';
import { sql } from '../src/platform/sql.ts';
import { userIdOf } from '../test/pages/people.ts';
import { pagesSession } from '../test/pages/session.ts';

type Figures = {
  readonly lines: number;
  readonly perSecond: number;
  /** Of the table, and of its indexes. */
  readonly megabytes: { readonly rows: number; readonly indexes: number };
  readonly looks: Readonly<Record<string, Look>>;
  readonly checked: Checked;
};

type Look = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** By which the plan finds the lines; null: no index knows what was asked. */
  readonly index: string | null;
};

const WARM_UP = 20;
const ASKED = 300; // of what an index knows; of what the trail is gone through for, a tenth

/** The audit trail with so many lines: how long somebody waits at the pages who asks it who did what. */
export async function benchAudit(n: number, isJson: boolean): Promise<void> {
  const installation = await startInstallation();
  const database = openDatabase({ url: installation.databaseUrl, connections: 2 });
  try {
    const begun = performance.now();
    const trail = { lines: n, until: new Date() };
    await putLines(installation.databaseUrl, trail);
    const perSecond = Math.round((n * 1000) / (performance.now() - begun));
    progress(`${n} lines put there: ${perSecond} a second`);
    await installation.rows('vacuum analyze platform.audit');
    await installation.rows('checkpoint');
    const looks = await looksAt(installation, database, trail);
    const checked = await sealAndCheck(database);
    const megabytes = await sizes(installation);
    const figures = { lines: n, perSecond, megabytes, looks, checked };
    process.stdout.write(`${isJson ? JSON.stringify(figures) : textOf(figures)}\n`);
  } finally {
    await database.close();
    await installation.close();
  }
}

async function sizes(installation: Installation): Promise<Figures['megabytes']> {
  const [row] = await installation.rows<Figures['megabytes']>(`
    select (pg_relation_size('platform.audit') / 1000000)::int as rows,
      (pg_indexes_size('platform.audit') / 1000000)::int as indexes`);
  return present(row, 'sizes');
}

type Kind = {
  /** Path and query of the page. */
  readonly page: (line: AuditedLine) => string;
  /** What the page's statement asks for; null: it has no statement of its own. */
  readonly wanted: ((line: AuditedLine) => Partial<Wanted>) | null;
  /** The page must have it. */
  readonly shows: (line: AuditedLine) => string;
};

const KINDS: Readonly<Record<string, Kind>> = {
  'who looked at this patient': {
    page: ({ nhsNumber }) => `/ops/audit/patient?number=${nhsNumber}`,
    wanted: ({ nhsNumber }) => ({ patient: [nhsNumber] }),
    shows: ({ prescriptionId }) => prescriptionId,
  },
  'search by patient': {
    page: ({ nhsNumber }) => `/ops/audit?patient=${nhsNumber}`,
    wanted: ({ nhsNumber }) => ({ patient: [nhsNumber] }),
    shows: ({ requestId }) => requestId,
  },
  'search by prescription': {
    page: ({ prescriptionId }) => `/ops/audit?prescription=${prescriptionId}`,
    wanted: ({ prescriptionId }) => ({ prescription: prescriptionId }),
    shows: ({ requestId }) => requestId,
  },
  'search by request': {
    page: ({ requestId }) => `/ops/audit?request=${requestId}`,
    wanted: ({ requestId }) => ({ request: requestId }),
    shows: ({ prescriptionId }) => prescriptionId,
  },
  'search by organisation in an hour': {
    page: ({ organisation, hour: { since, until } }) =>
      `/ops/audit?${new URLSearchParams({ organisation, since, until }).toString()}`,
    wanted: null,
    shows: ({ organisation }) => organisation,
  },
  'search for a user who did nothing': {
    page: () => '/ops/audit?user=nobody-at-all',
    wanted: null,
    shows: () => 'nobody-at-all',
  },
};

async function looksAt(
  installation: Installation,
  database: Database,
  trail: Trail,
): Promise<Figures['looks']> {
  const url = `http://127.0.0.1:${present(installation.ports[0], 'port')}`;
  const headers = { cookie: await cookieOf(database, url), accept: 'text/html' };
  const looks: Record<string, Look> = {};
  for (const [name, { page, wanted, shows }] of Object.entries(KINDS)) {
    const asked = wanted === null ? ASKED / 10 : ASKED;
    const times: number[] = [];
    for (const line of linesFor(trail, WARM_UP + asked)) {
      const began = performance.now();
      const answer = await fetch(`${url}${page(line)}`, { headers, redirect: 'manual' });
      const text = await answer.text();
      times.push(performance.now() - began);
      if (answer.status !== 200 || !text.includes(shows(line))) {
        throw new Error(`${name}: ${answer.status} without ${shows(line)}, ${page(line)}`);
      }
    }
    const [line] = linesFor(trail, 1);
    const asks = wanted?.(present(line, 'line')) ?? null;
    const index = asks === null ? null : await indexOf(database, { ...ANYTHING, ...asks });
    looks[name] = { ...summaryOf(times.slice(WARM_UP)), index };
    progress(`${name}: ${JSON.stringify(looks[name])}`);
  }
  return looks;
}

/** Of an administrator of the operator, who is in the only role that they have. */
async function cookieOf(database: Database, url: string): Promise<string> {
  const userId = userIdOf('administrator');
  const { name, value } = (await pagesSession(database, { userId, url })).cookie;
  const headers = { cookie: `${name}=${value}`, accept: 'text/html' };
  const chosen = await fetch(`${url}/roles`, { headers, redirect: 'manual' });
  await chosen.arrayBuffer();
  const [cookie = ''] = chosen.headers.getSetCookie();
  return present(cookie.split(';')[0], 'cookie');
}

const ANYTHING: Wanted = {
  from: null,
  to: null,
  user: null,
  organisation: null,
  interaction: null,
  prescription: null,
  request: null,
  patient: null,
};

/** The index by which the database finds them; throws when it goes through the whole trail. */
async function indexOf(database: Database, wanted: Wanted): Promise<string> {
  const statement = present(indexed(wanted, { most: 200, before: null }), 'statement');
  const [row] = await database.all<{ 'QUERY PLAN': unknown }>(
    sql`explain (format json) ${statement}`,
  );
  const plan = JSON.stringify(row);
  const [, index] = /"Node Type":"Bitmap Index Scan"[^{}]*?"Index Name":"(\w+)"/.exec(plan) ?? [];
  if (index === undefined) throw new Error(`no index is used: ${plan}`);
  return index;
}

function summaryOf(times: readonly number[]): Pick<Look, 'p50Ms' | 'p99Ms'> {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number =>
    Math.round((sorted[Math.floor(part * sorted.length)] ?? 0) * 10) / 10;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Bands of what people wait for [RELIABILITY 1]. */
const SOON_MS = 100;
const AT_MOST_MS = 1_000;
const CHECKED_GOAL = 100_000; // [RELIABILITY 7.5]

function textOf({ lines, perSecond, megabytes, looks, checked }: Figures): string {
  const byIndex = Object.values(looks).filter(({ index }) => index !== null);
  const isSoon = byIndex.every(({ p50Ms, p99Ms }) => p50Ms <= SOON_MS && p99Ms <= AT_MOST_MS);
  return [
    `${lines} lines, ${PATIENT_LINES} of each patient, ${perSecond} put there a second: ${megabytes.rows} MB and ${megabytes.indexes} MB of indexes`,
    ...Object.entries(looks).map(
      ([name, { p50Ms, p99Ms, index }]) =>
        `${name.padEnd(36)} p50 ${p50Ms} ms, p99 ${p99Ms} ms; ${index ?? 'no index: the trail is gone through'}`,
    ),
    `sealed ${checked.sealed} lines a second; held against the seals ${checked.inStore} a second, and ${checked.offline} of an export`,
    '',
    `${isSoon ? 'ok    ' : 'not ok'} p50 within ${SOON_MS} ms and p99 within ${AT_MOST_MS} ms, each that an index knows`,
    `${checked.offline >= CHECKED_GOAL ? 'ok    ' : 'not ok'} ${CHECKED_GOAL} lines of an export a second or more`,
  ].join('\n');
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

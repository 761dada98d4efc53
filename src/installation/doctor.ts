import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { issuerAt, localUrl, portsFrom } from './addresses.ts';
import type { Parts } from './parts.ts';
import { answersPing, statusAt } from './ping.ts';
import { portsInUse } from './port-check.ts';
import { findState, type Found, type State } from './state-file.ts';
import { databaseUrlOf } from './store-command.ts';
import { EXIT } from '../cli/command.ts';
import type { Output, Style } from '../cli/output.ts';
import { type CertificateEnd, daysLeft, warningAt } from '../kernel/certificate-end.ts';
import { checkExternalPostgres } from '../platform/external-postgres.ts';
import { postgresUrl } from '../platform/postgres.ts';
import { messageOf } from '../platform/trouble.ts';

export type Check = {
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly finding: string;
  readonly remedy: string | null;
};

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const satisfies Record<
  Check['verdict'],
  Style
>;
const NODE_MIN = [24, 12] as const; // strips types without a flag
const DISK_FAIL_BYTES = 300e6;
const DISK_WARN_BYTES = 3e9; // the database alone may use 2 GB for its log
const YEAR_MIN = 2024;

/** Looks at what most often is wrong; a line each with what to do [EXPERIENCE 2]. */
export async function doctor(portBase: number, parts: Parts, output: Output): Promise<number> {
  const found = findState(portBase);
  const state = found.kind === 'running' ? found.state : null;
  const checks = [
    node(),
    installation(found, parts.version, portBase),
    await ports(portBase, state),
    await disk(state),
    clock(new Date()),
    await database(state),
    ...(await lookedAt(PAGES, damageCheck, parts.damage, state)),
    ...(await lookedAt(DISKS, slowDiskCheck, parts.slowDisks, state)),
    ...(await certificates(state, parts)),
    ...(state === null ? [] : await services(state)),
  ];
  const text = checks.map((check) => line(check, output)).join('\n');
  output.result(text, checks);
  return checks.some(({ verdict }) => verdict === 'fail') ? EXIT.verificationFailed : EXIT.ok;
}

function line({ verdict, name, finding, remedy }: Check, output: Output): string {
  const word = output.paint(COLOURS[verdict], verdict.padEnd(4));
  const advice = remedy === null ? '' : `\n                     what to do: ${remedy}`;
  return `${word}  ${name.padEnd(13)}  ${finding}${advice}`;
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const finding = `Node ${process.versions.node}`;
  return isNew
    ? good('node', finding)
    : bad('node', finding, 'use npm start or bin/spine, which bring their own Node');
}

function installation(found: Found, version: string, portBase: number): Check {
  const name = 'installation';
  if (found.kind === 'none') return warn(name, `none runs on port ${portBase}`, 'spine up');
  if (found.kind === 'stale') {
    return warn(name, 'the last one was killed', 'spine up clears away what it left');
  }
  const { pid, startedAt, version: running } = found.state;
  const finding = `process ${pid} since ${startedAt}, version ${running}`;
  if (running === version) return good(name, finding);
  return warn(
    name,
    `${finding}; this is ${version}`,
    'spine down, then spine up with this version',
  );
}

async function ports(portBase: number, state: State | null): Promise<Check> {
  const { database: own, ...servers } = portsFrom(portBase);
  const list = [...Object.values(servers), ...(process.env['DATABASE_URL'] ? [] : [own])];
  if (state !== null) return good('ports', `${list.join(', ')} are used by this installation`);
  const taken = await portsInUse(list);
  if (taken.length === 0) return good('ports', `${list.join(', ')} are free`);
  const words = taken.map(({ port, holder }) => `${port} by ${holder ?? 'another program'}`);
  return bad('ports', `in use: ${words.join('; ')}`, 'spine up --auto-port, or --port-base <n>');
}

async function disk(state: State | null): Promise<Check> {
  const data = state?.data;
  const folder = data === undefined || data.kind === 'external' ? tmpdir() : data.folder;
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const finding = `${(free / 1e9).toFixed(1)} GB free at ${folder}`;
  if (free < DISK_FAIL_BYTES) return bad('disk', finding, 'make room, or use --data elsewhere');
  if (free < DISK_WARN_BYTES) return warn('disk', finding, 'make room before a load test');
  return good('disk', finding);
}

/** Days are counted in London: without its rules a prescription is due a day early or late. */
function clock(now: Date): Check {
  const finding = now.toISOString();
  if (now.getUTCFullYear() < YEAR_MIN)
    return bad('clock', finding, 'set the clock of this machine');
  const summer = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit' });
  return summer.format(new Date('2024-07-01T12:00:00Z')) === '13'
    ? good('clock', finding)
    : bad('clock', 'no time zone data for London', 'use the packaged Node (npm start)');
}

async function database(state: State | null): Promise<Check> {
  const own = state !== null && state.data.kind !== 'external' ? state.data.folder : null;
  const external = process.env['DATABASE_URL'] ?? null;
  try {
    const url = own === null ? external : postgresUrl(own, state?.ports.database ?? 0);
    if (url === null) return warn('database', 'not running', 'spine up starts one');
    const checked = await checkExternalPostgres(url);
    if (checked.ok) return good('database', `PostgreSQL ${checked.value.version} answers`);
    return bad('database', checked.error.message, checked.error.remedy);
  } catch (error) {
    return bad('database', messageOf(error), 'spine down, then spine up');
  }
}

/** What the processes have found of either database, and keep in it. */
async function lookedAt(
  name: string,
  check: (lines: readonly string[] | null) => Check[],
  look: Parts['damage'],
  state: State | null,
): Promise<Check[]> {
  const url = state === null ? process.env['DATABASE_URL'] || null : databaseUrlOf(state);
  if (url === null || look === undefined) return [];
  try {
    return check(await look(url));
  } catch (error) {
    return [warn(name, `cannot be looked at: ${messageOf(error)}`, ASK_AGAIN)];
  }
}

/** Pages that are damaged on a disk [RELIABILITY F12]; none before anybody has looked. */
export function damageCheck(lines: readonly string[] | null): Check[] {
  if (lines === null) return [];
  if (lines.length === 0) return [good(PAGES, 'no page of a database is damaged')];
  return [bad(PAGES, lines.join('; '), COPY)];
}

/** Disks that take long to keep what is written [RELIABILITY F9]. */
export function slowDiskCheck(lines: readonly string[] | null): Check[] {
  if (lines === null) return [];
  if (lines.length === 0) return [good(DISKS, 'the disks of the databases are quick')];
  return [warn(DISKS, lines.join('; '), QUICKER)];
}

const DISKS = 'disks';
const QUICKER =
  'see what else writes there and whether the disk fails; if it is the primary’s, have the other take the writes: spine dc promote';
const PAGES = 'pages';
const COPY =
  'have the other take the writes, and this one copied anew: docs/how-to/two-datacentres.md; with one database spine restore';
const ASK_AGAIN = 'mend what is said of the database, and ask again';

/** None are looked for where the database says nothing. */
async function certificates(state: State | null, parts: Parts): Promise<Check[]> {
  const url = state === null ? process.env['DATABASE_URL'] || null : databaseUrlOf(state);
  if (url === null || parts.certificates === undefined) return [];
  try {
    return [certificateCheck(await parts.certificates(url), new Date())];
  } catch (error) {
    return [warn('certificates', `cannot be looked at: ${messageOf(error)}`, ASK_AGAIN)];
  }
}

/** Warns as early as the log does [RELIABILITY F25]. */
export function certificateCheck(ends: readonly CertificateEnd[], at: Date): Check {
  const name = 'certificates';
  const [first] = ends;
  if (first === undefined) return good(name, 'there are none yet');
  const ended = ends.filter((end) => warningAt(end, at) === 'ended');
  const due = ends.filter((end) => warningAt(end, at) !== null);
  const list = (some: readonly CertificateEnd[]): string =>
    some.map((end) => endWords(end, at)).join('; ');
  if (ended.length > 0) return bad(name, list(due.slice(0, NAMED_MAX)), RENEW);
  if (due.length > 0) return warn(name, list(due.slice(0, NAMED_MAX)), RENEW);
  return good(name, `${ends.length}, the first to end: ${endWords(first, at)}`);
}

const NAMED_MAX = 5;
const RENEW =
  'spine cert rotate <serial> for a message handler, a new file for a file; the page /ops/certificates lists all';

function endWords(end: CertificateEnd, at: Date): string {
  const { what, whose, serial } = end;
  const isOver = warningAt(end, at) === 'ended';
  const when = isOver ? `ended ${dayOf(end)}` : `${daysLeft(end, at)} d left`;
  return `${what} ${whose} (${serial}): ${when}`;
}

function dayOf({ endsAt }: CertificateEnd): string {
  return endsAt.toISOString().slice(0, 10);
}

async function services(state: State): Promise<Check[]> {
  const { signIn, pages } = state.ports;
  const discovery = `${issuerAt(signIn)}/.well-known/openid-configuration`;
  return [
    await service('a', state),
    await service('b', state),
    await shared('sign-in', localUrl(signIn), discovery),
    await shared('web pages', localUrl(pages), `${localUrl(pages)}/signin`),
  ];
}

/** One datacentre suffices for what both answer. */
async function shared(name: string, url: string, asked: string): Promise<Check> {
  const status = await statusAt(asked);
  if (status === 200) return good(name, `${url} answers`);
  const finding = `${url} does not answer as it should (${status})`;
  return bad(name, finding, 'read what spine up printed; spine down, then up');
}

/** Ready means: migrated, seeded, and a journey has gone through. Live systems have no /_local. */
async function service(name: 'a' | 'b', state: State): Promise<Check> {
  const url = name === 'a' ? state.apiA : state.apiB;
  const title = `datacentre ${name.toUpperCase()}`;
  if (!(await answersPing(url))) {
    return bad(title, `${url} does not answer`, 'read what spine up printed; spine down, then up');
  }
  const local = await statusAt(`${url}/_local/ready`);
  const status = local === 404 ? await statusAt(`${url}/_status`) : local;
  if (status === 200) return good(title, `${url} is ready, migrations and seed done`);
  return warn(title, `${url} answers, but is not ready (${status})`, 'wait for the probes to pass');
}

function good(name: string, finding: string): Check {
  return { name, verdict: 'ok', finding, remedy: null };
}

function warn(name: string, finding: string, remedy: string): Check {
  return { name, verdict: 'warn', finding, remedy };
}

function bad(name: string, finding: string, remedy: string): Check {
  return { name, verdict: 'fail', finding, remedy };
}

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { LateLook, Round, Minute } from '../monitor/observed.ts';

/** An event as it was kept. */
export type Kept = {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly body: unknown;
};

/**
 * The status site's own store: a file, so that it can be read and written with every database and every other
 * process of the installation away. Any process of the machine may open it; what one does is done whole or not at all.
 */
export type Store = {
  /** Runs alone, of all processes; what it throws takes back what it did. */
  transaction<Done>(work: () => Done): Done;
  /** Of all streams that begin so, in order. */
  events(prefix: string): Kept[];
  /** Adds to a stream; within a transaction. Answers the last number given. */
  append(stream: string, bodies: readonly { readonly at: string }[]): number;
  /** Changes whenever another process has changed something. */
  changes(): number;
  /** Where the chain of events is broken: the number of the first event that is not as it was; null when none is. */
  brokenAt(): number | null;
  readonly observed: ObservedStore;
  readonly sql: DatabaseSync;
  close(): void;
};

export type ObservedStore = {
  keepRound(round: Round, forgetBefore: Date): void;
  rounds(): Round[];
  keepMinute(minute: Minute): void;
  minutes(from: Date, until: Date): Minute[];
  forgetMinutes(before: Date): void;
  keepLate(look: LateLook, forgetBefore: Date): void;
  late(from: Date): LateLook[];
};

const STORE_FILE = 'status.sqlite';
const BUSY_MS = 5_000;
const SCHEMA = new URL('./schema/', import.meta.url);

/** Opens the store in this folder; makes both where they are not. */
export function openStore(folder: string): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sql = new DatabaseSync(join(folder, STORE_FILE), { timeout: BUSY_MS });
  sql.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;');
  migrate(sql);
  const transaction = <Done>(work: () => Done): Done => {
    sql.exec('begin immediate');
    try {
      const done = work();
      sql.exec('commit');
      return done;
    } catch (error) {
      sql.exec('rollback');
      throw error;
    }
  };
  return {
    transaction,
    events: (prefix) => eventsOf(sql, prefix),
    append: (stream, bodies) => append(sql, stream, bodies),
    changes: () => numberOf(sql.prepare('pragma data_version').get()?.['data_version']),
    brokenAt: () => brokenAt(sql),
    observed: observedIn(sql),
    sql,
    close: () => sql.close(),
  };
}

function migrate(sql: DatabaseSync): void {
  for (const [index, file] of readdirSync(SCHEMA).toSorted().entries()) {
    sql.exec('begin immediate');
    const done = numberOf(sql.prepare('pragma user_version').get()?.['user_version']);
    if (done <= index) {
      sql.exec(readFileSync(new URL(file, SCHEMA), 'utf8'));
      sql.exec(`pragma user_version = ${index + 1}`);
    }
    sql.exec('commit');
  }
}

function eventsOf(sql: DatabaseSync, prefix: string): Kept[] {
  const rows = sql
    .prepare(
      'select seq, stream, version, body from event where stream >= ? and stream < ? order by seq',
    )
    .all(prefix, `${prefix}\u{10ffff}`);
  return rows.map((row) => ({
    seq: numberOf(row['seq']),
    stream: textOf(row['stream']),
    version: numberOf(row['version']),
    body: parsed(row['body']),
  }));
}

function parsed(text: unknown): unknown {
  return JSON.parse(textOf(text));
}

function append(
  sql: DatabaseSync,
  stream: string,
  bodies: readonly { readonly at: string }[],
): number {
  const last = sql.prepare('select seq, hash from event order by seq desc limit 1').get();
  const before = sql
    .prepare('select max(version) as version from event where stream = ?')
    .get(stream);
  const add = sql.prepare(
    'insert into event (seq, stream, version, at, body, hash) values (?, ?, ?, ?, ?, ?)',
  );
  let seq = numberOf(last?.['seq'] ?? 0);
  let hash = textOf(last?.['hash'] ?? '');
  let version = numberOf(before?.['version'] ?? 0);
  for (const body of bodies) {
    seq += 1;
    version += 1;
    const text = JSON.stringify(body);
    hash = linkOf(hash, { seq, stream, version, text });
    add.run(seq, stream, version, body.at, text, hash);
  }
  return seq;
}

type Link = {
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  readonly text: string;
};

function linkOf(before: string, { seq, stream, version, text }: Link): string {
  const link = JSON.stringify([before, seq, stream, version, text]);
  return createHash('sha256').update(link).digest('hex');
}

function brokenAt(sql: DatabaseSync): number | null {
  let hash = '';
  let expected = 1;
  const rows = sql.prepare('select seq, stream, version, body, hash from event order by seq');
  for (const row of rows.iterate()) {
    const seq = numberOf(row['seq']);
    const stream = textOf(row['stream']);
    const link = { seq, stream, version: numberOf(row['version']), text: textOf(row['body']) };
    hash = linkOf(hash, link);
    if (seq !== expected || row['hash'] !== hash) return expected;
    expected += 1;
  }
  return null;
}

function observedIn(sql: DatabaseSync): ObservedStore {
  return {
    keepRound: ({ at, steps }, forgetBefore) => {
      sql.prepare('delete from round where at < ?').run(forgetBefore.toISOString());
      sql
        .prepare('insert or replace into round (at, body) values (?, ?)')
        .run(at.toISOString(), JSON.stringify(steps));
    },
    rounds: () =>
      sql
        .prepare('select at, body from round order by at')
        .all()
        .map((row) => ({
          at: new Date(textOf(row['at'])),
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as keepRound wrote it
          steps: JSON.parse(textOf(row['body'])) as Round['steps'],
        })),
    keepMinute: (minute) => {
      const { at, component, datacentre } = minute;
      const key = [at.toISOString(), component, datacentre] as const;
      const known = sql
        .prepare('select * from minute where at = ? and component = ? and datacentre = ?')
        .get(...key);
      const kept = known === undefined ? minute : together(minuteOf(known), minute);
      sql
        .prepare('insert or replace into minute values (?, ?, ?, ?)')
        .run(...key, JSON.stringify(countedIn(kept)));
    },
    minutes: (from, until) =>
      sql
        .prepare('select * from minute where at >= ? and at < ? order by at')
        .all(from.toISOString(), until.toISOString())
        .map(minuteOf),
    forgetMinutes: (before) => {
      sql.prepare('delete from minute where at < ?').run(before.toISOString());
    },
    keepLate: ({ at, parties }, forgetBefore) => {
      sql.prepare('delete from late where at < ?').run(forgetBefore.toISOString());
      sql
        .prepare('insert or replace into late (at, body) values (?, ?)')
        .run(at.toISOString(), JSON.stringify(parties));
    },
    late: (from) =>
      sql
        .prepare('select at, body from late where at >= ? order by at')
        .all(from.toISOString())
        .map((row) => ({
          at: new Date(textOf(row['at'])),
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as keepLate wrote it
          parties: JSON.parse(textOf(row['body'])) as LateLook['parties'],
        })),
  };
}

/** Of one minute, by two processes of a datacentre. */
function together(one: Minute, other: Minute): Minute {
  const names = [...Object.keys(one.failuresBy), ...Object.keys(other.failuresBy)];
  const failuresBy = names.map((name): [string, number] => [
    name,
    (one.failuresBy[name] ?? 0) + (other.failuresBy[name] ?? 0),
  ]);
  return {
    ...one,
    calls: one.calls + other.calls,
    failures: one.failures + other.failures,
    p99Ms: Math.max(one.p99Ms, other.p99Ms),
    organisations: Math.max(one.organisations, other.organisations),
    failuresBy: Object.fromEntries(failuresBy),
  };
}

function countedIn({ calls, failures, p99Ms, organisations, failuresBy }: Minute): object {
  return { calls, failures, p99Ms, organisations, failuresBy };
}

function minuteOf(row: Readonly<Record<string, unknown>>): Minute {
  const counted: unknown = JSON.parse(textOf(row['body']));
  const { at, component, datacentre } = row;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as keepMinute wrote it
  return Object.assign({ component, datacentre }, counted, { at: new Date(textOf(at)) }) as Minute;
}

export function numberOf(value: unknown): number {
  return Number(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

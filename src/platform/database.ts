import pg from 'pg';

import { Epoch } from './database/epoch.ts';
import { Gate } from './database/gate.ts';
import { Groups } from './database/groups.ts';
import { DatabaseUnavailable } from './database/faults.ts';
import { Line, type LineParts, type Statement, valueOf } from './database/line.ts';
import type { Ended } from './database/together.ts';
import { Trouble } from './trouble.ts';
import { present } from '../kernel/bug.ts';

export {
  DatabaseUnavailable,
  DiskFull,
  isWorthRepeating,
  violatedConstraint,
} from './database/faults.ts';
export type { Statement } from './database/line.ts';

/** PostgreSQL, the only store. A statement is done whole or not at all [PLATFORM P-6]. */
export type Database = {
  /** The rows of one statement. `Row` is what its select list says; the two stand side by side. */
  all<Row extends object>(statement: Statement): Promise<Row[]>;
  /**
   * As `all`, for a statement that changes something: it may be committed together with others that come at the same time.
   * `place` is that of the rows it changes where others may change them at the same time: by it those of a group are ordered.
   */
  write<Row extends object>(statement: Statement, place?: string): Promise<Row[]>;
  close(): Promise<void>;
};

/** As this process has it. */
export type OpenDatabase = Database & {
  /** The same, and never read elsewhere: for whoever decides by what is read, as a standby may not show yet what it has [RELIABILITY C5]. */
  readonly primary: Database;
  /** Which primary takes the writes, counted; null before any was met, and where nothing was migrated yet. */
  readonly epoch: () => number | null;
  /** Resolves when all connections are open: for a process that has time, as nobody asks it anything yet. */
  readonly opened: () => Promise<void>;
  /** Lets nothing more go to it, for some seconds at most; resolves when nothing is under way. Whoever asks waits. */
  readonly hold: () => Promise<void>;
  readonly release: () => void;
  readonly isHeld: () => boolean;
  readonly load: () => DatabaseLoad;
};

/** What a process has with its database: statements that wait for a commit, and what was sent and not yet answered. */
export type DatabaseLoad = {
  readonly connections: number;
  readonly underWay: number;
  readonly waiting: number;
};

export type DatabaseOptions = {
  readonly url: string;
  /** Of one that has all that was acknowledged, and is read while the primary is away; absent or null: nothing is read then. */
  readonly readUrl?: string | null;
  /** Connections of this process: one that writes, the others read; all of these but one write, too, while a disk is slow. */
  readonly connections?: number;
  /** How long one statement may take; migrations have no limit (0). */
  readonly statementTimeoutMs?: number;
  /** After so long without an answer, of a commit too, nobody knows how it ended; without a limit where statements have none. */
  readonly answerWithinMs?: number;
  /** How long whoever asks waits for a connection, or for their turn to write; a command may have more patience than those whom a process serves. */
  readonly connectWithinMs?: number;
};

const CONNECTIONS = 4;
const READ_ONLY = 1; // of them at least: reads never wait for a disk that is slow to keep what is written
/**
 * A statement of ours is planned once a connection: planning is dearer than running. Such a plan is often made
 * for tables that are still empty, so it is told that they will not be: every access goes by a key.
 */
export const PLANNING = [
  'jit=off', // compiling takes longer than any statement of ours
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');
const STATEMENT_TIMEOUT_MS = 5_000; // [PLATFORM 1.3], as are the two below
const LOCK_TIMEOUT_MS = 2_000;
const IDLE_IN_TRANSACTION_MS = 5_000;
const ANSWER_MS = 8_000; // longer than a statement may take, or a commit whose standby has just gone
const NO_LIMIT_MS = 2 ** 31 - 1; // the longest that timers know
const CONNECT_WITHIN_MS = 2_000; // [RELIABILITY C8]
/** Of commands: longer than the writes take to move to another datacentre. */
export const PATIENCE_MS = 15_000;
const HOLD_MS = 8_000; // longer than a switch in good order takes

pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text); // a day is text: `new Date` would move it
pg.types.setTypeParser(pg.types.builtins.INT8, Number); // counts and ids stay below 2^53 on one server

export function openDatabase(options: DatabaseOptions): OpenDatabase {
  const epoch = new Epoch();
  const gate = new Gate();
  const config = configOf(options);
  const { connectWithinMs = CONNECT_WITHIN_MS, statementTimeoutMs } = options;
  const { answerWithinMs = statementTimeoutMs === 0 ? NO_LIMIT_MS : ANSWER_MS } = options;
  const line = (): Line => new Line({ config, epoch, gate, answerWithinMs, connectWithinMs });
  const writer = line();
  const others = Array.from({ length: (options.connections ?? CONNECTIONS) - 1 }, line);
  const readers = others.length === 0 ? [writer] : others;
  const standby = standbyOf(options, { answerWithinMs, connectWithinMs });
  const writers = [writer, ...others.slice(READ_ONLY)];
  const groups = new Groups(writers, { isHeld: () => gate.isHeld, waitMs: connectWithinMs });
  const atPrimary = readAt(readers, groups);
  const primary: Database = {
    all: async <Row extends object>(statement: Statement) =>
      rowsOf<Row>(await atPrimary(statement)),
    write: async <Row extends object>(statement: Statement, place?: string) => {
      const { rows }: pg.QueryResult<Row> = await groups.write(statement, place);
      return rows;
    },
    close: async () => {
      gate.release();
      const lines = [writer, ...others, ...(standby === null ? [] : [standby])];
      await Promise.all(lines.map((one) => one.close()));
    },
  };
  return {
    ...primary,
    primary,
    all: async <Row extends object>(statement: Statement) => {
      try {
        return await primary.all<Row>(statement);
      } catch (error) {
        const isElsewhere = !isWriting(statement.text) && mayReadElsewhere(error, gate);
        if (standby === null || !isElsewhere) throw error;
        return rowsOf<Row>(await standby.send([statement]));
      }
    },
    epoch: () => epoch.known,
    opened: async () => {
      await Promise.all([writer, ...others].map((one) => one.opened()));
    },
    hold: () => gate.hold(HOLD_MS),
    release: () => gate.release(),
    isHeld: () => gate.isHeld,
    load: () => loadOf(1 + others.length, gate, groups),
  };
}

/**
 * By one connection after the other, past those that wait for a commit; what is asked until the sockets that are ready have
 * been read goes by one of them, as that is one write.
 */
function readAt(
  readers: readonly Line[],
  groups: Pick<Groups, 'isBusy'>,
): (statement: Statement) => Promise<readonly Ended[]> {
  let turn = 0;
  const next = (): Line => {
    for (const [tries] of readers.entries()) {
      turn = (turn + 1) % readers.length;
      const isFree = !groups.isBusy(present(readers[turn], 'reader'));
      if (isFree || tries === readers.length - 1) break;
    }
    return present(readers[turn], 'reader');
  };
  let ofThisTurn: Line | null = null;
  return async (statement) => {
    if (isWriting(statement.text)) return (await next().commit([statement])).ended;
    if (ofThisTurn === null) {
      ofThisTurn = next();
      setImmediate(() => (ofThisTurn = null));
    }
    return ofThisTurn.send([statement]);
  };
}

/**
 * For so long after the primary was last heard of another is read in its stead: then it has come back or another has taken over;
 * or this site is cut off from both, and what it would read is old [RELIABILITY C6, F5].
 */
const READ_ELSEWHERE_MS = 10_000;

function mayReadElsewhere(error: unknown, gate: Gate): boolean {
  const awayMs = error instanceof DatabaseUnavailable ? gate.awayMs() : null;
  return awayMs !== null && awayMs < READ_ELSEWHERE_MS;
}

/** It has nothing in common with the connections to the primary. */
function standbyOf(
  { readUrl = null, ...options }: DatabaseOptions,
  patience: Pick<LineParts, 'answerWithinMs' | 'connectWithinMs'>,
): Line | null {
  if (readUrl === null) return null;
  const config = configOf({ ...options, url: readUrl });
  return new Line({
    config,
    ...patience,
    epoch: new Epoch(),
    gate: new Gate(),
    isForReading: true,
  });
}

function rowsOf<Row extends object>([result]: readonly Ended[]): Row[] {
  const { rows }: pg.QueryResult<Row> = valueOf(present(result, 'result'));
  return rows;
}

function loadOf(connections: number, { underWay }: Gate, { waiting }: Groups): DatabaseLoad {
  return { connections, underWay, waiting };
}

const CONNECTIONS_SPARE = 20; // for people, jobs and replication [RELIABILITY C8]
const DATACENTRES = 2;

/** Throws when processes such as this one, in all datacentres, would have more connections than the server has for them. */
export async function requireConnections(database: Database, connections: number): Promise<void> {
  const [row] = await database.all<{ most: number }>({
    text: `select current_setting('max_connections')::int as most`,
    values: [],
  });
  const most = Math.floor((present(row, 'limit').most - CONNECTIONS_SPARE) / DATACENTRES);
  if (connections <= most) return;
  throw new Trouble(
    `The database has no more than ${most} connections for a datacentre, and ${connections} are wanted`,
    `set OPENSPINE_DATABASE_CONNECTIONS to ${most} or less, or raise max_connections`,
  );
}

function configOf({
  url,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
}: DatabaseOptions): pg.ClientConfig {
  return {
    connectionString: url,
    statement_timeout: statementTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    options: PLANNING,
    keepAlive: true,
  };
}

const kinds = new Map<string, boolean>();

/** Whether a statement that is no message may change something. */
function isWriting(text: string): boolean {
  const known =
    kinds.get(text) ?? /\b(insert|update|delete|truncate|create|alter|drop)\b/i.test(text);
  kinds.set(text, known);
  return known;
}

/** What a process can do with it now [PLATFORM N6]. */
export type Readiness = {
  readonly isWriting: boolean;
  /** What is committed now is in another site too, by what the primary's own replication says [PLATFORM 4.3]. */
  readonly isDurableInBoth: boolean;
};

/** Asked of the database itself, each time. */
export async function readiness(database: Database): Promise<Readiness> {
  try {
    const [row] = await database.all<Readiness>({ text: READINESS, values: [] });
    return present(row, 'readiness');
  } catch {
    return { isWriting: false, isDurableInBoth: false };
  }
}

const READINESS = `select
  not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as "isWriting",
  exists (select from pg_stat_replication where state = 'streaming' and sync_state in ('sync', 'quorum')) as "isDurableInBoth"`;

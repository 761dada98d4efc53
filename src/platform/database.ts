import pg from 'pg';

import { Groups } from './database/groups.ts';
import { Line, type Statement, valueOf } from './database/line.ts';
import { present } from '../kernel/bug.ts';

export { DatabaseUnavailable, isWorthRepeating, violatedConstraint } from './database/faults.ts';
export type { Statement } from './database/line.ts';

/** PostgreSQL, the only store. A statement is done whole or not at all [PLATFORM P-6]. */
export type Database = {
  /** The rows of one statement. `Row` is what its select list says; the two stand side by side. */
  all<Row extends object>(statement: Statement): Promise<Row[]>;
  /** As `all`, for a statement that changes something: it may be committed together with others that come at the same time. */
  write<Row extends object>(statement: Statement): Promise<Row[]>;
  close(): Promise<void>;
};

export type DatabaseOptions = {
  readonly url: string;
  /** Connections of this process: one that writes, the others read. */
  readonly connections?: number;
  /** How long one statement may take; migrations have no limit (0). */
  readonly statementTimeoutMs?: number;
};

const CONNECTIONS = 4;
/**
 * A statement of ours is planned once a connection: planning is dearer than running. Such a plan is often made
 * for tables that are still empty, so it is told that they will not be: every access goes by a key.
 */
const PLANNING = [
  'jit=off', // compiling takes longer than any statement of ours
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');
const WAIT_FOR_CONNECTION_MS = 2_000; // [RELIABILITY C8]
const STATEMENT_TIMEOUT_MS = 5_000; // [PLATFORM 1.3], as are the two below
const LOCK_TIMEOUT_MS = 2_000;
const IDLE_IN_TRANSACTION_MS = 5_000;

pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text); // a day is text: `new Date` would move it
pg.types.setTypeParser(pg.types.builtins.INT8, Number); // counts and ids stay below 2^53 on one server

export function openDatabase(options: DatabaseOptions): Database {
  const line = (): Line =>
    new Line({
      connectionString: options.url,
      connectionTimeoutMillis: WAIT_FOR_CONNECTION_MS,
      statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      options: PLANNING,
      keepAlive: true,
    });
  const writer = line();
  const others = Array.from({ length: (options.connections ?? CONNECTIONS) - 1 }, line);
  const readers = others.length === 0 ? [writer] : others;
  const groups = new Groups(writer);
  let turn = 0;
  return {
    all: async <Row extends object>(statement: Statement) => {
      turn = (turn + 1) % readers.length;
      const [result] = await present(readers[turn], 'reader').send([statement]);
      const { rows }: pg.QueryResult<Row> = valueOf(present(result, 'result'));
      return rows;
    },
    write: async <Row extends object>(statement: Statement) => {
      const { rows }: pg.QueryResult<Row> = await groups.write(statement);
      return rows;
    },
    close: async () => {
      await Promise.all([writer, ...others].map((one) => one.close()));
    },
  };
}

/** Whether it can be asked now. */
export async function isAnswering(database: Database): Promise<boolean> {
  try {
    await database.all({ text: 'select 1', values: [] });
    return true;
  } catch {
    return false;
  }
}

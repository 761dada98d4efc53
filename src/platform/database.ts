import pg from 'pg';

import { nameOf } from './sql.ts';

/** A text with `$1`, `$2` … and their values; made by `sql`. */
export type Statement = {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
};

/** PostgreSQL, the only store. Each call is one statement, and so one transaction [PLATFORM P-6]. */
export type Database = {
  /** The rows of one statement. `Row` is what its select list says; the two stand side by side. */
  all<Row extends object>(statement: Statement): Promise<Row[]>;
  close(): Promise<void>;
};

/** The database did not answer, or its answer cannot be trusted: nobody knows whether it was done. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

export type DatabaseOptions = {
  readonly url: string;
  /** Connections of this process. */
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
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? CONNECTIONS,
    connectionTimeoutMillis: WAIT_FOR_CONNECTION_MS,
    statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    options: PLANNING,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  pool.on('error', () => undefined); // an idle connection that broke is replaced at its next use
  return {
    all: (statement) => run(pool, statement),
    close: () => pool.end(),
  };
}

async function run<Row extends object>(pool: pg.Pool, statement: Statement): Promise<Row[]> {
  const { text } = statement;
  const client = await connect(pool);
  let warned = false;
  const onNotice = (notice: { code: string | undefined }): void => {
    warned ||= notice.code === '01000' || notice.code === '57P01';
  };
  client.on('notice', onNotice);
  let broken: Error | undefined;
  try {
    const result = await client.query<Row>({
      name: nameOf(text),
      text,
      values: [...statement.values],
    });
    // A cancelled wait for the other site warns and then says success [PLATFORM N1].
    if (warned) throw (broken = new DatabaseUnavailable('the commit is not known to be durable'));
    return result.rows;
  } catch (error) {
    broken = connectionProblem(error);
    throw broken ?? error;
  } finally {
    client.removeListener('notice', onNotice);
    client.release(broken);
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new DatabaseUnavailable('no connection to the database', { cause: error });
  }
}

/** Connection lost, server shutting down, read-only standby [PLATFORM N3], or a wait that took too long; nothing when the statement itself was refused. */
function connectionProblem(error: unknown): DatabaseUnavailable | undefined {
  if (error instanceof DatabaseUnavailable) return error;
  const code = sqlState(error);
  const isRefusal = code !== null && !/^(08|57|25006|53300|55P03)/.test(code);
  return isRefusal
    ? undefined
    : new DatabaseUnavailable('the database went away', { cause: error });
}

/** The five-character SQLSTATE of an error that the server sent. */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** The name of the constraint that a statement ran into, when that is why it was refused. */
export function violatedConstraint(error: unknown): string | null {
  return error instanceof pg.DatabaseError && error.code === '23505'
    ? (error.constraint ?? null)
    : null;
}

/** Serialization or deadlock: the same statement may be sent again [PLATFORM S12]. */
export function isWorthRepeating(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '');
}

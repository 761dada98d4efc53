import pg from 'pg';

/** The database did not answer, or its answer cannot be trusted: nobody knows whether it was done. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** Its disk is full: what helps is room. */
export class DiskFull extends DatabaseUnavailable {}

/**
 * Connection lost, server shutting down, read-only standby [PLATFORM N3], a wait that took too long, or a disk or memory
 * that is full [RELIABILITY F10]; nothing when the statement itself was refused.
 */
export function connectionProblem(error: unknown): DatabaseUnavailable | undefined {
  if (error instanceof DatabaseUnavailable) return error;
  const code = sqlState(error);
  const isRefusal = code !== null && !/^(08|53|57|58|25006|55P03)/.test(code);
  if (isRefusal) return undefined;
  return code === '53100'
    ? new DiskFull('the disk of the database is full', { cause: error })
    : new DatabaseUnavailable('the database went away', { cause: error });
}

/** What comes of something that is asked of a connection; a problem of that connection is thrown as such. */
export async function told<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    throw connectionProblem(error) ?? error;
  }
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

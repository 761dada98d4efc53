import type pg from 'pg';

import { sqlState } from './faults.ts';
import type { Statement } from './line.ts';
import { present } from '../../kernel/bug.ts';

/** What a connection leads to. */
export type Server = {
  /** Raised by one each time that another primary takes the writes; null: nothing was migrated there yet. */
  readonly epoch: number | null;
  /** Of its process there that serves this connection. */
  readonly pid: number;
};

/** The highest epoch that any connection of this process has met. */
export class Epoch {
  #known: number | null = null;

  get known(): number | null {
    return this.#known;
  }

  /** False for a primary that was one before: whatever it still takes would be lost [RELIABILITY C7]. */
  admits({ epoch }: Server): boolean {
    if (epoch === null || this.#known === null) return true;
    return epoch >= this.#known;
  }

  learn({ epoch }: Server): void {
    if (epoch !== null) this.#known = Math.max(epoch, this.#known ?? 0);
  }
}

const NOT_MIGRATED = ['42P01', '3F000']; // no such table or schema

/** Goes with the statements of a transaction; fails, and the transaction with it, where the writes are of another epoch. */
export function requireEpoch(epoch: number): Statement {
  return { text: 'select 1 / count(*) from platform.epoch where number = $1', values: [epoch] };
}

/** Of the statement above: it divided by zero. */
export function isEpochOver(error: unknown): boolean {
  return sqlState(error) === '22012';
}

const SERVER = `(select (select system_identifier from pg_control_system()) || '/'
  || left(pg_walfile_name(pg_current_wal_lsn()), 8) as name) s`; // a timeline is the first eight digits of a log file
const READ = `select number, server = name as is_same, pg_backend_pid() as pid
  from ${SERVER} left join platform.epoch on true`;
const RAISE = `insert into platform.epoch as e (number, server) select 1, name from ${SERVER}
  on conflict (singleton) do update set number = e.number + 1, server = excluded.server
    where e.server <> excluded.server`;

type Row = { readonly number: number | null; readonly is_same: boolean | null; pid: number };

/** Asks where a connection leads; the first that comes to another primary raises the epoch. Throws at a standby. */
export async function meetServer(client: pg.Client): Promise<Server> {
  try {
    const first = await read(client);
    if (first.is_same === true) return { epoch: first.number, pid: first.pid };
    await client.query(RAISE);
    const { number, pid } = await read(client);
    return { epoch: number, pid };
  } catch (error) {
    if (!NOT_MIGRATED.includes(sqlState(error) ?? '')) throw error;
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return { epoch: null, pid: present(rows[0], 'process of the server').pid };
  }
}

async function read(client: pg.Client): Promise<Row> {
  const { rows } = await client.query<Row>(READ);
  return present(rows[0], 'epoch');
}

/** Whether a process there waits for the other site to have what it committed. */
export async function isWaitingForOtherSite(client: pg.Client, pid: number): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_stat_activity where pid = $1 and wait_event = 'SyncRep'`,
    [pid],
  );
  return rows.length > 0;
}

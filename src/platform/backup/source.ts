import pg from 'pg';

import {
  historyName,
  parseHistory,
  parsePosition,
  type Position,
  type Segments,
} from './positions.ts';
import { codeOf, Trouble } from '../trouble.ts';

/** A PostgreSQL whose files are read through a connection, wherever it is and without programs of it. */
export type Source = {
  readonly facts: ServerFacts;
  /** Where its log is now on its disk, and when that was asked: what was answered before is below. */
  readonly now: () => Promise<{ readonly position: Position; readonly at: Date }>;
  readonly segments: () => Promise<Segments>;
  readonly historyOf: (timeline: number) => Promise<Buffer>;
  /** Whether a file of the log is still there. */
  readonly hasSegment: (name: string) => Promise<boolean>;
  /** All files that make up a base backup, and the folders that they are in. */
  readonly listFiles: () => Promise<{ readonly files: string[]; readonly folders: string[] }>;
  /** A file from one byte to another, or to its end; nothing of one that is gone. */
  readonly read: (path: string, from?: number, to?: number) => AsyncGenerator<Buffer, void>;
  readonly beginBase: (label: string) => Promise<Position>;
  /** Ends what `beginBase` began; the text of the label belongs to the backup. */
  readonly endBase: () => Promise<{ readonly position: Position; readonly label: string }>;
  /** The log is kept on the server from now on, until it is told that it is no longer needed. */
  readonly hold: (slot: string, isForRun: boolean) => Promise<void>;
  readonly release: (slot: string, before: Position) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type ServerFacts = {
  /** Which cluster it is, for ever. */
  readonly system: string;
  /** `15`, `18`. */
  readonly major: number;
  readonly segmentBytes: number;
  readonly user: string;
  readonly database: string;
};

const CHUNK_BYTES = 4 * 1024 * 1024;
const CONNECT_MS = 5_000;
/** Backups wait for nobody else, and nobody for them. */
const LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  .map((name) => `-c ${name}=0`)
  .join(' ');

export async function openSource(url: string): Promise<Source> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    options: LIMITS,
    keepAlive: true,
  });
  client.on('error', () => {}); // the next question fails, and says so
  try {
    await client.connect();
    return await sourceOf(client);
  } catch (error) {
    await client.end().then(undefined, () => undefined);
    if (error instanceof Trouble) throw error;
    const known = codeOf(error) ?? 'it does not answer';
    throw new Trouble(
      `The database that is to be backed up cannot be asked (${known})`,
      'start it, or correct DATABASE_URL',
    );
  }
}

async function sourceOf(client: pg.Client): Promise<Source> {
  const facts = await factsOf(client);
  const segments = async (): Promise<Segments> => {
    const timeline = Number(await text(client, TIMELINE));
    const sizeBytes = facts.segmentBytes;
    if (timeline === 1) return { sizeBytes, timeline, history: [] };
    const history = await whole(readFile(client, `pg_wal/${historyName(timeline)}`));
    return { sizeBytes, timeline, history: parseHistory(history.toString()) };
  };
  return {
    facts,
    now: async () => {
      // The clock first: what was committed before it is below the place that is asked for after it.
      const at = new Date(await text(client, `select to_json(clock_timestamp()) #>> '{}'`));
      return {
        at,
        position: parsePosition(await text(client, 'select pg_current_wal_flush_lsn()::text')),
      };
    },
    segments,
    historyOf: (timeline) => whole(readFile(client, `pg_wal/${historyName(timeline)}`)),
    hasSegment: async (name) =>
      (await text(client, `select count(*)::text from pg_stat_file($1, true) s where s.size > 0`, [
        `pg_wal/${name}`,
      ])) === '1',
    listFiles: () => listFiles(client),
    read: (path, from, to) => readFile(client, path, from, to),
    beginBase: async (label) =>
      parsePosition(await text(client, 'select pg_backup_start($1, true)::text', [label])),
    endBase: async () => {
      const { rows } = await client.query<{ position: string; label: string }>(
        'select lsn::text as position, labelfile as label from pg_backup_stop(false)',
      );
      const [row] = rows;
      return { position: parsePosition(row?.position ?? '0/0'), label: row?.label ?? '' };
    },
    hold: (slot, isForRun) => hold(client, slot, isForRun),
    release: async (slot, before) => {
      await client.query(
        `select pg_replication_slot_advance(slot_name, least('0/0'::pg_lsn + $2::numeric, pg_current_wal_flush_lsn()))
         from pg_replication_slots where slot_name = $1 and restart_lsn < '0/0'::pg_lsn + $2::numeric`,
        [slot, String(before)],
      );
    },
    close: () => client.end(),
  };
}

const TIMELINE = `select ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::int::text`;

async function factsOf(client: pg.Client): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts & Standing>(
    `select (select system_identifier::text from pg_control_system()) as system,
       current_setting('server_version_num')::int / 10000 as major,
       pg_size_bytes(current_setting('wal_segment_size'))::int as "segmentBytes",
       current_user as "user", current_database() as database,
       pg_is_in_recovery() as "isStandby", (select rolsuper from pg_roles where rolname = current_user) as "isSuper",
       (select count(*)::int from pg_tablespace where spcname not in ('pg_default', 'pg_global')) as tablespaces`,
  );
  const [row] = rows;
  if (row === undefined) throw new Trouble('The database says nothing of itself', 'try again');
  const { isStandby, isSuper, tablespaces, ...facts } = row;
  const problem = isStandby
    ? (['is a standby', 'give the address that leads to the primary'] as const)
    : !isSuper
      ? ([
          `lets "${facts.user}" read no files`,
          'give DATABASE_URL with a superuser for this command',
        ] as const)
      : tablespaces > 0
        ? (['keeps tables outside of its folder', 'back it up with pg_basebackup'] as const)
        : null;
  if (problem === null) return facts;
  throw new Trouble(`The database that is to be backed up ${problem[0]}`, problem[1]);
}

type Standing = {
  readonly isStandby: boolean;
  readonly isSuper: boolean;
  readonly tablespaces: number;
};

/** What a server makes anew by itself, or what is of this server alone (PostgreSQL, "Making a Base Backup Using the Low Level API"). */
const NOT_COPIED =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/|^postmaster\.(pid|opts)$|^(recovery|standby)\.signal$|^backup_(label|manifest)|^current_logfiles|(^|\/)pgsql_tmp|(^|\/)pg_internal\.init|\.(tmp|old)$/;

async function listFiles(client: pg.Client) {
  const { rows } = await client.query<{ path: string; isFolder: boolean }>(
    `with recursive found (path, "isFolder") as (
       select name, (pg_stat_file(name, true)).isdir from pg_ls_dir('.', true, false) as name
       union all
       select path || '/' || name, (pg_stat_file(path || '/' || name, true)).isdir
       from found, pg_ls_dir(path, true, false) as name where "isFolder")
     select path, "isFolder" from found where "isFolder" is not null order by path`,
  );
  const kept = rows.filter(({ path }) => !NOT_COPIED.test(path));
  return {
    files: kept.filter(({ isFolder }) => !isFolder).map(({ path }) => path),
    folders: kept.filter(({ isFolder }) => isFolder).map(({ path }) => path),
  };
}

async function* readFile(
  client: pg.Client,
  path: string,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer, void> {
  for (let at = from; at < to; ) {
    const wanted = Math.min(CHUNK_BYTES, to - at);
    const { rows } = await client.query<{ bytes: Buffer | null }>({
      text: 'select pg_read_binary_file($1, $2::bigint, $3::bigint, true) as bytes',
      values: [path, at, wanted],
    });
    const bytes = rows[0]?.bytes ?? null;
    if (bytes !== null && bytes.length > 0) yield bytes;
    if (bytes === null || bytes.length < wanted) return;
    at += bytes.length;
  }
}

export async function whole(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks));
}

/** One that has fallen too far behind holds nothing any more. */
async function hold(client: pg.Client, slot: string, isForRun: boolean): Promise<void> {
  await client.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
     where slot_name = $1 and wal_status = 'lost'`,
    [slot],
  );
  await client.query(
    `select pg_create_physical_replication_slot($1, true, $2)
     where not exists (select from pg_replication_slots where slot_name = $1)`,
    [slot, isForRun],
  );
}

async function text(
  client: pg.Client,
  question: string,
  values: readonly string[] = [],
): Promise<string> {
  const { rows } = await client.query<[string]>({
    text: question,
    values: [...values],
    rowMode: 'array',
  });
  return rows[0]?.[0] ?? '';
}

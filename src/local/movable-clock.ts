import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { fail, ok, type Result } from '../kernel/result.ts';
import { type Clock, REAL_CLOCK } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { sql } from '../platform/sql.ts';

/** A business clock that a test may set, also backwards; both datacentres read the same [DESIGN D9]. */
export type MovableClock = Clock & {
  read(): ClockReading;
  /** Returns when every process has seen the change. */
  set(setting: ClockSetting): Promise<void>;
  close(): void;
};

export type ClockSetting =
  | { readonly real: true }
  | { readonly instant: Date; readonly frozen: boolean; readonly security: boolean };

export type ClockReading = {
  readonly instant: string;
  readonly frozen: boolean;
  readonly real: boolean;
  readonly security: boolean;
};

type Row = {
  version: number;
  instant: Date | null;
  set_at: Date;
  frozen: boolean;
  security: boolean;
};

const LOOK_EVERY_MS = 200;
const TELL_EVERY_MS = 1_000;
const READER_IS_GONE_AFTER_MS = 3_000;
const ASK_EVERY_MS = 10;

export async function openMovableClock(database: Database): Promise<MovableClock> {
  const process = randomUUID();
  await forgetReaders(database);
  let row = await readRow(database);
  let told = { version: -1, at: 0 };
  const look = async (): Promise<void> => {
    row = await readRow(database);
    if (row.version === told.version && Date.now() - told.at < TELL_EVERY_MS) return;
    await tellSeen(database, process, row.version);
    told = { version: row.version, at: Date.now() };
  };
  await look();
  const timer = setInterval(() => {
    // With the database away, requests fail by themselves, and the next look tells again.
    look().then(undefined, () => undefined);
  }, LOOK_EVERY_MS).unref();
  return {
    now: () => now(row, true),
    securityNow: () => now(row, row.security),
    read: () => ({
      instant: now(row, true).toISOString(),
      frozen: row.frozen,
      real: row.instant === null,
      security: row.security,
    }),
    set: async (setting) => {
      const version = await writeRow(database, setting);
      await look();
      await seenByAll(database, version);
    },
    close: () => {
      clearInterval(timer);
    },
  };
}

/** Reads `{"instant":…,"frozen":…,"security":…}` or `{"real":true}`. */
export function parseClockSetting(body: unknown): Result<ClockSetting, string> {
  if (typeof body !== 'object' || body === null) return fail(USAGE);
  if ('real' in body && body.real === true) return ok({ real: true });
  if (!('instant' in body) || typeof body.instant !== 'string') return fail(USAGE);
  const instant = new Date(body.instant);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(body.instant) || Number.isNaN(instant.getTime()))
    return fail(USAGE);
  const frozen = 'frozen' in body && body.frozen === true;
  const security = 'security' in body && body.security === true;
  return ok({ instant, frozen, security });
}

const USAGE =
  'Send {"instant":"2024-12-09T11:50:04Z","frozen":true} to set the clock, or {"real":true} to let it go. "security":true moves the time of tokens and sessions too.';

function now(row: Row, isMoved: boolean): Date {
  if (row.instant === null || !isMoved) return REAL_CLOCK.now();
  const passed = row.frozen ? 0 : REAL_CLOCK.now().getTime() - row.set_at.getTime();
  return new Date(row.instant.getTime() + passed);
}

async function readRow(database: Database): Promise<Row> {
  const [row] = await database.all<Row>(sql`
    select version, instant, set_at, frozen, security from platform.clock`);
  return row ?? { version: 0, instant: null, set_at: new Date(), frozen: false, security: false };
}

async function writeRow(database: Database, setting: ClockSetting): Promise<number> {
  const isReal = 'real' in setting;
  const [row] = await database.all<{ version: number }>(sql`
    insert into platform.clock as c (version, instant, set_at, frozen, security)
    values (1, ${isReal ? null : setting.instant}, ${REAL_CLOCK.now()}, ${isReal ? false : setting.frozen},
      ${isReal ? false : setting.security})
    on conflict (singleton) do update set version = c.version + 1, instant = excluded.instant,
      set_at = excluded.set_at, frozen = excluded.frozen, security = excluded.security
    returning version`);
  return row?.version ?? 0;
}

/** Tells which version this process goes by. */
async function tellSeen(database: Database, process: string, version: number): Promise<void> {
  await database.all(sql`
    insert into platform.clock_reader (process, seen_version, seen_at) values (${process}, ${version}, now())
    on conflict (process) do update set seen_version = excluded.seen_version, seen_at = excluded.seen_at`);
}

/** Processes that ended long ago. */
async function forgetReaders(database: Database): Promise<void> {
  await database.all(
    sql`delete from platform.clock_reader where seen_at < now() - interval '1 hour'`,
  );
}

async function seenByAll(database: Database, version: number): Promise<void> {
  for (let waited = 0; waited < READER_IS_GONE_AFTER_MS; waited += ASK_EVERY_MS) {
    const behind = await database.all(sql`
      select 1 from platform.clock_reader where seen_version < ${version}
        and seen_at > now() - make_interval(secs => ${READER_IS_GONE_AFTER_MS / 1000})`);
    if (behind.length === 0) return;
    await pause(ASK_EVERY_MS);
  }
}

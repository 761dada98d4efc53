import { randomUUID } from 'node:crypto';

import { type Database, DatabaseUnavailable } from './database.ts';
import { sql } from './sql.ts';

/** Work that is done again and again, by one process at a time [PLATFORM S9]. */
export type Job = {
  readonly name: string;
  readonly everyMs: number;
  /** Looked at first: a lease that nobody needs is two writes for nothing. */
  hasWork(): Promise<boolean>;
  /** Does some of it; `isMine` asks for more time, and says whether the lease still is this process's. */
  run(isMine: () => Promise<boolean>): Promise<void>;
};

const LEASE_SECONDS = 15; // after a process is killed, another takes over

/**
 * Does something under a lease. Answers null, and does nothing, while another process has it. A process that
 * is killed loses it when its time is over.
 */
export async function withLease<Done>(
  database: Database,
  name: string,
  work: (isMine: () => Promise<boolean>) => Promise<Done>,
): Promise<Done | null> {
  const holder = randomUUID();
  const take = (): Promise<boolean> => takeLease(database, name, holder);
  if (!(await take())) return null;
  try {
    return await work(take);
  } finally {
    await database.all(
      sql`delete from platform.lease where name = ${name} and holder = ${holder}::uuid`,
    );
  }
}

async function takeLease(database: Database, name: string, holder: string): Promise<boolean> {
  const rows = await database.all(sql`
    insert into platform.lease as l (name, holder, held_until)
    values (${name}, ${holder}::uuid, now() + make_interval(secs => ${LEASE_SECONDS}))
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
      where l.holder = excluded.holder or l.held_until < now()
    returning holder`);
  return rows.length === 1;
}

/** How a turn of a job ended; `elsewhere`: another process has it in hand. */
export type Turn = {
  readonly outcome: 'done' | 'nothing' | 'elsewhere' | 'failed';
  readonly elapsedMs: number;
};

/** Runs jobs until closed; one that fails is told, and tried again in its next turn. */
export function startJobs(
  database: Database,
  jobs: readonly Job[],
  onFailure: (job: Job, error: unknown) => void,
  onTurn: (job: Job, turn: Turn) => void = () => undefined,
): { close(): Promise<void> } {
  const closers = jobs.map((job) => repeat(database, job, { onFailure, onTurn }));
  return {
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

type Watch = {
  readonly onFailure: (job: Job, error: unknown) => void;
  readonly onTurn: (job: Job, turn: Turn) => void;
};

function repeat(database: Database, job: Job, { onFailure, onTurn }: Watch): () => Promise<void> {
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();
  const work = async (): Promise<Turn['outcome']> => {
    if (!(await job.hasWork())) return 'nothing';
    const done = await withLease(database, job.name, async (isMine) => {
      await job.run(async () => !isClosed && (await isMine()));
      return 'done' as const;
    });
    return done ?? 'elsewhere';
  };
  const runOnce = async (): Promise<void> => {
    const begun = performance.now();
    let outcome: Turn['outcome'] = 'failed';
    try {
      outcome = await work();
    } catch (error) {
      // With the database away, the next turn tries again.
      if (!(error instanceof DatabaseUnavailable)) onFailure(job, error);
    }
    onTurn(job, { outcome, elapsedMs: performance.now() - begun });
    if (!isClosed) wait();
  };
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(() => {
      turn = runOnce();
    }, job.everyMs).unref();
  };
  wait();
  return async () => {
    isClosed = true;
    clearTimeout(timer);
    await turn;
  };
}

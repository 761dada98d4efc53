import { randomUUID } from 'node:crypto';

import { londonDate } from '../../kernel/london.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import type { Job, Turn } from '../../platform/jobs.ts';
import { addMeasures, type JobTurn, type ProcessFigures } from './repository.ts';
import { type Readings, since } from './since.ts';

export type RecorderParts = {
  readonly database: Database;
  readonly datacentre: string;
  /** What was counted since the process began. */
  readonly totals: () => Promise<Readings>;
  readonly figures: () => ProcessFigures;
  readonly onFailure: (error: unknown) => void;
};

/** Keeps what a process counts where every process can show it. */
export type Recorder = {
  readonly onTurn: (job: Pick<Job, 'name' | 'everyMs'>, turn: Turn) => void;
  close(): Promise<void>;
};

const EVERY_MS = 5_000; // what is older than 15 s is shown as stale [EXPERIENCE 5]

export function openRecorder(parts: RecorderParts): Recorder {
  const process = randomUUID();
  const turns = new Map<string, JobTurn>();
  let before: Readings | null = null;
  const record = async (): Promise<void> => {
    const after = await parts.totals();
    const told = [...turns.values()];
    turns.clear();
    const at = new Date();
    const { database, datacentre } = parts;
    const place = { process, datacentre, at, day: londonDate(at) };
    await addMeasures(database, {
      ...place,
      ...since(before, after),
      figures: parts.figures(),
      turns: told,
    });
    before = after; // with the database away, the next time has it all
  };
  let turn = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(record).then(undefined, (error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) parts.onFailure(error);
    });
  }, EVERY_MS).unref();
  return {
    onTurn: (job, ended) => turns.set(job.name, turnOf(turns.get(job.name), job, ended)),
    close: async () => {
      clearInterval(timer);
      await turn;
    },
  };
}

function turnOf(
  known: JobTurn | undefined,
  { name, everyMs }: Pick<Job, 'name' | 'everyMs'>,
  { outcome }: Turn,
): JobTurn {
  const at = new Date();
  const isFailed = outcome === 'failed';
  return {
    job: name,
    everyMs,
    at,
    outcome,
    doneAt: outcome === 'done' ? at : (known?.doneAt ?? null),
    failedAt: isFailed ? at : (known?.failedAt ?? null),
    failures: (known?.failures ?? 0) + (isFailed ? 1 : 0),
  };
}

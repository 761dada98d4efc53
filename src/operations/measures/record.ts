import { randomUUID } from 'node:crypto';

import { londonDate } from '../../kernel/london.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import type { Job, Turn } from '../../platform/jobs.ts';
import type { Agents } from './agents.ts';
import { addMeasures, type JobTurn, type ProcessFigures, type Told } from './repository.ts';
import { type Readings, since } from './since.ts';

export type RecorderParts = {
  readonly database: Database;
  readonly datacentre: string;
  /** What was counted since the process began. */
  readonly totals: () => Promise<Readings>;
  readonly figures: () => ProcessFigures;
  readonly agents: Agents;
  readonly onFailure: (error: unknown) => void;
  readonly everyMs?: number;
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
  /** Sent, and nobody knows whether it was kept: it goes again as it was, before anything else. */
  let unanswered: Told | null = null;
  let lastAt = 0;
  const tell = async (told: Told): Promise<void> => {
    unanswered = told;
    await addMeasures(parts.database, told);
    unanswered = null;
  };
  const record = async (): Promise<void> => {
    if (unanswered !== null) await tell(unanswered);
    const after = await parts.totals();
    const changed = since(before, after);
    before = after;
    lastAt = Math.max(Date.now(), lastAt + 1); // the clock may be put back
    const at = new Date(lastAt);
    const place = { process, datacentre: parts.datacentre, at, day: londonDate(at) };
    const more = { turns: [...turns.values()], agents: parts.agents.take() };
    const told = { ...place, ...changed, ...more, figures: parts.figures() };
    turns.clear();
    await tell(told);
  };
  let turn = Promise.resolve();
  const takeTurn = (): void => {
    turn = turn.then(record).then(undefined, (error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) parts.onFailure(error);
    });
  };
  const timer = setInterval(takeTurn, parts.everyMs ?? EVERY_MS).unref();
  return {
    onTurn: (job, ended) => turns.set(job.name, turnOf(turns.get(job.name), job, ended)),
    close: async () => {
      clearInterval(timer);
      takeTurn(); // what was counted since the last time
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

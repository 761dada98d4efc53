import { londonDate } from '../../kernel/london.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import {
  countsByStatus,
  heldSince,
  waitingByAge,
  waitingSince,
} from '../../prescriptions/index.ts';
import { probesIn } from '../reconcile/handle.ts';
import type { Flow, Queues } from './findings.ts';
import { findingOf, forgetMeasures, keepFinding } from './repository.ts';

export type FindingParts = {
  readonly database: Database;
  /** Business time: that of queues. */
  readonly clock: Clock;
  /** How many wait elsewhere than in the queues of pharmacies. */
  readonly depths: () => Promise<Queues['depths']>;
  readonly sessions: () => Promise<Queues['sessions']>;
};

const QUEUES_EVERY_MS = 10_000; // what is older than 15 s is shown as stale [EXPERIENCE 5]
const FLOW_EVERY_MS = 300_000;
const FORGET_EVERY_MS = 3_600_000;
const SHARE = 50; // looking takes the database a fiftieth of its time at most, however much there is

const HOUR_MS = 3_600_000;
const WAITING_HOURS = 48;
const HELD_DAYS = 7;

/** What one process looks up for the pages of all. */
export function measureJobs(parts: FindingParts): Job[] {
  const { database } = parts;
  return [
    lookingJob(parts, 'queues', QUEUES_EVERY_MS, () => lookAtQueues(parts)),
    lookingJob(parts, 'flow', FLOW_EVERY_MS, () => lookAtFlow(parts)),
    {
      name: 'measures-forgetting',
      everyMs: FORGET_EVERY_MS,
      hasWork: () => Promise.resolve(true),
      run: () => forgetMeasures(database, new Date()),
    },
  ];
}

function lookingJob(
  { database }: FindingParts,
  name: string,
  everyMs: number,
  look: () => Promise<object>,
): Job {
  let notBefore = 0;
  return {
    name: `measures-${name}`,
    everyMs,
    hasWork: async () => {
      const last = await findingOf(database, name);
      const isDue = last === null || Date.now() - last.lookedAt.getTime() >= everyMs / 2;
      return isDue && performance.now() >= notBefore;
    },
    run: async () => {
      const begun = performance.now();
      const found = await look();
      const tookMs = performance.now() - begun;
      notBefore = performance.now() + tookMs * SHARE;
      await keepFinding(database, name, { lookedAt: new Date(), found });
    },
  };
}

async function lookAtQueues(parts: FindingParts): Promise<Queues> {
  const { database, clock } = parts;
  const at = clock.now();
  const without = await probesIn(database);
  return {
    waiting: await waitingByAge(database, { at, day: londonDate(at), without }),
    depths: await parts.depths(),
    sessions: await parts.sessions(),
  };
}

async function lookAtFlow({ database, clock }: FindingParts): Promise<Flow> {
  const at = clock.now();
  const waitingBefore = new Date(at.getTime() - WAITING_HOURS * HOUR_MS);
  const heldBefore = new Date(at.getTime() - HELD_DAYS * 24 * HOUR_MS);
  const without = await probesIn(database);
  const waiting = { before: waitingBefore, day: londonDate(at), without };
  return {
    at: at.toISOString(),
    counts: await countsByStatus(database, without),
    waiting: await waitingSince(database, waiting),
    held: await heldSince(database, heldBefore, without),
  };
}

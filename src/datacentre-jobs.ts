import { auditJobs } from './platform/audit/jobs.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Job, startJobs, type Turn } from './platform/jobs.ts';
import { describeBug, type Log } from './platform/log.ts';
import { prescriptionJobs, type Spine } from './prescriptions/index.ts';

type Parts = {
  readonly spine: Spine;
  readonly clock: Clock;
  /** Of the other parts of this process. */
  readonly further: readonly Job[];
  readonly onTurn: (job: Job, turn: Turn) => void;
};

/** What is done without a message, by whichever process comes first. The audit trail is sealed where there is a key for it. */
export async function startDatacentreJobs(
  { audit, datacentre }: Config,
  log: Log,
  { spine, clock, further, onTurn }: Parts,
): Promise<{ close(): Promise<void> }> {
  const { database } = spine;
  const sealing = audit === null ? [] : await auditJobs(database, datacentre, audit, log);
  return startJobs(
    database,
    [...prescriptionJobs(spine, clock), ...further, ...sealing],
    ({ name }, error) => {
      log({ event: 'bug', requestId: name, outcome: describeBug(error) });
    },
    onTurn,
  );
}

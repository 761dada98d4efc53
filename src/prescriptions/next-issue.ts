import type { Instant } from '../kernel/instant.ts';
import { addDays, type LondonDate, londonDate } from '../kernel/london.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { isComplete, isOver } from './issues.ts';
import { NOTIFICATION_OF_DEATH } from './messages/notify-death/decide.ts';
import type { Issue, Prescription, PrescriptionEvent } from './prescription.ts';
import type { Rejection } from './rejections.ts';
import type { Settings } from './settings.ts';

const DOWNLOAD_LEAD_DAYS = 7; // before the supply in hand is used up [EPS-LIFECYCLE 8]

/**
 * When an issue is complete and the one after it is still to come, that one is begun; otherwise nothing [EPS-LIFECYCLE
 * 5.5]. Of a patient who died while a pharmacy had the issue before, it is cancelled in the same moment, with all that
 * follow: no queue is to offer it [EPS-LIFECYCLE 2].
 */
export function nextBegun(
  state: Prescription,
  number: number,
  dispensedAt: Instant,
  { settings, at }: { readonly settings: Settings; readonly at: Instant },
): PrescriptionEvent[] {
  const issue = number + 1;
  if (state.later?.from !== issue) return [];
  const readyOn = dueOn(state, number, dispensedAt, settings);
  const isAhead = readyOn > londonDate(new Date(at));
  const status = isAhead ? 'AwaitingReleaseReady' : 'ToBeDispensed';
  const death = state.pending.find(
    ({ item, reason }) => item === null && reason === NOTIFICATION_OF_DEATH,
  );
  const begun = { kind: 'NextIssueBegun', issue, status, readyOn, at } as const;
  if (death === undefined) return [begun];
  return [begun, { kind: 'PrescriptionCancelled', fromIssue: issue, cancellation: death, at }];
}

/** The day on which the next issue goes to the nominated pharmacy by itself. */
function dueOn(
  { prescribedAt, repeats }: Prescription,
  number: number,
  dispensedAt: Instant,
  { nextIssueFrom }: Settings,
): LondonDate {
  const daysSupply = repeats?.daysSupply ?? 0;
  return nextIssueFrom === 'dispense'
    ? addDays(londonDate(new Date(dispensedAt)), daysSupply - DOWNLOAD_LEAD_DAYS)
    : addDays(londonDate(new Date(prescribedAt)), daysSupply * number - DOWNLOAD_LEAD_DAYS);
}

/**
 * An issue that was complete and is open again takes back the one after it, as long as that only awaits
 * its day. Once it has gone to a queue or a pharmacy it is too late: what left a queue never comes back
 * to it by itself [EPS-LIFECYCLE 5.3, ours where the public record is silent; RELIABILITY I6, I9].
 */
export function nextUndone(
  state: Prescription,
  issue: Issue,
  at: Instant,
): Result<PrescriptionEvent[], Rejection> {
  const next = state.issues.find((one) => one.number === issue.number + 1);
  if (!isComplete(issue) || next === undefined) return ok([]);
  if (next.status === 'AwaitingReleaseReady') {
    return ok([{ kind: 'NextIssueUndone', issue: next.number, at }]);
  }
  return isOver(next) ? ok([]) : fail({ kind: 'InvalidPrescriptionTransition' });
}

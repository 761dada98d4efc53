import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { issueOf } from '../../issues.ts';
import { nextBegun } from '../../next-issue.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';

/** No claim came in time: the issue is given up, and the next one begun if it still waits for this one [EPS-LIFECYCLE 2, 5.5]. */
export function decide(
  state: Prescription,
  command: { readonly issue: number; readonly at: Instant },
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  const issue = issueOf(state, command.issue);
  const holding = issue !== null && 'holding' in issue ? issue.holding : null;
  const last = holding?.notifications.at(-1);
  const isTold = issue?.status === 'WithDispenserActive' && last !== undefined;
  if (holding === null || !(isTold || issue?.status === 'Dispensed')) {
    return fail({ kind: 'InvalidPrescriptionTransition' });
  }
  const { issue: number, at } = command;
  const dispensedAt = last?.dispensedAt ?? holding.releasedAt;
  const next = nextBegun(state, number, dispensedAt, { settings, at });
  return ok([{ kind: 'NoClaimed', issue: number, at }, ...next]);
}

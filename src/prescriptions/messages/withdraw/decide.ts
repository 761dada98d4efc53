import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Known } from '../../evolve.ts';
import { namedIssue } from '../../issues.ts';
import { nextUndone } from '../../next-issue.ts';
import { heldByAnother } from '../../holder.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Holding, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';

/** A pharmacy takes back its last dispense notification (PORX_IN510101SM31). */
export type Withdraw = {
  /** Null when the message does not tell: then it is not the holder. */
  readonly dispenser: OdsCode | null;
  /** The notification that is named; without a name the last one, or all of the issue [EPS-LIFECYCLE 5.3]. */
  readonly notification: Uuid | 'last' | 'all';
  readonly reason: string;
  readonly issue: number | null;
  readonly at: Instant;
};

export function decide(
  state: Known | null,
  command: Withdraw,
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind !== 'prescription') return fail({ kind: 'PrescriptionNotFound' });
  const issue = namedIssue(state, command.issue);
  if (issue === null) return fail({ kind: 'RepeatCountMismatch' });
  const isToldAndUnclaimed =
    issue.status === 'WithDispenserActive' ||
    issue.status === 'Dispensed' ||
    issue.status === 'NotDispensed';
  if (!isToldAndUnclaimed) return fail({ kind: 'InvalidPrescriptionTransition' });
  const another = heldByAnother(issue, command.dispenser, settings);
  if (another !== null) return fail(another);
  const withdrawn = withdrawnBy(issue.holding, command);
  if (!withdrawn.ok) return withdrawn;
  const { reason, at } = command;
  const undone = nextUndone(state, issue, at);
  if (!undone.ok) return undone;
  const events = withdrawn.value.map(
    (notification): PrescriptionEvent => ({
      kind: 'DispenseWithdrawn',
      issue: issue.number,
      notification,
      reason,
      at,
    }),
  );
  return ok([...undone.value, ...events]);
}

/** The last notification, or all from the last to the first. */
function withdrawnBy(
  { notifications }: Holding,
  { notification: wanted }: Withdraw,
): Result<Uuid[], Rejection> {
  const ids = notifications.map(({ id }) => id).toReversed();
  const [last] = ids;
  const isNamed = wanted !== 'all' && wanted !== 'last';
  if (isNamed) return last === wanted ? ok([last]) : fail({ kind: 'NotTheLastDispense' });
  if (last === undefined) return fail({ kind: 'NoNotifications' });
  return ok(wanted === 'all' ? ids : [last]);
}

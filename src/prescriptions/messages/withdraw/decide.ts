import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Known } from '../../evolve.ts';
import { namedIssue } from '../../issues.ts';
import { nextUndone } from '../../next-issue.ts';
import { heldByAnother } from '../../holder.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';

/** A pharmacy takes back its last dispense notification (PORX_IN510101SM31). */
export type Withdraw = {
  readonly dispenser: OdsCode;
  readonly notification: Uuid;
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
  if (issue.holding.notifications.at(-1)?.id !== command.notification) {
    return fail({ kind: 'NotTheLastDispense' });
  }
  const { notification, reason, at } = command;
  const undone = nextUndone(state, issue, at);
  if (!undone.ok) return undone;
  const withdrawn = {
    kind: 'DispenseWithdrawn',
    issue: issue.number,
    notification,
    reason,
    at,
  } as const;
  return ok([...undone.value, withdrawn]);
}

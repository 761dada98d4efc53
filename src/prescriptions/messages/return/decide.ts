import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Known } from '../../evolve.ts';
import { currentIssue } from '../../issues.ts';
import { heldByAnother } from '../../holder.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Holding, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';

/** A pharmacy gives a prescription back, undispensed (PORX_IN100101SM31). */
export type Return = {
  readonly dispenser: OdsCode;
  readonly reason: string;
  /** The release response that it gives back, where the message tells. */
  readonly release: Uuid | null;
  /** The issue that the message names; null: the current one. */
  readonly issue: number | null;
  readonly at: Instant;
};

export const INVALID_SIGNATURE = '0005'; // reason of a return [EPS-CODES 1]

export function decide(
  state: Known | null,
  command: Return,
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind !== 'prescription') return fail({ kind: 'PrescriptionNotFound' });
  const issue = currentIssue(state);
  if (command.issue !== null && command.issue !== issue.number) {
    return fail({ kind: 'RepeatCountMismatch' });
  }
  if (issue.status !== 'WithDispenser') return fail({ kind: 'InvalidPrescriptionTransition' });
  const another = heldByAnother(issue, command.dispenser, settings);
  if (another !== null && !isUnverified(issue.holding, command)) return fail(another);

  const { reason, at } = command;
  const returned: PrescriptionEvent = { kind: 'Returned', issue: issue.number, reason, at };
  // What was asked for while it was with the pharmacy happens now [EPS-LIFECYCLE 6.4].
  const cancelled = state.pending.map(
    (cancellation): PrescriptionEvent => ({
      kind: cancellation.item === null ? 'PrescriptionCancelled' : 'ItemCancelled',
      fromIssue: issue.number,
      cancellation,
      at,
    }),
  );
  return ok([returned, ...cancelled]);
}

/**
 * What a pharmacy's system cannot verify it returns in the prescriber's name, so that the holder is not told:
 * who knows the id of the release response is who was given the prescription [EPS-HL7V3 6.8].
 */
function isUnverified({ releaseId }: Holding, { reason, release }: Return): boolean {
  return reason === INVALID_SIGNATURE && release === releaseId;
}

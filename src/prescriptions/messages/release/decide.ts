import type { Instant } from '../../../kernel/instant.ts';
import { londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Known } from '../../evolve.ts';
import { withAnother } from '../../holder.ts';
import { currentIssue } from '../../issues.ts';
import type { Issue, Party, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';

/** A pharmacy asks for prescriptions: those nominated to it (PORX_IN060102SM30) or one by its id (PORX_IN132004SM30). */
export type Release = {
  readonly by: 'nomination' | 'id';
  readonly dispenser: Party;
  /** Id of the response. */
  readonly releaseId: Uuid;
  readonly at: Instant;
};

export const RELEASE_BATCH_MAX = 25; // prescriptions in one answer [EPS-LIFECYCLE 4.1]

export function decide(
  state: Known | null,
  command: Release,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind === 'placeholder') return fail({ kind: 'PrescriptionCancelled' });
  if (state?.kind !== 'prescription') return fail({ kind: 'ReleaseNotFound' });
  const issue = currentIssue(state);
  const isOffered =
    state.nominated === command.dispenser.organisation.ods &&
    !isReturned(issue) &&
    state.held === undefined;
  // It may have gone from the queue since that was looked at.
  if (command.by === 'nomination' && !isOffered) return fail({ kind: 'ReleaseNotFound' });
  const refusal = whyNot(issue, command);
  if (refusal !== null) return fail(refusal);
  const { dispenser: holder, by, releaseId, at } = command;
  return ok([{ kind: 'Released', issue: issue.number, holder, by, releaseId, at }]);
}

function isReturned(issue: Issue): boolean {
  return 'isReturned' in issue;
}

/** The table of [EPS-LIFECYCLE 4.2]. */
function whyNot(issue: Issue, command: Release): Rejection | null {
  const today = londonDate(new Date(command.at));
  // The day counts, not the status: a late expiry job must not let an expired issue out [EPS-LIFECYCLE 4.2].
  const isExpired = issue.expiresOn <= today;
  switch (issue.status) {
    case 'RepeatDispenseFuture':
      return { kind: 'ReleaseNotFound' };
    case 'PrescriptionFuture':
      if (issue.readyOn > today) return { kind: 'ReleaseNotFound' };
      return isExpired ? { kind: 'PrescriptionExpired' } : null;
    case 'ToBeDispensed':
      return isExpired ? { kind: 'PrescriptionExpired' } : null;
    case 'AwaitingReleaseReady':
      if (command.by === 'nomination') return { kind: 'ReleaseNotFound' };
      return isExpired ? { kind: 'PrescriptionExpired' } : null;
    case 'WithDispenser':
    case 'WithDispenserActive':
      if (isExpired) return { kind: 'PrescriptionExpired' };
      return withAnother(issue);
    case 'Expired':
      return { kind: 'PrescriptionExpired' };
    case 'Cancelled':
      return { kind: 'PrescriptionCancelled' };
    case 'Dispensed':
    case 'NotDispensed':
    case 'Claimed':
    case 'NoClaimed':
      return { kind: 'AlreadyDispensed' };
  }
}

import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { currentIssue } from '../../issues.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { IssueStatus } from '../../statuses.ts';

const OPEN: readonly IssueStatus[] = [
  'AwaitingReleaseReady',
  'ToBeDispensed',
  'WithDispenser',
  'WithDispenserActive',
  'RepeatDispenseFuture',
  'PrescriptionFuture',
];

/** An open issue is past its day, and with it all that follow [EPS-LIFECYCLE 2]. */
export function decide(state: Prescription, at: Instant): Result<PrescriptionEvent[], Rejection> {
  const { status, number: fromIssue } = currentIssue(state);
  return OPEN.includes(status)
    ? ok([{ kind: 'Expired', fromIssue, at }])
    : fail({ kind: 'InvalidPrescriptionTransition' });
}

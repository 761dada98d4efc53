import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { currentIssue } from '../../issues.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';

/** The day has come on which an issue may be had: post-dated, or the next of a series [EPS-LIFECYCLE 2]. */
export function decide(state: Prescription, at: Instant): Result<PrescriptionEvent[], Rejection> {
  const { status, number: issue } = currentIssue(state);
  return status === 'PrescriptionFuture' || status === 'AwaitingReleaseReady'
    ? ok([{ kind: 'BecameReady', issue, at }])
    : fail({ kind: 'InvalidPrescriptionTransition' });
}

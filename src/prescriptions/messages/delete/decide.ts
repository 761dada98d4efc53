import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { dueOf } from '../../due.ts';
import type { Known } from '../../evolve.ts';
import type { PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';

/** The record has been kept as long as it must: nobody gets it any more [EPS-LIFECYCLE 8]. */
export function decide(state: Known, at: Instant): Result<PrescriptionEvent[], Rejection> {
  return dueOf(state)?.kind === 'delete'
    ? ok([{ kind: 'Deleted', at }])
    : fail({ kind: 'InvalidPrescriptionTransition' });
}

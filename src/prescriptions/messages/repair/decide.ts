import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Known } from '../../evolve.ts';
import { currentIssue, isInHand } from '../../issues.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';
import { COMPATIBLE } from '../../settings.ts';
import { decide as decideReturn } from '../return/decide.ts';

/** What two persons do to many records after a move [MIGRATION 8]; none of it brings anything into a queue [MIGRATION 5, M5]. */
export const REPAIRS = ['return', 'hold', 'end-hold'] as const;
export type RepairKind = (typeof REPAIRS)[number];

export type Repair = {
  readonly kind: RepairKind;
  /** Why a pharmacy gives a prescription back, by its code [EPS-CODES 1]. */
  readonly code: string;
  readonly by: readonly [string, string];
  readonly at: Instant;
};

/** Fails with the reason why it is not done to this one. */
export function decide(
  state: Known | null,
  { kind, code: reason, by, at }: Repair,
): Result<readonly PrescriptionEvent[], string> {
  if (state?.kind !== 'prescription') return fail('it is no prescription');
  switch (kind) {
    case 'return': {
      const issue = currentIssue(state);
      if (!isInHand(issue)) return fail('it is not with a dispenser');
      const dispenser = issue.holding.holder.organisation.ods;
      const all = { dispenser, reason, release: null, issue: null, at };
      const decision = decideReturn(state, all, COMPATIBLE);
      return decision.ok ? decision : fail('some of it is dispensed');
    }
    case 'hold':
      if (state.held !== undefined) return fail('it is held');
      return ok([{ kind: 'MigrationHeld', because: [REPAIR], at }]);
    case 'end-hold':
      if (state.held === undefined) return fail('it is not held');
      return ok([{ kind: 'MigrationHoldEnded', by, at }]);
  }
}

const REPAIR = 'repair';

/**
 * The way back, from what it was made to what it was: a pharmacy that had it has it again, and nobody's queue does. Fails
 * where there is none.
 */
export function undo(
  before: Known,
  now: Known | null,
  { kind, by, at }: Omit<Repair, 'code'>,
): Result<readonly PrescriptionEvent[], string> {
  if (before.kind !== 'prescription' || now?.kind !== 'prescription') {
    return fail('it is no prescription');
  }
  switch (kind) {
    case 'return':
      return givenAgain(before, now, at);
    case 'hold':
      return ok([{ kind: 'MigrationHoldEnded', by, at }]);
    case 'end-hold':
      return ok([{ kind: 'MigrationHeld', because: before.held ?? [], at }]);
  }
}

function givenAgain(
  before: Prescription,
  now: Prescription,
  at: Instant,
): Result<readonly PrescriptionEvent[], string> {
  const [was, is] = [currentIssue(before), currentIssue(now)];
  if (!isInHand(was) || is.status !== 'ToBeDispensed') {
    return fail('what was asked for while it was out happened when it came back');
  }
  const { holder, releaseId } = was.holding;
  return ok([{ kind: 'Released', issue: was.number, holder, by: 'id', releaseId, at }]);
}

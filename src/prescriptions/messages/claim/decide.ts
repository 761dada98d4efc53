import type { Instant } from '../../../kernel/instant.ts';
import { addMonths, type LondonDate, londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { brand } from '../../../kernel/brand.ts';
import type { Known } from '../../evolve.ts';
import { namedIssue } from '../../issues.ts';
import { heldByAnother } from '../../holder.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { ClaimedIssue, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';

/** A pharmacy asks to be paid for an issue (PORX_IN090101SM31), or puts its claim right. */
export type MakeClaim = {
  readonly claim: Uuid;
  readonly dispenser: OdsCode;
  /** Reimbursement authority: T1450 (England) or RQFZ1 (Wales). */
  readonly authority: string;
  readonly replaces: Uuid | null;
  /** The issue that the message names; null: the current one. */
  readonly issue: number | null;
  readonly at: Instant;
};

const LAST_DAY_OF_SUBMISSION = 5; // of the month after the one dispensed in [EPS-LIFECYCLE 5.4]

export function decide(
  state: Known | null,
  command: MakeClaim,
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind !== 'prescription') return fail({ kind: 'PrescriptionNotFound' });
  const issue = namedIssue(state, command.issue);
  if (issue === null) return fail({ kind: 'RepeatCountMismatch' });
  const { claim, authority, at, replaces } = command;
  if (replaces === null) {
    if (issue.status === 'Claimed') return fail({ kind: whyNotAgain(issue, at) });
    if (issue.status !== 'Dispensed' && issue.status !== 'NotDispensed') {
      return fail({ kind: 'ClaimNotDispensed' });
    }
    const another = heldByAnother(issue, command.dispenser, settings);
    if (another !== null) return fail(another);
    return ok([{ kind: 'Claimed', issue: issue.number, claim, authority, at }]);
  }
  if (issue.status !== 'Claimed') return fail({ kind: 'ClaimNotDispensed' });
  const another = heldByAnother(issue, command.dispenser, settings);
  if (another !== null) return fail(another);
  if (issue.claim.id !== replaces) return fail({ kind: 'NotTheLastDispense' });
  if (isPeriodOver(issue, at)) return fail({ kind: 'ClaimPeriodOver' });
  return ok([{ kind: 'ClaimAmended', issue: issue.number, claim, replaces, authority, at }]);
}

/** Of a claim that is made a second time: the agency pays by what it has once the period is over [EPS-HL7V3 7.6]. */
function whyNotAgain(issue: ClaimedIssue, at: Instant): 'ClaimedBefore' | 'ClaimWithAgency' {
  return isPeriodOver(issue, at) ? 'ClaimWithAgency' : 'ClaimedBefore';
}

function isPeriodOver(issue: ClaimedIssue, at: Instant): boolean {
  return londonDate(new Date(at)) > lastDayToAmend(issue);
}

/** The fifth of the month after the month that the claim is paid with: a claim by the fifth belongs to the month before. */
export function lastDayToAmend(issue: ClaimedIssue): LondonDate {
  const received = londonDate(new Date(issue.claim.firstReceivedAt));
  const isOfMonthBefore = Number(received.slice(8)) <= LAST_DAY_OF_SUBMISSION;
  const claimMonth = addMonths(firstOf(received), isOfMonthBefore ? -1 : 0);
  const dispensed = issue.holding.notifications.at(-1)?.dispensedAt;
  const dispensedMonth =
    dispensed === undefined ? claimMonth : firstOf(londonDate(new Date(dispensed)));
  const paidWith = dispensedMonth > claimMonth ? dispensedMonth : claimMonth;
  const closing = addMonths(paidWith, 1);
  return brand<LondonDate>(`${closing.slice(0, 8)}0${LAST_DAY_OF_SUBMISSION}`);
}

function firstOf(date: LondonDate): LondonDate {
  return brand<LondonDate>(`${date.slice(0, 8)}01`);
}

import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { type Known, pendingOf } from '../../evolve.ts';
import { currentIssue } from '../../issues.ts';
import type { NhsNumber } from '../../../kernel/nhs-number.ts';
import type { OdsCode } from '../../ods-code.ts';
import type {
  Cancellation,
  Holding,
  Issue,
  Item,
  Performer,
  Prescription,
  PrescriptionEvent,
} from '../../prescription.ts';
import type { ReplyTo } from '../../reply-to.ts';
import type { Rejection } from '../../rejections.ts';
import type { CancelCode } from './codes.ts';

/** A prescriber asks to cancel one item, or the whole prescription (PORX_IN030101SM32). */
export type Cancel = {
  readonly messageId: Uuid;
  readonly patient: NhsNumber;
  /** The line item; null for the whole prescription. */
  readonly item: Uuid | null;
  readonly reason: string;
  readonly organisation: OdsCode;
  /** How the system that asks is reached by HL7 V3; absent for one that cannot be. */
  readonly replyTo?: ReplyTo;
  readonly at: Instant;
};

/** What is done and what is answered; the dispenser is named when an issue is or was with one. */
export type CancelDecision = {
  readonly events: readonly PrescriptionEvent[];
  readonly code: CancelCode;
  readonly performer: Performer | null;
};

/** The table of [EPS-LIFECYCLE 6.2]. */
export function decide(state: Known | null, command: Cancel): Result<CancelDecision, Rejection> {
  const cancellation = cancellationOf(command);
  // Nothing can come any more under the id of a record that is gone.
  if (state?.kind === 'tombstone' && state.was === 'prescription')
    return ok(answer('R-0008', null));
  if (state?.kind !== 'prescription') return ok(held(state, cancellation));
  if (state.patient !== command.patient) {
    return fail({ kind: 'Unprocessable', detail: PATIENT_MISMATCH });
  }
  const issue = currentIssue(state);
  const item = issue.items.find(({ id }) => id === command.item);
  if (command.item !== null && item === undefined) return ok(answer('R-0008', null));
  const code = item === undefined ? wholeCode(issue) : itemCode(issue, item);
  const performer = 'holding' in issue ? performerOf(issue.holding) : null;
  if (code === 'R-0001') {
    const kind = item === undefined ? 'PrescriptionCancelled' : 'ItemCancelled';
    const event = { kind, fromIssue: issue.number, cancellation, at: command.at } as const;
    return ok({ events: [event], code, performer });
  }
  if (code === 'R-0002' || code === 'R-0003') {
    return ok({ ...pend(state, cancellation, code), performer });
  }
  return ok(answer(code, performer));
}

function performerOf({ holder, releasedAt }: Holding): Performer {
  return { ...holder, releasedAt };
}

const PATIENT_MISMATCH = 'Mismatch between prescription and cancellation NHSNumber';

function cancellationOf(command: Cancel): Cancellation {
  const { messageId: id, item, organisation, reason, replyTo, at } = command;
  const cancellation = { id, item, organisation, reason, at };
  return replyTo === undefined ? cancellation : { ...cancellation, replyTo };
}

function answer(code: CancelCode, performer: Performer | null): CancelDecision {
  return { events: [], code, performer };
}

/** Kept for the prescription that may still come; asked twice it is kept once, and the whole outranks an item [EPS-LIFECYCLE 6.5]. */
function held(state: Known | null, cancellation: Cancellation): CancelDecision {
  const isCovered = pendingOf(state).some(
    ({ item }) => item === null || item === cancellation.item,
  );
  const events = isCovered ? [] : [{ kind: 'CancellationHeld', cancellation } as const];
  return { events, code: 'R-0008', performer: null };
}

function pend(
  state: Prescription,
  cancellation: Cancellation,
  code: CancelCode,
): { events: PrescriptionEvent[]; code: CancelCode } {
  const same = state.pending.find(({ item }) => item === cancellation.item);
  if (same === undefined) return { events: [{ kind: 'CancellationPended', cancellation }], code };
  return { events: [], code: same.organisation === cancellation.organisation ? code : 'R-0007' };
}

function wholeCode(issue: Issue): CancelCode {
  switch (issue.status) {
    case 'ToBeDispensed':
    case 'AwaitingReleaseReady':
    case 'RepeatDispenseFuture':
    case 'PrescriptionFuture':
      return 'R-0001';
    case 'WithDispenser':
      return 'R-0002';
    case 'WithDispenserActive':
      return 'R-0003';
    case 'Expired':
      return 'R-0005';
    case 'Cancelled':
      return 'R-0006';
    case 'NotDispensed':
      return 'R-0010';
    case 'Dispensed':
    case 'Claimed':
    case 'NoClaimed':
      return 'R-0004';
  }
}

/** With the dispenser, the issue decides between R-0002 and R-0003 [EPS-LIFECYCLE 6.2, ours where the public record is silent]. */
function itemCode(issue: Issue, item: Item): CancelCode {
  switch (item.status) {
    case 'ToBeDispensed':
      return wholeCode(issue);
    case 'WithDispenser':
      return issue.status === 'WithDispenser' ? 'R-0002' : 'R-0003';
    case 'PartiallyDispensed':
    case 'Owing':
      return 'R-0003';
    case 'FullyDispensed':
      return 'R-0004';
    case 'NotDispensed':
      return 'R-0010';
    case 'Cancelled':
      return 'R-0006';
    case 'Expired':
      return 'R-0005';
  }
}

import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Known } from '../../evolve.ts';
import { isInHand, lastIssueOf, namedIssue } from '../../issues.ts';
import { nextBegun, nextUndone } from '../../next-issue.ts';
import { heldByAnother } from '../../holder.ts';
import type { NhsNumber } from '../../../kernel/nhs-number.ts';
import type { OdsCode } from '../../ods-code.ts';
import type {
  Holding,
  Issue,
  Item,
  Notification,
  Prescription,
  PrescriptionEvent,
} from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';
import { type IssueStatus, ITEM_TRANSITIONS, ITEMS_UNDER } from '../../statuses.ts';

/** A pharmacy tells what it handed over (PORX_IN080101SM31), or puts right what it told last. */
export type Dispense = {
  readonly messageId: Uuid;
  readonly dispenser: OdsCode;
  readonly patient: NhsNumber | null;
  /** Status of the issue afterwards, as the pharmacy says it. */
  readonly status: IssueStatus;
  readonly items: readonly Item[];
  readonly dispensedAt: Instant;
  /** An amendment names the notification that it replaces. */
  readonly replaces: Uuid | null;
  /** The issue that the message names; null: the current one. */
  readonly issue: number | null;
  /** How many issues the message says that an item is in, by item id, where it says so. */
  readonly itemIssues: Readonly<Record<string, number>>;
  readonly at: Instant;
};

export function decide(
  state: Known | null,
  command: Dispense,
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind !== 'prescription') return fail({ kind: 'PrescriptionNotFound' });
  if (command.patient !== null && command.patient !== state.patient) {
    return fail({ kind: 'Unprocessable', detail: PATIENT_MISMATCH });
  }
  const issue = issueNamed(state, command);
  if (issue === null) return fail({ kind: 'RepeatCountMismatch' });
  const holding = touchable(issue, command);
  if (!holding.ok) return holding;
  const another = heldByAnother({ holding: holding.value }, command.dispenser, settings);
  if (another !== null) return fail(another);

  const before = itemsBefore(holding.value, command.replaces);
  const told = notificationOf(state, before, command);
  if (!told.ok) return told;
  const { value: notification } = told;
  const { dispensedAt, at, replaces } = command;
  const event = { kind: 'DispenseNotified', issue: issue.number, notification, replaces } as const;
  if (notification.status !== 'WithDispenserActive') {
    return ok([event, ...nextBegun(state, issue.number, dispensedAt, { settings, at })]);
  }
  const undone = nextUndone(state, issue, at);
  return undone.ok ? ok([...undone.value, event]) : undone;
}

/** What is kept of a notification that can follow on `before`; or why it cannot. */
export function notificationOf(
  state: Prescription,
  before: readonly Item[],
  command: Dispense,
): Result<Notification, Rejection> {
  const refusal = itemsRefused(before, command.items);
  if (refusal !== null) return fail(refusal);
  if (hasOtherCounts(state, command)) return fail({ kind: 'RepeatCountMismatch' });
  const status = statusAfter(command);
  if (status === null) return fail({ kind: 'InvalidPrescriptionTransition' });
  const { messageId: id, items, dispensedAt, at: receivedAt } = command;
  return ok({ id, status, items, dispensedAt, receivedAt });
}

/** Only an amendment may be of another issue than the current one [EPS-LIFECYCLE 5.1, 5.2]. */
function issueNamed(state: Prescription, { issue: number, replaces }: Dispense): Issue | null {
  const issue = namedIssue(state, number);
  return issue?.number === state.currentIssue || replaces !== null ? issue : null;
}

/** With repeat dispensing an item says its own count, or the prescription's [EPS-LIFECYCLE 5.1]. */
function hasOtherCounts(state: Prescription, { itemIssues }: Dispense): boolean {
  const { repeats } = state;
  if (repeats === null) return false;
  return Object.entries(itemIssues).some(
    ([item, told]) => told !== lastIssueOf(state, item) && told !== repeats.issues,
  );
}

export const PATIENT_MISMATCH = 'Mismatch between prescription and dispense notification NHSNumber';

/** The issue must be in hand; an amendment may also follow completion, and must name the last notification [EPS-LIFECYCLE 5.2]. */
function touchable(issue: Issue, command: Dispense): Result<Holding, Rejection> {
  if (command.replaces === null) {
    return isInHand(issue) ? ok(issue.holding) : fail({ kind: 'InvalidPrescriptionTransition' });
  }
  const isComplete = issue.status === 'Dispensed' || issue.status === 'NotDispensed';
  if (!isInHand(issue) && !isComplete) return fail({ kind: 'InvalidPrescriptionTransition' });
  return issue.holding.notifications.at(-1)?.id === command.replaces
    ? ok(issue.holding)
    : fail({ kind: 'NotTheLastDispense' });
}

function itemsBefore(holding: Holding, replaces: Uuid | null): readonly Item[] {
  const standing = holding.notifications.filter(({ id }) => id !== replaces);
  return standing.at(-1)?.items ?? holding.itemsAtRelease;
}

/** Every item of the issue is told, no other, and each may come to be what is told [EPS-LIFECYCLE 5.1]. */
function itemsRefused(before: readonly Item[], told: readonly Item[]): Rejection | null {
  const known = new Map(before.map((item) => [item.id, item.status]));
  const isEachOnce =
    told.length === known.size && new Set(told.map(({ id }) => id)).size === known.size;
  if (!isEachOnce) return { kind: 'ItemNotFound' };
  for (const item of told) {
    const from = known.get(item.id);
    if (from === undefined) return { kind: 'ItemNotFound' };
    if (!ITEM_TRANSITIONS[from].includes(item.status)) return { kind: 'InvalidItemTransition' };
  }
  return null;
}

/** Spine takes the status from the message; the items must be able to stand under it [EPS-LIFECYCLE 1.3]. */
function statusAfter(command: Dispense): Notification['status'] | null {
  const { status, items } = command;
  if (status !== 'WithDispenserActive' && status !== 'Dispensed' && status !== 'NotDispensed') {
    return null;
  }
  return items.every((item) => ITEMS_UNDER[status]?.includes(item.status)) ? status : null;
}

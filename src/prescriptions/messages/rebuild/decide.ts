import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Known } from '../../evolve.ts';
import { heldByAnother } from '../../holder.ts';
import { namedIssue } from '../../issues.ts';
import { nextBegun, nextUndone } from '../../next-issue.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Item, Notification, Prescription, PrescriptionEvent } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { Settings } from '../../settings.ts';
import { type Dispense, notificationOf, PATIENT_MISMATCH } from '../dispense/decide.ts';

/** A pharmacy replaces all that it told of an issue (PORX_IN540101UK31). */
export type Rebuild = {
  readonly dispenser: OdsCode;
  /** In their order; one at least. */
  readonly history: readonly Dispense[];
  readonly reason: string;
  /** The issue that the message names; null: the current one. */
  readonly issue: number | null;
  readonly at: Instant;
};

/** As though all notifications were withdrawn and these sent, one after the other [EPS-HL7V3 6.9]. */
export function decide(
  state: Known | null,
  command: Rebuild,
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind !== 'prescription') return fail({ kind: 'PrescriptionNotFound' });
  const issue = namedIssue(state, command.issue);
  if (issue === null) return fail({ kind: 'RepeatCountMismatch' });
  if (!('holding' in issue) || issue.holding.notifications.length === 0) {
    return fail({ kind: 'NoNotifications' });
  }
  const isClaimed = issue.status === 'Claimed' || issue.status === 'NoClaimed';
  if (isClaimed) return fail({ kind: 'InvalidPrescriptionTransition' });
  const another = heldByAnother(issue, command.dispenser, settings);
  if (another !== null) return fail(another);
  if (command.history.some(({ patient }) => patient !== state.patient)) {
    return fail({ kind: 'Unprocessable', detail: PATIENT_MISMATCH });
  }
  const { history, reason, at } = command;
  const notifications = notificationsOf(state, issue.holding.itemsAtRelease, history);
  const last = notifications?.at(-1);
  if (notifications === null || last === undefined) return fail({ kind: 'InvalidHistory' });
  const rebuilt = {
    kind: 'DispenseHistoryRebuilt',
    issue: issue.number,
    notifications,
    reason,
    at,
  } as const;
  if (last.status !== 'WithDispenserActive') {
    return ok([rebuilt, ...nextBegun(state, issue.number, last.dispensedAt, { settings, at })]);
  }
  const undone = nextUndone(state, issue, at);
  return undone.ok ? ok([...undone.value, rebuilt]) : undone;
}

/** Each starts from what the one before left; null when one of them could not have been sent so. */
function notificationsOf(
  state: Prescription,
  atRelease: readonly Item[],
  history: readonly Dispense[],
): Notification[] | null {
  const notifications: Notification[] = [];
  for (const told of history) {
    const before = notifications.at(-1)?.items ?? atRelease;
    const notification = notificationOf(state, before, told);
    const isKnown = notifications.some(({ id }) => id === told.messageId);
    if (!notification.ok || isKnown) return null;
    notifications.push(notification.value);
  }
  return notifications;
}

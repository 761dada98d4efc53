import type { Instant } from '../kernel/instant.ts';
import { addDays, type LondonDate, londonDate } from '../kernel/london.ts';
import type { Known } from './evolve.ts';
import { currentIssue } from './issues.ts';
import type { CompletedIssue, Issue, Prescription } from './prescription.ts';

/** What time brings to a prescription next, and on which day [EPS-LIFECYCLE 8]. */
export type Due = { readonly kind: DueKind; readonly issue: number; readonly on: LondonDate };
export type DueKind = 'ready' | 'expire' | 'noClaim' | 'delete';

const NO_CLAIM_AFTER_DAYS = 180;
const PLACEHOLDER_KEPT_DAYS = 180;

/** Days for which an issue that is over is kept [EPS-LIFECYCLE 8, RELIABILITY I21]. */
const KEPT_DAYS = {
  Expired: 90,
  Cancelled: 180,
  NotDispensed: 30,
  Claimed: 36,
  NoClaimed: 36,
} as const;

/**
 * The current issue becomes ready, expires or is given up; an earlier one is only given up; future ones
 * never act. The record goes when nothing else is due, and all of its issues are at that [EPS-LIFECYCLE 8].
 */
export function dueOf(state: Known): Due | null {
  if (state.kind === 'tombstone') return null;
  if (state.kind === 'placeholder') {
    const last = state.pending.at(-1);
    return last === undefined
      ? null
      : { kind: 'delete', issue: 1, on: after(last.at, PLACEHOLDER_KEPT_DAYS) };
  }
  return soonest(acting(state)) ?? deletion(state);
}

function acting(state: Prescription): Due[] {
  const current = currentIssue(state);
  const earlier = state.issues.filter(({ number }) => number < state.currentIssue);
  return [...earlier.filter(({ status }) => status === 'Dispensed'), current]
    .map(dueOfIssue)
    .filter(({ kind }) => kind !== 'delete');
}

/** Of two on one day, becoming ready comes first. */
function soonest(all: readonly Due[]): Due | null {
  const rank = ({ on, kind }: Due): string => `${on} ${kind === 'ready' ? 0 : 1}`;
  return all.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1))[0] ?? null;
}

function deletion(state: Prescription): Due | null {
  const each = state.issues.map(dueOfIssue);
  const isAll = state.later === null && each.every(({ kind }) => kind === 'delete');
  return isAll ? (each.toSorted((one, other) => (one.on < other.on ? 1 : -1))[0] ?? null) : null;
}

function dueOfIssue(issue: Issue): Due {
  const { number, expiresOn } = issue;
  const expire: Due = { kind: 'expire', issue: number, on: expiresOn };
  const gone = (from: Instant, days: number): Due => ({
    kind: 'delete',
    issue: number,
    on: after(from, days),
  });
  switch (issue.status) {
    case 'PrescriptionFuture':
    case 'AwaitingReleaseReady':
      return issue.readyOn < expiresOn
        ? { kind: 'ready', issue: number, on: issue.readyOn }
        : expire;
    case 'ToBeDispensed':
    case 'RepeatDispenseFuture':
    case 'WithDispenser':
      return expire;
    case 'WithDispenserActive': {
      const last = issue.holding.notifications.at(-1);
      return last === undefined ? expire : unclaimed(number, last.dispensedAt);
    }
    case 'Dispensed':
      return {
        kind: 'noClaim',
        issue: number,
        on: addDays(completedOn(issue), NO_CLAIM_AFTER_DAYS),
      };
    case 'NotDispensed':
      return {
        kind: 'delete',
        issue: number,
        on: addDays(completedOn(issue), KEPT_DAYS.NotDispensed),
      };
    case 'Claimed':
      return gone(issue.claim.firstReceivedAt, KEPT_DAYS.Claimed);
    case 'NoClaimed':
    case 'Cancelled':
    case 'Expired':
      return gone(issue.closedAt, KEPT_DAYS[issue.status]);
  }
}

function unclaimed(issue: number, from: Instant): Due {
  return { kind: 'noClaim', issue, on: after(from, NO_CLAIM_AFTER_DAYS) };
}

/** An issue that was completed by its expiry has no notification that stands. */
function completedOn({ holding, expiresOn }: CompletedIssue): LondonDate {
  const last = holding.notifications.at(-1);
  return last === undefined ? expiresOn : londonDate(new Date(last.receivedAt));
}

function after(instant: Instant, days: number): LondonDate {
  return addDays(londonDate(new Date(instant)), days);
}

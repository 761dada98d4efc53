import { assure } from '../kernel/bug.ts';
import { londonDate } from '../kernel/london.ts';
import { ended } from './closing.ts';
import type {
  ClaimedIssue,
  CompletedIssue,
  HeldIssue,
  Holding,
  Issue,
  Item,
  PrescriptionEvent,
} from './prescription.ts';

/** Events of one issue that is begun. */
export type OfIssue = Extract<
  PrescriptionEvent,
  {
    kind:
      | 'Released'
      | 'Returned'
      | 'DispenseNotified'
      | 'DispenseWithdrawn'
      | 'DispenseHistoryRebuilt'
      | 'Claimed'
      | 'ClaimAmended'
      | 'BecameReady'
      | 'NoClaimed';
  }
>;

/** One issue after an event of its own. */
export function onIssue(issue: Issue, event: OfIssue, isRepeat: boolean): Issue {
  const { number, expiresOn } = issue;
  const common = { number, expiresOn };
  if (event.kind === 'Released') {
    const items = changed(issue.items, 'ToBeDispensed', 'WithDispenser');
    const { holder, at, releaseId } = event;
    const holding = { holder, releasedAt: at, releaseId, itemsAtRelease: items, notifications: [] };
    return { ...common, status: 'WithDispenser', items, holding };
  }
  if (event.kind === 'BecameReady') {
    assure('readyOn' in issue, 'only an issue that waits becomes ready');
    return { ...issue, status: 'ToBeDispensed' };
  }
  assure('holding' in issue, `${event.kind} of an issue that nobody holds`);
  return onHeld(issue, event, isRepeat);
}

function onHeld(
  issue: Extract<Issue, { holding: Holding }>,
  event: Exclude<OfIssue, { kind: 'Released' | 'BecameReady' }>,
  isRepeat: boolean,
): Issue {
  const { number, expiresOn, holding, items } = issue;
  const common = { number, expiresOn };
  switch (event.kind) {
    case 'Returned': {
      const back = changed(items, 'WithDispenser', 'ToBeDispensed');
      const readyOn = londonDate(new Date(event.at));
      return { ...common, status: 'ToBeDispensed', items: back, readyOn, isReturned: true };
    }
    case 'DispenseNotified': {
      const kept = holding.notifications.filter(({ id }) => id !== event.replaces);
      const notifications = [...kept, event.notification];
      return afterNotifications(issue, { ...holding, notifications }, isRepeat);
    }
    case 'DispenseWithdrawn': {
      const kept = holding.notifications.filter(({ id }) => id !== event.notification);
      return afterNotifications(issue, { ...holding, notifications: kept }, isRepeat);
    }
    case 'DispenseHistoryRebuilt': {
      const { notifications } = event;
      return afterNotifications(issue, { ...holding, notifications }, isRepeat);
    }
    case 'Claimed': {
      const claim = { id: event.claim, firstReceivedAt: event.at, replaced: [] };
      return { ...common, status: 'Claimed', items, holding, claim };
    }
    case 'ClaimAmended':
      return { ...claimed(issue), claim: amended(claimed(issue), event) };
    case 'NoClaimed':
      return {
        ...common,
        status: 'NoClaimed',
        items: items.map(ended),
        holding,
        closedAt: event.at,
      };
  }
}

function claimed(issue: Issue): ClaimedIssue {
  assure(issue.status === 'Claimed', 'amendment of a claim that was not made');
  return issue;
}

function amended(
  { claim }: ClaimedIssue,
  { claim: id, replaces }: Extract<OfIssue, { kind: 'ClaimAmended' }>,
): ClaimedIssue['claim'] {
  return { ...claim, id, replaced: [...claim.replaced, replaces] };
}

/**
 * With none left the issue is as it was released, but with repeat dispensing not below 0003; else as the last
 * one that stands says [EPS-LIFECYCLE 5.3].
 */
function afterNotifications(
  issue: Issue,
  holding: Holding,
  isRepeat: boolean,
): HeldIssue | CompletedIssue {
  const { number, expiresOn } = issue;
  const last = holding.notifications.at(-1);
  const items = last?.items ?? holding.itemsAtRelease;
  const status = last?.status ?? (isRepeat ? 'WithDispenserActive' : 'WithDispenser');
  return { number, expiresOn, status, items, holding };
}

function changed(items: readonly Item[], from: Item['status'], to: Item['status']): Item[] {
  return items.map((item) => (item.status === from ? { ...item, status: to } : item));
}

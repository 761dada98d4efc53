import type { Known } from '../../src/prescriptions/evolve.ts';
import type { Outcome } from '../../src/prescriptions/outcome.ts';
import type { Cancellation } from '../../src/prescriptions/prescription.ts';
import { REJECTIONS } from '../../src/prescriptions/rejections.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../src/prescriptions/statuses.ts';
import type { View } from './reference-message.ts';

/** An outcome of the service in the words of the model. */
export function wordOf(outcome: Outcome, ids: readonly string[]): string {
  switch (outcome.kind) {
    case 'Accepted':
      return 'accepted';
    case 'Released':
      return outcome.by === 'id' ? 'released' : ['released', ...ids].join(' ');
    case 'CancelAnswered': {
      const holder = outcome.performer?.organisation.ods;
      return holder === undefined ? outcome.code : `${outcome.code} ${holder}`;
    }
    case 'Refused': {
      const { rejection } = outcome;
      const { code } = REJECTIONS[rejection.kind];
      return rejection.kind === 'WithAnotherDispenser' ? `${code} ${rejection.holder.ods}` : code;
    }
  }
}

/** What can be seen of a state, as the model shows it. */
export function viewOf(state: Known | null): View | null {
  if (state === null || state.kind === 'tombstone') return null;
  const pending = words(state.pending);
  if (state.kind === 'placeholder') {
    return { status: '9005', items: {}, nominated: null, holder: null, claim: null, pending };
  }
  const issue = state.issues.find(({ number }) => number === state.currentIssue);
  if (issue === undefined) throw new Error('no current issue');
  return {
    status: ISSUE_STATUSES[issue.status].code,
    items: Object.fromEntries(
      issue.items.map(({ id, status }) => [id, ITEM_STATUSES[status].code]),
    ),
    nominated: state.nominated,
    holder: 'holding' in issue ? issue.holding.holder.organisation.ods : null,
    claim: 'claim' in issue ? issue.claim.id : null,
    pending,
  };
}

function words(pending: readonly Cancellation[]): string[] {
  return pending.map(({ item, organisation }) => `${item} ${organisation}`).toSorted();
}

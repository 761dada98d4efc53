import { type Element, element } from '../../gateways/xml/element.ts';
import { hl7Time } from '../hl7v3/time.ts';
import type { Cancellation, Issue } from '../prescription.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../statuses.ts';
import { fact } from './eps-fact.ts';
import { type Step, titleOf, type Viewed } from './history.ts';
import { cancelReason } from './words.ts';

/** Each event as the real Spine keeps it: some of its values stand in quotes [EPS-HL7V3 10.2]. */
export function wholeHistory({ issue: { number }, steps }: Viewed): Element[] {
  return steps.map((step) =>
    element(
      'history',
      {},
      fact('SCN', String(step.number)),
      fact('instance', String(number)),
      fact('interactionID', step.by.interaction),
      fact('status', statusCode(step.after)),
      fact('instanceStatus', statusCode(step.after)),
      fact('agentPerson', step.by.userId),
      fact('agentSystem', step.by.asid),
      fact('agentPersonOrgCode', step.by.organisation),
      quoted('message', titleOf(step)),
      quoted('messageID', step.messageId.toUpperCase()),
      quoted('timestamp', hl7Time(step.at)),
      quoted('toASID', null),
      quoted('fromASID', step.by.asid),
    ),
  );
}

/** The same for people: from what to what, and of which items. */
export function filteredHistory({ steps }: Viewed): Element[] {
  return steps.map((step) => {
    const reason = reasonOf(step);
    return element(
      'filteredHistory',
      {},
      fact('SCN', String(step.number)),
      fact('internalId', step.messageId.toUpperCase()),
      fact('timestamp', hl7Time(step.at)),
      fact('fromStatus', statusCode(step.before)),
      fact('toStatus', statusCode(step.after)),
      reason === null ? null : fact('cancellationReason', reason),
      fact('agentPerson', step.by.userId),
      fact('agentRoleProfileCodeId', step.by.roleProfile),
      fact('message', titleOf(step)),
      fact('orgASID', step.by.asid),
      fact('agentPersonOrgCode', step.by.organisation),
      element('lineStatusChangeDict', {}, linesOf(step, reason)),
    );
  });
}

function linesOf({ before, after, event }: Step, reason: string | null): Element[] {
  const items = after?.items ?? [];
  const cancelled = 'cancellation' in event ? event.cancellation : null;
  return items.map(({ id, status }, place) => {
    const from = before?.items.find((item) => item.id === id)?.status ?? status;
    const isMeant = cancelled !== null && (cancelled.item === null || cancelled.item === id);
    return element(
      'line',
      {},
      fact('order', String(place + 1)),
      fact('id', id.toUpperCase()),
      fact('fromStatus', ITEM_STATUSES[from].code),
      fact('toStatus', ITEM_STATUSES[status].code),
      isMeant && reason !== null ? fact('cancellationReason', reason) : null,
    );
  });
}

/** Why it was cancelled, or will be as soon as it can be; null: it was not. */
function reasonOf({ event }: Step): string | null {
  if (!('cancellation' in event)) return null;
  const isPending = event.kind === 'CancellationPended' || event.kind === 'CancellationHeld';
  return isPending ? pendingReason(event.cancellation) : cancelReason(event.cancellation.reason);
}

function pendingReason({ reason }: Cancellation): string {
  return `Pending: ${cancelReason(reason)}`;
}

function statusCode(issue: Issue | null): string | null {
  return issue === null ? null : ISSUE_STATUSES[issue.status].code;
}

function quoted(name: string, text: string | null): Element {
  return fact(name, `"${text ?? ''}"`);
}

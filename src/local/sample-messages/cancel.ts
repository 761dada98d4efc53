import type { Bundle, Extension } from 'fhir/r4';

import type { Person } from '../personas.ts';
import {
  medicationRequest,
  type Order,
  type OrderItem,
  orderHeader,
  partyEntries,
  partyIds,
  patientId,
} from './order.ts';
import { coding, concept, entry, identifier, urn } from './parts.ts';
import { patientResource } from './people.ts';
import { CANCEL_REASONS, type CancelReason } from './reasons.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

export type Cancel = {
  readonly messageId: string;
  /** What was sent; `items` need hold no more than the one to be cancelled. */
  readonly order: Omit<Order, 'messageId'>;
  /**
   * The one item: the interface knows no cancellation of a whole prescription [EPS-LIFECYCLE 6.1].
   */
  readonly item: OrderItem;
  readonly canceller: Person;
  readonly reason: CancelReason;
};

/** A prescription-order-update message [EPS-FHIR 4.3]. */
export function cancel(of: Cancel): Bundle {
  const requester = partyIds(of.messageId, 'requester');
  const order: Order = { ...of.order, messageId: of.messageId, items: [of.item] };
  const request = medicationRequest(order, of.item, requester.role);
  return {
    resourceType: 'Bundle',
    id: of.messageId,
    identifier: identifier(ID.message, of.messageId),
    type: 'message',
    entry: [
      orderHeader(order, 'prescription-order-update'),
      entry(of.item.itemId, {
        ...request,
        extension: [...(request.extension ?? []), ...responsible(of)],
        status: 'cancelled',
        statusReason: concept(coding(CODES.cancelReason, of.reason, CANCEL_REASONS[of.reason])),
      }),
      entry(patientId(of.messageId), patientResource(order.patient)),
      ...partyEntries(of.canceller, requester),
      ...(isAnother(of)
        ? partyEntries(order.prescriber, partyIds(of.messageId, 'responsible'))
        : []),
    ],
  };
}

/**
 * Somebody else than the signer may cancel; the message then names the signer too [EPS-LIFECYCLE
 * 6.1].
 */
function responsible(of: Cancel): Extension[] {
  if (!isAnother(of)) return [];
  const reference = urn(partyIds(of.messageId, 'responsible').role);
  return [{ url: EXTENSION.responsiblePractitioner, valueReference: { reference } }];
}

function isAnother(of: Cancel): boolean {
  return of.canceller.roleProfileId !== of.order.prescriber.roleProfileId;
}

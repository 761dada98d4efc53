import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import { agentFault } from '../../hl7v3/agent-fault.ts';
import type { OrderDocument } from '../../hl7v3/order-document.ts';
import { orderIn } from '../../hl7v3/read-order.ts';
import { organisationIn, personIn } from '../../hl7v3/read-people.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import { receiveOrder, type Unverified } from './receive.ts';

export type ReceivedOrder = Received<Unverified> & {
  readonly id: PrescriptionId;
  readonly order: OrderDocument;
};

/** A ParentPrescription as Spine looks at it: what must be there at all, then all that both doors check [EPS-HL7V3 6.1, 6.10]. */
export function readNewPrescription(
  act: Element,
  { at }: Pick<Hl7Request, 'at'>,
): Result<ReceivedOrder, Rejection> {
  const from = new Reading();
  const structure = structureFault(from, act);
  if (structure !== null) return fail(unprocessable(structure));
  const order = orderIn(from, act);
  const received = receiveOrder(order, instantOf(at));
  if (!received.ok) return received;
  const unknown = agentFault(from, authorIn(from, act), 'prescribing');
  if (unknown !== null) return fail(unprocessable(unknown));
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  const { id, command } = received.value;
  return whole(from, {
    messageId: messageId.value,
    id,
    command,
    organisations: [command.prescriber],
    order,
  });
}

function structureFault(from: Reading, act: Element): string | null {
  if (from.at(act, 'recordTarget', 'Patient') === null) return 'hl7:Patient root not found';
  if (from.at(act, 'pertinentInformation1', 'pertinentPrescription') === null) {
    return 'hl7:pertinentPrescription root not found';
  }
  const agent = authorIn(from, act);
  if (agent === null || personIn(from, agent) === null) return 'hl7:agentPerson root not found';
  return organisationIn(from, agent).name === ''
    ? 'hl7:representedOrganization root not found'
    : null;
}

function authorIn(from: Reading, act: Element): Element | null {
  return from.at(act, 'pertinentInformation1', 'pertinentPrescription', 'author', 'AgentPerson');
}

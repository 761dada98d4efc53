import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { type Instant, instantOf } from '../../../kernel/instant.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import { itemIssues, readSupply, suppliedItems } from '../../hl7v3/read-supply.ts';
import { nhsNumberIn, pharmacyOf, replacedBy, timeIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { parseNhsNumber } from '../../../kernel/nhs-number.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import type { Dispense } from './decide.ts';

/** A dispense notification, or its amendment [EPS-HL7V3 6.4, 6.10]. */
export function readDispense(
  act: Element,
  { at }: Hl7Request,
): Result<Received<Dispense>, Rejection> {
  return readNotification(act, instantOf(at));
}

export function readNotification(act: Element, at: Instant): Result<Received<Dispense>, Rejection> {
  const from = new Reading();
  const supply = readSupply(from, act);
  if (!supply.ok) return supply;
  const { header, prescriptionId, status, issue } = supply.value;
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  const dispensedAt = timeIn(from, act);
  if (dispensedAt === null) {
    return fail(unprocessable('Dispense Notification Timestamp must be provided'));
  }
  const nhsNumber = nhsNumberIn(from, act);
  if (nhsNumber === null) return fail(unprocessable('NHSNumber missing'));
  const patient = parseNhsNumber(nhsNumber);
  if (patient === null) return fail(unprocessable('nhsNumber is not valid'));
  const replaces = replacedBy(from, act);
  if (!replaces.ok) return replaces;
  const dispenser = pharmacyOf(from, from.at(header, 'author', 'AgentPerson'));
  if (!dispenser.ok) return dispenser;
  const items = suppliedItems(from, supply.value.items);
  if (!items.ok) return items;
  const command: Dispense = {
    messageId: messageId.value,
    dispenser: dispenser.value,
    patient,
    status,
    items: items.value,
    dispensedAt,
    replaces: replaces.value,
    issue,
    itemIssues: itemIssues(from, supply.value),
    at,
  };
  const id = prescriptionKey(prescriptionId);
  return whole(from, {
    messageId: messageId.value,
    id,
    command,
    organisations: [dispenser.value],
  });
}

import type { Bundle, MedicationDispense, MedicationRequest, Organization } from 'fhir/r4';

import { present } from '../../../kernel/bug.ts';
import { careRecord } from '../../hl7v3/care-record.ts';
import {
  guidElement,
  idElement,
  messageType,
  observation,
  pertinent,
  referenceTo,
  seperatable,
  snomedElement,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { Repeats } from '../../hl7v3/order-document.ts';
import { odsId, ORGANISATION, organisationType } from '../../hl7v3/people.ts';
import { type Element, element, textElement } from '../../../gateways/xml/element.ts';
import { readPerformer, requestOf } from '../../messages/dispense/fhir.ts';
import type { Dispenser } from '../dispenser.ts';
import { dosageText } from '../instructions.ts';
import { idText, timeOf } from '../hl7-values.ts';
import { onlyExtension } from '../only.ts';
import { codingOf, extension, identifierValue, resourcesOf } from '../r4.ts';
import { repeatCount } from '../repeat-count.ts';
import { readItems, readSupplyId, type ToldItem, type ToldSupply } from '../supplied-item.ts';
import { CODE, EXTENSION, ID } from '../systems.ts';
import type { Translation } from '../translation.ts';
import { dispenserElement } from './dispenser.ts';
import {
  amount,
  medicine,
  sequelTo,
  SUPPLY_CODE,
  suppliedLineItem,
  suppliedQuantity,
  supplyHeader,
} from './supply.ts';

/** A dispense notification, or its amendment, PORX_IN080101SM31 [EPS-HL7-MAP 6]. */
export function dispenseNotification(to: Translation, bundle: Bundle, now: string): Element {
  const dispenses = resourcesOf(bundle, 'MedicationDispense');
  const first = present(dispenses[0], 'product of a notification');
  const messageId = idText(bundle.identifier?.value ?? '');
  const [header] = resourcesOf(bundle, 'MessageHeader');
  const replaced = extension(header, EXTENSION.replacementOf)?.valueIdentifier?.value;
  const handedOver = timeOf(to, first.whenHandedOver ?? '', 'MedicationDispense.whenHandedOver');
  const performer = to.take(readPerformer(bundle, first), null);
  return element(
    'DispenseNotification',
    { classCode: 'INFO', moodCode: 'EVN' },
    guidElement(messageId),
    snomedElement('code', SUPPLY_CODE),
    valueElement('effectiveTime', handedOver),
    messageType('PORX_MT024001UK31'),
    recordTarget(bundle, first),
    recipient(authorityOf(performer?.organization)),
    headerOf(to, { bundle, messageId, now, dispenser: performer?.dispenser ?? null }),
    careRecord(
      dispenses.map((one) => idText(to.take(readSupplyId(one), ''))),
      'PRMS',
    ),
    replaced === undefined ? null : replacementOf(replaced),
    sequelTo(idText(header?.response?.identifier ?? '')),
  );
}

/** The message that this one takes the place of. */
export function replacementOf(messageId: string): Element {
  const reference = { classCode: 'INFO', moodCode: 'EVN' };
  return element(
    'replacementOf',
    { typeCode: 'RPLC' },
    referenceTo('priorMessageRef', reference, idText(messageId)),
  );
}

/** Who pays [EPS-CODES 3]. */
function authorityOf(organization: Organization | undefined): string {
  const relations = extension(organization, EXTENSION.relationships) ?? undefined;
  return extension(relations, 'reimbursementAuthority')?.valueIdentifier?.value ?? '';
}

function recipient(authority: string): Element {
  return element(
    'primaryInformationRecipient',
    { contextControlCode: 'ON', typeCode: 'PRCP' },
    element(
      'AgentOrg',
      { classCode: 'AGNT' },
      element('agentOrganization', ORGANISATION, odsId(authority), organisationType()),
    ),
  );
}

function recordTarget(bundle: Bundle, first: MedicationDispense): Element {
  const [patient] = resourcesOf(bundle, 'Patient');
  const number =
    identifierValue(patient?.identifier, ID.nhsNumber) ?? first.subject?.identifier?.value ?? '';
  const id = idElement({ root: OID.nhsNumber, extension: number });
  return element('recordTarget', { typeCode: 'RCT' }, element('patient', { classCode: 'PAT' }, id));
}

type Notified = {
  readonly bundle: Bundle;
  readonly messageId: string;
  readonly now: string;
  readonly dispenser: Dispenser | null;
};

function headerOf(to: Translation, { bundle, messageId, now, dispenser }: Notified): Element {
  const dispenses = resourcesOf(bundle, 'MedicationDispense');
  const [first] = dispenses;
  const request = first === undefined ? null : requestOf(first);
  const reasons = dispenses.map((one) => extension(one, EXTENSION.nonDispensingReason));
  const longForm = onlyExtension(request?.groupIdentifier?.extension, EXTENSION.longFormId, GROUP);
  const by = element(
    'author',
    { contextControlCode: 'OP', typeCode: 'AUT' },
    valueElement('time', now),
    element('signatureText', { nullFlavor: 'NA' }),
    dispenserElement(dispenser),
  );
  return supplyHeader(
    {
      messageId,
      repeats: issueRepeats(request),
      by,
      reason: reasons.includes(null) ? null : (reasons[0]?.valueCoding ?? null),
      status: extension(first, EXTENSION.businessStatus)?.valueCoding ?? null,
      items: to.take(readItems(bundle), []).map(itemOf),
      shortFormId: request?.groupIdentifier?.value ?? '',
      longFormId: idText(to.take(longForm, null)?.valueIdentifier?.value ?? ''),
    },
    'items first',
  );
}

const GROUP = 'MedicationRequest.groupIdentifier.extension';

/** Counted from nought in FHIR, from one in HL7 V3 [EPS-CODES 3]. */
function issueRepeats(request: MedicationRequest | null): Repeats | null {
  const [based] = request?.basedOn ?? [];
  const information = extension(based, EXTENSION.epsRepeatInformation);
  const allowed = repeatCount(information, 'numberOfRepeatsAllowed');
  const issued = repeatCount(information, 'numberOfRepeatsIssued');
  if (allowed === null && issued === null) return null;
  return { low: String(issued ?? 1), high: String(allowed ?? 1) };
}

/** How often the item itself was issued, and may be. */
function itemRepeats(request: MedicationRequest): Repeats | null {
  const information = extension(request, EXTENSION.repeatInformation) ?? undefined;
  const issued = extension(information, 'numberOfPrescriptionsIssued')?.valueUnsignedInt;
  const allowed = request.dispenseRequest?.numberOfRepeatsAllowed;
  if (issued === undefined || allowed === undefined) return null;
  return { low: String(issued), high: String(allowed + 1) };
}

function itemOf({ id, request, asked, status, supplies }: ToldItem): Element {
  const [first] = supplies;
  const quantity = request.dispenseRequest?.quantity;
  const { code = '', unit } = quantity ?? {};
  return suppliedLineItem({
    id: idText(first.id),
    repeats: itemRepeats(request),
    consumable: consumable(medicine(asked)),
    components: supplies.map(componentOf),
    request: element(
      'component1',
      { typeCode: 'COMP' },
      seperatable(false),
      element(
        'supplyRequest',
        { classCode: 'SPLY', moodCode: 'RQO' },
        snomedElement('code', { code, display: unit ?? null }),
        amount(quantity),
      ),
    ),
    reason: codingOf(first.dispense.statusReasonCodeableConcept, CODE.dispenseReason),
    status,
    orderedItemId: idText(id),
  });
}

function componentOf({ dispense, product }: ToldSupply): Element {
  const text = textElement('value', dosageText(dispense.dosageInstruction ?? []));
  return suppliedQuantity(
    dispense.quantity,
    product,
    'INSTANCE',
    pertinent('pertinentInformation1', observation('pertinentSupplyInstructions', 'SI', text)),
  );
}

function consumable(code: Element): Element {
  const material = element(
    'manufacturedRequestedMaterial',
    { classCode: 'MMAT', determinerCode: 'KIND' },
    code,
  );
  return element(
    'consumable',
    { contextControlCode: 'OP', typeCode: 'CSM' },
    element('requestedManufacturedProduct', { classCode: 'MANU' }, material),
  );
}

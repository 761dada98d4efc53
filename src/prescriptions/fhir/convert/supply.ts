import type { Coding, Quantity } from 'fhir/r4';

import { decimalText } from '../../../gateways/fhir/json.ts';
import {
  administration,
  codedValue,
  codeElement,
  dispensingCode,
  FULFILS,
  guidElement,
  noTime,
  observation,
  pertinent,
  prescriptionIdValue,
  referenceTo,
  repeatsElement,
  seperatable,
  snomedElement,
  template,
} from '../../hl7v3/data-types.ts';
import { quantityElement } from '../../hl7v3/line-item.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { Repeats } from '../../hl7v3/order-document.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';

/* What a dispense notification and a claim have in common [EPS-HL7-MAP 6, 7]. */

export const SUPPLY_CODE = {
  code: '163541000000107',
  display: 'Dispensed Medication - FocusActOrEvent (administrative concept)',
};

const ORDERED = { classCode: 'SBADM', moodCode: 'RQO' } as const;

export type SupplyHeader = {
  readonly messageId: string;
  readonly repeats: Repeats | null;
  /** Author or legal authenticator. */
  readonly by: Element;
  readonly reason: Coding | null;
  readonly status: Coding | null;
  readonly items: readonly Element[];
  readonly shortFormId: string;
  readonly longFormId: string;
};

/** A notification tells its items before its status, a claim after. */
export function supplyHeader(header: SupplyHeader, order: 'items first' | 'status first'): Element {
  const { messageId, repeats, by, reason, status, items, shortFormId, longFormId } = header;
  const supplied = items.map(suppliedOf);
  const statuses = [
    nonDispensingReason(reason),
    pertinent(
      'pertinentInformation3',
      observation(
        'pertinentPrescriptionStatus',
        'PS',
        codedValue(status?.code ?? '', OID.prescriptionStatus, status?.display),
      ),
    ),
  ];
  const told = order === 'items first' ? [...supplied, ...statuses] : [...statuses, ...supplied];
  const content = element(
    'pertinentSupplyHeader',
    { classCode: 'SBADM', moodCode: 'EVN' },
    guidElement(messageId),
    codeElement('225426007', OID.snomed),
    noTime(),
    repeatsElement(repeats),
    by,
    ...told,
    pertinent(
      'pertinentInformation4',
      observation('pertinentPrescriptionID', 'PID', prescriptionIdValue(shortFormId)),
    ),
    fulfils('priorOriginalPrescriptionRef', longFormId),
  );
  return element(
    'pertinentInformation1',
    { contextConductionInd: 'true', typeCode: 'PERT' },
    template('CSAB_RM-NPfITUK10.pertinentInformation'),
    content,
  );
}

function suppliedOf(item: Element): Element {
  return element(
    'pertinentInformation1',
    {
      contextConductionInd: 'true',
      inversionInd: 'false',
      negationInd: 'false',
      typeCode: 'PERT',
    },
    seperatable(false),
    template('CSAB_RM-NPfITUK10.sourceOf2'),
    item,
  );
}

function fulfils(name: string, guid: string): Element {
  return element(
    'inFulfillmentOf',
    FULFILS,
    seperatable(true),
    template('CSAB_RM-NPfITUK10.sourceOf1'),
    referenceTo(name, ORDERED, guid),
  );
}

export function nonDispensingReason(reason: Coding | null): Element | null {
  if (reason === null) return null;
  return pertinent(
    'pertinentInformation2',
    observation(
      'pertinentNonDispensingReason',
      'NDR',
      codedValue(reason.code ?? '', OID.nonDispensingReason, reason.display),
    ),
  );
}

export type SuppliedItem = {
  readonly id: string;
  readonly repeats: Repeats | null;
  /** What was asked for, before and after what was supplied; a claim does not say. */
  readonly consumable: Element | null;
  readonly components: readonly Element[];
  readonly request: Element | null;
  readonly reason: Coding | null;
  readonly status: Coding | null;
  readonly orderedItemId: string;
};

export function suppliedLineItem(item: SuppliedItem): Element {
  return element(
    'pertinentSuppliedLineItem',
    { classCode: 'SBADM', moodCode: 'PRMS' },
    guidElement(item.id),
    administration(),
    noTime(),
    repeatsElement(item.repeats),
    item.consumable,
    item.components,
    item.request,
    nonDispensingReason(item.reason),
    pertinent(
      'pertinentInformation3',
      observation(
        'pertinentItemStatus',
        'IS',
        codedValue(item.status?.code ?? '', OID.itemStatus, item.status?.display),
      ),
    ),
    fulfils('priorOriginalItemRef', item.orderedItemId),
  );
}

/** An amount of a product, and what belongs to it. */
export function suppliedQuantity(
  quantity: Quantity | undefined,
  product: Coding | null,
  determinerCode: 'INSTANCE' | 'KIND',
  ...more: readonly Element[]
): Element {
  const material = element(
    'manufacturedSuppliedMaterial',
    { classCode: 'MMAT', determinerCode },
    medicine(product),
  );
  return element(
    'component',
    { typeCode: 'COMP' },
    seperatable(false),
    element(
      'suppliedLineItemQuantity',
      { classCode: 'SPLY', moodCode: 'EVN' },
      dispensingCode(),
      amount(quantity),
      element(
        'product',
        { contextControlCode: 'OP', typeCode: 'PRD' },
        element('suppliedManufacturedProduct', { classCode: 'MANU' }, material),
      ),
      ...more,
    ),
  );
}

export function medicine(product: Coding | null): Element {
  return snomedElement('code', { code: product?.code ?? '', display: product?.display ?? null });
}

export function amount(quantity: Quantity | undefined): Element {
  const { value, unit, code } = quantity ?? {};
  const text = value === undefined ? '' : decimalText(value);
  return quantityElement(text, { code: code ?? '', display: unit ?? null });
}

/** The release that the supply comes from. */
export function sequelTo(releaseId: string): Element {
  const release = { classCode: 'INFO', moodCode: 'RQO' };
  return element(
    'sequelTo',
    { typeCode: 'SEQL' },
    referenceTo('priorPrescriptionReleaseEventRef', release, releaseId),
  );
}

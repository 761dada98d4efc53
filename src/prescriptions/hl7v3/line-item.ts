import {
  administration,
  codedValue,
  dispensingCode,
  guidElement,
  noTime,
  observation,
  pertinent,
  repeatsElement,
  seperatable,
  snomedElement,
} from './data-types.ts';
import { OID } from './oids.ts';
import type { LineItem } from './order-document.ts';
import { type Element, element, textElement } from '../../gateways/xml/element.ts';

/** One item as it was ordered [EPS-SIGNATURE 2.4]. */
export function pertinentLineItem(item: LineItem): Element {
  return element(
    'pertinentLineItem',
    { classCode: 'SBADM', moodCode: 'RQO' },
    guidElement(item.id),
    administration(),
    noTime(),
    repeatsElement(item.repeats),
    product(item),
    quantity(item),
    instructions(item),
    item.endorsements.map(endorsement),
    dosage(item),
  );
}

function product(item: LineItem): Element {
  const material = element(
    'manufacturedRequestedMaterial',
    { classCode: 'MMAT', determinerCode: 'KIND' },
    snomedElement('code', item.product),
  );
  return element(
    'product',
    { contextControlCode: 'OP', typeCode: 'PRD' },
    element('manufacturedProduct', { classCode: 'MANU' }, material),
  );
}

function quantity({ quantity: { value, unit } }: LineItem): Element {
  return element(
    'component',
    { typeCode: 'COMP' },
    seperatable(false),
    element(
      'lineItemQuantity',
      { classCode: 'SPLY', moodCode: 'RQO' },
      dispensingCode(),
      quantityElement(value, unit),
    ),
  );
}

/** An amount, in ones of a unit of SNOMED. */
export function quantityElement(value: string, unit: LineItem['product']): Element {
  const { attributes } = snomedElement('translation', unit);
  return element(
    'quantity',
    { unit: '1', value },
    element('translation', { ...attributes, value }),
  );
}

function instructions({ instructions: text }: LineItem): Element | null {
  if (text === '') return null;
  return pertinent(
    'pertinentInformation1',
    observation('pertinentAdditionalInstructions', 'AI', textElement('value', text)),
  );
}

function endorsement(code: string): Element {
  return pertinent(
    'pertinentInformation3',
    observation(
      'pertinentPrescriberEndorsement',
      'PE',
      codedValue(code, OID.prescriberEndorsement),
    ),
  );
}

function dosage({ dosage: text }: LineItem): Element {
  return pertinent(
    'pertinentInformation2',
    observation('pertinentDosageInstructions', 'DI', textElement('value', text)),
  );
}

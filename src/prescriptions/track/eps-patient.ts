import { type Element, element } from '../../gateways/xml/element.ts';
import type { LineItem, OrderDocument } from '../hl7v3/order-document.ts';
import { fact } from './eps-fact.ts';

const ADDRESS_LINES = [1, 2, 3];

/** What the order says of its patient and of its items [EPS-HL7V3 10.2]. */
export function parentPrescription({ patient, items }: OrderDocument): Element {
  const [name] = patient.names;
  const [address] = patient.addresses;
  return element(
    'parentPrescription',
    {},
    fact('birthTime', patient.birthDate),
    fact('administrativeGenderCode', patient.gender),
    fact('prefix', name?.prefixes.join(' ') ?? null),
    fact('given', name?.givens.join(' ') ?? null),
    fact('family', name?.family ?? name?.text ?? null),
    fact('suffix', name?.suffixes.join(' ') ?? null),
    ADDRESS_LINES.map((line) => fact(`addrLine${line}`, address?.lines[line - 1] ?? null)),
    fact('postalCode', address?.postcode ?? null),
    items.map((item, place) => itemFacts(item, place + 1)).flat(),
  );
}

function itemFacts({ product, quantity, dosage }: LineItem, number: number): Element[] {
  return [
    fact(`productLineItem${number}`, product.display ?? product.code),
    fact(`quantityLineItem${number}`, quantity.value),
    fact(`narrativeLineItem${number}`, quantity.unit.display ?? quantity.unit.code),
    fact(`dosageLineItem${number}`, dosage),
  ];
}

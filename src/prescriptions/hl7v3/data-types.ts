import { OID } from './oids.ts';
import type { Address, Coded, Id, PersonName, Repeats, Telecom } from './order-document.ts';
import { type Element, element, textElement } from '../../gateways/xml/element.ts';

/*
 * Parts that every message has. Names of HL7 V3 are kept as they are, `seperatableInd` too
 * [EPS-SIGNATURE 2.4, 2.5; EPS-HL7-MAP].
 */

export function idElement({ root, extension }: Id): Element {
  return element('id', { extension, root });
}

/** The id of a message, a prescription, an item: a GUID alone. */
export function guidElement(guid: string): Element {
  return element('id', { root: guid });
}

export function codeElement(code: string, codeSystem: string, displayName?: string): Element {
  return element('code', { code, codeSystem, displayName });
}

export function snomedElement(name: string, { code, display }: Coded): Element {
  return element(name, { code, codeSystem: OID.snomed, displayName: display ?? undefined });
}

const SUBSTANCE = {
  code: '225426007',
  display: 'Administration of therapeutic substance (procedure)',
};
const DISPENSING = { code: '373784005', display: 'Dispensing medication (procedure)' };

/** What a prescription and its items are. */
export function administration(): Element {
  return snomedElement('code', SUBSTANCE);
}

/** What a supply is. */
export function dispensingCode(): Element {
  return snomedElement('code', DISPENSING);
}

export function valueElement(name: string, value: string): Element {
  return element(name, { value });
}

export function valueIfAny(name: string, value: string | null): Element | null {
  return value === null ? null : valueElement(name, value);
}

export function noTime(): Element {
  return element('effectiveTime', { nullFlavor: 'NA' });
}

export function seperatable(value: boolean): Element {
  return valueElement('seperatableInd', String(value));
}

export function template(extension: string): Element {
  return element('templateId', { extension, root: OID.template });
}

export function messageType(extension: string): Element {
  return element('typeId', { extension, root: OID.messageType });
}

/** `pertinentInformationN`: something that belongs to what stands around it. */
export function pertinent(name: string, inner: Element, isSeperatable = false): Element {
  return element(
    name,
    { contextConductionInd: 'true', typeCode: 'PERT' },
    seperatable(isSeperatable),
    inner,
  );
}

/** An observation: what is told by which code of the parts' list, and its value. */
export function observation(name: string, code: string, ...content: Element[]): Element {
  return element(
    name,
    { classCode: 'OBS', moodCode: 'EVN' },
    codeElement(code, OID.part),
    ...content,
  );
}

export function codedValue(code: string, codeSystem: string, displayName?: string): Element {
  return element('value', { code, codeSystem, displayName });
}

export function telecomElement({ use, value }: Telecom): Element {
  return element('telecom', { use: use ?? undefined, value });
}

export function addressElement({ use, lines, postcode }: Address): Element {
  return element(
    'addr',
    { use: use ?? undefined },
    lines.map((line) => textElement('streetAddressLine', line)),
    postcode === null ? null : textElement('postalCode', postcode),
  );
}

export function nameElement(name: PersonName): Element {
  const attributes = { use: name.use ?? undefined };
  if (name.text !== null) return textElement('name', name.text, attributes);
  return element(
    'name',
    attributes,
    name.prefixes.map((prefix) => textElement('prefix', prefix)),
    name.givens.map((given) => textElement('given', given)),
    name.family === null ? null : textElement('family', name.family),
    name.suffixes.map((suffix) => textElement('suffix', suffix)),
  );
}

export function repeatsElement(repeats: Repeats | null): Element | null {
  if (repeats === null) return null;
  return element(
    'repeatNumber',
    {},
    valueIfAny('low', repeats.low),
    valueIfAny('high', repeats.high),
  );
}

/** A reference to something earlier, by its GUID. */
export function referenceTo(
  name: string,
  attributes: Element['attributes'],
  guid: string,
): Element {
  return element(name, attributes, guidElement(guid));
}

/** The short-form id of the prescription that a message is about. */
export function prescriptionIdValue(shortFormId: string): Element {
  return element('value', { extension: shortFormId, root: OID.shortForm });
}

export const FULFILS = { inversionInd: 'false', negationInd: 'false', typeCode: 'FLFS' } as const;

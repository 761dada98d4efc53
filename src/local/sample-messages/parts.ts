import type {
  BundleEntry,
  CodeableConcept,
  Coding,
  Extension,
  FhirResource,
  Identifier,
  Quantity,
  Reference,
} from 'fhir/r4';

import type { Medication } from './medications.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

/** The two names of a prescription: the one people read, and that of the document. */
export type PrescriptionIds = { readonly shortFormId: string; readonly longFormId: string };

export function coding(system: string, code: string, display: string | null = null): Coding {
  return { system, code, ...(display === null ? {} : { display }) };
}

export function concept(...codings: readonly [Coding, ...Coding[]]): CodeableConcept {
  return { coding: [...codings] };
}

export function identifier(system: string, value: string): Identifier {
  return { system, value };
}

/** A reference by identifier, for what is not an entry of the message. */
export function known(system: string, value: string, display: string | null = null): Reference {
  return { identifier: { system, value }, ...(display === null ? {} : { display }) };
}

export function urn(id: string): string {
  return `urn:uuid:${id}`;
}

export function entry(id: string, resource: FhirResource): BundleEntry {
  return { fullUrl: urn(id), resource };
}

export function product(of: Medication): CodeableConcept {
  return concept(coding(CODES.snomed, of.code, of.display));
}

export function quantity(of: Medication, value: number): Quantity {
  return { value, unit: of.unit.display, system: CODES.snomed, code: of.unit.code };
}

export function groupIdentifier(ids: PrescriptionIds): Identifier {
  return {
    system: ID.shortForm,
    value: ids.shortFormId,
    extension: [
      { url: EXTENSION.prescriptionId, valueIdentifier: identifier(ID.longForm, ids.longFormId) },
    ],
  };
}

export function replacementOf(messageId: string): Extension {
  return { url: EXTENSION.replacementOf, valueIdentifier: identifier(ID.message, messageId) };
}

/** Issue 1 of 1, counted from nought as the extension wants [EPS-CODES 3]. */
export function onlyIssue(): Extension {
  return {
    url: EXTENSION.repeat,
    extension: [
      { url: 'numberOfRepeatsAllowed', valueInteger: 0 },
      { url: 'numberOfRepeatsIssued', valueInteger: 0 },
    ],
  };
}

export const COURSE_OF_THERAPY = {
  acute: { code: 'acute', display: 'Short course (acute) therapy', intent: 'order' },
  repeat: { code: 'continuous', display: 'Continuous long term therapy', intent: 'instance-order' },
} as const;

export type Course = keyof typeof COURSE_OF_THERAPY;

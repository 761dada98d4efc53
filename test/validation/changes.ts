import { randomUUID } from 'node:crypto';

import type { Bundle, Coding, Extension, FhirResource, MedicationRequest } from 'fhir/r4';

import { addDays, type LondonDate, londonDate } from '../../src/kernel/london.ts';
import { all, one } from '../../src/local/sample-messages/testing.ts';

/** Changes of a prescriber's message that several examples begin with. */

export const NHS_ID = 'https://fhir.nhs.uk/Id';
export const UK_ID = 'https://fhir.hl7.org.uk/Id';
export const NHS = 'https://fhir.nhs.uk/StructureDefinition/Extension';
export const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension';
export const REQUEST = 'Bundle.entry.resource.ofType(MedicationRequest)';

export const TYPE = `${NHS}-DM-PrescriptionType`;
export const SITE = `${NHS}-DM-PerformerSiteType`;
export const LONG_ID = `${NHS}-DM-PrescriptionId`;
export const RESPONSIBLE = `${NHS}-DM-ResponsiblePractitioner`;
export const REPEAT_INFORMATION = `${UK}-UKCore-MedicationRepeatInformation`;

export function item(bundle: Bundle): MedicationRequest {
  return one(bundle, 'MedicationRequest');
}

export function supply(bundle: Bundle) {
  return (item(bundle).dispenseRequest ??= {});
}

export function role(bundle: Bundle) {
  return one(bundle, 'PractitionerRole');
}

export function course(bundle: Bundle, code: string): void {
  item(bundle).courseOfTherapyType = { coding: [{ code }] };
}

/** With what repeat dispensing needs, for a change to take away. */
export function repeatDispensing(bundle: Bundle): void {
  course(bundle, 'continuous-repeat-dispensing');
  const asked = supply(bundle);
  asked.numberOfRepeatsAllowed = 5;
  asked.validityPeriod = { start: day(0), end: day(180) };
}

export function day(fromToday: number): LondonDate {
  return addDays(londonDate(new Date()), fromToday);
}

/** The item a second time, with an id of its own. */
export function twoItems(bundle: Bundle): [MedicationRequest, MedicationRequest] {
  const entry = bundle.entry?.find(({ resource }) => resource === item(bundle));
  const second = structuredClone(item(bundle));
  second.identifier = [{ system: `${NHS_ID}/prescription-order-item-number`, value: randomUUID() }];
  const at = entry === undefined ? 0 : (bundle.entry?.indexOf(entry) ?? 0);
  bundle.entry?.splice(at + 1, 0, { fullUrl: `urn:uuid:${randomUUID()}`, resource: second });
  return [item(bundle), second];
}

export function extensionOf(extensions: Extension[] | undefined, url: string): Extension {
  const found = extensions?.find((each) => each.url === url);
  if (found === undefined) throw new Error(`there is no ${url}`);
  return found;
}

/** Without the extension, and with something else so that the list is there. */
export function withoutExtension(extensions: Extension[] | undefined, url: string): Extension[] {
  const other = { url: 'urn:other', valueBoolean: true };
  return [...(extensions ?? []).filter((each) => each.url !== url), other];
}

/** The extension twice. */
export function doubled(extensions: Extension[] | undefined, url: string): Extension[] {
  return [...(extensions ?? []), structuredClone(extensionOf(extensions, url))];
}

export function add(on: { extension?: Extension[] | undefined }, ...extensions: Extension[]): void {
  on.extension = [...(on.extension ?? []), ...extensions];
}

export function typeOfAll(bundle: Bundle, code: string): void {
  for (const request of all(bundle, 'MedicationRequest')) {
    extensionOf(request.extension, TYPE).valueCoding = { code };
  }
}

export function siteOf(bundle: Bundle, coding: Coding): void {
  extensionOf(supply(bundle).extension, SITE).valueCoding = coding;
}

export function addEntry(bundle: Bundle, fullUrl: string, resource: FhirResource): void {
  bundle.entry?.push({ fullUrl, resource });
}

export function removeAll(bundle: Bundle, type: FhirResource['resourceType']): void {
  bundle.entry = (bundle.entry ?? []).filter(({ resource }) => resource?.resourceType !== type);
}

/** The entry of this type a second time, under the same url. */
export function doubleEntry(bundle: Bundle, type: FhirResource['resourceType']): void {
  const entry = bundle.entry?.find(({ resource }) => resource?.resourceType === type);
  if (entry !== undefined) bundle.entry?.push(structuredClone(entry));
}

export const CLINIC = 'urn:uuid:00000000-0000-4000-8000-000000000001';
export const PLACE = 'urn:uuid:00000000-0000-4000-8000-000000000002';
export const NOBODY = 'urn:uuid:00000000-0000-4000-8000-000000000003';

/** Secondary care: the cost centre is a service of the hospital, at a place [EPS-FHIR 4.2]. */
export function hospital(bundle: Bundle): void {
  typeOfAll(bundle, '1001');
  role(bundle).healthcareService = [{ reference: CLINIC }];
  addEntry(bundle, CLINIC, {
    resourceType: 'HealthcareService',
    identifier: [{ system: `${NHS_ID}/ods-organization-code`, value: 'RBA11' }],
    name: 'EXAMPLE CLINIC',
    telecom: [{ system: 'phone', use: 'work', value: '0113 496 0009' }],
    location: [{ reference: PLACE }],
  });
  addEntry(bundle, PLACE, {
    resourceType: 'Location',
    address: { use: 'work', line: ['1 Example Way'], city: 'Leeds', postalCode: 'LS1 4AP' },
  });
}

/** Somebody else answers for the prescription: the same role again, to be changed. */
export function responsible(bundle: Bundle) {
  const answering = structuredClone(role(bundle));
  for (const request of all(bundle, 'MedicationRequest')) {
    add(request, { url: RESPONSIBLE, valueReference: { reference: NOBODY } });
  }
  addEntry(bundle, NOBODY, answering);
  return answering;
}

/** Who is said to have signed. */
export function signedBy(bundle: Bundle, who: string): void {
  for (const { signature = [] } of all(bundle, 'Provenance')) {
    for (const each of signature) each.who = { reference: who };
  }
}

/** The requester under a name that is no random one, so that an answer can be written down. */
export function renameRequester(bundle: Bundle): void {
  const entry = bundle.entry?.find(({ resource }) => resource === role(bundle));
  if (entry !== undefined) entry.fullUrl = 'REQUESTER';
  item(bundle).requester = { reference: 'REQUESTER' };
}

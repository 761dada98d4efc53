import { randomUUID } from 'node:crypto';

import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4';

/** Other forms of a message that say the same: what FHIR leaves open, and no rule of the contract looks at. */
// oxlint-disable-next-line typescript/no-explicit-any -- any message
type Message = any;
type Node = Record<string, unknown>;
export type Variant = readonly [name: string, change: (message: Message) => Message];

const OTHER = { url: 'https://example.org/fhir/StructureDefinition/of-ours', valueBoolean: true };
const OURS = { system: 'https://example.org/id/ours', value: 'A-1' };

function entriesOf(message: Message): BundleEntry[] {
  return message.resourceType === 'Bundle' ? ((message as Bundle).entry ?? []) : [];
}

/** In entries and parameters, contained, and the message itself. */
function resourcesOf(message: Message): FhirResource[] {
  const found: FhirResource[] = [];
  visit(message, (node) => {
    if (typeof node['resourceType'] === 'string') found.push(node as unknown as FhirResource);
  });
  return found;
}

function visit(node: unknown, see: (node: Node, name: string) => void, name = ''): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, see, name);
    return;
  }
  for (const [key, value] of Object.entries(node)) visit(value, see, key);
  see(node as Node, name);
}

function ofTypes(message: Message, ...types: readonly string[]): Message[] {
  return resourcesOf(message).filter(({ resourceType }) => types.includes(resourceType));
}

const backwards: Variant = [
  'the entries that are no items the other way round, the header last',
  (message) => {
    const isItem = ({ resource }: BundleEntry): boolean =>
      ['MedicationRequest', 'MedicationDispense'].includes(resource?.resourceType ?? '');
    const entries = entriesOf(message);
    const others = entries.filter((entry) => !isItem(entry)).toReversed();
    const entry = [...others.slice(0, 1), ...entries.filter(isItem), ...others.slice(1)];
    return message.resourceType === 'Bundle' ? { ...message, entry } : message;
  },
];

const absolute: Variant = [
  'entries at web addresses instead of under a GUID',
  (message) => {
    let text = JSON.stringify(message);
    for (const [n, { fullUrl, resource }] of entriesOf(message).entries()) {
      if (fullUrl === undefined) continue;
      const url = `https://example.org/fhir/${resource?.resourceType ?? ''}/${n}`;
      text = text.replaceAll(`"${fullUrl}"`, `"${url}"`);
    }
    return JSON.parse(text);
  },
];

const PEOPLE = [
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'HealthcareService',
  'MedicationRequest',
  'MedicationDispense',
];

const identifiers: Variant = [
  'identifiers of our own before and after those of the NHS',
  (message) => {
    for (const resource of ofTypes(message, ...PEOPLE, 'Task', 'Claim')) {
      if (resource.identifier === undefined) continue;
      resource.identifier = [OURS, ...resource.identifier, { ...OURS, value: 'A-2' }];
    }
    return message;
  },
];

const extensions: Variant = [
  'extensions of our own before those of the NHS, and where there are none',
  (message) => {
    visit(message, (node, name) => {
      if (name === 'extension' && !Array.isArray(node['extension'])) return;
      if (Array.isArray(node['extension'])) node['extension'] = [OTHER, ...node['extension']];
    });
    for (const resource of ofTypes(message, ...PEOPLE)) resource.extension ??= [OTHER];
    return message;
  },
];

const described: Variant = [
  'every resource with its id, profile, language and narrative',
  (message) => {
    for (const resource of resourcesOf(message) as Message[]) {
      resource.id ??= randomUUID();
      resource.meta = { profile: ['https://example.org/fhir/StructureDefinition/ours'] };
      resource.language = 'en-GB';
      if (['Bundle', 'Parameters'].includes(resource.resourceType)) continue;
      const div = '<div xmlns="http://www.w3.org/1999/xhtml">A message</div>';
      resource.text = { status: 'generated', div };
    }
    return message;
  },
];

const codings: Variant = [
  'codings of another system beside those of the NHS',
  (message) => {
    const local = { system: 'https://example.org/codes', code: 'A', display: 'Ours' };
    for (const { medicationCodeableConcept: concept } of ofTypes(
      message,
      'MedicationRequest',
      'MedicationDispense',
    )) {
      if (concept !== undefined) concept.coding = [local, ...concept.coding];
    }
    for (const role of ofTypes(message, 'PractitionerRole')) {
      if (role.code !== undefined) role.code = [{ coding: [local] }, ...role.code, { text: 'x' }];
    }
    for (const resource of ofTypes(message, 'MedicationRequest', 'Task')) {
      const { statusReason } = resource;
      if (statusReason !== undefined) statusReason.coding = [local, ...statusReason.coding];
    }
    return message;
  },
];

const medications: Variant = [
  'medicines as resources of their own that are referred to',
  (message) => {
    if (message.resourceType !== 'Bundle') return message;
    const items = ofTypes(message, 'MedicationRequest', 'MedicationDispense');
    for (const item of items.filter((one) => one.medicationCodeableConcept !== undefined)) {
      const reference = `urn:uuid:${randomUUID()}`;
      const resource = { resourceType: 'Medication', code: item.medicationCodeableConcept };
      message.entry.push({ fullUrl: reference, resource });
      delete item.medicationCodeableConcept;
      item.medicationReference = { reference };
    }
    return message;
  },
];

const secure: Variant = [
  'systems of HL7 with https [EPS-FHIR 1]',
  (message) =>
    JSON.parse(
      JSON.stringify(message)
        .replaceAll(
          '"system":"http://terminology.hl7.org/',
          '"system":"https://terminology.hl7.org/',
        )
        .replaceAll(
          '"system":"http://hl7.org/fhir/CodeSystem',
          '"system":"https://hl7.org/fhir/CodeSystem',
        ),
    ),
];

const others: Variant = [
  'resources that nobody refers to',
  (message) => {
    if (message.resourceType !== 'Bundle') return message;
    const organization = {
      resourceType: 'Organization',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'ZZ999' }],
      name: 'ANOTHER ORGANISATION',
      telecom: [{ system: 'phone', use: 'work', value: '0113 496 0099' }],
    };
    const practitioner = {
      resourceType: 'Practitioner',
      name: [{ family: 'Nobody' }],
      identifier: [OURS],
    };
    const header = message.entry.slice(0, 1);
    const more = [organization, practitioner].map((resource) => ({
      fullUrl: `urn:uuid:${randomUUID()}`,
      resource,
    }));
    return { ...message, entry: [...header, ...more, ...message.entry.slice(1)] };
  },
];

const sparse: Variant = [
  'without what nobody looks at',
  (message) => {
    delete message.timestamp;
    delete message.id;
    for (const header of ofTypes(message, 'MessageHeader')) {
      for (const name of ['sender', 'destination', 'reason', 'focus']) delete header[name];
    }
    for (const resource of ofTypes(message, 'Organization')) {
      delete resource.active;
      delete resource.type;
    }
    for (const resource of ofTypes(message, 'Task')) delete resource.owner;
    return message;
  },
];

const performers: Variant = [
  'the person besides the role who dispensed, and before it',
  (message) => {
    for (const supply of ofTypes(message, 'MedicationDispense')) {
      supply.contained = [{ resourceType: 'Practitioner', id: 'person' }, ...supply.contained];
      supply.performer = [{ actor: { reference: '#person' } }, ...supply.performer];
    }
    return message;
  },
];

const VARIANTS: readonly Variant[] = [
  backwards,
  absolute,
  identifiers,
  extensions,
  described,
  codings,
  medications,
  performers,
  secure,
  others,
  sparse,
];

/** Each by itself, and all at once. */
export const ALL: Variant = [
  'all of this at once',
  (message) => VARIANTS.reduce<Message>((changed, [, change]) => change(changed), message),
];
export const EACH: readonly Variant[] = [...VARIANTS, ALL];

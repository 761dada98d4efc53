import assert from 'node:assert/strict';

import type { Bundle } from 'fhir/r4';

import { parseFhirJson } from '../../src/gateways/fhir/json.ts';
import { element, textElement } from '../../src/gateways/xml/element.ts';
import { asMessage } from '../../src/prescriptions/fhir/r4.ts';
import { CODE, EXTENSION, ID } from '../../src/prescriptions/fhir/systems.ts';
import { canonicalXml } from '../../src/prescriptions/hl7v3/canonical.ts';

/** What a test says of one item. */
export type ItemFacts = {
  readonly id: string;
  readonly product: string;
  readonly quantity: number;
  readonly unit: string;
  readonly endorsements: readonly string[];
  readonly quantityWords: string | null;
  readonly note: string | null;
  readonly dosages: readonly { readonly sequence: number; readonly text: string }[];
};

/** What a test says of an order; synthetic people. */
export type OrderFacts = {
  readonly course: 'acute' | 'continuous' | 'continuous-repeat-dispensing';
  readonly repeatsAllowed: number;
  readonly given: readonly string[];
  readonly family: string;
  readonly lines: readonly string[];
  readonly organisation: string;
  readonly nominated: string | null;
  readonly reviewDate: string | null;
  readonly responsible: boolean;
  readonly gender: string;
  /** Of names, addresses and telephones, of everybody; null for none. */
  readonly uses: {
    readonly name: string | null;
    readonly address: string | null;
    readonly telecom: string | null;
  };
  /** Name of the service that is the cost centre in secondary care. */
  readonly service: string | null;
  /** What was signed when, as far as it is signed already. */
  readonly signature: { readonly when: string; readonly value: string } | null;
  readonly items: readonly ItemFacts[];
};

/** The order of [EPS-SIGNATURE 7]. */
export const VECTOR: OrderFacts = {
  course: 'continuous-repeat-dispensing',
  repeatsAllowed: 5,
  given: ['Ann', 'B'],
  family: 'Test & Son',
  lines: ['1 High St'],
  organisation: 'TEST SURGERY',
  nominated: 'FER21',
  reviewDate: '2026-12-01',
  responsible: true,
  gender: 'female',
  uses: { name: 'usual', address: 'work', telecom: 'work' },
  service: null,
  signature: null,
  items: [
    {
      id: 'b3d5f0aa-1111-4222-8333-444455556666',
      product: 'Paracetamol 500mg soluble tablets',
      quantity: 28,
      unit: 'tablet',
      endorsements: ['SLS'],
      quantityWords: 'twenty eight',
      note: 'Keep < 25C & dry',
      dosages: [
        { sequence: 2, text: 'then one at night' },
        { sequence: 1, text: 'Two "now"' },
      ],
    },
  ],
};

/** Read as the door reads it, so that numbers keep their text. */
export function readBundle(text: string): Bundle {
  const parsed = parseFhirJson(Buffer.from(text));
  assert.ok(parsed.ok);
  const bundle = asMessage(parsed.value);
  assert.ok(bundle?.resourceType === 'Bundle');
  return bundle;
}

export function orderJson(facts: OrderFacts): string {
  return JSON.stringify({
    resourceType: 'Bundle',
    identifier: { system: ID.message, value: '11111111-2222-4333-8444-555566667777' },
    type: 'message',
    entry: [
      ...facts.items.map((item) => entry(item.id, medicationRequest(facts, item))),
      entry('patient', patient(facts)),
      ...prescriber(facts, 'role', '100102238986', {
        family: 'Prescriber',
        ids: [{ system: ID.gmc, value: 'C6095103' }],
      }),
      ...prescriber(facts, 'other', '100102238987', {
        family: 'Responsible',
        ids: [
          { system: ID.gmc, value: 'C6095104' },
          { system: ID.din, value: '977677' },
        ],
      }),
      entry('organization', organization(facts)),
      ...service(facts),
      ...provenance(facts),
    ],
  });
}

function entry(name: string, resource: object): object {
  return { fullUrl: `urn:uuid:${name}`, resource };
}

function medicationRequest(facts: OrderFacts, item: ItemFacts): object {
  const { quantityWords, note } = item;
  const information = [{ url: 'authorisationExpiryDate', valueDateTime: facts.reviewDate }];
  const words = [{ url: 'quantityWords', valueString: quantityWords }];
  const responsible = { reference: 'urn:uuid:other' };
  return {
    resourceType: 'MedicationRequest',
    extension: [
      { url: EXTENSION.prescriptionType, valueCoding: { code: '0101' } },
      ...(facts.responsible
        ? [{ url: EXTENSION.responsiblePractitioner, valueReference: responsible }]
        : []),
      ...(facts.reviewDate === null
        ? []
        : [{ url: EXTENSION.repeatInformation, extension: information }]),
      ...(quantityWords === null ? [] : [{ url: EXTENSION.controlledDrug, extension: words }]),
      ...item.endorsements.map((code) => ({
        url: EXTENSION.endorsement,
        valueCodeableConcept: { coding: [{ code }] },
      })),
    ],
    identifier: [{ system: ID.item, value: item.id }],
    medicationCodeableConcept: {
      coding: [{ system: CODE.snomed, code: '322237000', display: item.product }],
    },
    subject: { reference: 'urn:uuid:patient' },
    requester: { reference: 'urn:uuid:role' },
    groupIdentifier: {
      extension: [
        {
          url: EXTENSION.longFormId,
          valueIdentifier: { value: 'c0ffee00-aaaa-4bbb-8ccc-ddddeeeeffff' },
        },
      ],
      system: ID.shortForm,
      value: '0A1B2C-A83008-00001I',
    },
    courseOfTherapyType: { coding: [{ system: CODE.courseOfTherapy, code: facts.course }] },
    ...(note === null ? {} : { note: [{ text: note }] }),
    dosageInstruction: item.dosages,
    dispenseRequest: supply(facts, item),
  };
}

function supply({ repeatsAllowed, nominated }: OrderFacts, { quantity, unit }: ItemFacts): object {
  return {
    extension: [{ url: EXTENSION.siteType, valueCoding: { code: 'P1' } }],
    numberOfRepeatsAllowed: repeatsAllowed,
    validityPeriod: { start: '2026-01-06', end: '2026-07-06' },
    expectedSupplyDuration: { value: 28, unit: 'day', code: 'd' },
    quantity: { value: quantity, unit, system: CODE.snomed, code: '428673006' },
    ...(nominated === null
      ? {}
      : { performer: { identifier: { system: ID.ods, value: nominated } } }),
  };
}

/** What is told of a use, where there is one. */
function use(value: string | null): object {
  return value === null ? {} : { use: value };
}

function patient({ given, family, lines, gender, uses }: OrderFacts): object {
  return {
    resourceType: 'Patient',
    identifier: [{ system: ID.nhsNumber, value: '9449304130' }],
    name: [{ ...use(uses.name), prefix: ['Ms'], given, family }],
    gender,
    birthDate: '1950-02-28',
    address: [
      {
        ...use(uses.address === 'work' ? 'home' : uses.address),
        line: lines,
        city: 'Leeds',
        postalCode: 'LS1 4AP',
      },
    ],
  };
}

function prescriber(
  { uses, service: clinic }: OrderFacts,
  name: string,
  profile: string,
  { family, ids }: { readonly family: string; readonly ids: object[] },
): object[] {
  const practitioner = {
    resourceType: 'Practitioner',
    identifier: ids,
    name: [{ prefix: ['Dr'], given: ['Pat'], family }],
  };
  const role = {
    resourceType: 'PractitionerRole',
    identifier: [{ system: ID.roleProfile, value: profile }],
    practitioner: { reference: `urn:uuid:${name}-person` },
    organization: { reference: 'urn:uuid:organization' },
    code: [{ coding: [{ system: CODE.jobRole, code: 'S8000:G8000:R8000' }] }],
    telecom: [{ system: 'phone', ...use(uses.telecom), value: '0113 496 0000' }],
    ...(clinic === null ? {} : { healthcareService: [{ reference: 'urn:uuid:service' }] }),
  };
  return [entry(name, role), entry(`${name}-person`, practitioner)];
}

function organization({ organisation, uses }: OrderFacts): object {
  return {
    resourceType: 'Organization',
    identifier: [{ system: ID.ods, value: 'A83008' }],
    name: organisation,
    telecom: [{ system: 'phone', ...use(uses.telecom), value: '0113 496 0001' }],
    address: [
      {
        ...use(uses.address),
        line: ['HALLGARTH SURGERY', 'CHEAPSIDE'],
        city: 'SHILDON',
        postalCode: 'DL4 2HP',
      },
    ],
    partOf: { identifier: { system: ID.ods, value: '84H' }, display: 'NHS COUNTY' },
  };
}

/** The cost centre of secondary care, and where it is [EPS-FHIR 4.2]. */
function service({ service: name, uses }: OrderFacts): object[] {
  if (name === null) return [];
  const clinic = {
    resourceType: 'HealthcareService',
    identifier: [{ system: ID.ods, value: 'RBA11' }],
    name,
    telecom: [{ system: 'phone', ...use(uses.telecom), value: '0113 496 0009' }],
    location: [{ reference: 'urn:uuid:location' }],
  };
  const address = { ...use(uses.address), line: [name], city: 'Leeds', postalCode: 'LS1 4AQ' };
  return [entry('service', clinic), entry('location', { resourceType: 'Location', address })];
}

/** Signed by the requester, with something of the form of a signature. */
function provenance({ signature }: OrderFacts): object[] {
  if (signature === null) return [];
  const { when, value } = signature;
  const who = { reference: 'urn:uuid:role' };
  const text = textElement('SignatureValue', value);
  const xml = canonicalXml(element('Signature', {}, text), 'http://www.w3.org/2000/09/xmldsig#');
  const data = Buffer.from(xml).toString('base64');
  return [entry('provenance', { resourceType: 'Provenance', signature: [{ when, who, data }] })];
}

/** Small valid messages for tests: one of each kind, with every form of element the checks know. */
import type { JsonObject } from '../json.ts';

const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';
const RFC4122 = 'https://tools.ietf.org/html/rfc4122';
const EVENT = 'https://fhir.nhs.uk/CodeSystem/message-event';
const NHS = 'https://fhir.nhs.uk/StructureDefinition/Extension-';

const coded = (system: string, code: string): JsonObject => ({
  coding: [{ system, code, display: code }],
});
const ref = (id: number): JsonObject => ({ reference: uuid(id) });
const ods = (value: string): JsonObject => ({
  identifier: { system: ODS, value },
  display: 'An organisation',
});
const uuid = (id: number): string => `urn:uuid:00000000-0000-4000-8000-00000000000${id}`;

export type Changes = { readonly [member: string]: unknown };

function header(code: string): JsonObject {
  return {
    resourceType: 'MessageHeader',
    id: '00000000-0000-4000-8000-000000000001',
    eventCoding: { system: EVENT, code, display: code },
    sender: ods('A83008'),
    source: { endpoint: 'urn:nhs-uk:addressing:ods:A83008' },
    destination: [{ endpoint: 'urn:nhs-uk:addressing:ods:FA565', receiver: ods('FA565') }],
    response: { identifier: 'ffffffff-ffff-4fff-bfff-ffffffffffff', code: 'ok' },
    focus: [ref(2), ref(3)],
  };
}

function medicationRequest(): JsonObject {
  return {
    resourceType: 'MedicationRequest',
    extension: [
      { url: `${NHS}DM-PrescriptionType`, valueCoding: { system: `${NHS}x`, code: '0101' } },
      {
        url: `${NHS}EPS-RepeatInformation`,
        extension: [{ url: 'numberOfRepeatsIssued', valueInteger: 0 }],
      },
    ],
    identifier: [
      { system: 'https://fhir.nhs.uk/Id/prescription-order-item-number', value: uuid(2) },
    ],
    status: 'active',
    intent: 'order',
    category: [
      coded('http://terminology.hl7.org/CodeSystem/medicationrequest-category', 'outpatient'),
    ],
    medicationCodeableConcept: coded('http://snomed.info/sct', '39720311000001101'),
    subject: ref(3),
    authoredOn: '2024-02-29T09:30:00+00:00',
    requester: ref(4),
    groupIdentifier: {
      system: 'https://fhir.nhs.uk/Id/prescription-order-number',
      value: '24F5DA',
    },
    courseOfTherapyType: coded('http://terminology.hl7.org/x', 'acute'),
    note: [{ text: 'A note' }],
    dosageInstruction: [
      {
        sequence: 1,
        text: 'One a day',
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
      },
    ],
    dispenseRequest: {
      extension: [{ url: `${NHS}DM-PerformerSiteType`, valueCoding: { code: 'P1' } }],
      validityPeriod: { start: '2024-02-29', end: '2024-08' },
      numberOfRepeatsAllowed: 5,
      quantity: {
        value: 60.5,
        unit: 'tablet',
        system: 'http://snomed.info/sct',
        code: '428673006',
      },
      expectedSupplyDuration: {
        value: 28,
        unit: 'day',
        system: 'http://unitsofmeasure.org',
        code: 'd',
      },
      performer: ods('FA565'),
    },
    substitution: { allowedBoolean: false },
  };
}

function patient(): JsonObject {
  return {
    resourceType: 'Patient',
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9449304130' }],
    name: [{ use: 'usual', family: 'SMITH', given: ['ANNA', 'B'], prefix: ['MS'] }],
    gender: 'female',
    birthDate: '1999-01-04',
    _birthDate: { extension: [{ url: 'http://hl7.org/x', valueDateTime: '1999-01-04' }] },
    address: [{ use: 'home', type: 'both', line: ['1 TRINITY STREET'], postalCode: 'LS1 6AE' }],
  };
}

function provenance(): JsonObject {
  const type = [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }];
  return {
    resourceType: 'Provenance',
    target: [ref(2)],
    recorded: '2024-02-29T09:30:00.000Z',
    agent: [{ who: ref(4) }],
    signature: [{ type, when: '2024-02-29T09:30:00+00:00', who: ref(4), data: 'PFNpZ25hdHVyZS8+' }],
  };
}

function people(): JsonObject[] {
  const telecom = [{ system: 'phone', value: '01234567890', use: 'work' }];
  const name = [{ family: 'EDWARDS', given: ['THOMAS'] }];
  const identifier = [{ system: 'https://fhir.nhs.uk/Id/sds-user-id', value: '3415870201' }];
  const code = [coded('https://fhir.nhs.uk/CodeSystem/NHSDigital-SDS-JobRoleCode', 'R8000')];
  return [
    { resourceType: 'PractitionerRole', practitioner: ref(5), organization: ref(6), code, telecom },
    { resourceType: 'Practitioner', identifier, name },
    { resourceType: 'Organization', identifier, name: 'A SURGERY', telecom, partOf: ods('84H') },
  ];
}

function bundle(resources: readonly JsonObject[]): JsonObject {
  return {
    resourceType: 'Bundle',
    id: 'a-message',
    meta: { lastUpdated: '2024-02-29T09:30:00+00:00' },
    identifier: { system: RFC4122, value: '00000000-0000-4000-8000-000000000000' },
    type: 'message',
    entry: resources.map((resource, index) => ({ fullUrl: uuid(index + 1), resource })),
  };
}

export function anOrder(item: Changes = {}, event = 'prescription-order'): JsonObject {
  const request = { ...medicationRequest(), ...item };
  return bundle([header(event), request, patient(), ...people(), provenance()]);
}

export function aDispenseNotification(item: Changes = {}): JsonObject {
  const identifier = [
    { system: 'https://fhir.nhs.uk/Id/prescription-dispense-item-number', value: uuid(2) },
  ];
  const dispense = {
    resourceType: 'MedicationDispense',
    contained: [
      { ...people()[0], id: 'performer' },
      { ...medicationRequest(), id: 'request' },
    ],
    identifier,
    status: 'completed',
    medicationCodeableConcept: coded('http://snomed.info/sct', '39720311000001101'),
    subject: { identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9449304130' } },
    performer: [{ actor: { reference: '#performer' } }],
    authorizingPrescription: [{ reference: '#request' }],
    type: coded('https://fhir.nhs.uk/CodeSystem/medicationdispense-type', '0001'),
    quantity: { value: 60, unit: 'tablet', system: 'http://snomed.info/sct', code: '428673006' },
    whenHandedOver: '2024-02-29',
    ...item,
  };
  return bundle([header('dispense-notification'), dispense]);
}

export function aReturn(changes: Changes = {}): JsonObject {
  return {
    resourceType: 'Task',
    contained: [{ ...people()[0], id: 'requester' }],
    identifier: [{ system: RFC4122, value: uuid(1) }],
    groupIdentifier: { value: '24F5DA-A83008-7EFE6Z' },
    status: 'rejected',
    intent: 'order',
    focus: { identifier: { value: uuid(2) } },
    authoredOn: '2024-02-29T09:30:00+00:00',
    requester: { reference: '#requester' },
    ...changes,
  };
}

export function aRelease(): JsonObject {
  const [agent, , owner] = people();
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'owner', resource: owner },
      { name: 'agent', resource: agent },
      { name: 'group-identifier', valueIdentifier: { value: '24F5DA-A83008-7EFE6Z' } },
      { name: 'status', valueCode: 'accepted' },
    ],
  };
}

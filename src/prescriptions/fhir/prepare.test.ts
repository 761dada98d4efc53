import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import type { Bundle, BundleEntry, MedicationRequest, Patient } from 'fhir/r4';

import { orderDocument } from './order-document.ts';
import { orderSignedInfo } from './prepare.ts';
import { resourcesOf } from './r4.ts';
import { CODE, EXTENSION, ID } from './systems.ts';
import { parseFhirJson } from '../../gateways/fhir/json.ts';
import { present } from '../../kernel/bug.ts';
import { instantOf } from '../../kernel/instant.ts';
import { signedFragments } from '../messages/create/hl7v3.ts';

const NOW = instantOf(new Date('2026-01-05T09:30:00Z'));

/** The order of EPS-SIGNATURE 7: own data, of which two implementations made the same bytes. */
function vector(): Bundle {
  const work = (value: string) => [{ system: 'phone', use: 'work', value }] as const;
  const organization = {
    resourceType: 'Organization',
    identifier: [{ system: ID.ods, value: 'A83008' }],
    name: 'TEST SURGERY',
    telecom: work('0113 496 0001'),
    address: [
      {
        use: 'work',
        line: ['HALLGARTH SURGERY', 'CHEAPSIDE'],
        city: 'SHILDON',
        postalCode: 'DL4 2HP',
      },
    ],
    partOf: { identifier: { system: ID.ods, value: '84H' }, display: 'NHS COUNTY' },
  };
  const practitioner = {
    resourceType: 'Practitioner',
    identifier: [{ system: ID.gmc, value: 'C6095103' }],
    name: [{ prefix: ['Dr'], given: ['Pat'], family: 'Prescriber' }],
  };
  const role = {
    resourceType: 'PractitionerRole',
    identifier: [{ system: ID.roleProfile, value: '100102238986' }],
    code: [{ coding: [{ system: CODE.jobRole, code: 'S8000:G8000:R8000' }] }],
    telecom: work('0113 496 0000'),
    practitioner: { reference: 'urn:practitioner' },
    organization: { reference: 'urn:organization' },
  };
  const patient = {
    resourceType: 'Patient',
    identifier: [{ system: ID.nhsNumber, value: '9449304130' }],
    name: [{ use: 'usual', prefix: ['Ms'], given: ['Ann', 'B'], family: 'Test & Son' }],
    gender: 'female',
    birthDate: '1950-02-28',
    address: [{ use: 'home', line: ['1 High St'], city: 'Leeds', postalCode: 'LS1 4AP' }],
  };
  const entries = { request: requestOf(), patient, role, practitioner, organization };
  const text = JSON.stringify({
    resourceType: 'Bundle',
    type: 'message',
    identifier: { system: ID.message, value: '11112222-3333-4444-8555-666677778888' },
    entry: Object.entries(entries).map(([name, resource]) => ({
      fullUrl: `urn:${name}`,
      resource,
    })),
  });
  const read = parseFhirJson(Buffer.from(text));
  assert.ok(read.ok);
  return read.value as unknown as Bundle;
}

function requestOf() {
  return {
    resourceType: 'MedicationRequest',
    extension: [
      { url: EXTENSION.prescriptionType, valueCoding: { code: '0101' } },
      {
        url: EXTENSION.endorsement,
        valueCodeableConcept: { coding: [{ code: 'SLS' }] },
      },
      {
        url: EXTENSION.controlledDrug,
        extension: [{ url: 'quantityWords', valueString: 'twenty eight' }],
      },
    ],
    identifier: [{ system: ID.item, value: 'b3d5f0aa-1111-4222-8333-444455556666' }],
    medicationCodeableConcept: {
      coding: [
        { system: CODE.snomed, code: '322237000', display: 'Paracetamol 500mg soluble tablets' },
      ],
    },
    subject: { reference: 'urn:patient' },
    requester: { reference: 'urn:role' },
    groupIdentifier: {
      system: ID.shortForm,
      value: '0A1B2C-A83008-00001I',
      extension: [
        {
          url: EXTENSION.longFormId,
          valueIdentifier: { value: 'c0ffee00-aaaa-4bbb-8ccc-ddddeeeeffff' },
        },
      ],
    },
    courseOfTherapyType: { coding: [{ code: 'continuous-repeat-dispensing' }] },
    note: [{ text: 'Keep < 25C & dry' }],
    dosageInstruction: [
      { sequence: 2, text: 'then one at night' },
      { sequence: 1, text: 'Two "now"' },
    ],
    dispenseRequest: {
      extension: [{ url: EXTENSION.siteType, valueCoding: { code: 'P1' } }],
      performer: { identifier: { system: ID.ods, value: 'FA565' } },
      numberOfRepeatsAllowed: 5,
      quantity: { value: 28, unit: 'tablet', system: CODE.snomed, code: '428673006' },
      validityPeriod: { start: '2026-01-05', end: '2026-12-05' },
      expectedSupplyDuration: { value: 28, code: 'd' },
    },
  };
}

function fragmentsOf(bundle: Bundle): string {
  const order = orderDocument(bundle, NOW);
  assert.ok(order.ok, JSON.stringify(order));
  return signedFragments(order.value);
}

function digest(bundle: Bundle, algorithm: 'RS256' | 'RS1'): string | undefined {
  const order = orderDocument(bundle, NOW);
  assert.ok(order.ok);
  return /<DigestValue>(.*)<\/DigestValue>/.exec(orderSignedInfo(order.value, algorithm))?.[1];
}

describe('what is signed', () => {
  test('is, of the published vector, these bytes', () => {
    const text = fragmentsOf(vector());
    assert.equal(Buffer.byteLength(text), 4834);
    assert.equal(
      createHash('sha256').update(text).digest('hex'),
      'bfd786d16e1302046fc5883689d5aa4b208e82a9b5c95b550d7222803806d56a',
    );
    assert.equal(digest(vector(), 'RS256'), 'v9eG0W4TAgRvxYg2idWqSyCOgqm1yVtVDXIigDgG1Wo=');
    assert.equal(digest(vector(), 'RS1'), 'a702GT9THbQeceySFAtU8qLNbFI=');
  });

  const first = (bundle: Bundle): MedicationRequest =>
    present(resourcesOf(bundle, 'MedicationRequest')[0], 'item');
  const patientOf = (bundle: Bundle): Patient =>
    present(resourcesOf(bundle, 'Patient')[0], 'patient');
  const role = (bundle: Bundle) => present(resourcesOf(bundle, 'PractitionerRole')[0], 'role');
  const surgery = (bundle: Bundle) => present(resourcesOf(bundle, 'Organization')[0], 'surgery');
  const person = (bundle: Bundle) => present(resourcesOf(bundle, 'Practitioner')[0], 'person');

  const signed: Record<string, (bundle: Bundle) => void> = {
    'the long-form id': (bundle) => {
      const [longForm] = first(bundle).groupIdentifier?.extension ?? [];
      present(longForm?.valueIdentifier, 'id').value = '00000000-aaaa-4bbb-8ccc-ddddeeeeffff';
    },
    'the role profile': (bundle) =>
      (role(bundle).identifier = [{ system: ID.roleProfile, value: '1' }]),
    'the job role': (bundle) =>
      (role(bundle).code = [{ coding: [{ system: CODE.jobRole, code: 'S8000:G8000:R8001' }] }]),
    "the prescriber's telephone": (bundle) =>
      (role(bundle).telecom = [{ use: 'home', value: '1' }]),
    "the prescriber's code": (bundle) =>
      (person(bundle).identifier = [{ system: ID.gmc, value: 'C1' }]),
    "the prescriber's name": (bundle) => (person(bundle).name = [{ family: 'Other' }]),
    'the surgery': (bundle) => (surgery(bundle).identifier = [{ system: ID.ods, value: 'A83009' }]),
    "the surgery's name": (bundle) => (surgery(bundle).name = 'OTHER'),
    "the surgery's telephone": (bundle) =>
      (surgery(bundle).telecom = [{ use: 'work', value: '2' }]),
    "the surgery's address": (bundle) => (surgery(bundle).address = [{ postalCode: 'LS1' }]),
    'what the surgery belongs to': (bundle) =>
      (surgery(bundle).partOf = { identifier: { value: '84J' }, display: 'NHS COUNTY' }),
    'the NHS number': (bundle) =>
      (patientOf(bundle).identifier = [{ system: ID.nhsNumber, value: '9449304131' }]),
    "the patient's name": (bundle) => (patientOf(bundle).name = [{ family: 'Other' }]),
    "the patient's address": (bundle) => (patientOf(bundle).address = [{ city: 'York' }]),
    "the patient's telephone": (bundle) => (patientOf(bundle).telecom = [{ value: '3' }]),
    "the patient's gender": (bundle) => (patientOf(bundle).gender = 'male'),
    "the patient's birth": (bundle) => (patientOf(bundle).birthDate = '1950-02-27'),
    "the patient's practice": (bundle) =>
      (patientOf(bundle).generalPractitioner = [{ identifier: { value: 'B81001' } }]),
    'the item id': (bundle) =>
      (first(bundle).identifier = [
        { system: ID.item, value: 'b3d5f0aa-1111-4222-8333-444455556667' },
      ]),
    'the number of issues': (bundle) =>
      (present(first(bundle).dispenseRequest, 'request').numberOfRepeatsAllowed = 4),
    'the product': (bundle) =>
      (first(bundle).medicationCodeableConcept = { coding: [{ system: CODE.snomed, code: '1' }] }),
    'the quantity': (bundle) =>
      (present(first(bundle).dispenseRequest?.quantity, 'quantity').value = 29),
    'the unit': (bundle) =>
      (present(first(bundle).dispenseRequest?.quantity, 'quantity').unit = 'capsule'),
    'a note': (bundle) => (first(bundle).note = [{ text: 'Keep > 25C' }]),
    'the quantity in words': (bundle) => void first(bundle).extension?.splice(2, 1),
    'an endorsement': (bundle) => void first(bundle).extension?.splice(1, 1),
    'a dosage': (bundle) => (first(bundle).dosageInstruction = [{ text: 'One' }]),
  };
  for (const [what, change] of Object.entries(signed)) {
    test(`changes with ${what}`, () => {
      const bundle = vector();
      change(bundle);
      assert.notEqual(digest(bundle, 'RS256'), digest(vector(), 'RS256'));
    });
  }

  const unsigned: Record<string, (bundle: Bundle) => void> = {
    'the message id': (bundle) =>
      (bundle.identifier = { value: '99992222-3333-4444-8555-666677778888' }),
    'the short-form id': (bundle) =>
      (present(first(bundle).groupIdentifier, 'group').value = '0A1B2C-A83008-00002J'),
    'the prescription type': (bundle) =>
      (present(first(bundle).extension?.[0], 'type').valueCoding = { code: '0104' }),
    'the kind of pharmacy': (bundle) =>
      (present(first(bundle).dispenseRequest, 'request').extension = [
        { url: EXTENSION.siteType, valueCoding: { code: 'P3' } },
      ]),
    'the nominated pharmacy': (bundle) =>
      delete present(first(bundle).dispenseRequest, 'request').performer,
    'the review date': (bundle) =>
      first(bundle).extension?.push({
        url: EXTENSION.repeatInformation,
        extension: [{ url: 'authorisationExpiryDate', valueDateTime: '2026-12-01' }],
      }),
    'the days of supply': (bundle) =>
      (present(first(bundle).dispenseRequest, 'request').expectedSupplyDuration = {
        value: 56,
        code: 'd',
      }),
    'the window': (bundle) =>
      (present(first(bundle).dispenseRequest, 'request').validityPeriod = {
        start: '2026-01-06',
        end: '2026-11-05',
      }),
    'who answers for it': (bundle) => {
      const other = structuredClone(role(bundle));
      other.identifier = [
        { system: ID.spurious, value: '612345' },
        { system: ID.roleProfile, value: '2' },
      ];
      bundle.entry?.push({ fullUrl: 'urn:other', resource: other } satisfies BundleEntry);
      first(bundle).extension?.push({
        url: EXTENSION.responsiblePractitioner,
        valueReference: { reference: 'urn:other' },
      });
    },
  };
  for (const [what, change] of Object.entries(unsigned)) {
    test(`does not change with ${what}`, () => {
      const bundle = vector();
      change(bundle);
      assert.equal(digest(bundle, 'RS256'), digest(vector(), 'RS256'));
    });
  }

  test('keeps a number as it was written, and text with its breaks made one and the same', () => {
    const bundle = vector();
    first(bundle).note = [{ text: 'a\r\nb\u2028c\td "e" \u00e9' }];
    present(first(bundle).dispenseRequest?.quantity, 'quantity').unit = 'ta\tb\r\n"<>\'';
    const text = fragmentsOf(bundle);
    assert.ok(text.includes('<value>CD: twenty eight\na\nb\nc\td "e" \u00e9</value>'));
    assert.ok(text.includes(`displayName="ta b &quot;&lt;>'"`));
  });
});

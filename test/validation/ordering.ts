import type { Bundle } from 'fhir/r4';

import { all, one } from '../../src/local/sample-messages/testing.ts';
import * as change from './changes.ts';
import { item, LONG_ID, NHS_ID, REPEAT_INFORMATION, role, SITE, supply, TYPE } from './changes.ts';
import { doubled, doubleEntry, hospital, NOBODY, UK_ID } from './changes.ts';
import { type Entry, orders, tooFew, tooMany, tooManyIfAny, translated } from './rule.ts';

/** What is found in carrying an order over: the first of it is told [EPS-FHIR 5.4]. */
const carried = orders('[EPS-FHIR 5.4]').rule;

const ITEM = `${NHS_ID}/prescription-order-item-number`;
const ODS = `${NHS_ID}/ods-organization-code`;
const ROLE = `${NHS_ID}/sds-role-profile-id`;
const NUMBER = `${NHS_ID}/nhs-number`;
const SNOMED = 'http://snomed.info/sct';
const PRODUCT = 'MedicationRequest.medicationCodeableConcept.coding';

const system = (name: string): string => `system == '${name}'`;
const url = (name: string): string => `url == '${name}'`;
const missing = (path: string) => translated('INVALID_VALUE', 'Required field missing.', path);
const tooManyOf = (path: string | null) =>
  translated('TOO_MANY_VALUES_SUBMITTED', 'Too many values submitted. Expected 1 element.', path);

/** The list is not there at all. */
const ABSENT: readonly Entry[] = [
  carried(
    'the requester has no role profile',
    (bundle) => void delete role(bundle).identifier,
    missing('PractitionerRole.identifier'),
  ),
  ...(['identifier', 'telecom', 'address'] as const).map((field) =>
    carried(
      `the requester’s organisation has no ${field}`,
      (bundle) => void delete one(bundle, 'Organization')[field],
      missing(`Organization.${field}`),
    ),
  ),
  carried(
    'the requester’s service has no telecom',
    (bundle) => {
      hospital(bundle);
      delete one(bundle, 'HealthcareService').telecom;
    },
    missing('HealthcareService.telecom'),
  ),
];

/** Something is there, and not what is wanted. */
const TOO_FEW: readonly Entry[] = [
  carried(
    'the item’s id is in another system',
    (bundle) => void (item(bundle).identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(ITEM), 'MedicationRequest.identifier'),
  ),
  carried(
    'the patient has no NHS number',
    (bundle) => void (one(bundle, 'Patient').identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(NUMBER), 'Patient.identifier'),
  ),
  carried(
    'the requester’s role profile is in another system',
    (bundle) => void (role(bundle).identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(ROLE), 'PractitionerRole.identifier'),
  ),
  carried(
    'the requester’s organisation has no ODS code',
    (bundle) =>
      void (one(bundle, 'Organization').identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(system(ODS), 'Organization.identifier'),
  ),
  carried(
    'the product is not coded in SNOMED CT',
    (bundle) =>
      void (item(bundle).medicationCodeableConcept = { coding: [{ system: 'urn:o', code: '1' }] }),
    tooFew(system(SNOMED), PRODUCT),
  ),
  carried(
    'the prescription type is missing',
    (bundle) => void (item(bundle).extension = [{ url: 'urn:other', valueBoolean: true }]),
    tooFew(url(TYPE), 'MedicationRequest.extension'),
  ),
  carried(
    'the preference of dispensing site is missing',
    (bundle) => void (supply(bundle).extension = [{ url: 'urn:other', valueBoolean: true }]),
    tooFew(url(SITE), 'MedicationRequest.dispenseRequest.extension'),
  ),
  carried(
    'the long-form id is missing',
    (bundle) => {
      for (const { groupIdentifier } of all(bundle, 'MedicationRequest')) {
        Object.assign(groupIdentifier ?? {}, {
          extension: [{ url: 'urn:other', valueBoolean: true }],
        });
      }
    },
    tooFew(url(LONG_ID), 'MedicationRequest.groupIdentifier.extension'),
  ),
  ...(['subject', 'requester'] as const).map((field) =>
    carried(
      `the ${field} is not in the message`,
      (bundle) => {
        item(bundle)[field] = { reference: NOBODY };
        if (field === 'requester') signedBy(bundle, NOBODY);
      },
      tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
    ),
  ),
  carried(
    'the product is not in the message',
    (bundle) => {
      delete item(bundle).medicationCodeableConcept;
      item(bundle).medicationReference = { reference: NOBODY };
    },
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  ...(['practitioner', 'organization'] as const).map((field) =>
    carried(
      `the requester’s ${field} is not in the message`,
      (bundle) => void (role(bundle)[field] = { reference: NOBODY }),
      tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
    ),
  ),
  carried(
    'who is responsible is not in the message',
    (bundle) =>
      change.add(item(bundle), {
        url: change.RESPONSIBLE,
        valueReference: { reference: NOBODY },
      }),
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  carried(
    'the requester has no job role',
    (bundle) => void (role(bundle).code = [{ coding: [{ system: 'urn:other', code: '1' }] }]),
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      'Too few values submitted. Expected at least 1 element where system in [https://fhir.nhs.uk/CodeSystem/NHSDigital-SDS-JobRoleCode, https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName].',
      'PractitionerRole.code',
    ),
  ),
  carried(
    'the prescriber has no professional code',
    (bundle) => {
      const person = one(bundle, 'Practitioner');
      person.identifier = [{ system: `${NHS_ID}/sds-user-id`, value: '555254239107' }];
    },
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      'Expected exactly one professional code. One of GMC|GMP|NMC|GPhC|HCPC|unknown',
      'Practitioner.identifier',
    ),
  ),
  carried(
    'the requester has no telephone',
    (bundle) => void delete role(bundle).telecom,
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      'ResponsiblePractitioner must have at least one telecom.',
      'PractitionerRole.telecom',
    ),
  ),
  carried(
    'somebody else has signed',
    (bundle) => signedBy(bundle, NOBODY, false),
    // The reference of the requester, which is another in each message.
    tooFew("who.reference == 'REQUESTER'", 'Provenance.signature'),
  ),
];

/** Another requester, or only another signer. */
function signedBy(bundle: Bundle, who: string, keepsRequester = true): void {
  for (const { signature = [] } of all(bundle, 'Provenance')) {
    for (const each of signature) each.who = { reference: who };
  }
  if (!keepsRequester) renameRequester(bundle);
}

/** So that the answer can be written down. */
function renameRequester(bundle: Bundle): void {
  const entry = bundle.entry?.find(({ resource }) => resource === role(bundle));
  if (entry !== undefined) entry.fullUrl = 'REQUESTER';
  item(bundle).requester = { reference: 'REQUESTER' };
}

function twice<Item>(list: Item[] | undefined): Item[] {
  return [...(list ?? []), ...structuredClone(list ?? [])];
}

/** What should be there once is there twice. */
const TOO_MANY: readonly Entry[] = [
  carried(
    'there are two headers',
    (bundle) => doubleEntry(bundle, 'MessageHeader'),
    tooManyOf(null),
  ),
  carried(
    'the item has two ids',
    (bundle) => void (item(bundle).identifier = twice(item(bundle).identifier)),
    tooMany(system(ITEM), 'MedicationRequest.identifier'),
  ),
  carried(
    'the patient has two NHS numbers',
    (bundle) => {
      const patient = one(bundle, 'Patient');
      patient.identifier = twice(patient.identifier);
    },
    tooMany(system(NUMBER), 'Patient.identifier'),
  ),
  carried(
    'the requester has two role profiles',
    (bundle) => void (role(bundle).identifier = twice(role(bundle).identifier)),
    tooMany(system(ROLE), 'PractitionerRole.identifier'),
  ),
  carried(
    'the requester’s organisation has two ODS codes',
    (bundle) => {
      const organization = one(bundle, 'Organization');
      organization.identifier = twice(organization.identifier);
    },
    tooMany(system(ODS), 'Organization.identifier'),
  ),
  ...(['telecom', 'address'] as const).map((field) =>
    carried(
      `the requester’s organisation has two of ${field}`,
      (bundle) => {
        const organization = one(bundle, 'Organization');
        Object.assign(organization, { [field]: twice<unknown>(organization[field]) });
      },
      tooManyOf(`Organization.${field}`),
    ),
  ),
  carried(
    'the prescriber has two names',
    (bundle) => {
      const person = one(bundle, 'Practitioner');
      person.name = twice(person.name);
    },
    tooManyOf('Practitioner.name'),
  ),
  carried(
    'the product has two codes of SNOMED CT',
    (bundle) => {
      const product = item(bundle).medicationCodeableConcept;
      if (product !== undefined) product.coding = twice(product.coding);
    },
    tooMany(system(SNOMED), PRODUCT),
  ),
  carried(
    'there are two prescription types',
    (bundle) => void (item(bundle).extension = doubled(item(bundle).extension, TYPE)),
    tooMany(url(TYPE), 'MedicationRequest.extension'),
  ),
  carried(
    'there are two preferences of dispensing site',
    (bundle) => void (supply(bundle).extension = doubled(supply(bundle).extension, SITE)),
    tooMany(url(SITE), 'MedicationRequest.dispenseRequest.extension'),
  ),
  carried(
    'there are two long-form ids',
    (bundle) => {
      const group = item(bundle).groupIdentifier;
      if (group !== undefined) group.extension = doubled(group.extension, LONG_ID);
    },
    tooMany(url(LONG_ID), 'MedicationRequest.groupIdentifier.extension'),
  ),
  carried(
    'two patients have one url',
    (bundle) => {
      doubleEntry(bundle, 'Patient');
      for (const entry of bundle.entry ?? []) {
        if (entry.resource?.resourceType === 'Patient') entry.fullUrl = NOBODY;
      }
      item(bundle).subject = { reference: NOBODY };
    },
    tooMany(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  carried(
    'the requester has signed twice',
    (bundle) => {
      renameRequester(bundle);
      signedBy(bundle, 'REQUESTER');
      doubleEntry(bundle, 'Provenance');
    },
    tooMany("who.reference == 'REQUESTER'", 'Provenance.signature'),
  ),
  ...[change.RESPONSIBLE, REPEAT_INFORMATION, `${change.NHS}-DM-ControlledDrug`].map((name) =>
    carried(
      `an item has two of ${name.replace(/^.*Extension-/, '')}`,
      (bundle) => {
        const extension = { url: name, valueReference: { reference: NOBODY } };
        change.add(item(bundle), extension, extension);
      },
      tooManyIfAny(url(name), 'MedicationRequest.extension'),
    ),
  ),
  carried(
    'an item has two notes',
    (bundle) => void (item(bundle).note = [{ text: 'one' }, { text: 'two' }]),
    translated(
      'TOO_MANY_VALUES_SUBMITTED',
      'Too many values submitted. Expected at most 1 element.',
      'MedicationRequest.note',
    ),
  ),
  carried(
    'the prescriber has two professional codes',
    (bundle) =>
      void (one(bundle, 'Practitioner').identifier = [
        { system: `${UK_ID}/gmc-number`, value: 'C1234567' },
        { system: `${UK_ID}/nmc-number`, value: '99Z9901E' },
      ]),
    translated(
      'TOO_MANY_VALUES_SUBMITTED',
      'Expected exactly one professional code. One of GMC|GMP|NMC|GPhC|HCPC|unknown. But got: 1234567, 99Z9901E',
      'Practitioner.identifier',
    ),
  ),
];

export const ORDERING: readonly Entry[] = [...ABSENT, ...TOO_FEW, ...TOO_MANY];

import { one } from '../../src/local/sample-messages/testing.ts';
import * as change from './changes.ts';
import { item, LONG_ID, NHS_ID, REPEAT_INFORMATION, role, SITE, supply, TYPE } from './changes.ts';
import { doubled, doubleEntry, NOBODY, renameRequester, signedBy, UK_ID } from './changes.ts';
import { type Entry, orders, tooMany, tooManyIfAny, translated } from './rule.ts';

const carried = orders('[EPS-FHIR 5.4]').rule;

const ITEM = `${NHS_ID}/prescription-order-item-number`;
const ODS = `${NHS_ID}/ods-organization-code`;
const ROLE = `${NHS_ID}/sds-role-profile-id`;
const NUMBER = `${NHS_ID}/nhs-number`;
const SNOMED = 'http://snomed.info/sct';
const PRODUCT = 'MedicationRequest.medicationCodeableConcept.coding';

const system = (name: string): string => `system == '${name}'`;
const url = (name: string): string => `url == '${name}'`;
const tooManyOf = (path: string | null) =>
  translated('TOO_MANY_VALUES_SUBMITTED', 'Too many values submitted. Expected 1 element.', path);

function twice<Item>(list: Item[] | undefined): Item[] {
  return [...(list ?? []), ...structuredClone(list ?? [])];
}

/** What should be there once is there twice. */
export const REPEATING: readonly Entry[] = [
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

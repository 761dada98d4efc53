import type { Bundle } from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import {
  hospital,
  item,
  REQUEST,
  repeatDispensing,
  responsible,
  role,
  supply,
  twoItems,
  UK_ID,
} from './changes.ts';
import { conflict, type Entry, invalid, orders, value } from './rule.ts';

const order = orders('[EPS-FHIR 5.3]').rule;

const INTENT = value(
  'MedicationRequest.intent must be order, original-order or instance-order.',
  `${REQUEST}.intent`,
);
const BY_REFERENCE =
  'populated incorrectly. Please populate with Reference to resource within Bundle.';
const RESPONSIBLE = invalid(
  'Responsible practitioner must be either a reference to a Practitioner resource or an identifier reference.',
);

type Telephone = 'PractitionerRole' | 'Practitioner' | 'Organization';
const ENTRIES: Readonly<Record<Telephone, number>> = {
  PractitionerRole: 3,
  Practitioner: 4,
  Organization: 5,
};

function telephone(type: Telephone): Entry[] {
  const missing = (field: string) =>
    invalid(
      `Required field bundle.entry[${ENTRIES[type]}].resource.telecom[0].${field} is missing.`,
    );
  const words = `the telephone of its ${type}`;
  return [
    order(
      `${words} has no value`,
      (bundle) => void (one(bundle, type).telecom = [{ use: 'work' }]),
      missing('value'),
    ),
    order(
      `${words} has no use`,
      (bundle) => void (one(bundle, type).telecom = [{ value: '0123' }]),
      missing('use'),
    ),
  ];
}

const BUNDLE: readonly Entry[] = [
  order('the intent is a plan', (bundle) => void (item(bundle).intent = 'plan'), INTENT),
  order('the intent is a reflex', (bundle) => void (item(bundle).intent = 'reflex-order'), INTENT),
  order(
    'an item has its medication twice, as a code and as a reference',
    (bundle) => void (item(bundle).medicationReference = { reference: 'urn:uuid:1' }),
    conflict(
      'MedicationRequest cannot contain both medicationReference and medicationCodeableConcept fields.',
    ),
  ),
  ...(['PractitionerRole', 'Practitioner', 'Organization'] as const).flatMap(telephone),
  order(
    'a role names its practitioner by identifier',
    (bundle) => void (role(bundle).practitioner = { identifier: { value: '1' } }),
    invalid(`practitionerRole.practitioner ${BY_REFERENCE}`),
  ),
  order(
    'who is responsible is named in both ways',
    (bundle) => {
      const { practitioner } = responsible(bundle);
      Object.assign(practitioner ?? {}, { identifier: { value: '1' } });
    },
    RESPONSIBLE,
  ),
  order(
    'who is responsible is named in neither way',
    (bundle) => void (responsible(bundle).practitioner = { display: 'Dr Example' }),
    RESPONSIBLE,
  ),
  order(
    'a role names its organisation by identifier',
    (bundle) => void (role(bundle).organization = { identifier: { value: '1' } }),
    invalid(`practitionerRole.organization ${BY_REFERENCE}`),
  ),
  order(
    'a role names its second healthcare service by identifier',
    (bundle) => {
      hospital(bundle);
      role(bundle).healthcareService?.push({ identifier: { value: '1' } });
    },
    invalid(`practitionerRole.healthcareService[1] ${BY_REFERENCE}`),
  ),
];

const RULES: readonly Entry[] = [
  order(
    'primary care names a healthcare service',
    (bundle) => void (role(bundle).healthcareService = [{ reference: 'urn:uuid:1' }]),
    invalid('Unexpected field of practitionerRole.healthcareService.'),
  ),
  order(
    'primary care does not say whom it answers to',
    (bundle) => void delete one(bundle, 'Organization').partOf,
    invalid('Required field organization.partOf is missing.'),
  ),
  order(
    'the requester is known by a GMP number',
    (bundle) =>
      one(bundle, 'Practitioner').identifier?.push({
        system: `${UK_ID}/gmp-number`,
        value: 'G9999999',
      }),
    value(
      'Bundle resource Practitioner.identifier expected exactly one professional code from GMC|NMC|GPhC|HCPC|professional-code.',
    ),
  ),
  ...(['validityPeriod', 'expectedSupplyDuration'] as const).map((field) =>
    order(
      `repeat dispensing has no ${field}`,
      (bundle) => {
        repeatDispensing(bundle);
        delete supply(bundle)[field];
      },
      value(
        `Expected MedicationRequest to have a value for dispenseRequest.${field}.`,
        `${REQUEST}.dispenseRequest.${field}`,
      ),
    ),
  ),
  order(
    'an item is not active',
    (bundle) => void (item(bundle).status = 'cancelled'),
    value('MedicationRequest.status must be active.', `${REQUEST}.status`),
  ),
  order(
    'two items have one id',
    (bundle) => {
      const [first, second] = twoItems(bundle);
      second.identifier = structuredClone(first.identifier ?? []);
    },
    value(
      'Expected all MedicationRequests to have a different value for identifier.',
      `${REQUEST}.identifier`,
    ),
  ),
  order('several dosages of an item have no sequence', severalDosages, noSequence()),
  order(
    'several dosages of two items have no sequence',
    (bundle) => {
      severalDosages(bundle);
      twoItems(bundle);
    },
    noSequence(),
    noSequence(),
  ),
];

function severalDosages(bundle: Bundle): void {
  item(bundle).dosageInstruction = [{ text: 'one', sequence: 1 }, { text: 'two' }];
}

function noSequence() {
  const display =
    'The request contains multiple dosage instruction lines but no corresponding dosage sequence number.';
  return {
    severity: 'error',
    code: 'invalid',
    details: { coding: [{ code: 'MISSING_VALUE', display }] },
  } as const;
}

/** The rules of an order, besides those that want its items to agree. */
export const PRESCRIBING: readonly Entry[] = [...BUNDLE, ...RULES];

import type { Bundle, Extension } from 'fhir/r4';

import { all, one } from '../../src/local/sample-messages/testing.ts';
import { type Entry, orders, spine, tooFew, translated } from './rule.ts';

const NHS_ID = 'https://fhir.nhs.uk/Id';

const carried = orders('[EPS-FHIR 5.4]').rule;
const received = orders('[EPS-LIFECYCLE 3]').rule;

export function item(bundle: Bundle) {
  return one(bundle, 'MedicationRequest');
}

export function supply(bundle: Bundle) {
  return (item(bundle).dispenseRequest ??= {});
}

export function course(bundle: Bundle, code: string): void {
  item(bundle).courseOfTherapyType = { coding: [{ code }] };
}

function without(extensions: Extension[] | undefined, name: string): Extension[] {
  return (extensions ?? []).filter(({ url }) => !url.endsWith(name));
}

const CARRIED: readonly Entry[] = [
  carried(
    'no course of therapy is known',
    (bundle) => course(bundle, 'seasonal'),
    translated(
      'INVALID_VALUE',
      "Unhandled course of therapy type code 'seasonal'.",
      'MedicationRequest.courseOfTherapyType.coding.code',
    ),
  ),
  carried(
    'the supply is counted in other units than days',
    (bundle) => void (supply(bundle).expectedSupplyDuration = { value: 4, code: 'wk' }),
    translated(
      'INVALID_VALUE',
      'Expected supply duration must be specified in days.',
      'MedicationRequest.dispenseRequest.expectedSupplyDuration.code',
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
    'the item’s id is in another system',
    (bundle) => void (item(bundle).identifier = [{ system: 'urn:other', value: '1' }]),
    tooFew(`system == '${NHS_ID}/prescription-order-item-number'`, 'MedicationRequest.identifier'),
  ),
  carried(
    'the prescription type is missing',
    (bundle) => void (item(bundle).extension = [{ url: 'urn:other', valueBoolean: true }]),
    tooFew(
      "url == 'https://fhir.nhs.uk/StructureDefinition/Extension-DM-PrescriptionType'",
      'MedicationRequest.extension',
    ),
  ),
  carried(
    'the signature is no XML',
    (bundle) => {
      for (const { signature } of all(bundle, 'Provenance')) {
        for (const one of signature ?? []) one.data = 'bm8gWE1M';
      }
    },
    translated('INVALID_VALUE', 'Invalid signature format.', 'Provenance.signature.data'),
  ),
];

const RECEIVED: readonly Entry[] = [
  received(
    'the patient has two addresses',
    (bundle) => void one(bundle, 'Patient').address?.push({ line: ['2 Other Street'] }),
    spine('Patient address is missing'),
  ),
  received(
    'the patient has two names',
    (bundle) => void one(bundle, 'Patient').name?.push({ family: 'Other' }),
    spine('Patient name is missing'),
  ),
  received(
    'the patient is not born yet',
    (bundle) => void (one(bundle, 'Patient').birthDate = '2999-01-01'),
    spine('birthTime is in the future'),
  ),
  received(
    'the check character is wrong',
    (bundle) => {
      for (const request of all(bundle, 'MedicationRequest')) {
        if (request.groupIdentifier !== undefined) request.groupIdentifier.value = WRONG_CHECK;
      }
    },
    spine('prescriptionID has invalid checksum'),
  ),
  received(
    'the id has another form',
    (bundle) => {
      for (const request of all(bundle, 'MedicationRequest')) {
        if (request.groupIdentifier !== undefined) request.groupIdentifier.value = 'A-B-C';
      }
    },
    spine('prescriptionID has invalid format'),
  ),
  received(
    'a pharmacy is named under preference 0004',
    (bundle) => site(bundle, '0004'),
    spine(
      'Nomination Site Code must not be provided when DispensiongSitePreference code 0004 is set',
    ),
  ),
  received(
    'no pharmacy is named under preference P1',
    (bundle) => void delete supply(bundle).performer,
    spine('Nomination Site Code must be provided when DispensiongSitePreference code P1 is set'),
  ),
  received(
    'there is no signature',
    (bundle) => {
      bundle.entry = (bundle.entry ?? []).filter(
        ({ resource }) => resource?.resourceType !== 'Provenance',
      );
    },
    {
      code: 'business-rule',
      severity: 'error',
      details: {
        coding: [
          {
            system: 'https://fhir.nhs.uk/CodeSystem/EPS-IssueCode',
            code: 'MISSING_DIGITAL_SIGNATURE',
            display: 'Digital signature not found',
          },
        ],
      },
    },
  ),
];

const WRONG_CHECK = '269CA9-A99968-4577BP'; // of a published example; right would be F [EPS-FHIR 6.1]

function site(bundle: Bundle, code: string): void {
  const asked = supply(bundle);
  const [preference] = asked.extension ?? [];
  asked.extension = without(asked.extension, 'PerformerSiteType');
  if (preference !== undefined) {
    asked.extension.push({ ...preference, valueCoding: { ...preference.valueCoding, code } });
  }
}

/** What is found in carrying an order over, and what Spine itself finds on receipt. */
export const RECEIVING: readonly Entry[] = [...CARRIED, ...RECEIVED];

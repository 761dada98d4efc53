import type { Bundle } from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import { cancels, conflict, type Entry, invalid, orders } from './rule.ts';
import { value } from './rule.ts';
import { course, item, supply } from './receiving.ts';

const REQUEST = 'Bundle.entry.resource.ofType(MedicationRequest)';
const UK_ID = 'https://fhir.hl7.org.uk/Id';

/** With what repeat dispensing needs, for the change to take away. */
function repeatDispensing(bundle: Bundle): void {
  course(bundle, 'continuous-repeat-dispensing');
  const asked = supply(bundle);
  asked.numberOfRepeatsAllowed = 5;
  asked.validityPeriod = { start: '2026-01-01', end: '2026-12-31' };
}

const order = orders('[EPS-FHIR 5.3]').rule;
const cancel = cancels('[EPS-FHIR 5.3]').rule;

const BUNDLE: readonly Entry[] = [
  order(
    'the intent is a plan',
    (bundle) => void (item(bundle).intent = 'plan'),
    value(
      'MedicationRequest.intent must be order, original-order or instance-order.',
      `${REQUEST}.intent`,
    ),
  ),
  order(
    'an item has its medication twice, as a code and as a reference',
    (bundle) => void (item(bundle).medicationReference = { reference: 'urn:uuid:1' }),
    conflict(
      'MedicationRequest cannot contain both medicationReference and medicationCodeableConcept fields.',
    ),
  ),
  order(
    'a role’s telephone has no value',
    (bundle) => void (one(bundle, 'PractitionerRole').telecom = [{ use: 'work' }]),
    invalid('Required field bundle.entry[3].resource.telecom[0].value is missing.'),
  ),
  order(
    'a role’s telephone has no use',
    (bundle) => void (one(bundle, 'PractitionerRole').telecom = [{ value: '0123' }]),
    invalid('Required field bundle.entry[3].resource.telecom[0].use is missing.'),
  ),
  order(
    'a role names its practitioner by identifier',
    (bundle) =>
      void (one(bundle, 'PractitionerRole').practitioner = { identifier: { value: '1' } }),
    invalid(
      'practitionerRole.practitioner populated incorrectly. Please populate with Reference to resource within Bundle.',
    ),
  ),
  order(
    'a role names its organisation by identifier',
    (bundle) =>
      void (one(bundle, 'PractitionerRole').organization = { identifier: { value: '1' } }),
    invalid(
      'practitionerRole.organization populated incorrectly. Please populate with Reference to resource within Bundle.',
    ),
  ),
];

const RULES: readonly Entry[] = [
  order(
    'primary care names a healthcare service',
    (bundle) =>
      void (one(bundle, 'PractitionerRole').healthcareService = [{ reference: 'urn:uuid:1' }]),
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
  order(
    'repeat dispensing has no period',
    (bundle) => {
      repeatDispensing(bundle);
      delete supply(bundle).validityPeriod;
    },
    value(
      'Expected MedicationRequest to have a value for dispenseRequest.validityPeriod.',
      `${REQUEST}.dispenseRequest.validityPeriod`,
    ),
  ),
  order(
    'repeat dispensing has no duration of supply',
    (bundle) => {
      repeatDispensing(bundle);
      delete supply(bundle).expectedSupplyDuration;
    },
    value(
      'Expected MedicationRequest to have a value for dispenseRequest.expectedSupplyDuration.',
      `${REQUEST}.dispenseRequest.expectedSupplyDuration`,
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
      const entry = bundle.entry?.find(
        ({ resource }) => resource?.resourceType === 'MedicationRequest',
      );
      if (entry !== undefined) bundle.entry?.splice(2, 0, structuredClone(entry));
    },
    value(
      'Expected all MedicationRequests to have a different value for identifier.',
      `${REQUEST}.identifier`,
    ),
  ),
  order(
    'several dosages have no sequence',
    (bundle) => void (item(bundle).dosageInstruction = [{ text: 'one' }, { text: 'two' }]),
    {
      severity: 'error',
      code: 'invalid',
      details: {
        coding: [
          {
            code: 'MISSING_VALUE',
            display:
              'The request contains multiple dosage instruction lines but no corresponding dosage sequence number.',
          },
        ],
      },
    },
  ),
];

const CANCELS: readonly Entry[] = [
  cancel(
    'there is no item',
    (bundle) => {
      bundle.entry = (bundle.entry ?? []).filter(
        ({ resource }) => resource?.resourceType !== 'MedicationRequest',
      );
    },
    value(
      "The Bundle must contain exactly one MedicationRequest if MessageHeader.eventCoding.code is 'prescription-order-update'.",
      REQUEST,
    ),
  ),
  cancel(
    'the item is not cancelled',
    (bundle) => void (item(bundle).status = 'active'),
    value('MedicationRequest.status must be cancelled.', `${REQUEST}.status`),
  ),
  cancel(
    'no reason is given',
    (bundle) => void delete item(bundle).statusReason,
    value(
      'Expected MedicationRequest to have a value for statusReason.',
      `${REQUEST}.statusReason`,
    ),
  ),
];

export const PRESCRIBING: readonly Entry[] = [...BUNDLE, ...RULES, ...CANCELS];

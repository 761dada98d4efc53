import { all, one } from '../../src/local/sample-messages/testing.ts';
import { course, hospital, NOBODY, repeatDispensing, role, supply, twoItems } from './changes.ts';
import { type Entry, orders, tooFew, translated } from './rule.ts';

/** Values of an order that HL7 V3 has no form for [EPS-FHIR 5.4]. */
const carried = orders('[EPS-FHIR 5.4]').rule;

function invalidValue(text: string, path: string) {
  return translated('INVALID_VALUE', text, path);
}

const START = 'MedicationRequest.dispenseRequest.validityPeriod.start';
const LEAP = '2026-01-01T10:00:60Z'; // FHIR may say so, no clock of ours does
const SIGNATURE = invalidValue('Invalid signature format.', 'Provenance.signature.data');

const OF_ITEMS: readonly Entry[] = [
  carried(
    'no course of therapy is known',
    (bundle) => course(bundle, 'seasonal'),
    invalidValue(
      "Unhandled course of therapy type code 'seasonal'.",
      'MedicationRequest.courseOfTherapyType.coding.code',
    ),
  ),
  carried(
    'repeat dispensing is mixed with another course of therapy',
    (bundle) => {
      const [, second] = twoItems(bundle);
      second.courseOfTherapyType = { coding: [{ code: 'continuous-repeat-dispensing' }] };
    },
    invalidValue(
      "Course of therapy type must either match for all MedicationRequests or be a mixture of 'acute' and 'continuous'.",
      'MedicationRequest.courseOfTherapyType.coding',
    ),
  ),
  carried(
    'repeat dispensing does not say how often',
    (bundle) => {
      repeatDispensing(bundle);
      delete supply(bundle).numberOfRepeatsAllowed;
    },
    invalidValue(
      'Number of repeats allowed is required.',
      'MedicationRequest.dispenseRequest.numberOfRepeatsAllowed',
    ),
  ),
  carried(
    'the supply is counted in other units than days',
    (bundle) => void (supply(bundle).expectedSupplyDuration = { value: 4, code: 'wk' }),
    invalidValue(
      'Expected supply duration must be specified in days.',
      'MedicationRequest.dispenseRequest.expectedSupplyDuration.code',
    ),
  ),
  carried(
    'the start of its validity is in a leap second',
    (bundle) => void (supply(bundle).validityPeriod = { start: LEAP }),
    invalidValue(`Incorrect format for date time string '${LEAP}'.`, START),
  ),
  carried(
    'repeat dispensing ends in a leap second',
    (bundle) => {
      repeatDispensing(bundle);
      supply(bundle).validityPeriod = { start: '2026-01-01', end: LEAP };
    },
    invalidValue(`Incorrect format for date string '${LEAP}'.`, START.replace('start', 'end')),
  ),
  carried(
    'it was signed in a leap second',
    (bundle) => {
      for (const { signature = [] } of all(bundle, 'Provenance')) {
        for (const each of signature) each.when = LEAP;
      }
    },
    invalidValue(`Incorrect format for date time string '${LEAP}'.`, 'Provenance.signature.when'),
  ),
];

/** Uses that FHIR has and HL7 V3 has not. */
const OF_PEOPLE: readonly Entry[] = [
  ...(['Patient', 'Organization'] as const).flatMap((type) => [
    carried(
      `an old telephone of its ${type} is told`,
      (bundle) => void (one(bundle, type).telecom = [{ use: 'old', value: '0113' }]),
      invalidValue("Unhandled telecom use 'old'.", `${type}.telecom.use`),
    ),
    carried(
      `an old address of its ${type} is told`,
      (bundle) => void (one(bundle, type).address = [{ use: 'old', line: ['1 Street'] }]),
      invalidValue("Unhandled address use 'old'.", `${type}.address.use`),
    ),
  ]),
  carried(
    'an old telephone of the requester is told',
    (bundle) => void (role(bundle).telecom = [{ use: 'old', value: '0113' }]),
    invalidValue("Unhandled telecom use 'old'.", 'PractitionerRole.telecom.use'),
  ),
  carried(
    'the requester’s organisation has no name',
    (bundle) => void delete one(bundle, 'Organization').name,
    invalidValue('Name must be provided.', 'Organization.address'),
  ),
  carried(
    'the requester’s service has no name',
    (bundle) => {
      hospital(bundle);
      delete one(bundle, 'HealthcareService').name;
    },
    invalidValue('Name must be provided.', 'HealthcareService.address'),
  ),
  carried(
    'the place of the requester’s service has no address',
    (bundle) => {
      hospital(bundle);
      const place = one(bundle, 'Location');
      delete place.address;
      place.name = 'EXAMPLE CLINIC';
    },
    invalidValue('Address must be provided.', 'Location.address'),
  ),
  carried(
    'the requester’s service is not in the message',
    (bundle) => {
      hospital(bundle);
      role(bundle).healthcareService = [{ reference: NOBODY }];
    },
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  carried(
    'the place of the requester’s service is not in the message',
    (bundle) => {
      hospital(bundle);
      one(bundle, 'HealthcareService').location = [{ reference: NOBODY }];
    },
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
];

function signed(when: string, data: string): Entry {
  return carried(
    when,
    (bundle) => {
      for (const { signature = [] } of all(bundle, 'Provenance')) {
        for (const each of signature) each.data = Buffer.from(data).toString('base64');
      }
    },
    SIGNATURE,
  );
}

/** What an order says that cannot be written in HL7 V3. */
export const WRITING: readonly Entry[] = [
  ...OF_ITEMS,
  ...OF_PEOPLE,
  signed('the signature is no XML', 'no XML'),
  signed('the signature is cut off', '<Signature><SignedInfo>'),
];

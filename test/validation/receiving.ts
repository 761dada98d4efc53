import type { Bundle } from 'fhir/r4';

import { all, one } from '../../src/local/sample-messages/testing.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { ORDER } from '../bad-input/kinds.ts';
import {
  day,
  item,
  NHS,
  NHS_ID,
  removeAll,
  repeatDispensing,
  siteOf,
  supply,
  UK_ID,
} from './changes.ts';
import type { Rule } from './catalogued.ts';
import { type Entry, orders, spine } from './rule.ts';
import {
  at,
  cancelled,
  ordered,
  patientDied,
  refusal,
  sends,
  standing,
  withItems,
} from './steps.ts';

/** What Spine itself finds in an order, in its written order [EPS-LIFECYCLE 3]. */
const received = orders('[EPS-LIFECYCLE 3]').rule;

const WRONG_CHECK = '269CA9-A99968-4577BP'; // of a published example; right would be F [EPS-FHIR 6.1]

function group(bundle: Bundle, value: string | undefined): void {
  for (const { groupIdentifier = {} } of all(bundle, 'MedicationRequest')) {
    if (value === undefined) delete groupIdentifier.value;
    else groupIdentifier.value = value;
  }
}

function code(bundle: Bundle, system: string, value: string): void {
  one(bundle, 'Practitioner').identifier = [{ system, value }];
}

function window(start: string | undefined, end: string | undefined) {
  return (bundle: Bundle): void => {
    repeatDispensing(bundle);
    supply(bundle).validityPeriod = {
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    };
  };
}

function lasting(days: number) {
  return (bundle: Bundle): void => {
    repeatDispensing(bundle);
    supply(bundle).expectedSupplyDuration = { value: days, code: 'd' };
  };
}

const NO_WINDOW = spine(
  'daysSupply effective time not provided but prescription treatment type is repeat',
);

const OF_PEOPLE: readonly Entry[] = [
  received(
    'it has no id of its own',
    (bundle) => void delete bundle.identifier,
    spine('A single hl7:ID/@root must be provided'),
  ),
  received(
    'whom the organisation answers to has no code',
    (bundle) => void (one(bundle, 'Organization').partOf = { display: 'NHS EXAMPLE' }),
    spine('Health Care Provider Licensed Organization (PCT) ID is missing'),
  ),
  received(
    'the NHS number is none',
    (bundle) =>
      void (one(bundle, 'Patient').identifier = [
        { system: `${NHS_ID}/nhs-number`, value: '9990000019' },
      ]),
    spine('nhsNumber is not valid'),
  ),
  received(
    'it has no short-form id',
    (bundle) => group(bundle, undefined),
    spine('PrescriptionID missing'),
  ),
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
    'a pharmacy is named under preference 0004',
    (bundle) => siteOf(bundle, { code: '0004' }),
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
    'the prescriber’s code is too long',
    (bundle) => code(bundle, `${UK_ID}/professional-code`, '1234567890123'),
    spine('agentPersonSDSPerson has invalid format'),
  ),
  received(
    'the organisation’s code has another form',
    (bundle) =>
      void (one(bundle, 'Organization').identifier = [
        { system: `${NHS_ID}/ods-organization-code`, value: 'A83 008' },
      ]),
    spine('agentOrganization has invalid format'),
  ),
  received(
    'the code of whom the organisation answers to has another form',
    (bundle) => void (one(bundle, 'Organization').partOf = { identifier: { value: '84 H' } }),
    spine('hcplOrgCode has invalid format'),
  ),
  received(
    'the patient is not born yet',
    (bundle) => void (one(bundle, 'Patient').birthDate = '2999-01-01'),
    spine('birthTime is in the future'),
  ),
];

const OF_PRESCRIPTION: readonly Entry[] = [
  received(
    'it is of a year from which no expiry can be reckoned',
    (bundle) => void (supply(bundle).validityPeriod = { start: '1899-12-31' }),
    spine(
      'prescriptionTime is not a valid time or in the valid format; expected format %Y%m%d%H%M%S',
    ),
  ),
  received(
    'there are a hundred issues',
    (bundle) => {
      repeatDispensing(bundle);
      supply(bundle).numberOfRepeatsAllowed = 99;
    },
    spine('prescriptionRepeatHigh must not be over configured maximum of 99'),
  ),
  received(
    'there is no issue',
    (bundle) => {
      repeatDispensing(bundle);
      const repeats = { url: 'numberOfRepeatsAllowed', valueInteger: -1 };
      const information = { url: `${NHS}-EPS-RepeatInformation`, extension: [repeats] };
      item(bundle).basedOn = [{ reference: 'urn:uuid:1', extension: [information] }];
    },
    spine('prescriptionRepeatLow is greater than prescriptionRepeatHigh'),
  ),
  received(
    'its own id is no GUID',
    (bundle) => Object.assign(bundle.identifier ?? {}, { value: 'ABC' }),
    spine('hl7EventID has invalid format'),
  ),
  received(
    'an item’s id is no GUID',
    (bundle) => Object.assign(item(bundle).identifier?.[0] ?? {}, { value: 'ABC' }),
    spine('ABC is not a valid GUID format'),
  ),
  received(
    'the code of the nominated pharmacy has another form',
    (bundle) => void (supply(bundle).performer = { identifier: { value: 'FA 565' } }),
    spine('nominatedPerformer has invalid format'),
  ),
  received(
    'the preference of dispensing site has no code',
    (bundle) => siteOf(bundle, { display: 'Other' }),
    spine('nominatedPerformer has invalid type'),
  ),
  received(
    'the nominated pharmacy has no code',
    (bundle) => void (supply(bundle).performer = { display: 'EXAMPLE PHARMACY' }),
    spine('nominatedPerformer is present but empty'),
  ),
  received(
    'the short-form id has another form',
    (bundle) => group(bundle, 'A-B-C'),
    spine('prescriptionID has invalid format'),
  ),
  received(
    'the check character is wrong',
    (bundle) => group(bundle, WRONG_CHECK),
    spine('prescriptionID has invalid checksum'),
  ),
  received('an issue lasts half a day', lasting(0.5), spine('daysSupply is not an integer')),
  received(
    'an issue lasts less than nothing',
    lasting(-1),
    spine('daysSupply must be a non-zero integer'),
  ),
  received('an issue lasts 367 days', lasting(367), spine('daysSupply cannot exceed 366')),
  received('repeat dispensing does not begin', window(undefined, day(28)), NO_WINDOW),
  received('repeat dispensing does not end', window(day(0), undefined), NO_WINDOW),
  received(
    'repeat dispensing goes on for more than a year',
    window(day(0), day(367)),
    spine('daysSupplyValidHigh is more than 12 months beyond current day'),
  ),
  received(
    'repeat dispensing is over',
    window(day(-28), day(-1)),
    spine('daysSupplyValidHigh is in the past'),
  ),
  received(
    'repeat dispensing ends before it begins',
    window(day(28), day(27)),
    spine('daysSupplyValid low is after daysSupplyValidHigh'),
  ),
  received(
    'there is no signature',
    (bundle) => removeAll(bundle, 'Provenance'),
    refusal('business-rule', 'MISSING_DIGITAL_SIGNATURE', 'Digital signature not found'),
  ),
];

export const RECEIVING: readonly Entry[] = [...OF_PEOPLE, ...OF_PRESCRIPTION];

const known = standing('order', '[EPS-LIFECYCLE 3]');
const DUPLICATE = refusal(
  'duplicate',
  'DUPLICATE_PRESCRIPTION_ID',
  'Duplicate prescription ID exists',
);

const DECEASED = refusal('business-rule', 'PATIENT_DECEASED', 'Patient is recorded as dead');

/** What Spine knows already. */
export const KNOWN: readonly Rule[] = [
  known('the id is a prescription’s', DUPLICATE, { before: [ordered], send: sends(ORDER) }),
  known('the id is that of a prescription that was cancelled', DUPLICATE, {
    before: [ordered, cancelled],
    send: sends(ORDER),
  }),
  known('the patient is recorded as dead', DECEASED, {
    facts: withItems(1, { patient: { ...PATIENTS.elsewhere, nhsNumber: '9990000077' } }),
    before: [patientDied],
    send: sends(ORDER),
  }),
  known('the id is that of a prescription that is deleted', DUPLICATE, {
    on: 'its clock is set',
    facts: withItems(1, { authoredAt: new Date('2025-01-10T10:00:00Z') }),
    before: [at('2025-01-10T10:00:00Z'), ordered, cancelled, at('2025-09-10T10:00:00Z')],
    send: sends(ORDER),
  }),
];

import type { Bundle } from 'fhir/r4';

import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { one } from '../../src/local/sample-messages/testing.ts';
import { CANCEL } from '../bad-input/kinds.ts';
import { OF_NOTHING_ELSE, type Rule } from './catalogued.ts';
import { item, LONG_ID, NHS_ID, NOBODY, REQUEST, removeAll, role, twoItems } from './changes.ts';
import { cancels, type Entry, tooFew, tooMany, translated, value } from './rule.ts';
import { at, cancelled, ordered, sends, standing, withItems } from './steps.ts';

const REASON = 'https://fhir.nhs.uk/CodeSystem/medicationrequest-status-reason';
const REASONS = 'MedicationRequest.statusReason.coding';
const USER = `${NHS_ID}/sds-user-id`;

const cancel = cancels('[EPS-FHIR 5.3]').rule;
const carried = cancels('[EPS-FHIR 5.4]').rule;
const received = cancels('[EPS-LIFECYCLE 6.1, 7]').rule;

const ONE_ITEM = value(
  "The Bundle must contain exactly one MedicationRequest if MessageHeader.eventCoding.code is 'prescription-order-update'.",
  REQUEST,
);

const RULES: readonly Entry[] = [
  cancel('there is no item', (bundle) => removeAll(bundle, 'MedicationRequest'), ONE_ITEM),
  cancel('there are two items', (bundle) => void twoItems(bundle), ONE_ITEM),
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
  cancel(
    'the intent is a plan',
    (bundle) => void (item(bundle).intent = 'plan'),
    value(
      'MedicationRequest.intent must be order, original-order or instance-order.',
      `${REQUEST}.intent`,
    ),
  ),
];

const CARRIED: readonly Entry[] = [
  carried(
    'the reason is of another list',
    (bundle) => void (item(bundle).statusReason = { coding: [{ system: 'urn:o', code: '1' }] }),
    tooFew(`system == '${REASON}'`, REASONS),
  ),
  carried(
    'there are two reasons',
    (bundle) => {
      const reason = { system: REASON, code: '0001' };
      item(bundle).statusReason = { coding: [reason, reason] };
    },
    tooMany(`system == '${REASON}'`, REASONS),
  ),
  carried(
    'nothing stands beside the short-form id',
    (bundle) => void delete item(bundle).groupIdentifier?.extension,
    translated(
      'INVALID_VALUE',
      'Required field missing.',
      'MedicationRequest.groupIdentifier.extension',
    ),
  ),
  carried(
    'the long-form id is missing',
    (bundle) =>
      Object.assign(item(bundle).groupIdentifier ?? {}, {
        extension: [{ url: 'urn:other', valueBoolean: true }],
      }),
    tooFew(`url == '${LONG_ID}'`, 'MedicationRequest.groupIdentifier.extension'),
  ),
  carried(
    'the canceller is not known by a user id',
    (bundle) => void (one(bundle, 'Practitioner').identifier = [{ value: '1' }]),
    tooFew(`system == '${USER}'`, 'Practitioner.identifier'),
  ),
  carried(
    'the canceller has two user ids',
    (bundle) => {
      const user = { system: USER, value: '1' };
      one(bundle, 'Practitioner').identifier = [user, user];
    },
    tooMany(`system == '${USER}'`, 'Practitioner.identifier'),
  ),
  carried(
    'the canceller’s practitioner is not in the message',
    (bundle) => void (role(bundle).practitioner = { reference: NOBODY }),
    tooFew(`fullUrl == '${NOBODY}'`, 'Bundle.entry'),
  ),
  carried(
    'an old telephone of the canceller is told',
    (bundle) => void (role(bundle).telecom = [{ use: 'old', value: '0113' }]),
    translated('INVALID_VALUE', "Unhandled telecom use 'old'.", 'PractitionerRole.telecom.use'),
  ),
];

const ANSWERS = 'https://fhir.nhs.uk/CodeSystem/medicationrequest-status-history';

function answered(code: string, issue: string, display: string): Issue {
  const coding = [{ system: ANSWERS, code, display }];
  return { code: issue, severity: 'error', details: { coding } };
}

function unprocessed(detail: string): Issue {
  const display = `Unable to process message. Information missing or invalid - ${detail}`;
  return answered('R-5000', 'processing', display);
}

const RECEIVED: readonly Entry[] = [
  received(
    'the NHS number is none',
    (bundle) =>
      void (one(bundle, 'Patient').identifier = [
        { system: `${NHS_ID}/nhs-number`, value: '9990000019' },
      ]),
    unprocessed('nhsNumber is not valid'),
  ),
  received(
    'it has no short-form id',
    (bundle) => void delete item(bundle).groupIdentifier?.value,
    unprocessed('PrescriptionID missing'),
  ),
  received(
    'the patient has two addresses',
    (bundle) => void one(bundle, 'Patient').address?.push({ line: ['2 Other Street'] }),
    unprocessed('Patient address is missing'),
  ),
  received(
    'the patient has two names',
    (bundle) => void one(bundle, 'Patient').name?.push({ family: 'Other' }),
    unprocessed('Patient name is missing'),
  ),
  received(
    'the organisation’s code has another form',
    (bundle) =>
      void (one(bundle, 'Organization').identifier = [
        { system: `${NHS_ID}/ods-organization-code`, value: 'A83 008' },
      ]),
    unprocessed('agentOrganization has invalid format'),
  ),
  received(
    'its own id is no GUID',
    (bundle) => Object.assign(bundle.identifier ?? {}, { value: 'ABC' }),
    unprocessed('hl7EventID has invalid format'),
  ),
  received(
    'the item’s id is no GUID',
    (bundle) => Object.assign(item(bundle).identifier?.[0] ?? {}, { value: 'ABC' }),
    unprocessed('ABC is not a valid GUID format'),
  ),
];

export const CANCELLING: readonly Entry[] = [...RULES, ...CARRIED, ...RECEIVED];

const known = standing('cancel', '[EPS-LIFECYCLE 6.2, 7]');
const NOT_FOUND = answered('R-0008', 'not-found', 'Prescription/item not found');

/** Of what is refused without a Bundle, by what is known of the prescription. */
export const CANCELLING_KNOWN: readonly Rule[] = [
  known('the prescription does not have the item', NOT_FOUND, {
    before: [ordered],
    send: sends(CANCEL, (message) => {
      const bundle = message as Bundle;
      const value = '00000000-0000-4000-8000-000000000004';
      Object.assign(item(bundle).identifier?.[0] ?? {}, { value });
      return bundle;
    }),
  }),
  known(
    'it is about another patient than the prescription',
    unprocessed('Mismatch between prescription and cancellation NHSNumber'),
    {
      before: [ordered],
      send: sends(CANCEL, (message) => {
        const bundle = message as Bundle;
        Object.assign(one(bundle, 'Patient').identifier?.[0] ?? {}, { value: '9990000026' });
        return bundle;
      }),
    },
  ),
  known('the prescription is deleted', NOT_FOUND, {
    on: 'its clock is set',
    facts: withItems(1, { authoredAt: new Date('2025-01-10T10:00:00Z') }),
    before: [at('2025-01-10T10:00:00Z'), ordered, cancelled, at('2025-09-10T10:00:00Z')],
    send: sends(CANCEL),
  }),
  {
    ...OF_NOTHING_ELSE,
    message: 'cancel',
    source: '[EPS-LIFECYCLE 6.2, 7]',
    when: 'the operator has switched cancelling off',
    on: 'cancelling switched off',
    facts: withItems(1),
    before: [ordered],
    issues: [answered('R-0009', 'not-supported', 'Cancellation functionality disabled in SPINE')],
    send: sends(CANCEL),
  },
];

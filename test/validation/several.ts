import type { Bundle } from 'fhir/r4';

import { all, one } from '../../src/local/sample-messages/testing.ts';
import { CANCEL, ORDER, sendAs } from '../bad-input/kinds.ts';
import { OF_NOTHING_ELSE, type Rule, type Send } from './catalogued.ts';
import { item, NHS_ID, REQUEST, removeAll, responsible, role, supply } from './changes.ts';
import { type Entry, cancels, invalid, orders, spine, translated, value } from './rule.ts';
import { ordered, sends } from './steps.ts';

/** Messages in which several things are wrong at once: in which order they are told. */
const order = orders('[EPS-FHIR 5.1, 5.3]').rule;
const cancel = cancels('[EPS-FHIR 5.1, 5.3]').rule;

const INTENT = value(
  'MedicationRequest.intent must be order, original-order or instance-order.',
  `${REQUEST}.intent`,
);
const NOTES = translated(
  'TOO_MANY_VALUES_SUBMITTED',
  'Too many values submitted. Expected at most 1 element.',
  'MedicationRequest.note',
);

function plan(bundle: Bundle): void {
  item(bundle).intent = 'plan';
}

function twoNotes(bundle: Bundle): void {
  item(bundle).note = [{ text: 'one' }, { text: 'two' }];
}

function twoAddresses(bundle: Bundle): void {
  one(bundle, 'Patient').address?.push({ line: ['2 Other Street'] });
}

function noReference(field: 'practitioner' | 'organization') {
  return invalid(
    `practitionerRole.${field} populated incorrectly. Please populate with Reference to resource within Bundle.`,
  );
}

const RULES: readonly Entry[] = [
  order(
    'much of it is against the rules: all of them speak, in order',
    (bundle) => {
      plan(bundle);
      one(bundle, 'Organization').telecom = [{ value: '0113' }, { use: 'work' }];
      delete one(bundle, 'Organization').partOf;
      role(bundle).practitioner = { identifier: { value: '1' } };
      item(bundle).status = 'cancelled';
      item(bundle).dosageInstruction = [{ text: 'one' }, { text: 'two' }];
    },
    INTENT,
    invalid('Required field bundle.entry[5].resource.telecom[0].use is missing.'),
    invalid('Required field bundle.entry[5].resource.telecom[1].value is missing.'),
    noReference('practitioner'),
    invalid('Required field organization.partOf is missing.'),
    value('MedicationRequest.status must be active.', `${REQUEST}.status`),
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
  order(
    'each of two roles names what it should refer to',
    (bundle) => {
      const answering = responsible(bundle);
      answering.organization = { identifier: { value: '1' } };
      role(bundle).organization = { identifier: { value: '1' } };
    },
    noReference('organization'),
    noReference('organization'),
  ),
  order(
    'it is against a rule and cannot be carried over: the rule is told',
    (bundle) => {
      plan(bundle);
      twoNotes(bundle);
    },
    INTENT,
  ),
  order(
    'it cannot be carried over for two reasons: the first is told',
    (bundle) => {
      twoNotes(bundle);
      delete role(bundle).telecom;
    },
    NOTES,
  ),
  order(
    'it cannot be carried over and Spine would not take it: the former is told',
    (bundle) => {
      twoNotes(bundle);
      twoAddresses(bundle);
    },
    NOTES,
  ),
  order(
    'Spine would not take it for four reasons: the first of its list is told',
    (bundle) => {
      twoAddresses(bundle);
      one(bundle, 'Patient').birthDate = '2999-01-01';
      for (const { groupIdentifier } of all(bundle, 'MedicationRequest')) {
        Object.assign(groupIdentifier ?? {}, { value: 'A-B-C' });
      }
      removeAll(bundle, 'Provenance');
    },
    spine('Patient address is missing'),
  ),
  order(
    'the id of the pharmacy and of the prescription are wrong, and there is no signature',
    (bundle) => {
      supply(bundle).performer = { identifier: { value: 'FA 565' } };
      for (const { groupIdentifier } of all(bundle, 'MedicationRequest')) {
        Object.assign(groupIdentifier ?? {}, { value: 'A-B-C' });
      }
      removeAll(bundle, 'Provenance');
    },
    spine('nominatedPerformer has invalid format'),
  ),
  cancel(
    'all of its rules are broken: they speak in order',
    (bundle) => {
      plan(bundle);
      item(bundle).status = 'active';
      delete item(bundle).statusReason;
    },
    INTENT,
    value('MedicationRequest.status must be cancelled.', `${REQUEST}.status`),
    value(
      'Expected MedicationRequest to have a value for statusReason.',
      `${REQUEST}.statusReason`,
    ),
  ),
];

export const SEVERAL: readonly Entry[] = RULES;

function changed(change: (bundle: Bundle) => void): Send {
  return sends(ORDER, (message) => {
    change(message as Bundle);
    return message;
  });
}

/** What is looked at before the message, and after it. */
export const SEVERAL_AROUND: readonly Rule[] = [
  {
    ...OF_NOTHING_ELSE,
    message: 'order',
    source: '[EPS-FHIR 5.1, 5.3]',
    when: 'it is against a rule, and who sends it may not: the latter is told alone',
    status: 403,
    issues: [
      {
        severity: 'fatal',
        code: 'forbidden',
        diagnostics: 'Your app does not have permission to access prescribing functionality.',
      },
    ],
    send: (on, facts) => {
      const bundle = ORDER.build(facts) as Bundle;
      plan(bundle);
      return sendAs(on, ORDER, bundle, 'dispenser');
    },
  },
  {
    ...OF_NOTHING_ELSE,
    message: 'order',
    source: '[EPS-FHIR 5.1]',
    when: 'its id is taken and Spine would not take it: the latter is told',
    before: [ordered],
    issues: [spine('Patient address is missing')],
    send: changed(twoAddresses),
  },
  {
    ...OF_NOTHING_ELSE,
    message: 'cancel',
    source: '[EPS-FHIR 5.1]',
    when: 'it cannot be carried over, and nobody knows the prescription: the former is told',
    issues: [
      translated(
        'TOO_FEW_VALUES_SUBMITTED',
        `Too few values submitted. Expected 1 element where system == '${NHS_ID}/sds-user-id'.`,
        'Practitioner.identifier',
      ),
    ],
    send: sends(CANCEL, (message) => {
      one(message as Bundle, 'Practitioner').identifier = [{ value: '1' }];
      return message;
    }),
  },
];

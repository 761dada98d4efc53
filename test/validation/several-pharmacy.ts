import type { Claim, Parameters, Task } from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import { DISPENSE, RETURN, sendAs } from '../bad-input/kinds.ts';
import { another, request, supply } from './carrying.ts';
import { OF_NOTHING_ELSE, type Rule } from './catalogued.ts';
import { claims, conflict, dispenses, type Entry, invalid, releases, returns } from './rule.ts';
import { spine, tooFew, translated, value, withdrawals } from './rule.ts';
import { ordered, STATE, standing } from './steps.ts';

/** A pharmacy's messages in which several things are wrong: in which order they are told. */
const dispense = dispenses('[EPS-FHIR 5.1, 5.3]').rule;
const giveBack = returns('[EPS-FHIR 5.1, 5.3]').rule;
const withdraw = withdrawals('[EPS-FHIR 5.1, 5.3]').rule;
const claim = claims('[EPS-FHIR 5.1, 5.3]').rule;
const release = releases('[EPS-FHIR 5.1, 5.3]').rule;

const NAMED = 'populated incorrectly. Please populate with Identifier and Display.';
const CODES = 'https://fhir.nhs.uk/CodeSystem';
const PATH = 'Bundle.entry.resource.ofType(MedicationDispense)';
const ALL = 'much of it is against the rules: all of them speak, in order';

function differ(path: string, received: string) {
  const text = `Expected all MedicationDispenses to have the same value for ${path}. Received ${received}.`;
  return value(text, `${PATH}.${path}`);
}

const INTENT = value("Task.intent must be one of: 'order'.", 'Task.intent');

function noReason(task: 'return-status' | 'withdraw') {
  const system = `${CODES}/EPS-task-dispense-${task}-reason`;
  const text = `Task.reasonCode must have a system of '${system}' and a value from that system.`;
  return value(text, 'Task.reasonCode');
}

function byReference({ contained = [] }: Task | Claim): void {
  for (const one of contained) {
    if (one.resourceType === 'PractitionerRole') one.practitioner = { reference: 'urn:uuid:1' };
  }
}

const RULES: readonly Entry[] = [
  dispense(
    ALL,
    (bundle) => {
      const second = another(bundle);
      second.medicationReference = { reference: 'urn:uuid:1' };
      one(bundle, 'Organization').telecom = [{ use: 'work' }];
      supply(bundle).whenHandedOver = '2026-01-02';
      second.whenHandedOver = '2026-01-03';
      supply(bundle).subject = { identifier: { value: '1' } };
      second.subject = { identifier: { value: '2' } };
      delete supply(bundle).performer;
      delete second.performer;
      delete one(bundle, 'Organization').extension;
    },
    conflict(
      'MedicationDispense cannot contain both medicationReference and medicationCodeableConcept fields.',
    ),
    invalid('Required field bundle.entry[3].resource.telecom[0].value is missing.'),
    differ('whenHandedOver', '["2026-01-02","2026-01-03"]'),
    differ('subject.identifier.value', '["1","2"]'),
    value(
      'Expected MedicationDispense to have a value for performer.ofType(PractitionerRole).',
      `${PATH}.performer.ofType(PractitionerRole)`,
    ),
    invalid(
      'The dispense notification is missing the reimbursement authority and it should be provided.',
    ),
  ),
  giveBack(
    ALL,
    (task) => {
      task.intent = 'plan';
      byReference(task);
      delete task.statusReason;
    },
    INTENT,
    invalid(`Task.contained("PractitionerRole").practitioner ${NAMED}`),
    noReason('return-status'),
  ),
  giveBack(
    'it is neither a return nor a withdrawal, and no order',
    (task) => {
      task.intent = 'plan';
      task.status = 'completed';
      delete task.statusReason;
    },
    INTENT,
    value("Task.status must be one of: 'in-progress', 'rejected'.", 'Task.status'),
  ),
  withdraw(
    ALL,
    (task) => {
      task.intent = 'plan';
      delete task.code;
      delete task.statusReason;
    },
    INTENT,
    value("Task.code is required when Task.status is 'in-progress'.", 'Task.code'),
    noReason('withdraw'),
  ),
  claim(
    ALL,
    (message) => {
      message.insurance = [{ sequence: 1, focal: true, coverage: { display: 'one' } }];
      message.insurance.push({ sequence: 2, focal: false, coverage: { display: 'two' } });
      byReference(message);
      for (const item of message.item ?? [])
        for (const one of item.detail ?? []) delete one.programCode;
    },
    invalid('Expected 1 item(s) in Claim.insurance, but received 2.'),
    value(
      "Claim.insurance[0].coverage.identifier.value must be one of: 'T1450', 'RQFZ1'.",
      'Claim.insurance[0].coverage.identifier.value',
    ),
    invalid(`Parameters.parameter("agent").resource.practitioner ${NAMED}`),
    invalid('The claim is missing the required endorsement code.'),
  ),
  release(
    ALL,
    (parameters: Parameters) => {
      const { parameter = [] } = parameters;
      parameters.parameter = parameter.filter(({ name }) => name !== 'owner');
      for (const { resource } of parameter) {
        if (resource?.resourceType !== 'PractitionerRole') continue;
        resource.practitioner = { reference: 'urn:uuid:1' };
        delete resource.telecom;
      }
    },
    invalid('Required parameter owner is missing.'),
    invalid(`Parameters.parameter("agent").resource.practitioner ${NAMED}`),
    invalid('Required field Parameters.parameter("agent").resource.telecom is missing.'),
  ),
];

const TYPE = `${CODES}/medicationdispense-type`;
const OTHER_TYPE = tooFew(`system == '${TYPE}'`, 'MedicationDispense.type.coding');

/** Rules, then what cannot be carried over, then what Spine itself finds: the first of the steps alone. */
const STEPS: readonly Entry[] = [
  dispense(
    'rules are told before what cannot be carried over',
    (bundle) => {
      delete one(bundle, 'Organization').extension;
      supply(bundle).type = { coding: [{ system: 'urn:x', code: '1' }] };
    },
    invalid(
      'The dispense notification is missing the reimbursement authority and it should be provided.',
    ),
  ),
  dispense(
    'what cannot be carried over is told before what Spine finds',
    (bundle) => {
      bundle.identifier = { value: 'x' };
      delete request(bundle).groupIdentifier?.value;
      supply(bundle).type = { coding: [{ system: 'urn:x', code: '1' }] };
    },
    OTHER_TYPE,
  ),
  dispense(
    'of what cannot be carried over the first is told',
    (bundle) => {
      supply(bundle).performer = [{ actor: { reference: '#nobody' } }];
      supply(bundle).type = { coding: [{ system: 'urn:x', code: '1' }] };
    },
    translated('INVALID_VALUE', 'Contained resource with reference #nobody not found', null),
  ),
  dispense(
    'of what Spine finds the first is told',
    (bundle) => {
      bundle.identifier = { value: 'x' };
      delete request(bundle).groupIdentifier?.value;
      supply(bundle).subject = { identifier: { value: '1' } };
    },
    spine('A single PrescriptionID must be provided'),
  ),
  giveBack(
    'what cannot be carried over is told before what Spine finds',
    (task) => {
      task.identifier = [{ system: 'https://tools.ietf.org/html/rfc4122', value: 'x' }];
      delete task.groupIdentifier?.value;
      task.requester = { reference: '#nobody' };
    },
    translated('INVALID_VALUE', 'Contained resource with reference #nobody not found', null),
  ),
  withdraw(
    'of what Spine finds the first is told',
    (task) => {
      task.identifier = [{ system: 'https://tools.ietf.org/html/rfc4122', value: 'x' }];
      delete task.groupIdentifier?.value;
      delete task.for;
    },
    spine('Patient NHS Number not found'),
  ),
  claim(
    'what cannot be carried over is told before what Spine finds',
    (message) => {
      message.identifier = [{ system: 'https://tools.ietf.org/html/rfc4122', value: 'x' }];
      message.provider = { reference: '#nobody' };
    },
    translated('INVALID_VALUE', 'Contained resource with reference #nobody not found', null),
  ),
];

const FORBIDDEN = {
  severity: 'fatal',
  code: 'forbidden',
  diagnostics: 'Your app does not have permission to access dispensing functionality.',
} as const;

/** What comes before all rules, and what after them. */
export const AROUND_PHARMACY: readonly Rule[] = [
  {
    ...OF_NOTHING_ELSE,
    message: RETURN.name,
    source: '[EPS-FHIR 5.3]',
    when: 'the token has no scope for it, and it is against the rules',
    status: 403,
    issues: [FORBIDDEN],
    send: (on, facts) =>
      sendAs(on, RETURN, { ...RETURN.build(facts), intent: 'plan' }, 'prescriber'),
  },
  standing('dispense', '[EPS-LIFECYCLE 5.1]')(
    'the patient is another, and it is with no pharmacy',
    spine('Mismatch between prescription and dispense notification NHSNumber'),
    {
      before: [ordered],
      send: (on, facts) => {
        const patient = { ...facts.patient, nhsNumber: '9990000026' };
        return sendAs(on, DISPENSE, DISPENSE.build({ ...facts, patient }));
      },
    },
  ),
  standing('dispense', '[EPS-LIFECYCLE 5.1]')(
    'it is with no pharmacy, and its items are others',
    STATE,
    {
      before: [ordered],
      send: (on, facts) => {
        const items = facts.items.map((item) => ({ ...item, itemId: crypto.randomUUID() }));
        return sendAs(on, DISPENSE, DISPENSE.build({ ...facts, items }));
      },
    },
  ),
];

export const SEVERAL_PHARMACY: readonly Entry[] = [...RULES, ...STEPS];

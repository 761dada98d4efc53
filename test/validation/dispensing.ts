import type {
  FhirResource,
  MedicationDispense,
  ParametersParameter,
  PractitionerRole,
} from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import { another, supply } from './carrying.ts';
import { claims, conflict, dispenses, type Entry, invalid, releases, returns } from './rule.ts';
import { value, withdrawals } from './rule.ts';

const NAMED = 'populated incorrectly. Please populate with Identifier and Display.';
const NHS = 'https://fhir.nhs.uk/CodeSystem';

const dispense = dispenses('[EPS-FHIR 5.3]').rule;
const giveBack = returns('[EPS-FHIR 5.3]').rule;
const withdraw = withdrawals('[EPS-FHIR 5.3]').rule;
const claim = claims('[EPS-FHIR 5.3]').rule;
const release = releases('[EPS-FHIR 5.3]').rule;

type Containing = { contained?: readonly { readonly resourceType: string }[] | undefined };

function byReference(of: Containing): void {
  const role = of.contained?.find(({ resourceType }) => resourceType === 'PractitionerRole');
  (role as PractitionerRole).practitioner = { reference: 'urn:uuid:1' };
}

/** The public list has this event; the service takes amendments as notifications [EPS-CODES 1]. */
const UPDATE = { code: 'dispense-notification-update', display: 'Dispense Notification Update' };

const DISPENSE_PATH = 'Bundle.entry.resource.ofType(MedicationDispense)';

/** Two products that differ in something that is one for all of them. */
function differing(
  what: string,
  path: string,
  received: string,
  change: (first: MedicationDispense, second: MedicationDispense) => void,
): Entry {
  return dispense(
    `two products differ in ${what}`,
    (bundle) => change(supply(bundle), another(bundle)),
    value(
      `Expected all MedicationDispenses to have the same value for ${path}. Received ${received}.`,
      `${DISPENSE_PATH}.${path}`,
    ),
  );
}

const REPEATS = 'https://fhir.nhs.uk/StructureDefinition/Extension-EPS-RepeatInformation';

function issue(issued: number) {
  const extension = [{ url: 'numberOfRepeatsIssued', valueInteger: issued }];
  return { url: REPEATS, extension };
}

const SAME: readonly Entry[] = [
  differing(
    'when they were handed over',
    'whenHandedOver',
    '["2026-01-02T03:04:05+00:00","2026-01-02"]',
    (first, second) => {
      first.whenHandedOver = '2026-01-02T03:04:05+00:00';
      second.whenHandedOver = '2026-01-02';
    },
  ),
  differing(
    'the patient',
    'subject.identifier.value',
    '["9990000018","9990000026"]',
    (first, second) => {
      first.subject = { identifier: { value: '9990000018' } };
      second.subject = { identifier: { value: '9990000026' } };
    },
  ),
  differing(
    'the issue',
    `extension("${REPEATS}")`,
    JSON.stringify([issue(0), null]),
    (first) => void first.extension?.push(issue(0)),
  ),
  differing(
    'who performed',
    'performer',
    '[[{"actor":{"reference":"#performer"}}],[{"actor":{"reference":"#other"}}]]',
    (_, second) => void (second.performer = [{ actor: { reference: '#other' } }]),
  ),
];

const DISPENSES: readonly Entry[] = [
  dispense(
    'the event is none of the three',
    (bundle) => void Object.assign(one(bundle, 'MessageHeader').eventCoding ?? {}, UPDATE),
    value(
      'MessageHeader.eventCoding.code must be one of: prescription-order, prescription-order-update, dispense-notification.',
      'Bundle.entry.resource.ofType(MessageHeader).eventCoding.code',
    ),
  ),
  dispense(
    'a product is given twice, as a code and as a reference',
    (bundle) => void (supply(bundle).medicationReference = { reference: 'urn:uuid:1' }),
    conflict(
      'MedicationDispense cannot contain both medicationReference and medicationCodeableConcept fields.',
    ),
  ),
  dispense(
    'the pharmacy’s telephone has no value',
    (bundle) => void (one(bundle, 'Organization').telecom = [{ use: 'work' }]),
    invalid('Required field bundle.entry[2].resource.telecom[0].value is missing.'),
  ),
  dispense(
    'the pharmacy’s telephone has no use',
    (bundle) => void (one(bundle, 'Organization').telecom = [{ value: '0123' }]),
    invalid('Required field bundle.entry[2].resource.telecom[0].use is missing.'),
  ),
  ...SAME,
  dispense(
    'nobody performs',
    (bundle) => void delete supply(bundle).performer,
    value(
      'Expected MedicationDispense to have a value for performer.ofType(PractitionerRole).',
      'Bundle.entry.resource.ofType(MedicationDispense).performer.ofType(PractitionerRole)',
    ),
  ),
  dispense(
    'the practitioner is a reference',
    (bundle) => byReference(supply(bundle)),
    invalid(`Bundle.entry("PractitionerRole").practitioner ${NAMED}`),
  ),
  dispense(
    'who pays is missing',
    (bundle) => void delete one(bundle, 'Organization').extension,
    invalid(
      'The dispense notification is missing the reimbursement authority and it should be provided.',
    ),
  ),
  dispense(
    'who pays has no code',
    (bundle) => {
      for (const relationship of one(bundle, 'Organization').extension ?? []) {
        relationship.extension = [{ url: 'other', valueBoolean: true }];
      }
    },
    invalid(
      'The dispense notification is missing the ODS code for reimbursement authority and it should be provided.',
    ),
  ),
];

const TASKS: readonly Entry[] = [
  giveBack(
    'the intent is another',
    (task) => void (task.intent = 'plan'),
    value("Task.intent must be one of: 'order'.", 'Task.intent'),
  ),
  giveBack(
    'the practitioner is a reference',
    byReference,
    invalid(`Task.contained("PractitionerRole").practitioner ${NAMED}`),
  ),
  giveBack(
    'the status is another',
    (task) => void (task.status = 'completed'),
    value("Task.status must be one of: 'in-progress', 'rejected'.", 'Task.status'),
  ),
  giveBack(
    'there is no reason of a return',
    (task) => void delete task.statusReason,
    value(
      `Task.reasonCode must have a system of '${NHS}/EPS-task-dispense-return-status-reason' and a value from that system.`,
      'Task.reasonCode',
    ),
  ),
  withdraw(
    'there is no code',
    (task) => void delete task.code,
    value("Task.code is required when Task.status is 'in-progress'.", 'Task.code'),
  ),
  withdraw(
    'the code is another',
    (task) => void (task.code = { coding: [{ code: 'fulfill' }] }),
    value("Task.code.coding.code must be one of: 'abort'.", 'Task.code.coding.code'),
  ),
  withdraw(
    'there is no reason of a withdrawal',
    (task) => void delete task.statusReason,
    value(
      `Task.reasonCode must have a system of '${NHS}/EPS-task-dispense-withdraw-reason' and a value from that system.`,
      'Task.reasonCode',
    ),
  ),
];

const AUTHORITY = 'Claim.insurance[0].coverage.identifier.value';

const CLAIMS: readonly Entry[] = [
  claim(
    'there are two insurances',
    (message) => message.insurance.push(...structuredClone(message.insurance)),
    invalid('Expected 1 item(s) in Claim.insurance, but received 2.'),
  ),
  claim(
    'another pays',
    (message) => {
      for (const { coverage } of message.insurance) coverage.identifier = { value: 'A1' };
    },
    value(`${AUTHORITY} must be one of: 'T1450', 'RQFZ1'.`, AUTHORITY),
  ),
  claim(
    'the practitioner is a reference',
    byReference,
    invalid(`Parameters.parameter("agent").resource.practitioner ${NAMED}`),
  ),
  claim(
    'there is no endorsement',
    (message) => {
      for (const detail of message.item?.flatMap((item) => item.detail ?? []) ?? []) {
        detail.programCode = detail.programCode?.filter(
          ({ coding }) => coding?.[0]?.system !== `${NHS}/medicationdispense-endorsement`,
        );
      }
    },
    invalid('The claim is missing the required endorsement code.'),
  ),
];

const RELEASES: readonly Entry[] = [
  release(
    'there is no owner',
    (parameters) => {
      const { parameter = [] } = parameters;
      parameters.parameter = parameter.filter(({ name }) => name !== 'owner');
    },
    invalid('Required parameter owner is missing.'),
  ),
  release(
    'the practitioner is a reference',
    ({ parameter = [] }) => byReference({ contained: resources(parameter) }),
    invalid(`Parameters.parameter("agent").resource.practitioner ${NAMED}`),
  ),
  release(
    'the agent has no telephone',
    ({ parameter = [] }) => {
      for (const resource of resources(parameter)) {
        if (resource.resourceType === 'PractitionerRole') delete resource.telecom;
      }
    },
    invalid('Required field Parameters.parameter("agent").resource.telecom is missing.'),
  ),
];

function resources(parameter: readonly ParametersParameter[]): FhirResource[] {
  return parameter.flatMap(({ resource }) => resource ?? []);
}

export const DISPENSING: readonly Entry[] = [...RELEASES, ...TASKS, ...DISPENSES, ...CLAIMS];

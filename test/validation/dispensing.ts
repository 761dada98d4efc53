import type { Bundle, FhirResource, ParametersParameter, PractitionerRole } from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import { claims, dispenses, type Entry, invalid, releases, returns } from './rule.ts';
import { translated, value, withdrawals } from './rule.ts';

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

function supply(bundle: Bundle) {
  return one(bundle, 'MedicationDispense');
}

const DISPENSES: readonly Entry[] = [
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

const carried = dispenses('[EPS-FHIR 5.4]').rule;

const CARRIED: readonly Entry[] = [
  carried(
    'the performer is not contained',
    (bundle) => void (supply(bundle).performer = [{ actor: { reference: '#nobody' } }]),
    translated('INVALID_VALUE', 'Contained resource with reference #nobody not found', null),
  ),
  carried(
    'the performer is no role',
    (bundle) => void (supply(bundle).performer = [{ actor: { reference: '#request' } }]),
    translated(
      'INVALID_VALUE',
      'Contained resource with reference #request is not of type PractitionerRole',
      null,
    ),
  ),
  carried(
    'the prescribed item is no item',
    (bundle) => void (supply(bundle).authorizingPrescription = [{ reference: '#performer' }]),
    translated(
      'INVALID_VALUE',
      'Contained resource with reference #performer is not of type MedicationRequest',
      null,
    ),
  ),
  releases('[EPS-FHIR 5.4]').rule(
    'nobody asks',
    (parameters) => {
      const { parameter = [] } = parameters;
      parameters.parameter = parameter.filter(({ name }) => name !== 'agent');
    },
    translated('INVALID_VALUE', 'Parameter with name agent not found', null),
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

export const DISPENSING: readonly Entry[] = [
  ...RELEASES,
  ...TASKS,
  ...DISPENSES,
  ...CLAIMS,
  ...CARRIED,
];

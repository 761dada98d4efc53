import type { Extension, Organization, PractitionerRole, Task } from 'fhir/r4';

import {
  type Entry,
  returns,
  tooFew,
  tooMany,
  tooManyIfAny,
  translated,
  withdrawals,
} from './rule.ts';

/** What is found in carrying a return or a withdrawal over to what Spine keeps [EPS-FHIR 5.4]. */
const returned = returns('[EPS-FHIR 5.4]').rule;
const withdrawn = withdrawals('[EPS-FHIR 5.4]').rule;

const NHS = 'https://fhir.nhs.uk';
const MESSAGE_ID = 'https://tools.ietf.org/html/rfc4122';
const REPEATS = `${NHS}/StructureDefinition/Extension-EPS-RepeatInformation`;

function role(task: Task): PractitionerRole {
  return contained(task, 'PractitionerRole') as PractitionerRole;
}

function organization(task: Task): Organization {
  return contained(task, 'Organization') as Organization;
}

function contained(task: Task, type: string) {
  return task.contained?.find(({ resourceType }) => resourceType === type);
}

function invalidValue(text: string, path: string | null) {
  return translated('INVALID_VALUE', text, path);
}

const IDENTIFIERS: readonly Entry[] = [
  returned(
    'its id is in another system',
    (task) => void (task.identifier = [{ system: 'urn:x', value: '1' }]),
    tooFew(`system == '${MESSAGE_ID}'`, 'Task.identifier'),
  ),
  returned(
    'it has two ids',
    (task) => void task.identifier?.push(...(task.identifier ?? [])),
    tooMany(`system == '${MESSAGE_ID}'`, 'Task.identifier'),
  ),
];

const REQUESTER: readonly Entry[] = [
  returned(
    'the requester is no reference',
    (task) => void (task.requester = { display: 'A pharmacist' }),
    invalidValue(
      'task.requester should be a reference to contained.practitionerRole',
      'task.requester',
    ),
  ),
  returned(
    'the requester is not contained',
    (task) => void (task.requester = { reference: '#nobody' }),
    invalidValue('Contained resource with reference #nobody not found', null),
  ),
  returned(
    'the requester is no role',
    (task) => void (task.requester = { reference: '#organisation' }),
    invalidValue(
      'Contained resource with reference #organisation is not of type PractitionerRole',
      null,
    ),
  ),
  returned(
    'the role names its organisation by identifier',
    (task) => void (role(task).organization = { identifier: { value: 'FA565' } }),
    invalidValue(
      'practitionerRole.organization should be a Reference',
      'task.contained("PractitionerRole").organization',
    ),
  ),
  returned(
    'the organisation is not contained',
    (task) => void (role(task).organization = { reference: '#nowhere' }),
    invalidValue('Contained resource with reference #nowhere not found', null),
  ),
  returned(
    'the organisation is none',
    (task) => void (role(task).organization = { reference: '#requester' }),
    invalidValue('Contained resource with reference #requester is not of type Organization', null),
  ),
  returned(
    'nobody is in the role',
    (task) => void (role(task).practitioner = { display: 'A pharmacist' }),
    invalidValue(
      'practitionerRole.practitioner should be a Value Identifier',
      'Task.contained("PractitionerRole").practitioner("value")',
    ),
  ),
  returned(
    'the organisation has no code',
    (task) => void (organization(task).identifier = [{ system: 'urn:x', value: 'A' }]),
    tooFew(`system == '${NHS}/Id/ods-organization-code'`, 'Organization.identifier'),
  ),
  returned(
    'the organisation has two codes',
    (task) => {
      const { identifier = [] } = organization(task);
      organization(task).identifier = [...identifier, ...identifier];
    },
    tooMany(`system == '${NHS}/Id/ods-organization-code'`, 'Organization.identifier'),
  ),
  returned(
    'the role has no profile id',
    (task) => void (role(task).identifier = [{ system: 'urn:x', value: 'A' }]),
    tooFew(`system == '${NHS}/Id/sds-role-profile-id'`, 'PractitionerRole.identifier'),
  ),
  returned(
    'the role has no job role',
    (task) => void (role(task).code = [{ coding: [{ system: 'urn:x', code: 'R8000' }] }]),
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      `Too few values submitted. Expected at least 1 element where system in [${NHS}/CodeSystem/NHSDigital-SDS-JobRoleCode, https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName].`,
      null,
    ),
  ),
];

function repeats(...extension: readonly Extension[]): Extension {
  return { url: REPEATS, extension: [...extension] };
}

const ISSUED = { url: 'numberOfRepeatsIssued', valueInteger: 0 };

const ONCE: readonly Entry[] = [
  returned(
    'there are two reasons',
    (task) => void task.statusReason?.coding?.push(...(task.statusReason.coding ?? [])),
    tooMany(
      `system == '${NHS}/CodeSystem/EPS-task-dispense-return-status-reason'`,
      'Task.statusReason',
    ),
  ),
  returned(
    'two issues are named',
    (task) => void (task.extension = [repeats(ISSUED), repeats(ISSUED)]),
    tooManyIfAny(`url == '${REPEATS}'`, 'Task.extension'),
  ),
  returned(
    'the issue is named twice',
    (task) => void (task.extension = [repeats(ISSUED, ISSUED)]),
    tooManyIfAny("url == 'numberOfRepeatsIssued'", 'Task.extension.extension'),
  ),
  withdrawn(
    'who is in the role has an identifier without a value',
    (task) => void (role(task).practitioner = { identifier: { system: `${NHS}/Id/sds-user-id` } }),
    invalidValue(
      'practitionerRole.practitioner should be a Value Identifier',
      'Task.contained("PractitionerRole").practitioner("value")',
    ),
  ),
  withdrawn(
    'there are two reasons',
    (task) => void task.statusReason?.coding?.push(...(task.statusReason.coding ?? [])),
    tooMany(`system == '${NHS}/CodeSystem/EPS-task-dispense-withdraw-reason'`, 'Task.statusReason'),
  ),
  withdrawn(
    'the issue is named as another type than integer',
    (task) =>
      void (task.extension = [repeats({ url: 'numberOfRepeatsIssued', valueUnsignedInt: 0 })]),
    invalidValue('Required field missing.', 'Task.extension.extension.valueInteger'),
  ),
];

export const CARRYING_TASKS: readonly Entry[] = [...IDENTIFIERS, ...REQUESTER, ...ONCE];

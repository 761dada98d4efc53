import type { Organization, PractitionerRole, Task } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import type { OdsCode } from '../ods-code.ts';
import { type PrescriptionId, prescriptionKey } from '../prescription-id.ts';
import { type Dispenser, readDispenser } from './dispenser.ts';
import { onlyCoding, onlyContained, onlyExtensionIfAny, onlyIdentifier } from './only.ts';
import { readMember, readOds, type ToldMember, type ToldOrganisation } from './party.ts';
import { codingOf, resolveContained } from './r4.ts';
import { bySpine, inTranslation, type Refusal } from './refusal.ts';
import { readRepeatCount } from './repeat-count.ts';
import { invalidIssue, invalidValue, type Rule, valueIssue } from './rules.ts';
import { CODE, EXTENSION, ID } from './systems.ts';

/** Rules of a return or a withdrawal, in their order [EPS-FHIR 5.3]. */
export const taskRules: readonly Rule<Task>[] = [intent, practitionerIsNamed, status, code, reason];

function intent(task: Task): Issue[] {
  return task.intent === 'order'
    ? []
    : [valueIssue("Task.intent must be one of: 'order'.", 'Task.intent')];
}

function practitionerIsNamed(task: Task): Issue[] {
  return requesterOf(task)?.practitioner?.reference === undefined
    ? []
    : [
        invalidIssue(
          'Task.contained("PractitionerRole").practitioner populated incorrectly. Please populate with Identifier and Display.',
        ),
      ];
}

function status(task: Task): Issue[] {
  return task.status === 'in-progress' || task.status === 'rejected'
    ? []
    : [valueIssue("Task.status must be one of: 'in-progress', 'rejected'.", 'Task.status')];
}

function code(task: Task): Issue[] {
  if (task.status !== 'in-progress') return [];
  if (task.code === undefined) {
    return [valueIssue("Task.code is required when Task.status is 'in-progress'.", 'Task.code')];
  }
  const isAbort = task.code.coding?.every((coding) => coding.code === 'abort') ?? false;
  return isAbort
    ? []
    : [valueIssue("Task.code.coding.code must be one of: 'abort'.", 'Task.code.coding.code')];
}

function reason(task: Task): Issue[] {
  const system = reasonSystem(task);
  if (system === null || codingOf(task.statusReason, system)?.code !== undefined) return [];
  return [
    valueIssue(
      `Task.reasonCode must have a system of '${system}' and a value from that system.`,
      'Task.reasonCode',
    ),
  ];
}

function reasonSystem(task: Task): string | null {
  if (task.status === 'rejected') return CODE.returnReason;
  return task.status === 'in-progress' ? CODE.withdrawReason : null;
}

function requesterOf(task: Task): PractitionerRole | null {
  return resolveContained(task, task.requester, 'PractitionerRole');
}

export type TaskOf = {
  readonly messageId: Uuid;
  /** Null: no prescription can have the id that the Task names. */
  readonly id: PrescriptionId | null;
  readonly dispenser: OdsCode;
  readonly reason: string;
  /** The dispense notification that a withdrawal is about; of a return nobody looks at it [EPS-FHIR 7.1]. */
  readonly notification: Uuid | null;
  readonly issue: number | null;
};

/** What a return and a withdrawal have in common: all of it is carried over, then Spine looks at it [EPS-FHIR 4.6, 5.1]. */
export function readTask(task: Task): Result<TaskOf, Refusal> {
  const carried = carryTask(task);
  if (!carried.ok) return fail(inTranslation(carried.error));
  const { messageId: messageText, organisation, reason, issue } = carried.value;
  const { groupIdentifier, focus, for: patient } = task;
  const nhsNumber = patient?.identifier?.value;
  // Spine has other words, and looks at more, in a withdrawal [EPS-LIFECYCLE 4.4, 5.3].
  const isWithdrawal = task.status === 'in-progress';
  const notification = parseUuid(focus?.identifier?.value ?? '');
  if (isWithdrawal && notification === null) return fail(NO_NOTIFICATION);
  if (isWithdrawal && nhsNumber === undefined) return fail(NO_PATIENT);
  const shortForm = groupIdentifier?.value;
  if (shortForm === undefined) return fail(isWithdrawal ? NO_TARGET : NO_PRESCRIPTION);
  const dispenser = readOds(organisation);
  if (!dispenser.ok) return dispenser;
  const messageId = parseUuid(messageText);
  if (messageId === null) return fail(bySpine('hl7EventID has invalid format'));
  const id = prescriptionKey(shortForm);
  return ok({ messageId, id, dispenser: dispenser.value, reason, notification, issue });
}

const NO_PRESCRIPTION = bySpine('hl7:pertinentPrescriptionID not found');
const NO_NOTIFICATION = bySpine('only a single dispense notification ref may be provided');
const NO_PATIENT = bySpine('Patient NHS Number not found');
const NO_TARGET = bySpine('Withdraw ID (target prescription) not found');

type Carried = Pick<TaskOf, 'reason' | 'issue'> & {
  readonly messageId: string;
  readonly organisation: ToldOrganisation;
};

function carryTask(task: Task): Result<Carried, Issue> {
  const messageId = onlyIdentifier(task.identifier, ID.message, 'Task.identifier');
  if (!messageId.ok) return messageId;
  const requester = task.status === 'rejected' ? readReturner(task) : readWithdrawer(task);
  if (!requester.ok) return requester;
  const reason = readReason(task);
  if (!reason.ok) return reason;
  const issue = readIssue(task);
  if (!issue.ok) return issue;
  return ok({
    messageId: messageId.value,
    organisation: requester.value.organisation,
    reason: reason.value,
    issue: issue.value,
  });
}

function readReason(task: Task): Result<string, Issue> {
  const { statusReason } = task;
  const concepts = statusReason === undefined ? undefined : [statusReason];
  const coding = onlyCoding(concepts, reasonSystem(task) ?? '', 'Task.statusReason');
  return coding.ok ? ok(coding.value.code) : coding;
}

function readIssue(task: Task): Result<number | null, Issue> {
  const path = 'Task.extension';
  const repeats = onlyExtensionIfAny(task.extension, EXTENSION.epsRepeatInformation, path);
  return repeats.ok ? readRepeatCount(repeats.value, 'numberOfRepeatsIssued', path) : repeats;
}

export function readReturner(task: Task): Result<Dispenser, Issue> {
  const found = onlyRequester(task);
  return found.ok ? readDispenser(found.value.role, found.value.organization) : found;
}

export function readWithdrawer(task: Task): Result<ToldMember, Issue> {
  const found = onlyRequester(task);
  return found.ok ? readMember(found.value.role, found.value.organization) : found;
}

type Requester = { readonly role: PractitionerRole; readonly organization: Organization };

function onlyRequester(task: Task): Result<Requester, Issue> {
  if (task.requester?.reference === undefined) return fail(NO_REQUESTER);
  const role = onlyContained(task, task.requester, 'PractitionerRole');
  if (!role.ok) return role;
  const { organization: named, practitioner } = role.value;
  if (named?.reference === undefined) return fail(NO_ORGANIZATION);
  const organization = onlyContained(task, named, 'Organization');
  if (!organization.ok) return organization;
  if (practitioner?.identifier?.value === undefined) return fail(NO_PRACTITIONER);
  return ok({ role: role.value, organization: organization.value });
}

const NO_REQUESTER = invalidValue(
  'task.requester should be a reference to contained.practitionerRole',
  'task.requester',
);
const NO_ORGANIZATION = invalidValue(
  'practitionerRole.organization should be a Reference',
  'task.contained("PractitionerRole").organization',
);
const NO_PRACTITIONER = invalidValue(
  'practitionerRole.practitioner should be a Value Identifier',
  'Task.contained("PractitionerRole").practitioner("value")',
);

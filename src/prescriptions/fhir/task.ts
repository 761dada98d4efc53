import type { PractitionerRole, Task } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import type { OdsCode } from '../ods-code.ts';
import { type PrescriptionId, prescriptionKey } from '../prescription-id.ts';
import { onlyCoding, onlyContained, onlyExtensionIfAny } from './only.ts';
import { readParty } from './party.ts';
import { codingOf, resolveContained } from './r4.ts';
import { bySpine, inTranslation, type Refusal } from './refusal.ts';
import { readRepeatCount } from './repeat-count.ts';
import { invalidIssue, invalidValue, onlyOne, type Rule, valueIssue } from './rules.ts';
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
  readonly nhsNumber: string | null;
  /** The message that the Task is about. */
  readonly focus: string | null;
  readonly issue: number | null;
};

/** What a return and a withdrawal have in common [EPS-FHIR 4.6]; Spine has other words for each of them [EPS-LIFECYCLE 4.4, 5.3]. */
export function readTask(task: Task): Result<TaskOf, Refusal> {
  const identifier = onlyOne(
    task.identifier,
    'Task.identifier',
    `system == '${ID.message}'`,
    ({ system }) => system === ID.message,
  );
  if (!identifier.ok) return fail(inTranslation(identifier.error));
  const messageId = parseUuid(identifier.value.value ?? '');
  if (messageId === null) return fail(bySpine('hl7EventID has invalid format'));
  const dispenser = readDispenser(task);
  if (!dispenser.ok) return dispenser;
  const shortForm = task.groupIdentifier?.value;
  if (shortForm === undefined) return fail(bySpine(NO_PRESCRIPTION[task.status] ?? ''));
  const coding = readReason(task);
  if (!coding.ok) return fail(inTranslation(coding.error));
  const issue = readIssue(task);
  if (!issue.ok) return fail(inTranslation(issue.error));
  return ok({
    messageId,
    dispenser: dispenser.value,
    id: prescriptionKey(shortForm),
    reason: coding.value,
    focus: task.focus?.identifier?.value ?? null,
    nhsNumber: task.for?.identifier?.value ?? null,
    issue: issue.value,
  });
}

const NO_PRESCRIPTION: Partial<Record<Task['status'], string>> = {
  rejected: 'hl7:pertinentPrescriptionID not found',
  'in-progress': 'Withdraw ID (target prescription) not found',
};

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

function readDispenser(task: Task): Result<OdsCode, Refusal> {
  if (task.requester?.reference === undefined) return fail(inTranslation(NO_REQUESTER));
  const role = onlyContained(task, task.requester, 'PractitionerRole');
  if (!role.ok) return fail(inTranslation(role.error));
  const { organization: named, practitioner } = role.value;
  if (named?.reference === undefined) return fail(inTranslation(NO_ORGANIZATION));
  const organization = onlyContained(task, named, 'Organization');
  if (!organization.ok) return fail(inTranslation(organization.error));
  if (practitioner?.identifier === undefined) return fail(inTranslation(NO_PRACTITIONER));
  const party = readParty(role.value, organization.value);
  return party.ok ? ok(party.value.organisation.ods) : party;
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

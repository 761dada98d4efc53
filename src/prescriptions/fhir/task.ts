import type { PractitionerRole, Task } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import type { OdsCode } from '../ods-code.ts';
import { type PrescriptionId, prescriptionKey } from '../prescription-id.ts';
import { onlyExtensionIfAny } from './only.ts';
import { readParty } from './party.ts';
import { codingOf, resolveContained } from './r4.ts';
import { bySpine, inTranslation, type Refusal } from './refusal.ts';
import { repeatCount } from './repeat-count.ts';
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
  /** The message that the Task is about. */
  readonly focus: string | null;
  readonly issue: number | null;
};

/** What a return and a withdrawal have in common [EPS-FHIR 4.6]. */
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
  if (shortForm === undefined) return fail(bySpine('hl7:pertinentPrescriptionID not found'));
  const repeats = onlyExtensionIfAny(task.extension, EXTENSION.epsRepeatInformation, REPEATS);
  if (!repeats.ok) return fail(inTranslation(repeats.error));
  return ok({
    messageId,
    dispenser: dispenser.value,
    id: prescriptionKey(shortForm),
    reason: codingOf(task.statusReason, reasonSystem(task))?.code ?? '',
    focus: task.focus?.identifier?.value ?? null,
    issue: repeatCount(repeats.value, 'numberOfRepeatsIssued'),
  });
}

const REPEATS = 'Task.extension';

function readDispenser(task: Task): Result<OdsCode, Refusal> {
  const role = requesterOf(task);
  if (role === null) {
    const text = 'task.requester should be a reference to contained.practitionerRole';
    return fail(inTranslation(invalidValue(text, 'task.requester')));
  }
  const organization = resolveContained(task, role.organization, 'Organization');
  if (organization === null) {
    const text = 'practitionerRole.organization should be a Reference';
    return fail(
      inTranslation(invalidValue(text, 'task.contained("PractitionerRole").organization')),
    );
  }
  if (role.practitioner?.identifier === undefined) {
    const text = 'practitionerRole.practitioner should be a Value Identifier';
    const path = 'Task.contained("PractitionerRole").practitioner("value")';
    return fail(inTranslation(invalidValue(text, path)));
  }
  const party = readParty(role, organization);
  return party.ok ? ok(party.value.organisation.ods) : party;
}

import type { Task } from 'fhir/r4';

import { fhirInstant } from '../../gateways/fhir/operation-outcome.ts';
import type { Person } from '../personas.ts';
import { coding, concept, identifier, known } from './parts.ts';
import { containedParty } from './people.ts';
import {
  RETURN_REASONS,
  type ReturnReason,
  WITHDRAW_REASONS,
  type WithdrawReason,
} from './reasons.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

export type Return = {
  readonly messageId: string;
  readonly shortFormId: string;
  /** Identifier of the release response that brought the prescription. */
  readonly releaseId: string;
  readonly nhsNumber: string;
  readonly reason: ReturnReason;
  readonly dispenser: Person;
  readonly authoredAt: Date;
};

export type Withdraw = {
  readonly messageId: string;
  readonly shortFormId: string;
  /** Message id of the dispense notification that is taken back: the last one. */
  readonly dispenseMessageId: string;
  readonly nhsNumber: string;
  readonly reason: WithdrawReason;
  readonly dispenser: Person;
  readonly authoredAt: Date;
};

/** Gives the whole prescription back to the Spine [EPS-FHIR 4.6]. */
export function returnTask(of: Return): Task {
  return {
    ...task(of, of.releaseId),
    status: 'rejected',
    statusReason: concept(coding(CODES.returnReason, of.reason, RETURN_REASONS[of.reason])),
    code: concept(coding(CODES.task, 'fulfill', 'Fulfill the focal request')),
    reasonCode: concept(coding(CODES.snomed, '33633005', 'Prescription of drug')),
  };
}

/** Takes back the last dispense notification [EPS-FHIR 4.6]. */
export function withdraw(of: Withdraw): Task {
  return {
    ...task(of, of.dispenseMessageId),
    extension: [
      { url: EXTENSION.provenanceAgent, valueReference: known(ID.user, of.dispenser.userId) },
    ],
    status: 'in-progress',
    statusReason: concept(coding(CODES.withdrawReason, of.reason, WITHDRAW_REASONS[of.reason])),
    code: concept(coding(CODES.task, 'abort', 'Mark the focal resource as no longer active')),
    owner: known(ID.ods, of.dispenser.organisation.ods),
    reasonCode: concept(coding(CODES.snomed, '373784005', 'Dispensing medication')),
  };
}

function task(of: Omit<Return, 'releaseId' | 'reason'>, focus: string): Omit<Task, 'status'> {
  return {
    resourceType: 'Task',
    id: of.messageId,
    contained: containedParty(of.dispenser, 'requester'),
    identifier: [identifier(ID.message, of.messageId)],
    groupIdentifier: identifier(ID.shortForm, of.shortFormId),
    intent: 'order',
    focus: known(ID.message, focus),
    for: known(ID.nhsNumber, of.nhsNumber),
    authoredOn: fhirInstant(of.authoredAt),
    requester: { reference: '#requester' },
  };
}

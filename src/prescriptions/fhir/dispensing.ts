import type { Bundle, Parameters } from 'fhir/r4';

import type {
  FhirInteraction,
  FhirRequest,
  FhirResponse,
} from '../../gateways/fhir/interaction.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { bundleOf, readKeptOrder } from '../kept-order.ts';
import { claimRules, readClaim } from '../messages/claim/fhir.ts';
import { claim } from '../messages/claim/handle.ts';
import { readRelease, releaseResponse, releaseRules, wantedId } from '../messages/release/fhir.ts';
import { releaseById, releaseNominated } from '../messages/release/handle.ts';
import { GivingOut, handedOut } from '../messages/release/give-out.ts';
import { releasedPrescription } from '../messages/release/released-prescription.ts';
import { readReturn } from '../messages/return/fhir.ts';
import { giveBack } from '../messages/return/handle.ts';
import { readWithdraw } from '../messages/withdraw/fhir.ts';
import { withdraw } from '../messages/withdraw/handle.ts';
import type { OdsCode } from '../ods-code.ts';
import type { Answer, Spine } from '../perform.ts';
import { prescriptionKey, shortForm } from '../prescription-id.ts';
import type * as repository from '../repository.ts';
import { refusedResponse, rejectedResponse } from './answer.ts';
import { envelopeOf } from './envelope.ts';
import { returnFailed, signatureOutcome } from './failed-prescription.ts';
import { check, ownOnly, plainResponse, wrongResource } from './process-message.ts';
import { asMessage } from './r4.ts';
import { byRules } from './refusal.ts';
import { applyRules } from './rules.ts';
import { roleIssue, scopeIssue } from './scopes.ts';
import { organisationIssue } from './strict.ts';
import { readTask, taskRules } from './task.ts';

/** What a pharmacy does besides telling what it dispensed [EPS-FHIR 2]. */
export function dispensingInteractions(spine: Spine): FhirInteraction[] {
  const bases = ['legacy', 'dispensing'] as const;
  return [
    {
      method: 'POST',
      path: '/Task/$release',
      bases,
      handle: (request) => onRelease(spine, request),
    },
    { method: 'POST', path: '/Task', bases, handle: (request) => onTask(spine, request) },
    { method: 'POST', path: '/Claim', bases, handle: (request) => onClaim(spine, request) },
  ];
}

async function onRelease(spine: Spine, request: FhirRequest): Promise<FhirResponse> {
  const parameters = asMessage(request.resource);
  if (parameters?.resourceType !== 'Parameters') return wrongResource(request, 'Parameters');
  const wanted = wantedId(parameters);
  const release = wanted === null ? 'nominated' : 'patient';
  const acts = [wanted === null ? 'eps-release-nominated' : 'eps-release-patient'] as const;
  const scope = scopeIssue(request, spine.settings, { half: 'Dispensing', release, acts });
  const issues = scope === null ? applyRules(releaseRules, parameters) : [scope];
  if (issues.length > 0) return refusedResponse(request, byRules(issues));
  return released(spine, request, parameters, wanted);
}

async function released(
  spine: Spine,
  request: FhirRequest,
  parameters: Parameters,
  wanted: string | null,
): Promise<FhirResponse> {
  // The request has no id of its own: the same X-Request-ID is the same request [EPS-FHIR 5.1].
  const by = wanted === null ? 'by nomination' : 'by id';
  const messageId = derivedUuid('release request', by, request.requestId.toLowerCase());
  const read = readRelease(parameters, messageId, request.at);
  if (!read.ok) return refusedResponse(request, read.error);
  const command = read.value;
  const dispenser = command.dispenser.organisation.ods;
  const stranger = organisationIssue(request, spine.settings, [dispenser]);
  if (stranger !== null) return refusedResponse(request, byRules([stranger]));
  if (spine.settings.switchedOff.includes('Release')) {
    return rejectedResponse(request, { kind: 'ReleaseDisabled' }, request.at);
  }
  const { releaseId } = command;
  const giving = new GivingOut(({ prescription, body }) =>
    releasedPrescription({
      prescription,
      order: bundleOf(readKeptOrder(body)),
      releaseId,
      requestId: messageId,
    }),
  );
  if (wanted === null) {
    const envelope = envelopeOf(request, messageId, 'releaseNominated');
    const answer = await releaseNominated(spine, envelope, command, giving);
    return releaseAnswer(spine, request, envelope, { answer, dispenser, giving });
  }
  const id = prescriptionKey(wanted);
  if (id === null) return rejectedResponse(request, { kind: 'ReleaseNotFound' }, request.at);
  const envelope = envelopeOf(request, messageId, 'releaseById');
  const answer = await releaseById(spine, envelope, id, command, giving);
  return releaseAnswer(spine, request, envelope, { answer, dispenser, giving });
}

type Answered = {
  readonly answer: Answer;
  readonly dispenser: OdsCode;
  readonly giving: GivingOut<Bundle>;
};

async function releaseAnswer(
  spine: Spine,
  request: FhirRequest,
  envelope: repository.Envelope,
  { answer, dispenser, giving }: Answered,
): Promise<FhirResponse> {
  const { outcome, given } = await handedOut(spine, giving, answer, envelope);
  if (outcome.kind !== 'Released') return plainResponse(request, { ...answer, outcome });
  const { releaseId, at } = outcome;
  const failed = given.filter(({ released }) => released.isFailed);
  const ids = failed.map(({ released }) => released.prescription.id);
  await returnFailed(spine, envelope, ids, { releaseId, dispenser, at });
  const resource = releaseResponse(
    { releaseId, at },
    {
      passed: given.flatMap(({ released, shown }) => (released.isFailed ? [] : [shown])),
      failed: failed.flatMap(({ shown }) => [signatureOutcome(shown), shown]),
      held: given.flatMap(({ released: { prescription } }) =>
        prescription.held === undefined ? [] : [shortForm(prescription.id)],
      ),
    },
  );
  return { status: 200, resource };
}

async function onTask(spine: Spine, request: FhirRequest): Promise<FhirResponse> {
  const task = asMessage(request.resource);
  if (task?.resourceType !== 'Task') return wrongResource(request, 'Task');
  const acts = [task.status === 'rejected' ? 'eps-return' : 'eps-withdraw'] as const;
  const problem = check(spine, request, { half: 'Dispensing', acts, rules: taskRules }, task);
  if (problem !== null) return refusedResponse(request, problem);
  const read = readTask(task);
  if (!read.ok) return refusedResponse(request, read.error);
  const { id, messageId, dispenser } = read.value;
  const stranger = organisationIssue(request, spine.settings, [dispenser]);
  if (stranger !== null) return refusedResponse(request, byRules([stranger]));
  if (id === null) return rejectedResponse(request, { kind: 'PrescriptionNotFound' }, request.at);
  if (task.status === 'rejected') {
    const envelope = envelopeOf(request, messageId, 'return');
    const command = readReturn(read.value, request.at);
    return plainResponse(request, await giveBack(spine, envelope, id, command));
  }
  const command = readWithdraw(read.value, request.at);
  const envelope = envelopeOf(request, messageId, 'withdraw');
  return plainResponse(request, await withdraw(spine, envelope, id, command));
}

async function onClaim(spine: Spine, request: FhirRequest): Promise<FhirResponse> {
  const message = asMessage(request.resource);
  if (message?.resourceType !== 'Claim') return wrongResource(request, 'Claim');
  const acts = ['eps-claim'] as const;
  const problem = check(spine, request, { half: 'Dispensing', acts, rules: claimRules }, message);
  if (problem !== null) return refusedResponse(request, problem);
  const read = ownOnly(spine, request, readClaim(message, request.at));
  if (!read.ok) return refusedResponse(request, read.error);
  const { id, command } = read.value;
  const amends = command.replaces === null ? [] : (['eps-claim-amend'] as const);
  const unable = roleIssue(request, spine.settings, amends);
  if (unable !== null) return refusedResponse(request, byRules([unable]));
  if (id === null) return rejectedResponse(request, { kind: 'PrescriptionNotFound' }, request.at);
  const envelope = envelopeOf(request, command.claim, 'claim');
  return plainResponse(request, await claim(spine, envelope, id, command));
}

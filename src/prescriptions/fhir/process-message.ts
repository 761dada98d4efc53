import type { Bundle } from 'fhir/r4';

import type {
  FhirInteraction,
  FhirRequest,
  FhirResponse,
} from '../../gateways/fhir/interaction.ts';
import { instantOf } from '../../kernel/instant.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { cancelRules, cancelResponse, readCancel } from '../messages/cancel/fhir.ts';
import { cancel } from '../messages/cancel/handle.ts';
import { readOrder } from '../messages/create/fhir.ts';
import { create } from '../messages/create/handle.ts';
import { receiveOrder } from '../messages/create/receive.ts';
import { orderRules } from '../messages/create/rules.ts';
import { readDispense } from '../messages/dispense/fhir.ts';
import { dispense } from '../messages/dispense/handle.ts';
import { dispenseRules } from '../messages/dispense/rules.ts';
import type { OdsCode } from '../ods-code.ts';
import type { Answer, Spine } from '../perform.ts';
import { textOf } from '../rejections.ts';
import { acceptedResponse, refusedResponse, rejectedResponse } from './answer.ts';
import { envelopeOf } from './envelope.ts';
import { eventOf, type MessageEvent } from './event.ts';
import { asMessage } from './r4.ts';
import { byRules, type Refusal } from './refusal.ts';
import { requesterOrganisations } from './requester.ts';
import { applyRules, type Rule } from './rules.ts';
import { type Needs, scopeIssue } from './scopes.ts';
import { checkSignature, signatureRefusal } from './signature-check.ts';
import { organisationIssue } from './strict.ts';

/** `$process-message`: the event of the MessageHeader decides what it is [EPS-FHIR 2]. */
export function processMessage(spine: Spine): FhirInteraction {
  return {
    method: 'POST',
    path: '/$process-message',
    bases: ['legacy', 'prescribing', 'dispensing'],
    handle: (request) => {
      const bundle = asMessage(request.resource);
      if (bundle?.resourceType !== 'Bundle') return wrongResource(request, 'Bundle');
      const event = eventOf(bundle);
      if (!event.ok) return refusedResponse(request, event.error);
      const problem = check(spine, request, MESSAGES[event.value], bundle);
      if (problem !== null) return refusedResponse(request, problem);
      switch (event.value) {
        case 'prescription-order':
          return onOrder(spine, request, bundle);
        case 'prescription-order-update':
          return onCancel(spine, request, bundle);
        case 'dispense-notification':
          return onDispense(spine, request, bundle);
      }
    },
  };
}

export type Checks<Message> = Needs & { readonly rules: readonly Rule<Message>[] };

/** Who may send a message, and what it has to keep to. */
export const MESSAGES: Readonly<Record<MessageEvent, Checks<Bundle>>> = {
  'prescription-order': { half: 'Prescribing', acts: ['eps-create'], rules: orderRules },
  'prescription-order-update': {
    half: 'Prescribing',
    acts: ['eps-cancel', 'eps-cancel-for-prescriber'],
    rules: cancelRules,
  },
  'dispense-notification': { half: 'Dispensing', acts: ['eps-dispense'], rules: dispenseRules },
};

export function wrongResource(request: FhirRequest, expected: string): FhirResponse {
  const diagnostics = `Incorrect FHIR resource type. Expected ${expected}.`;
  return refusedResponse(request, byRules([{ severity: 'fatal', code: 'value', diagnostics }]));
}

async function onOrder(spine: Spine, request: FhirRequest, bundle: Bundle): Promise<FhirResponse> {
  const at = instantOf(request.at);
  const order = readOrder(bundle, at);
  if (!order.ok) return refusedResponse(request, order.error);
  const stranger = organisationIssue(request, spine.settings, requesterOrganisations(bundle));
  if (stranger !== null) return refusedResponse(request, byRules([stranger]));
  const received = receiveOrder(order.value, at);
  if (!received.ok) return rejectedResponse(request, received.error, request.at);
  const { id, command } = received.value;
  const { signatureCheck } = spine.settings;
  const isSha1Allowed = request.actor.application.prepareAlgorithm === 'RS1';
  const signature = checkSignature(spine, bundle, order.value, isSha1Allowed);
  const refusal = signatureCheck === 'strict' ? signatureRefusal(signature) : null;
  if (refusal !== null) return refusedResponse(request, refusal);
  const envelope = envelopeOf(request, command.messageId, 'create');
  return plainResponse(request, await create(spine, envelope, id, { ...command, signature }));
}

async function onCancel(spine: Spine, request: FhirRequest, bundle: Bundle): Promise<FhirResponse> {
  const read = ownOnly(spine, request, readCancel(bundle, request.at));
  if (!read.ok) return cancelRefused(request, bundle, read.error);
  const { id, command } = read.value;
  if (spine.settings.switchedOff.includes('Cancellation')) {
    return cancelResponse(bundle, unprocessed(request, 'R-0009', null));
  }
  if (id === null) return cancelResponse(bundle, unprocessed(request, 'R-0008', null));
  const envelope = envelopeOf(request, command.messageId, 'cancel');
  const { outcome } = await cancel(spine, envelope, id, command);
  return outcome.kind === 'CancelAnswered'
    ? cancelResponse(bundle, outcome)
    : plainResponse(request, { outcome });
}

/** What Spine cannot process of a cancel request is R-5000, with Spine's words [EPS-LIFECYCLE 6.1, 7]. */
function cancelRefused(request: FhirRequest, bundle: Bundle, refusal: Refusal): FhirResponse {
  if (refusal.step !== 'spine') return refusedResponse(request, refusal);
  return cancelResponse(bundle, unprocessed(request, 'R-5000', textOf(refusal.rejection)));
}

function unprocessed(
  { at }: FhirRequest,
  code: 'R-0008' | 'R-0009' | 'R-5000',
  detail: string | null,
) {
  return { kind: 'CancelAnswered', code, detail, performer: null, at: instantOf(at) } as const;
}

async function onDispense(
  spine: Spine,
  request: FhirRequest,
  bundle: Bundle,
): Promise<FhirResponse> {
  const read = ownOnly(spine, request, readDispense(bundle, request.at));
  if (!read.ok) return refusedResponse(request, read.error);
  const { id, command } = read.value;
  if (id === null) return rejectedResponse(request, { kind: 'PrescriptionNotFound' }, request.at);
  const envelope = envelopeOf(request, command.messageId, 'dispense');
  return plainResponse(request, await dispense(spine, envelope, id, command));
}

/** A scope problem is told alone; then all rules speak [EPS-FHIR 5.3]. */
export function check<Message>(
  { settings }: Spine,
  request: FhirRequest,
  { rules, ...needs }: Checks<Message>,
  message: Message,
): Refusal | null {
  const scope = scopeIssue(request, settings, needs);
  if (scope !== null) return byRules([scope]);
  const issues = applyRules(rules, message);
  return issues.length === 0 ? null : byRules(issues);
}

/** In strict mode, what was read goes on only if it acts for the caller's own organisation. */
export function ownOnly<Read extends { readonly organisations: readonly OdsCode[] }>(
  spine: Spine,
  request: FhirRequest,
  read: Result<Read, Refusal>,
): Result<Read, Refusal> {
  if (!read.ok) return read;
  const issue = organisationIssue(request, spine.settings, read.value.organisations);
  return issue === null ? ok(read.value) : { ok: false, error: byRules([issue]) };
}

export function plainResponse(
  request: FhirRequest,
  { outcome }: Pick<Answer, 'outcome'>,
): FhirResponse {
  return outcome.kind === 'Refused'
    ? rejectedResponse(request, outcome.rejection, new Date(outcome.at))
    : acceptedResponse(request, outcome.at);
}

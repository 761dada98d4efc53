import type { Hl7Answer, Hl7Request } from '../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { instantOf } from '../../kernel/instant.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { checkFragments } from '../fhir/signature-check.ts';
import { cancel } from '../messages/cancel/handle.ts';
import { cancellationResponse, readCancel } from '../messages/cancel/hl7v3.ts';
import { create } from '../messages/create/handle.ts';
import { readNewPrescription, type ReceivedOrder } from '../messages/create/read-hl7v3.ts';
import type { Outcome } from '../outcome.ts';
import type { Spine } from '../perform.ts';
import type { Rejection } from '../rejections.ts';
import { FINDINGS, type SignatureCheck } from '../signature/finding.ts';
import { acknowledgement, refusal } from './answers.ts';
import type { OrderDocument } from './order-document.ts';
import { envelopeOf, receive, unprocessable } from './received.ts';
import { signedOrderOf } from './signed-order.ts';

/** A new prescription; with strict settings only one whose signature is good. */
export function onOrder(
  spine: Spine,
  request: Hl7Request,
  act: Element | null,
): Promise<Hl7Answer> {
  const order = receive(spine, request, act, {
    name: 'ParentPrescription',
    read: (parent) => signedOrder(spine, request, parent),
  });
  return kept(spine, request, order);
}

type SignedOrder = ReceivedOrder & { readonly signature: SignatureCheck };

function signedOrder(
  spine: Spine,
  request: Hl7Request,
  act: Element,
): Result<SignedOrder, Rejection> {
  const read = readNewPrescription(act, request);
  if (!read.ok) return read;
  return ok({ ...read.value, signature: signatureOf(spine, request, act, read.value.order) });
}

async function kept(
  spine: Spine,
  request: Hl7Request,
  received: Result<SignedOrder, Rejection>,
): Promise<Hl7Answer> {
  if (!received.ok) return refusal(request, received.error);
  const { id, messageId, command, signature } = received.value;
  const [finding] = signature.findings;
  if (spine.settings.signatureCheck === 'strict' && finding !== undefined) {
    return refusal(request, unprocessable(FINDINGS[finding]));
  }
  const answerOf = (outcome: Outcome): Hl7Answer => acknowledgement(request, outcome);
  const envelope = envelopeOf(request, messageId, { message: 'create', answerOf });
  const { outcome, isWritten } = await create(spine, envelope, id, { ...command, signature });
  return { ...answerOf(outcome), isKept: isWritten };
}

function signatureOf(
  spine: Spine,
  { actor }: Hl7Request,
  act: Element,
  { author }: OrderDocument,
): SignatureCheck {
  const isSha1Allowed = actor.application.prepareAlgorithm === 'RS1';
  return checkFragments(spine, signedOrderOf(act, author), isSha1Allowed);
}

type Answered = Extract<Outcome, { kind: 'CancelAnswered' }>;

/** What came of a cancel request is told in its own form; what is wrong with the message is not [EPS-HL7V3 5]. */
export async function onCancel(
  spine: Spine,
  request: Hl7Request,
  act: Element | null,
): Promise<Hl7Answer> {
  const received = receive(spine, request, act, {
    name: 'CancellationRequest',
    read: cancelledIn,
  });
  if (!received.ok) return refusal(request, received.error);
  const { id, messageId, command } = received.value;
  const answered = (outcome: Answered): Hl7Answer =>
    cancelAnswer(request, received.value.act, outcome);
  if (spine.settings.switchedOff.includes('Cancellation')) {
    return answered(unprocessed(request, 'R-0009'));
  }
  if (id === null) return answered(unprocessed(request, 'R-0008'));
  const answerOf = (outcome: Outcome): Hl7Answer =>
    outcome.kind === 'CancelAnswered' ? answered(outcome) : acknowledgement(request, outcome);
  const envelope = envelopeOf(request, messageId, { message: 'cancel', answerOf });
  const { outcome, isWritten } = await cancel(spine, envelope, id, command);
  return { ...answerOf(outcome), isKept: isWritten };
}

/** With the act itself, which the answer repeats. */
function cancelledIn(act: Element, request: Hl7Request) {
  const read = readCancel(act, request);
  return read.ok ? ok({ ...read.value, act }) : read;
}

function unprocessed({ at }: Hl7Request, code: 'R-0008' | 'R-0009'): Answered {
  return { kind: 'CancelAnswered', code, detail: null, performer: null, at: instantOf(at) };
}

function cancelAnswer(request: Hl7Request, act: Element, outcome: Answered): Hl7Answer {
  const messageId = derivedUuid('cancel response', request.message.id);
  return {
    interaction: 'PORX_IN050101UK31',
    messageId,
    acknowledgement: outcome.code === 'R-0001' ? 'AA' : 'AE',
    details: [],
    reasons: [],
    subject: cancellationResponse(act, messageId, outcome),
    at: new Date(outcome.at),
  };
}

import type { Hl7Answer, Hl7Request } from '../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { instantOf } from '../../kernel/instant.ts';
import type { Result } from '../../kernel/result.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Release } from '../messages/release/decide.ts';
import { releaseById, releaseNominated } from '../messages/release/handle.ts';
import { BY_ID, BY_NOMINATION, readRelease, releaseReject } from '../messages/release/hl7v3.ts';
import { warningsOf } from '../messages/release/held.ts';
import { type GivenOut, type Giving, GivingOut, handedOut } from '../messages/release/give-out.ts';
import { releasedOrder } from '../messages/release/released-order.ts';
import { releaseResponseXml } from '../messages/release/release-response.ts';
import type { Outcome } from '../outcome.ts';
import type { Answer, Spine } from '../perform.ts';
import type { Rejection } from '../rejections.ts';
import type { Envelope } from '../repository.ts';
import { acknowledgement, answerId, refusal } from './answers.ts';
import { envelopeOf, receive, type Received } from './received.ts';

/** What waits for a pharmacy, as many as one answer holds. */
export function onNominatedRelease(
  spine: Spine,
  request: Hl7Request,
  act: Element | null,
): Promise<Hl7Answer> {
  const received = receive(spine, request, act, { name: BY_NOMINATION, read: readRelease });
  return onRelease(spine, request, received, {
    message: 'releaseNominated',
    release: (envelope, { command }, giving) => releaseNominated(spine, envelope, command, giving),
  });
}

/** One prescription, by the id on the patient's token. */
export function onPatientRelease(
  spine: Spine,
  request: Hl7Request,
  act: Element | null,
): Promise<Hl7Answer> {
  const received = receive(spine, request, act, { name: BY_ID, read: readRelease });
  return onRelease(spine, request, received, {
    message: 'releaseById',
    release: async (envelope, { id, command }, giving) =>
      id === null ? notFound(envelope) : releaseById(spine, envelope, id, command, giving),
  });
}

function notFound({ at }: Envelope): Answer {
  return {
    outcome: { kind: 'Refused', rejection: { kind: 'ReleaseNotFound' }, at },
    prescriptionIds: [],
    isWritten: false,
  };
}

type Kind = {
  readonly message: 'releaseNominated' | 'releaseById';
  readonly release: (
    envelope: Envelope,
    received: Received<Release>,
    giving: Giving,
  ) => Promise<Answer>;
};

async function onRelease(
  spine: Spine,
  request: Hl7Request,
  received: Result<Received<Release>, Rejection>,
  { message, release }: Kind,
): Promise<Hl7Answer> {
  if (!received.ok) return refusal(request, received.error);
  const { messageId } = received.value;
  if (spine.settings.switchedOff.includes('Release')) {
    return rejected(request, messageId, { kind: 'ReleaseDisabled' }, request.at);
  }
  // What is released can be told only after it was.
  const answerOf = (outcome: Outcome): Hl7Answer | null =>
    outcome.kind === 'Released' ? null : notReleased(request, messageId, outcome);
  const envelope = envelopeOf(request, messageId, { message, answerOf });
  const giving = new GivingOut(releasedOrder);
  const done = await release(envelope, received.value, giving);
  const { outcome, given } = await handedOut(spine, giving, done, envelope);
  const answer =
    outcome.kind === 'Released'
      ? released(messageId, outcome, given)
      : notReleased(request, messageId, outcome);
  return { ...answer, isKept: done.isWritten };
}

function notReleased(request: Hl7Request, requestId: Uuid, outcome: Outcome): Hl7Answer {
  return outcome.kind === 'Refused' && outcome.rejection.kind !== 'MessageIdUsedBefore'
    ? rejected(request, requestId, outcome.rejection, new Date(outcome.at))
    : acknowledgement(request, outcome);
}

function released(
  requestId: Uuid,
  { releaseId, by, at }: Extract<Outcome, { kind: 'Released' }>,
  given: readonly GivenOut<string>[],
): Hl7Answer {
  return {
    interaction: by === 'nomination' ? 'PORX_IN070101UK31' : 'PORX_IN070103UK31',
    messageId: releaseId,
    acknowledgement: 'AA',
    details: [],
    warnings: warningsOf(given.map((one) => one.released)),
    reasons: [],
    subject: releaseResponseXml({
      releaseId,
      requestId,
      by,
      at,
      orders: given.map(({ shown }) => shown),
    }),
    at: new Date(at),
  };
}

/** `AE`: clients take no other answer for a rejection [EPS-HL7V3 7.4]. */
function rejected(request: Hl7Request, requestId: Uuid, rejection: Rejection, at: Date): Hl7Answer {
  const messageId = answerId(request);
  return {
    interaction: 'PORX_IN110101UK30',
    messageId,
    acknowledgement: 'AE',
    details: [],
    reasons: [],
    subject: releaseReject({ answerId: messageId, requestId, rejection, at: instantOf(at) }),
    at,
  };
}

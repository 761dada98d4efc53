import type { Hl7Answer, Hl7Interaction, Hl7Request } from '../../gateways/hl7v3/interaction.ts';
import type { Element } from '../../gateways/xml/element.ts';
import type { Result } from '../../kernel/result.ts';
import { INTERACTIONS, MESSAGE_NAMES, type MessageName, OTHER_IDS } from '../interactions.ts';
import { claim } from '../messages/claim/handle.ts';
import { readClaim } from '../messages/claim/hl7v3.ts';
import { dispense } from '../messages/dispense/handle.ts';
import { readDispense } from '../messages/dispense/hl7v3.ts';
import { rebuild } from '../messages/rebuild/handle.ts';
import { readRebuild } from '../messages/rebuild/hl7v3.ts';
import { giveBack } from '../messages/return/handle.ts';
import { readReturn } from '../messages/return/hl7v3.ts';
import { withdraw } from '../messages/withdraw/handle.ts';
import { readWithdraw } from '../messages/withdraw/hl7v3.ts';
import type { Outcome } from '../outcome.ts';
import type { Answer, Spine } from '../perform.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import type { Rejection } from '../rejections.ts';
import type { Envelope } from '../repository.ts';
import { acknowledgement, refusal } from './answers.ts';
import { onCancel, onOrder } from './prescribing.ts';
import { envelopeOf, receive, type Received } from './received.ts';
import { onNominatedRelease, onPatientRelease } from './releases.ts';

type Handle = (spine: Spine, request: Hl7Request, act: Element | null) => Promise<Hl7Answer>;

const HANDLERS: Readonly<Record<MessageName, Handle>> = {
  create: onOrder,
  cancel: onCancel,
  releaseNominated: onNominatedRelease,
  releaseById: onPatientRelease,
  dispense: plain('dispense', 'DispenseNotification', readDispense, dispense),
  claim: plain('claim', 'DispenseClaim', readClaim, claim),
  return: plain('return', 'DispenseProposalReturn', readReturn, giveBack),
  withdraw: plain('withdraw', 'ETPWithdraw', readWithdraw, withdraw),
  rebuild: plain('rebuild', 'RebuildDispenseHistory', readRebuild, rebuild),
};

/** All that the HL7 V3 door can do with prescriptions. */
export function prescriptionHl7Interactions(spine: Spine): Hl7Interaction[] {
  return MESSAGE_NAMES.map((message) => ({
    ids: [INTERACTIONS[message], ...OTHER_IDS[message]],
    handle: (request, act) => HANDLERS[message](spine, request, act),
  }));
}

/** A message about one prescription that is acknowledged, or refused, and no more [EPS-HL7V3 7.1]. */
function plain<Command>(
  message: MessageName,
  name: string,
  read: (act: Element, request: Hl7Request) => Result<Received<Command>, Rejection>,
  perform: (
    spine: Spine,
    envelope: Envelope,
    id: PrescriptionId,
    command: Command,
  ) => Promise<Answer>,
): Handle {
  const done = async (
    spine: Spine,
    request: Hl7Request,
    received: Result<Received<Command>, Rejection>,
  ): Promise<Hl7Answer> => {
    if (!received.ok) return refusal(request, received.error);
    const { id, messageId, command } = received.value;
    if (id === null) return refusal(request, { kind: 'PrescriptionNotFound' });
    const answerOf = (outcome: Outcome): Hl7Answer => acknowledgement(request, outcome);
    const envelope = envelopeOf(request, messageId, { message, answerOf });
    const { outcome, isWritten } = await perform(spine, envelope, id, command);
    return { ...answerOf(outcome), isKept: isWritten };
  };
  return (spine, request, act) =>
    done(spine, request, receive(spine, request, act, { name, read }));
}

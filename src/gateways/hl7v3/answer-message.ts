import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { About } from '../../platform/measures/answered.ts';
import type { Sql } from '../../platform/sql.ts';
import { familyOf, type Hl7Directory, type Hl7System } from './directory.ts';
import type {
  AnswerInteraction,
  Coded,
  Hl7Answer,
  Hl7Interaction,
  Hl7Message,
} from './interaction.ts';
import { hl7Name } from './names.ts';
import { FRAME_OID } from './oids.ts';
import { readMessage } from './read-message.ts';
import { xmlOf } from './read-parts.ts';
import type { Transmission } from './repository.ts';
import { actorOf, systemOf } from './sender.ts';
import { writeAnswer } from './write-answer.ts';

export type AnswerParts = {
  readonly interactions: ReadonlyMap<string, Hl7Interaction>;
  readonly directory: Hl7Directory;
  /** ASID of this Spine. */
  readonly asid: string;
};

/** For whom it is (ODS code and ASID), and the code of the refusal that it is; nulls where that is not known. */
export type Told = Pick<About, 'organisation' | 'asid' | 'reason'>;

export const UNTOLD: Told = { organisation: null, asid: null, reason: null };

/** An answer as it is sent, and what it is counted by. */
export type WrittenAnswer = {
  readonly interaction: AnswerInteraction;
  readonly xml: string;
  /** Whether the message was kept alongside its effect, and whether this answer with it. */
  readonly kept: 'message' | 'answer' | null;
  readonly told: Told;
};

/** The part of a statement that keeps a message with its answer; null: without one. */
export type Alongside = (answer: string | null) => Sql;

/** Does a message: reads it, sees whose it is, hands it to whoever knows its interaction, writes the answer. */
export async function answerMessage(
  parts: AnswerParts,
  transmission: Transmission,
  alongside: Alongside | null = null,
): Promise<WrittenAnswer> {
  const root = xmlOf(transmission.payload, hl7Name);
  if (!root.ok) return refusal(parts, transmission, invalid(root.error));
  const message = readMessage(root.value, transmission.interaction);
  if (!message.ok) {
    const { acknowledgement, text, messageId } = message.error;
    return refusal(parts, transmission, unprocessable(acknowledgement, text, messageId));
  }
  const system = await senderOf(parts, transmission, message.value);
  if (!system.ok) {
    const messageRef = message.value.id.toUpperCase();
    return refusal(parts, transmission, unprocessable('AR', system.error, messageRef));
  }
  return handled(parts, transmission, { message: message.value, system: system.value, alongside });
}

type Known = {
  readonly message: Hl7Message;
  readonly system: Hl7System;
  readonly alongside: Alongside | null;
};

async function handled(
  parts: AnswerParts,
  transmission: Transmission,
  { message, system, alongside }: Known,
): Promise<WrittenAnswer> {
  const { interaction, party, messageId, conversationId } = transmission;
  const { isReliable, payload, digest, receivedAt } = transmission;
  const handler = parts.interactions.get(interaction);
  if (handler === undefined) {
    const text = `${interaction} is not supported`;
    return refusal(parts, transmission, unprocessable('AR', text, message.id.toUpperCase()));
  }
  const replyTo = { partyKey: party, asid: system.asid, conversationId, requestId: messageId };
  const frame = { from: parts.asid, to: system.asid, messageRef: message.id.toUpperCase() };
  // The answer that went into the statement last: of several attempts that is the one which was done.
  const before: { xml: string | null } = { xml: null };
  const withAnswer = (keep: Alongside, answer: Hl7Answer | null): Sql => {
    before.xml = answer === null ? null : writeAnswer(answer, frame);
    return keep(before.xml);
  };
  const sender = { partyKey: party, system, author: message.author };
  const actor = await actorOf(parts.directory, sender);
  const answer = await handler.handle({
    actor,
    requestId: messageId,
    replyTo: isReliable ? replyTo : null,
    interaction,
    message,
    body: payload,
    digest,
    at: receivedAt,
    alongside: alongside === null ? null : (known) => withAnswer(alongside, known),
  });
  const isKept = alongside !== null && answer.isKept === true;
  const { organisation, asid } = actor;
  const about = {
    interaction: answer.interaction,
    told: { organisation, asid, reason: reasonOf(answer) },
  };
  if (isKept && before.xml !== null) return { ...about, xml: before.xml, kept: 'answer' };
  const kept = isKept ? 'message' : null;
  return { ...about, xml: writeAnswer(answer, frame), kept };
}

function reasonOf({ acknowledgement, details, reasons }: Hl7Answer): string | null {
  if (acknowledgement === 'AA') return null;
  return [...reasons, ...details].at(0)?.code ?? acknowledgement;
}

/** The system must be the sender's, be meant by the certificate, and be accredited for the interaction. */
async function senderOf(
  { directory }: AnswerParts,
  { party: partyKey, asids, interaction }: Transmission,
  { senderAsid }: Hl7Message,
): Promise<Result<Hl7System, string>> {
  const system = await systemOf(directory, { partyKey, asids }, senderAsid);
  if (system === null) return fail(`ASID ${senderAsid} is not of the sender's certificate`);
  const family = familyOf(interaction);
  const isAccredited = system.interactions.some((one) => familyOf(one) === family);
  if (!isAccredited) return fail(`ASID ${senderAsid} is not accredited for ${interaction}`);
  return ok(system);
}

type Refusal = {
  readonly acknowledgement: 'AE' | 'AR';
  readonly code: Coded;
  readonly messageRef: string | null;
};

function unprocessable(
  acknowledgement: Refusal['acknowledgement'],
  text: string,
  messageRef: string | null,
): Refusal {
  const displayName = `Unable to process message. Information missing or invalid - ${text}`;
  const code = { codeSystem: FRAME_OID.processingError, code: '5000', displayName };
  return { acknowledgement, code, messageRef };
}

function invalid(reason: string): Refusal {
  const displayName = `Invalid message - ${reason}`;
  const code = { codeSystem: FRAME_OID.processingError, code: '5888', displayName };
  return { acknowledgement: 'AE', code, messageRef: null };
}

/** The id of a transmission was used before, with another content [EPS-HL7V3 7.1]. */
export function duplicateId(parts: AnswerParts, transmission: Transmission): WrittenAnswer {
  const displayName = 'Duplicate HL7 ID Error';
  const code = { codeSystem: FRAME_OID.spineError, code: '202', displayName };
  return refusal(parts, transmission, { acknowledgement: 'AR', code, messageRef: null });
}

/** It is our mistake [EPS-HL7V3 7.6]. */
export function unexpected(parts: AnswerParts, transmission: Transmission): WrittenAnswer {
  const displayName = 'Unexpected Exception Occurred while processing';
  const code = { codeSystem: FRAME_OID.prescribingError, code: '9999', displayName };
  return refusal(parts, transmission, { acknowledgement: 'AE', code, messageRef: null });
}

/** What the gateway answers itself; of a message that cannot be read, the id of its transmission stands for its own. */
function refusal(
  parts: AnswerParts,
  { party, messageId, asids, receivedAt }: Transmission,
  { acknowledgement, code, messageRef }: Refusal,
): WrittenAnswer {
  const isAr = acknowledgement === 'AR';
  const answer: Hl7Answer = {
    interaction: 'MCCI_IN010000UK13',
    messageId: derivedUuid('hl7v3 refusal', party, messageId),
    acknowledgement,
    details: isAr ? [code] : [],
    reasons: isAr ? [] : [code],
    subject: null,
    at: receivedAt,
  };
  const frame = {
    from: parts.asid,
    to: asids[0] ?? '',
    messageRef: messageRef ?? messageId.toUpperCase(),
  };
  const told = { ...UNTOLD, reason: code.code };
  return { interaction: answer.interaction, xml: writeAnswer(answer, frame), kept: null, told };
}

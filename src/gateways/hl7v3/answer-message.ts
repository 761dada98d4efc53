import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { About } from '../../platform/measures/answered.ts';
import type { Sql } from '../../platform/sql.ts';
import type { Actor } from '../actor.ts';
import { familyOf, type Hl7Directory, type Hl7System } from './directory.ts';
import type {
  AnswerInteraction,
  Coded,
  Hl7Answer,
  Hl7Interaction,
  Hl7Message,
  Hl7Request,
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
  const read = readMessage(root.value, transmission.interaction);
  if (!read.ok) {
    const { acknowledgement, text, messageId } = read.error;
    return refusal(parts, transmission, unprocessable(acknowledgement, text, messageId));
  }
  const { message, act } = read.value;
  const messageRef = message.id.toUpperCase();
  const system = await senderOf(parts, transmission, message);
  if (!system.ok)
    return refusal(parts, transmission, unprocessable('AR', system.error, messageRef));
  const handler = parts.interactions.get(transmission.interaction);
  if (handler === undefined) {
    const text = `${transmission.interaction} is not supported`;
    return refusal(parts, transmission, unprocessable('AR', text, messageRef));
  }
  const sender = { partyKey: transmission.party, system: system.value, author: message.author };
  const actor = await actorOf(parts.directory, sender);
  const frame = { from: parts.asid, to: system.value.asid, messageRef };
  const keeping = alongside === null ? null : new Keeping(alongside, frame);
  const answering = handler.handle(requestOf(transmission, { message, actor, keeping }), act);
  // Whoever waits does not hold what was read: this returns, with a promise.
  return written(answering, { actor, frame, keeping });
}

type Frame = Parameters<typeof writeAnswer>[1];

/** Keeps a message with its answer, in the statement that has its effect. */
class Keeping {
  readonly #alongside: Alongside;
  readonly #frame: Frame;

  /** The answer that went into the statement last: of several attempts that is the one which was done. */
  last: string | null = null;

  constructor(alongside: Alongside, frame: Frame) {
    this.#alongside = alongside;
    this.#frame = frame;
  }

  with(answer: Hl7Answer | null): Sql {
    this.last = answer === null ? null : writeAnswer(answer, this.#frame);
    return this.#alongside(this.last);
  }
}

type Known = {
  readonly message: Hl7Message;
  readonly actor: Actor;
  readonly keeping: Keeping | null;
};

function requestOf(transmission: Transmission, { message, actor, keeping }: Known): Hl7Request {
  const { party, interaction, messageId: requestId, conversationId } = transmission;
  const { isReliable, payload, digest, receivedAt } = transmission;
  const replyTo = { partyKey: party, asid: message.senderAsid, conversationId, requestId };
  return {
    actor,
    requestId,
    replyTo: isReliable ? replyTo : null,
    interaction,
    message,
    body: payload,
    digest,
    at: receivedAt,
    alongside: keeping === null ? null : (answer) => keeping.with(answer),
  };
}

type Writing = {
  readonly actor: Actor;
  readonly frame: Frame;
  readonly keeping: Keeping | null;
};

async function written(
  answering: Promise<Hl7Answer>,
  { actor: { organisation, asid }, frame, keeping }: Writing,
): Promise<WrittenAnswer> {
  const answer = await answering;
  const about = {
    interaction: answer.interaction,
    told: { organisation, asid, reason: reasonOf(answer) },
  };
  const isKept = keeping !== null && answer.isKept === true;
  if (isKept && keeping.last !== null) return { ...about, xml: keeping.last, kept: 'answer' };
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

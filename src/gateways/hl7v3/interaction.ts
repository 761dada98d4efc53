import type { Uuid } from '../../kernel/uuid.ts';
import type { Sql } from '../../platform/sql.ts';
import type { Actor } from '../actor.ts';
import type { Element } from '../xml/element.ts';

/** A code with the list that it is of (an OID), and what it means in words. */
export type Coded = {
  readonly codeSystem: string;
  readonly code: string;
  readonly displayName: string;
};

/** The frame of a message, read and checked [EPS-HL7V3 4.2]. */
export type Hl7Message = {
  /** Of the business message, by which its repeats are known. */
  readonly id: Uuid;
  /** As sent: `YYYYMMDDHHmmss`, perhaps with an offset. */
  readonly creationTime: string;
  readonly receiverAsid: string;
  readonly senderAsid: string;
  /** The person whose system sends; null for one that acts by itself. */
  readonly author: Hl7Author | null;
};

export type Hl7Author = {
  readonly userId: string;
  readonly roleProfile: string;
  /** `UNKNOWN` from the NHS facade. */
  readonly jobRole: string | null;
};

/** Where whatever answers a message of reliable messaging goes, and what it refers to [EPS-HL7V3 3.4]. */
export type ReplyTo = {
  readonly partyKey: string;
  readonly asid: string;
  readonly conversationId: string;
  /** `eb:MessageId` of the message. */
  readonly requestId: Uuid;
};

/** A message whose sender is known, and whose frame was checked [EPS-HL7V3 2.1, 3.2, 4.2]. */
export type Hl7Request = {
  /** Resolved once, from the client certificate, the party key and the ASID. */
  readonly actor: Actor;
  /** `eb:MessageId`: one transmission. */
  readonly requestId: Uuid;
  /** Null for a facade: it fetches its answers, and nobody calls it back. */
  readonly replyTo: ReplyTo | null;
  /** As sent: `PORX_IN020101SM31` and `PORX_IN020101UK31` mean the same. */
  readonly interaction: string;
  readonly message: Hl7Message;
  /** The message as received: all bytes of the second part. */
  readonly body: Buffer;
  /** SHA-256 of the body. */
  readonly digest: Buffer;
  /** Business time of its arrival, the same through the whole message. */
  readonly at: Date;
  /**
   * What the gateway writes in the statement that has the effect, by the answer, if that is known before: an insert
   * that still takes a condition. An error when the transmission is known belongs to the gateway. Null: nothing.
   */
  readonly alongside: ((answer: Hl7Answer | null) => Sql) | null;
};

export type AnswerInteraction =
  | 'MCCI_IN010000UK13'
  | 'PORX_IN050101UK31'
  | 'PORX_IN050102UK32'
  | 'PORX_IN070101UK31'
  | 'PORX_IN070103UK31'
  | 'PORX_IN110101UK30';

/** What a message is answered; the gateway writes the frame around it [EPS-HL7V3 7]. */
export type Hl7Answer = {
  readonly interaction: AnswerInteraction;
  /** Derived from the request's, so that a repeat gets the same. */
  readonly messageId: Uuid;
  readonly acknowledgement: 'AA' | 'AE' | 'AR' | 'ER';
  /** `acknowledgementDetail`: of `AR` only. */
  readonly details: readonly Coded[];
  /** `acknowledgementDetail` of an answer that gives what was asked for: what a person should know of it. */
  readonly warnings?: readonly Coded[];
  /** `justifyingDetectedIssueEvent`: of a negative answer. */
  readonly reasons: readonly Coded[];
  /** The focal act as XML in the default namespace `urn:hl7-org:v3`; null when there is none. */
  readonly subject: string | null;
  /** When it was first answered: a repeat says the same. */
  readonly at: Date;
  /** What goes alongside was written, with this answer or none. */
  readonly isKept?: boolean;
};

/**
 * What a capability adds to the HL7 V3 gateway. A message that comes again, by its HL7 id, has no second
 * effect and the answer that it had: the gateway relies on that after a crash.
 *
 * The focal act comes with names as `parseXml` gives them for `HL7_NAMESPACES`; null when there is none. It is
 * read at once, and not held while the effect is waited for: it is as large as all else of a message.
 */
export type Hl7Interaction = {
  readonly ids: readonly string[];
  readonly handle: (request: Hl7Request, act: Element | null) => Promise<Hl7Answer>;
};

/** What comes of a message after it was answered: another answer, sent of our own accord. */
export type LateAnswer = {
  readonly replyTo: ReplyTo;
  /** HL7 id of the message. */
  readonly inAnswerTo: Uuid;
  readonly answer: Hl7Answer;
};

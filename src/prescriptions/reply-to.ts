import type { Uuid } from '../kernel/uuid.ts';

/** A system that gets answers of its own accord, and the conversation that they belong to [EPS-HL7V3 3.4]. */
export type ReplyTo = {
  readonly partyKey: string;
  readonly asid: string;
  readonly conversationId: string;
  /** `eb:MessageId` of the request. */
  readonly requestId: Uuid;
};

import type { Agent, Coded, PatientDetails } from './order-document.ts';

/** A cancel request with all that its HL7 V3 form holds, whichever form it came in. */
export type CancelDocument = {
  readonly messageId: string;
  readonly patient: PatientDetails;
  /** Who cancels, and who answers for the prescription. */
  readonly author: Agent;
  readonly responsible: Agent;
  readonly shortFormId: string;
  readonly longFormId: string;
  /** GUID of the line item; null for the whole prescription, which only HL7 V3 can ask for. */
  readonly item: string | null;
  readonly reason: Coded;
};

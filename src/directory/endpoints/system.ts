import { SERVICE_MM } from '../../gateways/hl7v3/directory.ts';
import { ACTOR_TO_PARTY } from '../../gateways/hl7v3/ebxml-errors.ts';

/** A system that was accredited to send and take messages (class `nhsAs`) [SDS 1.4]. */
export type AccreditedSystem = {
  /** 12 digits. */
  readonly asid: string;
  /** Whose system it is (`nhsIDCode`). */
  readonly ods: string;
  /** Whom it acts for (`nhsAsClient`); null: for any, as a facade does. */
  readonly clientOds: string | null;
  readonly partyKey: string;
  /** Whole names, as `urn:nhs:names:services:mm:PORX_IN020101UK31`. */
  readonly interactions: readonly string[];
  readonly manufacturerOds: string | null;
};

/** Where and under which contract a party takes an interaction (class `nhsMhs`) [SDS 1.4]. */
export type MessageHandler = {
  readonly mhsId: string;
  readonly ods: string;
  readonly partyKey: string;
  readonly interaction: string;
  readonly cpaId: string;
  readonly fqdn: string;
  readonly endpoints: readonly string[];
  readonly syncReplyMode: string;
  readonly retries: number | null;
  /** ISO 8601 durations. */
  readonly retryInterval: string | null;
  readonly persistDuration: string | null;
  readonly duplicateElimination: string;
  readonly ackRequested: string;
  readonly actor: string;
};

export const ASID = /^\d{12}$/;
export const PARTY_KEY = /^[A-Z0-9]{3,10}-\d{6,7}$/;

/** How a message handler takes messages unless its file says otherwise [EPS-HL7V3 3.3, 3.6]. */
export const USUAL_RELIABILITY = {
  syncReplyMode: 'MSHSignalsOnly',
  retries: 2,
  retryInterval: 'PT60S',
  persistDuration: 'PT5M',
  duplicateElimination: 'always',
  ackRequested: 'always',
  actor: ACTOR_TO_PARTY,
} as const;

/** The whole name of an interaction of electronic prescriptions. */
export function mmInteraction(id: string): string {
  return `${SERVICE_MM}:${id}`;
}

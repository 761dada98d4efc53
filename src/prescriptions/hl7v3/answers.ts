import type { Coded, Hl7Answer, Hl7Request } from '../../gateways/hl7v3/interaction.ts';
import { FRAME_OID } from '../../gateways/hl7v3/oids.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Outcome } from '../outcome.ts';
import { type Rejection, REJECTIONS, textOf } from '../rejections.ts';

/** The application acknowledgement: done, or why not [EPS-HL7V3 7.1]. */
export function acknowledgement(request: Hl7Request, outcome: Outcome): Hl7Answer {
  const at = new Date(outcome.at);
  if (outcome.kind !== 'Refused') return { ...plain(request, at), acknowledgement: 'AA' };
  return refusal(request, outcome.rejection, at);
}

export function refusal(request: Hl7Request, rejection: Rejection, at = request.at): Hl7Answer {
  const answer = plain(request, at);
  if (rejection.kind === 'MessageIdUsedBefore') {
    return { ...answer, acknowledgement: 'AR', details: [DUPLICATE_ID] };
  }
  return { ...answer, acknowledgement: 'AE', reasons: [codedOf(rejection)] };
}

function plain(request: Hl7Request, at: Date): Omit<Hl7Answer, 'acknowledgement'> {
  return {
    interaction: 'MCCI_IN010000UK13',
    messageId: answerId(request),
    details: [],
    reasons: [],
    subject: null,
    at,
  };
}

/** Of the answer to a message: a repeat of it gets the same. */
export function answerId({ interaction, message }: Hl7Request) {
  return derivedUuid('HL7 V3 answer', interaction, message.id);
}

const LISTS = {
  release: FRAME_OID.processingError,
  message: FRAME_OID.prescribingError,
  spine: FRAME_OID.spineError,
} as const;

/** A reason to refuse, in its list [EPS-HL7V3 7.4, 7.6]. */
export function codedOf(rejection: Rejection): Coded {
  const { list, spine: code } = REJECTIONS[rejection.kind];
  return { codeSystem: LISTS[list], code, displayName: textOf(rejection) };
}

/** For FHIR clients this has other words [EPS-HL7V3 7.1]. */
const DUPLICATE_ID: Coded = {
  codeSystem: FRAME_OID.spineError,
  code: REJECTIONS.MessageIdUsedBefore.spine,
  displayName: 'Duplicate HL7 ID Error',
};

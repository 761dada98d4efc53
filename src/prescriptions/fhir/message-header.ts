import type { MessageHeader } from 'fhir/r4';

import type { Uuid } from '../../kernel/uuid.ts';
import { CODE, EXTENSION, ID } from './systems.ts';

export type HeaderOf = {
  readonly messageId: Uuid;
  readonly event: 'prescription-order' | 'prescription-order-response';
  /** ODS code of who it is for; null for nobody in particular. */
  readonly destination: string | null;
  /** Id of the message that is answered. */
  readonly inAnswerTo: string;
  readonly focus: readonly string[];
};

const EVENTS = {
  'prescription-order': 'Prescription Order',
  'prescription-order-response': 'Prescription Order Response',
} as const;

/** The header of a message that Spine sends [EPS-FHIR 4.3]. */
export function messageHeader(of: HeaderOf): MessageHeader {
  const destination =
    of.destination === null
      ? []
      : [
          {
            endpoint: `urn:nhs-uk:addressing:ods:${of.destination}`,
            receiver: { identifier: { system: ID.ods, value: of.destination } },
          },
        ];
  return {
    resourceType: 'MessageHeader',
    extension: [
      {
        url: EXTENSION.messageId,
        valueIdentifier: { system: ID.message, value: of.messageId },
      },
    ],
    eventCoding: { system: CODE.messageEvent, code: of.event, display: EVENTS[of.event] },
    destination,
    sender: {
      identifier: { system: ID.ods, value: 'X2601' },
      display: 'NHS Digital Spine',
    },
    source: { name: 'NHS Spine', endpoint: '/electronic-prescriptions/FHIR/R4/$process-message' },
    response: { identifier: of.inAnswerTo, code: 'ok' },
    focus: of.focus.map((reference) => ({ reference })),
  };
}

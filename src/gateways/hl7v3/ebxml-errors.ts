export const ACTOR_TO_PARTY = 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH';
export const ACTOR_NEXT = 'http://schemas.xmlsoap.org/soap/actor/next';

/** Why an ebXML header is refused: the error's name, and what it means [EPS-HL7V3 3.2]. */
export const EBXML_ERRORS = {
  MESSAGE_NOT_WELL_FORMED:
    'Envelope, Header, Body and MessageHeader must be there once, and From, To, CPAId, ConversationId, Service, Action, MessageId and Timestamp once and with a value',
  INVALID_MESSAGE_HEADER_VERSION: 'the version of MessageHeader must be 2.0',
  DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT: 'DuplicateElimination must be there once',
  ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT: 'AckRequested must be there once',
  ACK_REQUESTED_VERSION_INVALID: 'the version of AckRequested must be 2.0',
  ACK_REQUESTED_SIGNED_INVALID: 'AckRequested must not ask for a signature',
  ACK_REQUESTED_ACTOR_INVALID: `the actor of AckRequested must be ${ACTOR_TO_PARTY}`,
  SYNCREPLY_INCONSISTENT_WITH_CONTRACT: 'SyncReply must be there once',
  SYNCREPLY_VERSION_INVALID: 'the version of SyncReply must be 2.0',
  SYNCREPLY_ACTOR_INVALID: `the actor of SyncReply must be ${ACTOR_NEXT}`,
  INVALID_MANIFEST_REFERENCE:
    'Manifest must have one Reference, whose href names a part of the message',
  // Of the ebXML standard.
  UnknownToParty: '501314: the To party is not this Spine',
  UnknownCpa: '501319: the CPAId is not that of this action',
  SenderNotTrusted: 'the From party is not the one whose certificate was shown',
  MessageIdReused: 'the MessageId was used before, with another content',
  SoapActionDiffers: 'SOAPAction is not made of Service and Action',
} as const satisfies Record<string, string>;

export type EbxmlErrorName = keyof typeof EBXML_ERRORS;

/** Codes of the standard, for those that have no name of their own (ebXML Message Service 2.0, 4.2.3.4.1). */
const STANDARD: Partial<Record<EbxmlErrorName, string>> = {
  UnknownToParty: 'ValueNotRecognized',
  UnknownCpa: 'ValueNotRecognized',
  SenderNotTrusted: 'SecurityFailure',
  MessageIdReused: 'Inconsistent',
  SoapActionDiffers: 'Inconsistent',
};

/** `eb:errorCode`. */
export function errorCode(error: EbxmlErrorName): string {
  return STANDARD[error] ?? error;
}

/** Why a message cannot be taken at all; `isWorthRepeating` for the sender's message handler [EPS-HL7V3 3.3]. */
export const SOAP_FAULTS = {
  SystemFailure: { code: '200', faultCode: 'Server', text: 'The message could not be processed' },
  NotSupported: { code: '101', faultCode: 'Client', text: 'Service or interaction not supported' },
  NotWellFormed: { code: '201', faultCode: 'Client', text: 'The message is not well formed' },
  NotAllowed: { code: '300', faultCode: 'Client', text: 'The sender may not ask this' },
  InvalidQuery: { code: '300', faultCode: 'Client', text: 'The query is not valid' },
} as const satisfies Record<string, { code: string; faultCode: 'Server' | 'Client'; text: string }>;

export type SoapFaultName = keyof typeof SOAP_FAULTS;

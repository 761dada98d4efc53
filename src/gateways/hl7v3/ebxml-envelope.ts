import type { Uuid } from '../../kernel/uuid.ts';
import { type Xml, xml } from '../xml/write-xml.ts';
import { NAMESPACES } from './names.ts';

const PARTY_TYPE = 'urn:nhs:names:partyType:ocs+serviceInstance';

export function partyId(partyKey: string): Xml {
  return xml`<eb:PartyId eb:type="${PARTY_TYPE}">${partyKey}</eb:PartyId>`;
}

export type MessageHeader = {
  /** Party keys. */
  readonly from: string;
  readonly to: string;
  readonly cpaId: string;
  readonly conversationId: string;
  readonly service: string;
  readonly action: string;
  readonly messageId: Uuid;
  readonly at: Date;
  /** Of the message that is answered; null when its header could not be read. */
  readonly refToMessageId: string | null;
  readonly isOnceOnly: boolean;
};

/** Says what a message is and what it answers [EPS-HL7V3 2.2]. */
export function messageHeader(header: MessageHeader): Xml {
  const { from, to, cpaId, conversationId, service, action, refToMessageId } = header;
  const reference = xml`
<eb:RefToMessageId>${refToMessageId}</eb:RefToMessageId>`;
  const once = xml`
<eb:DuplicateElimination/>`;
  return xml`
<eb:MessageHeader eb:version="2.0" SOAP:mustUnderstand="1">
<eb:From>${partyId(from)}</eb:From>
<eb:To>${partyId(to)}</eb:To>
<eb:CPAId>${cpaId}</eb:CPAId>
<eb:ConversationId>${conversationId}</eb:ConversationId>
<eb:Service>${service}</eb:Service>
<eb:Action>${action}</eb:Action>
<eb:MessageData>
<eb:MessageId>${header.messageId.toUpperCase()}</eb:MessageId>
<eb:Timestamp>${timestamp(header.at)}</eb:Timestamp>${refToMessageId === null ? null : reference}
</eb:MessageData>${header.isOnceOnly ? once : null}
</eb:MessageHeader>`;
}

/** A SOAP envelope with what ebXML puts into it; null: an empty body [EPS-HL7V3 2.2]. */
export function envelope(header: readonly Xml[], body: Xml | null): string {
  return document(xml`<SOAP:Envelope xmlns:SOAP="${NAMESPACES.soap}" xmlns:eb="${NAMESPACES.eb}" xmlns:xlink="${NAMESPACES.xlink}" xmlns:hl7ebxml="${NAMESPACES.payload}">
<SOAP:Header>${header}
</SOAP:Header>
${body === null ? xml`<SOAP:Body/>` : xml`<SOAP:Body>${body}</SOAP:Body>`}
</SOAP:Envelope>`);
}

export function document({ text }: Xml): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
}

/** `YYYY-MM-DDThh:mm:ssZ`. */
export function timestamp(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

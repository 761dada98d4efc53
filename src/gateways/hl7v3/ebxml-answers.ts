import type { Uuid } from '../../kernel/uuid.ts';
import { type Xml, xml } from '../xml/write-xml.ts';
import {
  ACTOR_TO_PARTY,
  EBXML_ERRORS,
  type EbxmlErrorName,
  errorCode,
  SOAP_FAULTS,
  type SoapFaultName,
} from './ebxml-errors.ts';
import type { EbxmlHeader, KnownOfHeader } from './ebxml-header.ts';
import { document, envelope, messageHeader, partyId, timestamp } from './ebxml-envelope.ts';
import { NAMESPACES } from './names.ts';

const SIGNAL_SERVICE = 'urn:oasis:names:tc:ebxml-msg:service';
/** Schema of the errors of national services. */
const NASP = 'http://national.carerecords.nhs.uk/schema/';

/** Who answers, when, and with which message id. */
export type EbxmlReply = { readonly party: string; readonly messageId: Uuid; readonly at: Date };

/** Says that a message was taken; its answer comes later [EPS-HL7V3 3.3]. */
export function acknowledgment(reply: EbxmlReply, to: EbxmlHeader): string {
  const reference = to.messageId.toUpperCase();
  return envelope(
    [
      signalHeader(reply, { ...to, messageId: reference }, 'Acknowledgment'),
      xml`
<eb:Acknowledgment eb:version="2.0" SOAP:mustUnderstand="1" SOAP:actor="${ACTOR_TO_PARTY}">
<eb:Timestamp>${timestamp(reply.at)}</eb:Timestamp>
<eb:RefToMessageId>${reference}</eb:RefToMessageId>
<eb:From>${partyId(reply.party)}</eb:From>
</eb:Acknowledgment>`,
    ],
    null,
  );
}

/** Says why a header is refused [EPS-HL7V3 3.2, 3.3]. */
export function messageError(
  reply: EbxmlReply,
  known: KnownOfHeader,
  error: EbxmlErrorName,
): string {
  return envelope(
    [
      signalHeader(reply, known, 'MessageError'),
      xml`
<eb:ErrorList eb:version="2.0" eb:highestSeverity="Error" SOAP:mustUnderstand="1">
<eb:Error eb:codeContext="${SIGNAL_SERVICE}:errors" eb:severity="Error" eb:errorCode="${errorCode(error)}">
<eb:Description xml:lang="en-GB">${EBXML_ERRORS[error]}</eb:Description>
</eb:Error>
</eb:ErrorList>`,
    ],
    null,
  );
}

/** Says that a message could not be taken at all, and why [EPS-HL7V3 3.3]. */
export function soapFault(name: SoapFaultName, detail: string | null): string {
  const { code, faultCode, text } = SOAP_FAULTS[name];
  const words = detail === null ? text : `${text}: ${detail}`;
  return document(xml`<SOAP:Envelope xmlns:SOAP="${NAMESPACES.soap}">
<SOAP:Body>
<SOAP:Fault>
<faultcode>SOAP:${faultCode}</faultcode>
<faultstring>${text}</faultstring>
<detail>
<nasp:errorList xmlns:nasp="${NASP}">
<nasp:error>
<nasp:codeContext>urn:nhs:names:error:tms</nasp:codeContext>
<nasp:errorCode>${code}</nasp:errorCode>
<nasp:severity>Error</nasp:severity>
<nasp:location>${faultCode === 'Client' ? 'the message' : 'the Spine'}</nasp:location>
<nasp:description>${words}</nasp:description>
</nasp:error>
</nasp:errorList>
</detail>
</SOAP:Fault>
</SOAP:Body>
</SOAP:Envelope>`);
}

function signalHeader(
  { party, messageId, at }: EbxmlReply,
  { from, cpaId, conversationId, messageId: reference }: KnownOfHeader,
  action: string,
): Xml {
  return messageHeader({
    from: party,
    to: from ?? 'unknown',
    cpaId: cpaId ?? 'unknown',
    conversationId: conversationId ?? messageId.toUpperCase(),
    service: SIGNAL_SERVICE,
    action,
    messageId,
    at,
    refToMessageId: reference ?? null,
    isOnceOnly: false,
  });
}

import type { Uuid } from '../../../kernel/uuid.ts';
import { Xml, xml } from '../../xml/write-xml.ts';
import { document } from '../ebxml-envelope.ts';
import { NAMESPACES } from '../names.ts';
import { FRAME_OID } from '../oids.ts';
import { ADDRESSING } from './read-soap.ts';

/** Around an answer: whose it is, to whom, and to what. */
export type SoapReply = {
  /** Of the answer. */
  readonly messageId: Uuid;
  readonly action: string;
  /** `wsa:MessageID` of the question. */
  readonly relatesTo: Uuid;
  /** ASIDs. */
  readonly from: string;
  readonly to: string;
};

const SYNCSERVICE = 'https://mm.national.ncrs.nhs.uk/syncservice'; // [EPS-HL7V3 3.5]

/** Clients look for the prefix `SOAP` to the letter; what is HL7 has no prefix [EPS-HL7V3 3.5, 10.2]. */
export function soapAnswer(reply: SoapReply, wrapper: string, message: Xml): string {
  const { messageId, action, relatesTo, from, to } = reply;
  const name = new Xml(wrapper);
  return document(xml`<SOAP:Envelope xmlns:SOAP="${NAMESPACES.soap}" xmlns:wsa="${ADDRESSING}" xmlns:hl7="${NAMESPACES.hl7}">
<SOAP:Header>
<wsa:MessageID>uuid:${messageId.toUpperCase()}</wsa:MessageID>
<wsa:Action>${action}</wsa:Action>
<wsa:To/>
<wsa:From><wsa:Address>${SYNCSERVICE}</wsa:Address></wsa:From>
<hl7:communicationFunctionRcv typeCode="RCV">${device(to)}</hl7:communicationFunctionRcv>
<hl7:communicationFunctionSnd typeCode="SND">${device(from)}</hl7:communicationFunctionSnd>
<wsa:RelatesTo>uuid:${relatesTo.toUpperCase()}</wsa:RelatesTo>
</SOAP:Header>
<SOAP:Body><${name} xmlns="${NAMESPACES.hl7}">
${message}
</${name}></SOAP:Body>
</SOAP:Envelope>`);
}

function device(asid: string): Xml {
  return xml`<hl7:device classCode="DEV" determinerCode="INSTANCE"><hl7:id root="${FRAME_OID.asid}" extension="${asid}"/></hl7:device>`;
}

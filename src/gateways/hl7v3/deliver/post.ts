import type { Uuid } from '../../../kernel/uuid.ts';
import { xml } from '../../xml/write-xml.ts';
import { SERVICE_MM } from '../directory.ts';
import { envelope, messageHeader } from '../ebxml-envelope.ts';
import { ACTOR_NEXT, ACTOR_TO_PARTY } from '../ebxml-errors.ts';

/** One message to a party: who sends it to whom, under which contract, and what it answers. */
export type Outgoing = {
  /** Party keys. */
  readonly from: string;
  readonly to: string;
  readonly cpaId: string;
  readonly messageId: Uuid;
  readonly conversationId: string;
  /** Null: it answers none. */
  readonly refToMessageId: string | null;
  readonly interaction: string;
  /** The whole HL7 message. */
  readonly payload: string;
  readonly at: Date;
};

export type Post = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

const BOUNDARY = '--=_MIME-Boundary';
const ENVELOPE_ID = 'ebXMLHeader@spine.nhs.uk';

/** A message as it is posted, a business answer to a supplier above all [EPS-HL7V3 3.4]. */
export function writePost(outgoing: Outgoing): Post {
  const { interaction, messageId, payload } = outgoing;
  const parts = [
    part(ENVELOPE_ID, 'text/xml; charset=UTF-8', envelopeOf(outgoing)),
    part(payloadId(messageId), 'application/xml; charset=UTF-8', payload),
  ];
  return {
    headers: {
      'Content-Type': `multipart/related; boundary="${BOUNDARY}"; charset="UTF-8"; type="text/xml"; start="<${ENVELOPE_ID}>"`,
      SOAPAction: `${SERVICE_MM}/${interaction}`,
    },
    body: Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`),
  };
}

function part(id: string, type: string, content: string): string {
  return `--${BOUNDARY}\r\nContent-Id: <${id}>\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}\r\n`;
}

function payloadId(messageId: Uuid): string {
  return `${messageId.toUpperCase()}@spine.nhs.uk`;
}

function envelopeOf(outgoing: Outgoing): string {
  const { interaction, messageId } = outgoing;
  const header = messageHeader({
    ...outgoing,
    service: SERVICE_MM,
    action: interaction,
    isOnceOnly: true,
  });
  const wishes = xml`
<eb:AckRequested eb:version="2.0" SOAP:mustUnderstand="1" eb:signed="false" SOAP:actor="${ACTOR_TO_PARTY}"/>
<eb:SyncReply eb:version="2.0" SOAP:mustUnderstand="1" SOAP:actor="${ACTOR_NEXT}"/>`;
  const manifest = xml`
<eb:Manifest eb:version="2.0">
<eb:Reference xlink:href="cid:${payloadId(messageId)}">
<eb:Schema eb:location="urn:hl7-org:v3_${interaction}.xsd" eb:version="${interaction.slice(-2)}"/>
<eb:Description xml:lang="en">The HL7 payload</eb:Description>
<hl7ebxml:Payload style="HL7" encoding="XML" version="3.0"/>
</eb:Reference>
</eb:Manifest>
`;
  return envelope([header, wishes], manifest);
}

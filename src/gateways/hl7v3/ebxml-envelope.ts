import { type Xml, xml } from '../xml/write-xml.ts';
import { NAMESPACES } from './names.ts';

const PARTY_TYPE = 'urn:nhs:names:partyType:ocs+serviceInstance';

export function partyId(partyKey: string): Xml {
  return xml`<eb:PartyId eb:type="${PARTY_TYPE}">${partyKey}</eb:PartyId>`;
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

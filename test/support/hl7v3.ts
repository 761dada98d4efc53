import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:https';

import { endpointAuthority, issueCertificate } from '../../src/directory/index.ts';
import type { TestSystem } from '../../src/local/systems.ts';
import { certificatePem, privateKeyPem } from '../../src/platform/certificates.ts';
import type { Hl7Port } from '../../src/platform/config.ts';
import type { Database } from '../../src/platform/database.ts';

/** Any free port of the loopback address. */
export const ANY_HL7_PORT: Hl7Port = {
  port: 0,
  names: ['localhost', '127.0.0.1'],
  urls: [],
  supplierAuthorities: null,
  uncertified: [],
  retrySeconds: 10,
};

export type Hl7Said = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

/** A party with its certificate, as a client of one address. */
export type Hl7Client = {
  readonly system: TestSystem;
  readonly serial: string;
  send(path: string, options?: SendOptions): Promise<Hl7Said>;
  close(): void;
};

export type SendOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** Certifies a system of the test installation and opens its kept-alive connections. */
export async function openHl7Client(
  database: Database,
  url: string,
  system: TestSystem,
): Promise<Hl7Client> {
  const { partyKey, asid } = system;
  const issued = await issueCertificate(database, { partyKey, asids: [asid] }, new Date());
  assert.ok(issued.ok);
  const authority = await endpointAuthority(database, new Date());
  const agent = new Agent({
    keepAlive: true,
    cert: certificatePem(issued.value.certificate),
    key: privateKeyPem(issued.value.privateKey),
    ca: certificatePem(authority.certificate),
  });
  return {
    system,
    serial: issued.value.serial,
    send: (path, options = {}) => send(agent, `${url}${path}`, options),
    close: () => agent.destroy(),
  };
}

export function send(agent: Agent, url: string, options: SendOptions): Promise<Hl7Said> {
  const { body, headers = {} } = options;
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { agent, method, headers: { ...headers, 'Content-Length': bytes.length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(bytes);
  });
}

/** What a message is sent in, as the NHS coordinator does it [EPS-HL7V3 2]. */
export type Wrapping = {
  readonly system: TestSystem;
  readonly interaction: string;
  readonly payload: string;
  readonly messageId?: string;
  readonly conversationId?: string;
  readonly cpaId?: string;
  /** A last look at the text of the envelope. */
  readonly envelope?: (text: string) => string;
};

const BOUNDARY = '--=_MIME-Boundary';
export const SPINE_PARTY = 'YES-0000806';
export const SPINE_ASID = '567456789789';

/** The body of a post and its headers. */
export function wrapped(wrapping: Wrapping): Required<Pick<SendOptions, 'headers' | 'body'>> {
  const { interaction, payload, envelope = String } = wrapping;
  const messageId = wrapping.messageId ?? randomUUID().toUpperCase();
  const text = envelope(ebxmlEnvelope({ ...wrapping, messageId })).replaceAll(/\r?\n/g, '\r\n');
  const part = (id: string, content: string): string =>
    `----=_MIME-Boundary\r\nContent-Id: <${id}>\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}\r\n\r\n`;
  return {
    headers: {
      'Content-Type': `multipart/related; boundary="${BOUNDARY}"; type=text/xml; start=ebXMLHeader@spine.nhs.uk`,
      SOAPAction: `urn:nhs:names:services:mm/${interaction}`,
      'NHSD-Request-ID': messageId,
      Accept: 'application/json, text/plain, */*',
    },
    body: `${part('ebXMLHeader@spine.nhs.uk', text)}${part(`${messageId}@spine.nhs.uk`, payload)}----=_MIME-Boundary--`,
  };
}

function ebxmlEnvelope(wrapping: Wrapping & { readonly messageId: string }): string {
  const { system, interaction, messageId, cpaId = 'S1001A1630' } = wrapping;
  const party = 'urn:nhs:names:partyType:ocs+serviceInstance';
  return `<?xml version="1.0" encoding="UTF-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:eb="http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:hl7ebxml="urn:hl7-org:transport/ebXML/DSTUv1.0">
<soap:Header>
<eb:MessageHeader soap:mustUnderstand="1" eb:version="2.0">
<eb:From><eb:PartyId eb:type="${party}">${system.partyKey}</eb:PartyId></eb:From>
<eb:To><eb:PartyId eb:type="${party}">${SPINE_PARTY}</eb:PartyId></eb:To>
<eb:CPAId>${cpaId}</eb:CPAId>
<eb:ConversationId>${wrapping.conversationId ?? messageId}</eb:ConversationId>
<eb:Service>urn:nhs:names:services:mm</eb:Service>
<eb:Action>${interaction}</eb:Action>
<eb:MessageData><eb:MessageId>${messageId}</eb:MessageId><eb:Timestamp>2026-11-29T12:00:00Z</eb:Timestamp></eb:MessageData>
<eb:DuplicateElimination/>
</eb:MessageHeader>
<eb:AckRequested soap:mustUnderstand="1" eb:version="2.0" eb:signed="false" soap:actor="urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"/>
<eb:SyncReply soap:mustUnderstand="1" eb:version="2.0" soap:actor="http://schemas.xmlsoap.org/soap/actor/next"/>
</soap:Header>
<soap:Body>
<eb:Manifest eb:version="2.0"><eb:Reference xlink:href="cid:${messageId}@spine.nhs.uk"><eb:Schema eb:location="http://www.nhsia.nhs.uk/schemas/HL7-Message.xsd" eb:version="1.0"/><eb:Description xml:lang="en">HL7 payload</eb:Description><hl7ebxml:Payload style="HL7" encoding="XML" version="3.0"/></eb:Reference></eb:Manifest>
</soap:Body>
</soap:Envelope>`;
}

/** The frame of a message around a focal act [EPS-HL7V3 4.2]. */
export function hl7Frame({
  system,
  interaction,
  subject = '',
  id = randomUUID().toUpperCase(),
}: {
  readonly system: TestSystem;
  readonly interaction: string;
  readonly subject?: string;
  readonly id?: string;
}): string {
  const device = (name: string, asid: string): string =>
    `<${name} classCode="DEV" determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.107" extension="${asid}"/></${name}>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<${interaction} xmlns="urn:hl7-org:v3">
  <id root="${id}"/>
  <creationTime value="20261129120000"/>
  <versionCode code="V3NPfIT4.2.00"/>
  <interactionId extension="${interaction}" root="2.16.840.1.113883.2.1.3.2.4.12"/>
  <processingCode code="P"/>
  <processingModeCode code="T"/>
  <acceptAckCode code="NE"/>
  <communicationFunctionRcv typeCode="RCV">${device('device', SPINE_ASID)}</communicationFunctionRcv>
  <communicationFunctionSnd typeCode="SND">${device('device', system.asid)}</communicationFunctionSnd>
  <ControlActEvent classCode="CACT" moodCode="EVN">
    <author1 typeCode="AUT"><AgentSystemSDS classCode="AGNT">${device('agentSystemSDS', system.asid)}</AgentSystemSDS></author1>
    <subject typeCode="SUBJ" contextConductionInd="false">${subject}</subject>
  </ControlActEvent>
</${interaction}>`;
}

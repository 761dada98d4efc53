import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { inflateSync } from 'node:zlib';

import { type Element } from '../../src/gateways/xml/element.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { present } from '../../src/kernel/bug.ts';
import { TEST_SYSTEMS, type TestSystem } from '../../src/local/systems.ts';
import {
  ANY_HL7_PORT,
  type Hl7Client,
  type Hl7Said,
  openHl7Client,
  SPINE_ASID,
} from '../support/hl7v3.ts';
import { type Settings, startSpine, type TestSpine } from '../support/server.ts';

export type Author = { readonly userId: string; readonly roleProfile: string };

export type Question = {
  readonly path?: string;
  readonly interaction: string;
  /** What stands in the query. */
  readonly query: string;
  readonly author?: Author;
  readonly headers?: Readonly<Record<string, string>>;
  /** A last look at the whole text. */
  readonly edit?: (xml: string) => string;
};

const SHORT_FORM = '2.16.840.1.113883.2.1.3.2.4.18.8';

/** The queries as the contract has them [EPS-HL7V3 10.2]. */
export const QUESTIONS = {
  detail: (id: string, issue?: number): Question => ({
    interaction: 'QURX_IN000005UK99',
    query: byId(id, issue),
  }),
  clinical: (id: string, issue?: number): Question => ({
    path: '/syncservice-pds/pds',
    interaction: 'QURX_IN000005UK98',
    query: byId(id, issue),
  }),
  document: (id: string, key: string): Question => ({
    interaction: 'GET_PRESCRIPTION_DOCUMENT_INUK01',
    query: `<prescriptionId value="${id}"/><documentKey value="${key}"/>`,
  }),
  search: (query: string): Question => ({
    path: '/syncservice-pds/pds',
    interaction: 'PRESCRIPTIONSEARCH_SM01',
    query,
  }),
};

function byId(id: string, issue?: number): string {
  const repeat = issue === undefined ? '' : `<prescription.repeatNumber value="${issue}"/>`;
  return `<organization.id><value root="1.2.826.0.1285.0.1.10" extension="FA565"/></organization.id><prescription.id><value root="${id}"/></prescription.id>${repeat}<requesterOrganizationType><value code="999" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.128"/></requesterOrganizationType>`;
}

/** `root` holds the id, as the coordinator has it; a builder of another kind has it behind the root of such ids. */
export function inExtension(xml: string): string {
  return xml.replace(
    /<value root="([A-Z0-9-+]{20})"\/>/,
    `<value root="${SHORT_FORM}" extension="$1"/>`,
  );
}

/** The whole text of a question, as the NHS coordinator sends it. */
export function soapText(system: TestSystem, question: Question, messageId: string): string {
  const { interaction, query, author, edit = String } = question;
  const device = (name: string, prefix: string, asid: string): string =>
    `<${prefix}${name} classCode="DEV" determinerCode="INSTANCE"><${prefix}id root="1.2.826.0.1285.0.2.0.107" extension="${asid}"/></${prefix}${name}>`;
  const person =
    author === undefined
      ? ''
      : `<author typeCode="AUT"><AgentPersonSDS classCode="AGNT"><id root="1.2.826.0.1285.0.2.0.67" extension="${author.roleProfile}"/><agentPersonSDS classCode="PSN" determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.65" extension="${author.userId}"/></agentPersonSDS></AgentPersonSDS></author>`;
  return edit(`<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:hl7="urn:hl7-org:v3">
<SOAP-ENV:Header>
<wsa:MessageID>uuid:${messageId}</wsa:MessageID>
<wsa:Action>urn:nhs:names:services:mmquery/${interaction}</wsa:Action>
<wsa:To>https://spine.example/syncservice-mm/mm</wsa:To>
<wsa:From><wsa:Address/></wsa:From>
<hl7:communicationFunctionRcv>${device('device', 'hl7:', SPINE_ASID)}</hl7:communicationFunctionRcv>
<hl7:communicationFunctionSnd>${device('device', 'hl7:', system.asid)}</hl7:communicationFunctionSnd>
<wsa:ReplyTo><wsa:Address/></wsa:ReplyTo>
</SOAP-ENV:Header>
<SOAP-ENV:Body>
<${interaction} xmlns="urn:hl7-org:v3">
<id root="${messageId}"/><creationTime value="Invalid date"/><versionCode code="V3NPfIT4.2.00"/>
<interactionId root="2.16.840.1.113883.2.1.3.2.4.12" extension="${interaction}"/>
<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>
<communicationFunctionRcv>${device('device', '', SPINE_ASID)}</communicationFunctionRcv>
<communicationFunctionSnd>${device('device', '', system.asid)}</communicationFunctionSnd>
<ControlActEvent classCode="CACT" moodCode="EVN">${person}
<author1 typeCode="AUT"><AgentSystemSDS classCode="AGNT">${device('agentSystemSDS', '', system.asid)}</AgentSystemSDS></author1>
<query>${query}</query></ControlActEvent>
</${interaction}>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>`);
}

/** A datacentre with its HL7 V3 door, and trackers that ask there. */
export type Trackers = {
  readonly spine: () => TestSpine;
  readonly client: () => Hl7Client;
  readonly ask: (question: Question, client?: Hl7Client) => Promise<Hl7Said>;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Hl7Said>;
};

export function testTrackers(
  settings: Settings = {},
  system: TestSystem = TEST_SYSTEMS.facade,
): Trackers {
  let started: TestSpine | null = null;
  let opened: Hl7Client | null = null;
  const spine = (): TestSpine => present(started, 'datacentre');
  // One hook: hooks of a file do not wait for each other.
  before(async () => {
    started = await startSpine({ ...settings, hl7v3: ANY_HL7_PORT });
    opened = await openHl7Client(started.database, hl7Url(started), system);
  });
  after(async () => {
    opened?.close();
    await started?.stop();
  });
  const client = (): Hl7Client => present(opened, 'client');
  return {
    spine,
    client,
    ask: (question, by = client()) => asked(by, question),
    get: (path, headers = {}) =>
      client().send(path, {
        headers: { Accept: 'application/json', 'Spine-From-Asid': system.asid, ...headers },
      }),
  };
}

export function hl7Url({ datacentre }: TestSpine): string {
  return present(datacentre.hl7v3Url, 'HL7 V3 door');
}

function asked(client: Hl7Client, question: Question): Promise<Hl7Said> {
  const { path = '/syncservice-mm/mm', interaction, headers = {} } = question;
  const messageId = randomUUID().toUpperCase();
  return client.send(path, {
    headers: {
      'Content-Type': 'text/xml; charset=utf-8',
      SOAPAction: `urn:nhs:names:services:mmquery/${interaction}`,
      ...headers,
    },
    body: soapText(client.system, question, messageId),
  });
}

/** What is at the end of a path in an answer, with the names that clients look for to the letter. */
export function inside(text: string, ...path: readonly string[]): Element {
  const read = parseXml(text);
  assert.ok(read.ok, read.ok ? '' : `${read.error}: ${text}`);
  const [root, ...rest] = path;
  assert.equal(read.value.name, root, text);
  return rest.reduce((element, name) => {
    const found = childrenOf(element).find((child) => child.name === name);
    return present(found, `${name} in ${element.name} of ${text}`);
  }, read.value);
}

export function childrenOf({ children }: Element): readonly Element[] {
  return typeof children === 'string' ? [] : children;
}

const BODY = ['SOAP:Envelope', 'SOAP:Body'] as const;
const RECORD = ['PrescriptionJsonQueryResponse', 'epsRecord'];

/** The record in an answer to a detail query, where the coordinator looks for it. */
export function recordIn({ text }: Hl7Said): Element {
  const path = ['SOAP:Envelope', 'SOAP:Body', 'prescriptionDetailQueryResponse'];
  return inside(text, ...path, 'PORX_IN000006UK99', 'ControlActEvent', 'subject', ...RECORD);
}

export function clinicalRecordIn({ text }: Hl7Said): Element {
  const path = ['SOAP:Envelope', 'SOAP:Body', 'prescriptionClinicalViewResponse'];
  return inside(text, ...path, 'PORX_IN000006UK98', 'ControlActEvent', 'subject', ...RECORD);
}

/** The texts of the children of a name, or the values where they are attributes. */
export function texts(element: Element, name: string): string[] {
  return childrenOf(element)
    .filter((child) => child.name === name)
    .map(
      ({ children, attributes }) =>
        attributes['value'] ?? (typeof children === 'string' ? children : ''),
    );
}

/** The one text of a name. */
export function text(element: Element, name: string): string {
  const [found, ...more] = texts(element, name);
  assert.equal(more.length, 0, name);
  return present(found, name);
}

export function all(element: Element, name: string): Element[] {
  return childrenOf(element).filter((child) => child.name === name);
}

/** The description of a SOAP fault, where the coordinator looks for it; and its code. */
export function faultIn({ text: body }: Hl7Said): string {
  const error = inside(body, ...BODY, 'SOAP:Fault', 'detail', 'nasp:errorList', 'nasp:error');
  return `${text(error, 'nasp:errorCode')} ${text(error, 'nasp:description')}`;
}

/** `PRESCRIPTION_SEARCH_ERROR 0001 Prescription not found` of an answer in the form of an acknowledgement. */
export function refusalIn({ text: body }: Hl7Said, wrapper: string): string {
  const ack = inside(body, ...BODY, wrapper, 'MCCI_IN010000UK13', 'acknowledgement');
  assert.equal(ack.attributes['typeCode'], 'AR');
  const [detail] = all(ack, 'acknowledgementDetail');
  const { codeSystem, code, displayName } = present(
    all(present(detail, 'detail'), 'code')[0],
    'code',
  ).attributes;
  return [codeSystem, code, displayName].join(' ');
}

/** The document in an answer, unpacked. */
export function documentIn({ text: body }: Hl7Said): { type: string; root: Element; xml: string } {
  const document = inside(
    body,
    ...BODY,
    'prescriptionDocumentResponse',
    'GET_PRESCRIPTION_DOCUMENT_RESPONSE_INUK01',
    'ControlActEvent',
    'subject',
    'document',
  );
  const valueOf = (name: string): string =>
    present(all(document, name)[0]?.attributes['value'], name);
  const xml = inflateSync(Buffer.from(valueOf('content'), 'base64')).toString('utf8');
  const root = parseXml(xml);
  assert.ok(root.ok);
  return { type: valueOf('documentType'), root: root.value, xml };
}

import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';

import {
  type EndpointKey,
  endpointAuthority,
  issueCertificate,
  keepEndpoints,
  mmInteraction,
  USUAL_RELIABILITY,
} from '../../src/directory/index.ts';
import type { TestSystem } from '../../src/local/systems.ts';
import { certificatePem, privateKeyPem } from '../../src/platform/certificates.ts';
import type { Database } from '../../src/platform/database.ts';

/** One message as it came to a supplier. */
export type Delivered = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly messageId: string;
  /** Of the request that it answers. */
  readonly refTo: string;
  /** Common name of the certificate of who sent it, and its number. */
  readonly sender: string;
  readonly serial: string;
};

export type SupplierAnswer = { readonly status: number; readonly body: string };

/** The endpoint of a supplier; it answers as its script says, and acknowledges when the script is at its end. */
export type Supplier = {
  readonly delivered: Delivered[];
  readonly script: ((message: Delivered) => SupplierAnswer | 'never')[];
  readonly url: string;
  close(): Promise<void>;
};

/** Opens the endpoint of a party under a certificate that this installation issued, or another one, and tells the directory of it. */
export async function openSupplier(
  database: Database,
  { partyKey, asid }: TestSystem,
  of: TestSystem | null = null,
  other: EndpointKey | null = null,
): Promise<Supplier> {
  const issued = await issueCertificate(database, { partyKey, asids: [asid] }, new Date());
  assert.ok(issued.ok);
  const shown = other ?? issued.value;
  const delivered: Delivered[] = [];
  const script: Supplier['script'] = [];
  const server = createServer({
    cert: certificatePem(shown.certificate),
    key: privateKeyPem(shown.privateKey),
    ca: certificatePem((await endpointAuthority(database, new Date())).certificate),
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    const { socket } = request;
    assert.ok(socket instanceof TLSSocket);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = deliveredOf(Buffer.concat(chunks).toString('utf8'), request.headers, socket);
      delivered.push(message);
      const answer = script.shift()?.(message) ?? { status: 202, body: acknowledged(message) };
      if (answer === 'never') return;
      response.writeHead(answer.status, { 'Content-Type': 'text/xml' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const url = `https://127.0.0.1:${address.port}/reliablemessaging/forwardreliable`;
  await tellEndpoint(database, of ?? { partyKey }, url);
  return {
    delivered,
    script,
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const ANSWER_CPA = 'S3001A0042';
const ANSWERS = ['MCCI_IN010000UK13', 'PORX_IN050101UK31', 'PORX_IN050102UK32'];

async function tellEndpoint(
  database: Database,
  { partyKey }: Pick<TestSystem, 'partyKey'>,
  url: string,
): Promise<void> {
  const handlers = ANSWERS.map((id) => ({
    mhsId: `${partyKey}:${id}`,
    ods: partyKey.split('-')[0] ?? '',
    partyKey,
    interaction: mmInteraction(id),
    cpaId: ANSWER_CPA,
    fqdn: '127.0.0.1',
    endpoints: [url],
    ...USUAL_RELIABILITY,
  }));
  await keepEndpoints(database, { systems: [], handlers }, new Date());
}

function deliveredOf(text: string, headers: Delivered['headers'], socket: TLSSocket): Delivered {
  const one = (name: string): string =>
    new RegExp(`<eb:${name}>([^<]*)</eb:${name}>`).exec(text)?.[1] ?? '';
  const { subject, serialNumber: serial } = socket.getPeerCertificate();
  const ids = { messageId: one('MessageId'), refTo: one('RefToMessageId') };
  return { headers, text, ...ids, sender: String(subject.CN), serial };
}

const EB = 'http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd';

function signal(action: string, refTo: string, more: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:eb="${EB}"><s:Header>
<eb:MessageHeader s:mustUnderstand="1" eb:version="2.0"><eb:Service>urn:oasis:names:tc:ebxml-msg:service</eb:Service>
<eb:Action>${action}</eb:Action><eb:MessageData><eb:MessageId>F0F0</eb:MessageId><eb:RefToMessageId>${refTo}</eb:RefToMessageId></eb:MessageData></eb:MessageHeader>
${more}</s:Header><s:Body/></s:Envelope>`;
}

/** An Acknowledgment, of the message or of another. */
export function acknowledged({ messageId }: Delivered, refTo = messageId): string {
  const of = `<eb:RefToMessageId>${refTo}</eb:RefToMessageId>`;
  return signal(
    'Acknowledgment',
    refTo,
    `<eb:Acknowledgment eb:version="2.0">${of}</eb:Acknowledgment>`,
  );
}

export function messageError({ messageId }: Delivered, refTo = messageId): string {
  const error = '<eb:Error eb:severity="Error" eb:errorCode="ValueNotRecognized"/>';
  return signal('MessageError', refTo, `<eb:ErrorList eb:version="2.0">${error}</eb:ErrorList>`);
}

/** A SOAP fault of national services. */
export function faulted(code: string): SupplierAnswer {
  const nasp = 'http://national.carerecords.nhs.uk/schema/';
  return {
    status: 500,
    body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring><detail><nasp:errorList xmlns:nasp="${nasp}"><nasp:error><nasp:errorCode>${code}</nasp:errorCode></nasp:error></nasp:errorList></detail></s:Fault></s:Body></s:Envelope>`,
  };
}

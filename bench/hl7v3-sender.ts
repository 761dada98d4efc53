import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

import { clientSettings, serveClient } from './child.ts';
import { type Answer, Connection } from './connection.ts';
import { hl7DocumentOf, type Hl7Kind } from './hl7v3-documents.ts';
import type { Task } from './journey.ts';
import { BATCH, type Kind } from './prescriptions.ts';
import { INTERACTIONS } from '../src/prescriptions/interactions.ts';
import { wrapped } from '../test/support/hl7v3.ts';

/** Sends messages of HL7 V3 as the NHS's facade does, on kept-alive TLS with its certificate, to both datacentres. */
const { hl7v3, lanes, signingKey } = clientSettings();
const { ports, system, spineAsid, certificate: cert, key, authority: ca } = hl7v3;

const connections = Array.from({ length: lanes }, (_, lane) => {
  const port = ports[lane % ports.length] ?? 0;
  return new Connection(() => connectTls({ host: '127.0.0.1', port, cert, key, ca }));
});

const DONE: Record<Hl7Kind, readonly string[]> = {
  create: ['<MCCI_IN010000UK13 ', 'typeCode="AA"'],
  releaseNominated: ['<PORX_IN070101UK31 ', 'typeCode="AA"', `<value value="${BATCH}"/>`],
  dispense: ['<MCCI_IN010000UK13 ', 'typeCode="AA"'],
};

function isHl7(kind: Kind): kind is Hl7Kind {
  return kind in DONE;
}

function make({ kind, facts }: Task<Buffer>): Buffer {
  const [first] = facts;
  if (first === undefined || !isHl7(kind)) throw new Error(`${kind} is not sent over HL7 V3`);
  const payload = hl7DocumentOf(kind, first, signingKey, { own: system.asid, spine: spineAsid });
  const messageId = randomUUID().toUpperCase();
  const interaction = INTERACTIONS[kind];
  const { headers, body } = wrapped({ system, interaction, payload, messageId });
  const bytes = Buffer.from(body);
  const head = [
    'POST /Prescription HTTP/1.1',
    'host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

async function send(lane: number, { kind, made }: Task<Buffer>): Promise<void> {
  const connection = connections[lane];
  if (connection === undefined || made === null || !isHl7(kind)) {
    throw new Error(`${kind} was not prepared`);
  }
  let answer = await connection.ask(made);
  while (answer.status === 202) answer = await fetched(connection, answer.location);
  const { status, body } = answer;
  if (status !== 200 || !DONE[kind].every((text) => body.includes(text))) {
    throw new Error(`${kind} was answered ${status}: ${body.toString()}`);
  }
}

const FETCH_AFTER_MS = 500; // [EPS-HL7V3 3.1]

/** Under load the answer comes later, where the first one says. */
async function fetched(connection: Connection, location: string): Promise<Answer> {
  await delay(FETCH_AFTER_MS);
  const head = [`GET ${location} HTTP/1.1`, 'host: 127.0.0.1', `nhsd-asid: ${system.asid}`];
  return connection.ask(Buffer.from(`${head.join('\r\n')}\r\n\r\n`));
}

serveClient('H', lanes, make, send);

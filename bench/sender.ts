import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';

import { type Answer, Connection } from './connection.ts';
import { clientSettings, serveClient } from './child.ts';
import { documentOf } from './documents.ts';
import type { Task } from './journey.ts';
import { BATCH, type Kind } from './prescriptions.ts';

/** Sends the messages over HTTP, to both datacentres, and looks at every answer. */
const { ports, lanes, tokens, signingKey } = clientSettings();

const connections = Array.from({ length: lanes }, (_, lane) => {
  const port = ports[lane % ports.length] ?? 0;
  return new Connection(() => connect({ host: '127.0.0.1', port }));
});

const PRESCRIBING = '/fhir-prescribing/FHIR/R4/$process-message';
const PREPARE = '/fhir-prescribing/FHIR/R4/$prepare';
const DISPENSING = '/fhir-dispensing/FHIR/R4';
const DONE = '"severity":"information"';

const WIRE: Record<Kind, { path: string; as: keyof typeof tokens; starts: string; holds: string }> =
  {
    prepare: { path: PREPARE, as: 'prescriber', starts: 'Parameters', holds: '"digest"' },
    verifySignature: {
      path: `${DISPENSING}/$verify-signature`,
      as: 'dispenser',
      starts: 'Parameters',
      holds: DONE,
    },
    create: { path: PRESCRIBING, as: 'prescriber', starts: 'OperationOutcome', holds: DONE },
    cancel: { path: PRESCRIBING, as: 'prescriber', starts: 'Bundle', holds: '"R-0001"' },
    releaseNominated: {
      path: `${DISPENSING}/Task/$release`,
      as: 'dispenser',
      starts: 'Parameters',
      holds: `"total":${BATCH},`,
    },
    releaseById: {
      path: `${DISPENSING}/Task/$release`,
      as: 'dispenser',
      starts: 'Parameters',
      holds: '"total":1,',
    },
    dispense: {
      path: `${DISPENSING}/$process-message`,
      as: 'dispenser',
      starts: 'OperationOutcome',
      holds: DONE,
    },
    return: {
      path: `${DISPENSING}/Task`,
      as: 'dispenser',
      starts: 'OperationOutcome',
      holds: DONE,
    },
    withdraw: {
      path: `${DISPENSING}/Task`,
      as: 'dispenser',
      starts: 'OperationOutcome',
      holds: DONE,
    },
    claim: {
      path: `${DISPENSING}/Claim`,
      as: 'dispenser',
      starts: 'OperationOutcome',
      holds: DONE,
    },
  };

function make({ kind, facts }: Task<Buffer>): Buffer {
  const [first] = facts;
  if (first === undefined) throw new Error('a message about nothing');
  const { path, as } = WIRE[kind];
  const isRelease = kind === 'releaseNominated' || kind === 'releaseById';
  const body = Buffer.from(JSON.stringify(documentOf(kind, first, signingKey)));
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${tokens[as]}`,
    `x-request-id: ${isRelease ? first.releaseRequest : randomUUID()}`,
    'content-type: application/fhir+json',
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

async function send(lane: number, { kind, made }: Task<Buffer>): Promise<void> {
  const connection = connections[lane];
  if (connection === undefined || made === null) throw new Error(`${kind} was not prepared`);
  const answer = await connection.ask(made);
  if (!isRight(kind, answer)) {
    throw new Error(`${kind} was answered ${answer.status}: ${answer.body.toString()}`);
  }
}

function isRight(kind: Kind, { status, body }: Answer): boolean {
  const { starts, holds } = WIRE[kind];
  const isOfType = body.indexOf(`{"resourceType":"${starts}"`) === 0;
  return status === 200 && isOfType && body.includes(holds);
}

serveClient('S', lanes, make, send);

import { fail, ok, type Result } from '../../../kernel/result.ts';
import { derivedUuid } from '../../../kernel/uuid.ts';
import type { HttpResponse } from '../../../platform/http.ts';
import type { CertifiedRequest } from '../../../platform/mutual-tls.ts';
import { xmlText } from '../../xml/xml-text.ts';
import type { Hl7Directory, Hl7Peer, Hl7System } from '../directory.ts';
import { soapFault } from '../ebxml-answers.ts';
import type { SoapFaultName } from '../ebxml-errors.ts';
import type { Hl7Message } from '../interaction.ts';
import { readMessage } from '../read-message.ts';
import { actorOf, systemOf } from '../sender.ts';
import { framed } from '../write-answer.ts';
import { type QueryAnswer, SERVICE_QUERY, type SoapQuery, type SoapQueryHandler } from './query.ts';
import { messageIn, queryIn, readSoap, type SoapRequest } from './read-soap.ts';
import { soapAnswer } from './write-soap.ts';

export type QueryParts = {
  readonly directory: Hl7Directory;
  readonly clock: { now(): Date };
  /** ASID of this Spine. */
  readonly asid: string;
  readonly onBug: (error: unknown, requestId: string) => void;
};

type Fault = { readonly name: SoapFaultName; readonly text: string };

/** A query with all that its answer needs. */
type Known = {
  readonly handler: SoapQueryHandler;
  readonly soap: SoapRequest;
  readonly message: Hl7Message;
  readonly query: SoapQuery;
};

/**
 * Answers a question over SOAP [EPS-HL7V3 3.5, 10.2]. What is wrong with it is a SOAP fault; with 200, as on
 * the face of facades: a repeat mends nothing, and clients read the body of no other answer.
 */
export async function answerSoap(
  parts: QueryParts,
  handlers: readonly SoapQueryHandler[],
  request: CertifiedRequest,
  peer: Hl7Peer,
): Promise<HttpResponse> {
  const known = await readQuery(parts, handlers, request, peer);
  if (!known.ok) return faulted(known.error);
  const { handler, query } = known.value;
  const answer = await handler.handle(query, wantsXml(request));
  const { organisation, asid } = query.actor;
  const reason = answer.kind === 'fault' ? faultName(answer) : null;
  const about = { interaction: handler.interaction, organisation, asid, reason };
  return { ...written(parts, known.value, answer), about };
}

function faultName({ isForbidden }: { readonly isForbidden: boolean }): SoapFaultName {
  return isForbidden ? 'NotAllowed' : 'InvalidQuery';
}

const TEXT_XML = { 'Content-Type': 'text/xml; charset=UTF-8' };

function faulted({ name, text }: Fault): HttpResponse {
  const about = { organisation: null, asid: null, reason: name };
  return { status: 200, headers: TEXT_XML, body: soapFault(name, text), about };
}

function wantsXml({ headers: { accept = '' } }: CertifiedRequest): boolean {
  return /\bxml\b/.test(accept) && !/\bjson\b/.test(accept);
}

async function readQuery(
  parts: QueryParts,
  handlers: readonly SoapQueryHandler[],
  request: CertifiedRequest,
  peer: Hl7Peer,
): Promise<Result<Known, Fault>> {
  const notWellFormed = (text: string): { ok: false; error: Fault } =>
    fail({ name: 'NotWellFormed', text });
  if (request.body === null) return notWellFormed('it is larger than allowed');
  const soap = readSoap(request.body);
  if (!soap.ok) return notWellFormed(soap.error);
  const { action, body, messageId, senderAsid } = soap.value;
  const asked = request.headers['soapaction']?.trim().replace(/^"(.*)"$/, '$1') ?? action;
  if (asked !== action) return notWellFormed('SOAPAction is not wsa:Action');
  const handler = handlers.find(
    ({ path, interaction }) =>
      path === request.path && action === `${SERVICE_QUERY}/${interaction}`,
  );
  if (handler === undefined) return fail({ name: 'NotSupported', text: action });
  const root = messageIn(body, handler.interaction);
  if (root === null) return notWellFormed(`Body must hold one ${handler.interaction}`);
  const message = readMessage(root, handler.interaction, 'query');
  if (!message.ok) return notWellFormed(message.error.text);
  if (message.value.message.senderAsid !== senderAsid) {
    return notWellFormed('the ASIDs of the sender in the SOAP header and in the message differ');
  }
  const system = await accredited(parts, peer, senderAsid, handler.interaction);
  if (!system.ok) return fail({ name: 'NotAllowed', text: system.error });
  const query = queryIn(root);
  if (query === null) return notWellFormed('ControlActEvent must hold one query');
  const { partyKey } = peer;
  const sender = { partyKey, system: system.value, author: message.value.message.author };
  const actor = await actorOf(parts.directory, sender);
  const question = { actor, requestId: messageId, at: parts.clock.now(), query };
  return ok({ handler, soap: soap.value, message: message.value.message, query: question });
}

/** Accredited for this very query: the ids of two of them differ only in their version. */
export async function accredited(
  { directory }: QueryParts,
  peer: Hl7Peer,
  asid: string,
  name: string,
): Promise<Result<Hl7System, string>> {
  const system = await systemOf(directory, peer, asid);
  if (system === null) return fail(`ASID ${asid} is not of the sender's certificate`);
  const isAccredited = system.interactions.some((one) => one.endsWith(`:${name}`));
  return isAccredited ? ok(system) : fail(`ASID ${asid} is not accredited for ${name}`);
}

function written(
  { asid }: QueryParts,
  { soap, message, query, handler }: Known,
  answer: QueryAnswer,
): HttpResponse {
  if (answer.kind === 'fault') {
    return faulted({ name: faultName(answer), text: answer.text });
  }
  if (answer.kind === 'json') {
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    return { status: 200, headers, body: JSON.stringify(answer.body) };
  }
  const isFound = answer.kind === 'found';
  const interaction = isFound ? answer.interaction : 'MCCI_IN010000UK13';
  const messageId = derivedUuid('hl7v3 query', handler.interaction, soap.messageId);
  const told = {
    interaction,
    messageId,
    acknowledgement: isFound ? ('AA' as const) : ('AR' as const),
    details: isFound ? [] : [answer.reason],
    reasons: [],
    subject: isFound ? xmlText(answer.subject) : null,
    isConfirmed: isFound && answer.isConfirmed,
    at: query.at,
  };
  const to = soap.senderAsid;
  const text = framed(told, { from: asid, to, messageRef: message.id.toUpperCase() });
  const action = `${SERVICE_QUERY}/${interaction}`;
  const reply = { messageId, action, relatesTo: soap.messageId, from: asid, to };
  return { status: 200, headers: TEXT_XML, body: soapAnswer(reply, answer.wrapper, text) };
}

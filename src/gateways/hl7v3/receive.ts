import { hash } from 'node:crypto';

import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { sourceAddress } from '../../platform/audit/source.ts';
import type { CertifiedRequest } from '../../platform/mutual-tls.ts';
import { familyOf, type Hl7Directory, type Hl7Peer, SERVICE_MM } from './directory.ts';
import { messageError, soapFault } from './ebxml-answers.ts';
import type { EbxmlErrorName, SoapFaultName } from './ebxml-errors.ts';
import { type EbxmlHeader, type KnownOfHeader, readEbxmlHeader } from './ebxml-header.ts';
import type { Hl7Interaction } from './interaction.ts';
import { ebxmlName } from './names.ts';
import { partNamed, partProblem, readParts, xmlOf } from './read-parts.ts';
import type { Transmission } from './repository.ts';

/** Who asks: a facade waits for the answer, a message handler of reliable messaging is called back [EPS-HL7V3 1]. */
export type Face = 'facade' | 'reliable';

export type ReceivingParts = {
  readonly clock: { now(): Date };
  readonly directory: Hl7Directory;
  readonly interactions: ReadonlyMap<string, Hl7Interaction>;
  /** Party key of this Spine. */
  readonly party: string;
};

export type Received = { readonly header: EbxmlHeader; readonly transmission: Transmission };

/** A refusal in the form of ebXML: its message error, or a SOAP fault. */
export type Refusal = { readonly isFault: boolean; readonly body: string };

export type Caller = { readonly peer: Hl7Peer; readonly face: Face };

/** Takes a post apart and checks all but the HL7 message itself, in the order of [EPS-HL7V3 3.2]. */
export async function receive(
  parts: ReceivingParts,
  { headers, body }: Pick<CertifiedRequest, 'headers' | 'body'>,
  caller: Caller,
): Promise<Result<Received, Refusal>> {
  if (body === null) return fail(fault('NotWellFormed', 'it is larger than allowed'));
  const mime = readParts(headers['content-type'] ?? '', body);
  if (!mime.ok) return fail(fault('NotWellFormed', mime.error));
  const { envelope, others } = mime.value;
  const problem = [envelope, ...others].map(partProblem).find((one) => one !== null);
  if (problem !== undefined) return fail(fault('NotWellFormed', problem));
  const xml = xmlOf(envelope.content, ebxmlName);
  if (!xml.ok) return fail(fault('NotWellFormed', `the envelope: ${xml.error}`));
  const at = parts.clock.now();
  const reply = (error: EbxmlErrorName, known: KnownOfHeader): { ok: false; error: Refusal } =>
    fail(refusalOf(parts.party, { error, known }, at));
  const header = readEbxmlHeader(xml.value);
  if (!header.ok) return reply(header.error.error, header.error.known);
  const error = await contractError(parts, header.value, caller);
  if (error !== null) return reply(error, knownOf(header.value));
  const { service, action, payloadId } = header.value;
  if (service !== SERVICE_MM || !parts.interactions.has(action)) {
    return fail(fault('NotSupported', `${service}:${action}`));
  }
  const asked = soapActionOf(headers['soapaction']);
  const isAsked = asked === null || asked === `${service}/${action}`;
  if (!isAsked) return reply('SoapActionDiffers', knownOf(header.value));
  const payload = partNamed(others, payloadId);
  if (payload === null) return reply('INVALID_MANIFEST_REFERENCE', knownOf(header.value));
  const transmission = transmissionOf(header.value, payload.content, { caller, at });
  return ok({ header: header.value, transmission });
}

/** Parties, then the contract; a facade has one contract for all that it sends [EPS-HL7V3 2.2, 3.2]. */
async function contractError(
  { party, directory }: ReceivingParts,
  { from, to, cpaId, action }: EbxmlHeader,
  { peer, face }: Caller,
): Promise<EbxmlErrorName | null> {
  if (to !== party) return 'UnknownToParty';
  if (from !== peer.partyKey) return 'SenderNotTrusted';
  if (face === 'facade') return null;
  const contracts = await directory.contracts();
  const contract = contracts.get(familyOf(action));
  // Nothing is known of an action that is not supported: that is told next.
  return contract === undefined || contract === cpaId ? null : 'UnknownCpa';
}

/** Some put it in quotes [EPS-HL7V3 3.3]; null when it is not there. */
function soapActionOf(header: string | undefined): string | null {
  return header === undefined ? null : header.trim().replace(/^"(.*)"$/, '$1');
}

/** What an answer repeats of a header. */
export function knownOf({ from, cpaId, conversationId, messageId }: EbxmlHeader): KnownOfHeader {
  return { from, cpaId, conversationId, messageId: messageId.toUpperCase() };
}

function transmissionOf(
  { messageId, conversationId, cpaId, action }: EbxmlHeader,
  payload: Buffer,
  { caller, at }: { readonly caller: Caller; readonly at: Date },
): Transmission {
  return {
    party: caller.peer.partyKey,
    messageId,
    conversationId,
    cpaId,
    interaction: action,
    asids: caller.peer.asids,
    isReliable: caller.face === 'reliable',
    receivedAt: at,
    sourceAddress: sourceAddress(),
    digest: hash('sha256', payload, 'buffer'),
    payload,
  };
}

type HeaderRefusal = { readonly error: EbxmlErrorName; readonly known: KnownOfHeader };

/** The message error for a header; the same again for the same message. */
export function refusalOf(party: string, { error, known: of }: HeaderRefusal, at: Date): Refusal {
  const messageId = derivedUuid('ebxml error', of.messageId ?? '', error);
  return { isFault: false, body: messageError({ party, messageId, at }, of, error) };
}

function fault(name: SoapFaultName, detail: string): Refusal {
  return { isFault: true, body: soapFault(name, detail) };
}

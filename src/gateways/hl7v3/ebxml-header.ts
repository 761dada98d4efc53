import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { childrenNamed, type Element, elementsAt, textOf } from '../xml/element.ts';
import { ACTOR_NEXT, ACTOR_TO_PARTY, type EbxmlErrorName } from './ebxml-errors.ts';

/** What an ebXML header says [EPS-HL7V3 2.2]. */
export type EbxmlHeader = {
  /** Party keys. */
  readonly from: string;
  readonly to: string;
  readonly cpaId: string;
  readonly conversationId: string;
  readonly service: string;
  readonly action: string;
  readonly messageId: Uuid;
  /** Content-Id of the part that holds the message, without angle brackets. */
  readonly payloadId: string;
};

/** As much of a header that is wrong as an answer repeats. */
export type KnownOfHeader = Partial<
  Pick<EbxmlHeader, 'from' | 'cpaId' | 'conversationId'> & { readonly messageId: string }
>;

export type HeaderFault = { readonly error: EbxmlErrorName; readonly known: KnownOfHeader };

type Envelope = { readonly header: Element; readonly body: Element; readonly message: Element };

/** Reads an envelope with names as `ebxmlName` gives them; the first of the checks that fails is the answer [EPS-HL7V3 3.2]. */
export function readEbxmlHeader(root: Element): Result<EbxmlHeader, HeaderFault> {
  const envelope = envelopeOf(root);
  if (envelope === null) return fail({ error: 'MESSAGE_NOT_WELL_FORMED', known: {} });
  const { message, body } = envelope;
  for (const check of CHECKS) {
    const error = check(envelope);
    if (error !== null) return fail({ error, known: knownOf(message) });
  }
  const messageId = parseUuid(textAt(message, MESSAGE_ID));
  if (messageId === null) {
    return fail({ error: 'MESSAGE_NOT_WELL_FORMED', known: knownOf(message) });
  }
  return ok({
    from: textAt(message, FROM),
    to: textAt(message, TO),
    cpaId: textAt(message, CPA_ID),
    conversationId: textAt(message, CONVERSATION_ID),
    service: textAt(message, ['eb:Service']),
    action: textAt(message, ['eb:Action']),
    messageId,
    payloadId: payloadIdOf(body),
  });
}

function envelopeOf(root: Element): Envelope | null {
  if (root.name !== 'soap:Envelope') return null;
  const [header, ...headers] = childrenNamed(root, 'soap:Header');
  const [body, ...bodies] = childrenNamed(root, 'soap:Body');
  if (header === undefined || body === undefined) return null;
  const [message, ...messages] = childrenNamed(header, 'eb:MessageHeader');
  const more = headers.length + bodies.length + messages.length;
  return message === undefined || more > 0 ? null : { header, body, message };
}

const FROM = ['eb:From', 'eb:PartyId'];
const TO = ['eb:To', 'eb:PartyId'];
const CPA_ID = ['eb:CPAId'];
const CONVERSATION_ID = ['eb:ConversationId'];
const MESSAGE_ID = ['eb:MessageData', 'eb:MessageId'];
const REQUIRED = [
  FROM,
  TO,
  CPA_ID,
  CONVERSATION_ID,
  ['eb:Service'],
  ['eb:Action'],
  MESSAGE_ID,
  ['eb:MessageData', 'eb:Timestamp'],
];

/** In this order [EPS-HL7V3 3.2]. */
const CHECKS: readonly ((envelope: Envelope) => EbxmlErrorName | null)[] = [
  ({ message }) =>
    REQUIRED.every((path) => isOnce(message, path)) ? null : 'MESSAGE_NOT_WELL_FORMED',
  ({ message: { attributes } }) =>
    (attributes['eb:version'] ?? VERSION) === VERSION ? null : 'INVALID_MESSAGE_HEADER_VERSION',
  ({ message }) =>
    childrenNamed(message, 'eb:DuplicateElimination').length === 1
      ? null
      : 'DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT',
  ({ header }) => ackRequestedError(childrenNamed(header, 'eb:AckRequested')),
  ({ header }) => syncReplyError(childrenNamed(header, 'eb:SyncReply')),
  ({ body }) => manifestError(childrenNamed(body, 'eb:Manifest')),
];

const VERSION = '2.0';

function ackRequestedError([first, ...others]: readonly Element[]): EbxmlErrorName | null {
  if (first === undefined || others.length > 0) return 'ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT';
  const { attributes } = first;
  if (attributes['eb:version'] !== VERSION) return 'ACK_REQUESTED_VERSION_INVALID';
  if (attributes['eb:signed'] !== 'false') return 'ACK_REQUESTED_SIGNED_INVALID';
  return attributes['soap:actor'] === ACTOR_TO_PARTY ? null : 'ACK_REQUESTED_ACTOR_INVALID';
}

function syncReplyError([first, ...others]: readonly Element[]): EbxmlErrorName | null {
  if (first === undefined || others.length > 0) return 'SYNCREPLY_INCONSISTENT_WITH_CONTRACT';
  const { attributes } = first;
  if (attributes['eb:version'] !== VERSION) return 'SYNCREPLY_VERSION_INVALID';
  return attributes['soap:actor'] === ACTOR_NEXT ? null : 'SYNCREPLY_ACTOR_INVALID';
}

function manifestError([first, ...others]: readonly Element[]): EbxmlErrorName | null {
  if (first === undefined || others.length > 0) return 'INVALID_MANIFEST_REFERENCE';
  const isVersion = (first.attributes['eb:version'] ?? VERSION) === VERSION;
  const references = childrenNamed(first, 'eb:Reference');
  const [reference] = references;
  const isGood = isVersion && references.length === 1 && reference !== undefined;
  return isGood && hrefOf(reference) !== '' ? null : 'INVALID_MANIFEST_REFERENCE';
}

function payloadIdOf(body: Element): string {
  const [manifest] = childrenNamed(body, 'eb:Manifest');
  const [reference] = manifest === undefined ? [] : childrenNamed(manifest, 'eb:Reference');
  return reference === undefined ? '' : hrefOf(reference);
}

/** What stands behind the colon of `cid:…`. */
function hrefOf({ attributes }: Element): string {
  return /^[^:]*:(.*)$/s.exec(attributes['xlink:href'] ?? '')?.[1]?.trim() ?? '';
}

function knownOf(message: Element): KnownOfHeader {
  const one = (path: readonly string[]): string | undefined => textAt(message, path) || undefined;
  const found = {
    from: one(FROM),
    cpaId: one(CPA_ID),
    conversationId: one(CONVERSATION_ID),
    messageId: one(MESSAGE_ID),
  };
  // What is not there has no member.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function isOnce(from: Element, path: readonly string[]): boolean {
  const [found, other] = elementsAt(from, path);
  return found !== undefined && other === undefined && textOf(found) !== '';
}

/** Of the first one. */
function textAt(from: Element, path: readonly string[]): string {
  const [found] = elementsAt(from, path);
  return found === undefined ? '' : textOf(found);
}

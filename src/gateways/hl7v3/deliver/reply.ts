import type { Uuid } from '../../../kernel/uuid.ts';
import { type Element, elementsAt, textOf } from '../../xml/element.ts';
import { ebxmlName } from '../names.ts';
import { xmlOf } from '../read-parts.ts';

/** What a party makes of a message; the reason is of the protocol, and quotes no message. */
export type Reply =
  | { readonly kind: 'acknowledged' }
  /** To send it again would not help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may be taken another time. */
  | { readonly kind: 'failed'; readonly reason: string };

const ACCEPTED = [200, 202];
/** Faults after which a message handler tries again [EPS-HL7V3 3.3]. */
const WORTH_REPEATING = ['200', '206', '208'];

/** Reads what came back for a message; an acknowledgement of another message is none [EPS-HL7V3 3.4]. */
export function readReply(status: number, body: Buffer, messageId: Uuid): Reply {
  const root = xmlOf(body, ebxmlName);
  if (!root.ok || root.value.name !== 'soap:Envelope') return failed(`HTTP ${status}`);
  const [fault] = elementsAt(root.value, ['soap:Body', 'soap:Fault']);
  if (fault !== undefined) return faultReply(fault);
  if (!ACCEPTED.includes(status)) return failed(`HTTP ${status}`);
  const headers = elementsAt(root.value, ['soap:Header', 'eb:MessageHeader']);
  const [header] = headers;
  if (header === undefined || headers.length > 1) return failed('no MessageHeader, or several');
  const [errors] = elementsAt(root.value, ['soap:Header', 'eb:ErrorList']);
  if (errors !== undefined) return errorReply(header, errors, messageId);
  const [acknowledgment, ...more] = elementsAt(root.value, ['soap:Header', 'eb:Acknowledgment']);
  if (acknowledgment === undefined || more.length > 0) {
    return failed('no Acknowledgment, or several');
  }
  const isOurs = refersTo(acknowledgment, ['eb:RefToMessageId'], messageId);
  return isOurs ? { kind: 'acknowledged' } : failed('Acknowledgment of another message');
}

function errorReply(header: Element, errors: Element, messageId: Uuid): Reply {
  const codes = elementsAt(errors, ['eb:Error']).map(({ attributes }) =>
    codeOf(attributes['eb:errorCode']),
  );
  const isOurs = refersTo(header, ['eb:MessageData', 'eb:RefToMessageId'], messageId);
  if (!isOurs) return failed('MessageError of another message');
  return { kind: 'refused', reason: `MessageError ${codes.join(', ')}`.trim() };
}

const NASP = '{http://national.carerecords.nhs.uk/schema/}:';

function faultReply(fault: Element): Reply {
  const path = ['errorList', 'error', 'errorCode'].map((name) => `${NASP}${name}`);
  const codes = elementsAt(fault, [`{}:detail`, ...path])
    .map(textOf)
    .map(codeOf);
  const reason = `SOAP fault ${codes.join(', ')}`.trim();
  const isWorthRepeating = codes.every((code) => WORTH_REPEATING.includes(code));
  return isWorthRepeating ? failed(reason) : { kind: 'refused', reason };
}

/** As a reason may show it: what is no code is not repeated. */
function codeOf(text: string | undefined): string {
  return /^[\w.:-]{1,60}$/.exec(text ?? '')?.[0] ?? 'without a code';
}

function refersTo(from: Element, path: readonly string[], messageId: Uuid): boolean {
  const [found, ...more] = elementsAt(from, path);
  return found !== undefined && more.length === 0 && textOf(found).toLowerCase() === messageId;
}

function failed(reason: string): Reply {
  return { kind: 'failed', reason };
}

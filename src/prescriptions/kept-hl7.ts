import { hl7Name } from '../gateways/hl7v3/names.ts';
import { xmlOf, xmlTextOf } from '../gateways/hl7v3/read-parts.ts';
import type { Element } from '../gateways/xml/element.ts';
import { parseXml, type Span } from '../gateways/xml/parse-xml.ts';
import type { XmlSource } from '../gateways/xml/spliced.ts';
import { assure } from '../kernel/bug.ts';
import type { Result } from '../kernel/result.ts';
import type { OrderDocument } from './hl7v3/order-document.ts';
import { readOrder } from './hl7v3/read-order.ts';
import { Reading } from './hl7v3/reading.ts';

export const ORDER = 'ParentPrescription';

/** A message of HL7 V3 with its text, and where its act is in that. */
export type KeptHl7 = {
  readonly source: XmlSource;
  /** From the message down to its act. */
  readonly path: readonly [Element, Element, Element, Element];
};

const NOTHING: ReadonlySet<string> = new Set();
const BRACKET = 0x3c;
const SPACE = 0x20;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Whether bytes that were kept are HL7 V3, and not FHIR. */
export function isXml(body: Buffer): boolean {
  return body.find((byte) => byte > SPACE && !BYTE_ORDER_MARK.includes(byte)) === BRACKET;
}

/** A message that was taken, with the act of this name; inside of what is passed over it is empty. */
export function readKeptHl7(
  body: Buffer,
  name: string,
  passedOver: ReadonlySet<string> = NOTHING,
): KeptHl7 {
  const spans = new Map<Element, Span>();
  const text = xmlTextOf(body);
  assure(text.ok, 'a kept document is no longer text');
  const read = parseXml(text.value, { nameOf: hl7Name, passedOver, spans });
  assure(read.ok, 'a kept document is no longer XML');
  const root = read.value;
  const from = new Reading();
  const event = from.only(root, 'ControlActEvent');
  const subject = from.only(event, 'subject');
  const act = from.only(subject, name);
  return { source: { text: text.value, root, spans }, path: [root, event, subject, act] };
}

/** The order that a message of another store's brings, or why it cannot be read: nobody has looked at those bytes here. */
export function readOrderMessage(body: Buffer): Result<OrderDocument, string> {
  const root = xmlOf(body, hl7Name);
  if (!root.ok) return root;
  const from = new Reading();
  const act = from.whole(from.only(root.value, 'ControlActEvent', 'subject', ORDER));
  return act.ok ? readOrder(act.value) : act;
}

/** Whether bytes are XML as messages are: in UTF-8, well-formed, within our limits. */
export function isReadableXml(body: Buffer): boolean {
  return xmlOf(body, hl7Name).ok;
}

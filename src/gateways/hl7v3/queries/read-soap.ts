import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../../kernel/uuid.ts';
import type { Element } from '../../xml/element.ts';
import type { NameOf } from '../../xml/parse-xml.ts';
import { hl7Name, NAMESPACES } from '../names.ts';
import { FRAME_OID } from '../oids.ts';
import { xmlOf } from '../read-parts.ts';

export const ADDRESSING = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';

/** Names of HL7 V3 as in messages; those of SOAP and of its addresses with the usual prefixes. */
const queryName: NameOf = (namespace, local) => {
  if (namespace === NAMESPACES.soap) return `soap:${local}`;
  return namespace === ADDRESSING ? `wsa:${local}` : hl7Name(namespace, local);
};

/** A question as it came over SOAP [EPS-HL7V3 10.2]. */
export type SoapRequest = {
  readonly messageId: Uuid;
  readonly action: string;
  /** As the SOAP header says it; the message says it too. */
  readonly senderAsid: string;
  readonly body: Element;
};

/** Reads an envelope; the reason why not, in words. */
export function readSoap(bytes: Buffer): Result<SoapRequest, string> {
  const xml = xmlOf(bytes, queryName);
  if (!xml.ok) return xml;
  if (xml.value.name !== 'soap:Envelope') return fail('the root is not a SOAP 1.1 Envelope');
  const header = only(xml.value, 'soap:Header');
  const body = only(xml.value, 'soap:Body');
  if (header === null || body === null) return fail('Header and Body must be there once');
  const messageId = parseUuid(text(only(header, 'wsa:MessageID')).replace(/^uuid:/i, ''));
  if (messageId === null) return fail('wsa:MessageID must be uuid: and a GUID');
  const action = text(only(header, 'wsa:Action'));
  if (action === '') return fail('wsa:Action must be there once, with a value');
  const device = at(header, 'communicationFunctionSnd', 'device', 'id');
  const { root, extension = '' } = device?.attributes ?? {};
  if (root !== FRAME_OID.asid || extension === '') {
    return fail('communicationFunctionSnd of the SOAP header must name the ASID of the sender');
  }
  return ok({ messageId, action, senderAsid: extension, body });
}

/** The message in the body, perhaps with an element around it. */
export function messageIn(body: Element, interaction: string): Element | null {
  const inside = children(body);
  const found = [...inside, ...inside.flatMap(children)].filter(({ name }) => name === interaction);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Beside the system that asks, or within its element: the public record has either reading [EPS-HL7V3 10.2]. */
export function queryIn(message: Element): Element | null {
  const event = only(message, 'ControlActEvent');
  if (event === null) return null;
  const around = [event, ...children(event).filter(({ name }) => name === 'author1')];
  const found = around.flatMap((one) => children(one)).filter(({ name }) => name === 'query');
  return found.length === 1 ? (found[0] ?? null) : null;
}

function at(element: Element, ...path: readonly string[]): Element | null {
  return path.reduce<Element | null>(
    (inside, name) => (inside === null ? null : only(inside, name)),
    element,
  );
}

/** Null when there is none, or several. */
function only(element: Element, name: string): Element | null {
  const [found, ...more] = children(element).filter((child) => child.name === name);
  return found === undefined || more.length > 0 ? null : found;
}

function children({ children: inside }: Element): readonly Element[] {
  return typeof inside === 'string' ? [] : inside;
}

function text(element: Element | null): string {
  return typeof element?.children === 'string' ? element.children.trim() : '';
}

import { hl7Name } from '../../gateways/hl7v3/names.ts';
import { xmlOf } from '../../gateways/hl7v3/read-parts.ts';
import { type Element, elementsAt } from '../../gateways/xml/element.ts';
import { canonicalXml } from './canonical.ts';

/** Where an act says when it was sent: the NHS facade writes that anew each time a user tries again [EPS-HL7V3 2.2]. */
const SENT_AT: Readonly<Record<string, readonly string[]>> = {
  CancellationRequest: ['effectiveTime'],
  NominatedPrescriptionReleaseRequest: ['effectiveTime'],
  PatientPrescriptionReleaseRequest: ['effectiveTime'],
  DispenseNotification: ['pertinentInformation1', 'pertinentSupplyHeader', 'author', 'time'],
};

/**
 * Whether a message that was kept is about the same act, however each is written and whenever it was sent: by this the
 * same message again is told from another one under its id [EPS-HL7V3 3.1].
 */
export function isSameContent(message: Buffer, kept: Buffer): boolean {
  const [one, other] = [actIn(message), actIn(kept)];
  return one !== null && other !== null && contentOf(one) === contentOf(other);
}

/** Null of a message that came by FHIR. */
function actIn(message: Buffer): Element | null {
  const root = xmlOf(message, hl7Name);
  const [subject] = root.ok ? elementsAt(root.value, ['ControlActEvent', 'subject']) : [];
  const [act] = typeof subject?.children === 'object' ? subject.children : [];
  return act ?? null;
}

function contentOf(act: Element): string {
  return canonicalXml(without(act, SENT_AT[act.name] ?? []));
}

function without(element: Element, [name, ...rest]: readonly string[]): Element {
  const { children } = element;
  if (name === undefined || typeof children === 'string') return element;
  return {
    ...element,
    children: children.flatMap((child) => {
      if (child.name !== name) return [child];
      return rest.length === 0 ? [] : [without(child, rest)];
    }),
  };
}

/** Without the declarations of namespaces that an order has in its text: its names have no prefix. */
export function undeclared(element: Element): Element {
  return mapped(element, (name) => name !== 'xmlns' && !name.startsWith('xmlns:'));
}

/** What can be copied into an answer: nothing that is of another namespace than HL7 V3. */
export function ofHl7(element: Element): Element {
  return mapped(element, isHl7);
}

function isHl7(name: string): boolean {
  return !name.startsWith('{');
}

/** With what is kept alone; itself where all of it is. */
function mapped(element: Element, isKept: (name: string) => boolean): Element {
  const { name, attributes, children } = element;
  const kept = Object.keys(attributes).every(isKept)
    ? attributes
    : Object.fromEntries(Object.entries(attributes).filter(([of]) => isKept(of)));
  const inside = typeof children === 'string' ? children : mappedAll(children, isKept);
  return kept === attributes && inside === children
    ? element
    : { name, attributes: kept, children: inside };
}

function mappedAll(
  children: readonly Element[],
  isKept: (name: string) => boolean,
): readonly Element[] {
  const kept = children.filter((child) => isKept(child.name)).map((child) => mapped(child, isKept));
  const isSame = kept.length === children.length && kept.every((one, at) => one === children[at]);
  return isSame ? children : kept;
}

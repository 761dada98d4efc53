import { escapeAttribute, escapeText } from '../../gateways/xml/escape.ts';
import type { Element } from '../../gateways/xml/element.ts';

/**
 * Exclusive canonical form of an element whose namespace is the default one: what is hashed and
 * signed [EPS-SIGNATURE 2]. Text is as it would be after the message had been written and parsed.
 */
export function canonicalXml(element: Element, namespace: string | null = null): string {
  return appended('', element, namespace);
}

/** One text grows at its end: it costs half of what joining the texts of elements does. */
function appended(
  before: string,
  { name, attributes, children }: Element,
  namespace: string | null = null,
): string {
  let tag = `<${name}`;
  if (namespace !== null) tag += ` xmlns="${escapeAttribute(namespace)}"`;
  for (const attribute of inOrder(Object.keys(attributes))) {
    const value = attributes[attribute];
    if (value !== undefined) tag += ` ${attribute}="${attributeText(value)}"`;
  }
  let text = before + `${tag}>`;
  if (typeof children === 'string') text += UNUSUAL.test(children) ? plainText(children) : children;
  else for (const child of children) text = appended(text, child);
  return text + `</${name}>`;
}

function inOrder(names: readonly string[]): readonly string[] {
  return names.every((name, at) => at === 0 || (names[at - 1] ?? '') <= name)
    ? names
    : names.toSorted();
}

const LINE_BREAKS = /\r\n|\r\u0085|[\r\u0085\u2028]/g;

// Most text has none of these, and to look once costs less than to replace one after the other.
const UNUSUAL = /[&<>"\t\f\r\n\u0085\u2028]/;

function plainText(text: string): string {
  return escapeText(oneLineBreak(text));
}

function oneLineBreak(text: string): string {
  return text.replaceAll(LINE_BREAKS, '\n');
}

/** A run of tabs or form feeds is one space, and so is each line break [EPS-SIGNATURE 2.7]. */
function attributeText(value: string): string {
  if (!UNUSUAL.test(value)) return value;
  return escapeAttribute(
    oneLineBreak(value)
      .replaceAll(/[\t\f]+/g, ' ')
      .replaceAll('\n', ' '),
  );
}

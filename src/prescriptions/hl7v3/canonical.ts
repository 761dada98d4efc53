import { escapeAttribute, escapeText } from '../../gateways/xml/escape.ts';
import type { Element } from '../../gateways/xml/element.ts';

/**
 * Exclusive canonical form of an element whose namespace is the default one: what is hashed and
 * signed [EPS-SIGNATURE 2]. Text is as it would be after the message had been written and parsed.
 */
export function canonicalXml(element: Element, namespace: string | null = null): string {
  const { name, attributes, children } = element;
  let text = `<${name}`;
  if (namespace !== null) text += ` xmlns="${escapeAttribute(namespace)}"`;
  const names = Object.keys(attributes);
  for (const attribute of names.length > 1 ? names.toSorted() : names) {
    const value = attributes[attribute];
    if (value !== undefined) text += ` ${attribute}="${attributeText(value)}"`;
  }
  text += '>';
  if (typeof children === 'string') text += UNUSUAL.test(children) ? plainText(children) : children;
  else for (const child of children) text += canonicalXml(child);
  return `${text}</${name}>`;
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

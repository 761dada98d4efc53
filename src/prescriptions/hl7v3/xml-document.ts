import { asXmlCharacters, escapeAttribute, escapeText } from '../../gateways/xml/escape.ts';
import type { Element } from '../../gateways/xml/element.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const INDENT = '  ';
/** A whole message as text: an element a line, attributes sorted, empty elements closed in themselves [EPS-HL7-MAP]. */
export function xmlDocument(root: Element): string {
  return `${DECLARATION}\n${asXmlCharacters(written(root, ''))}`;
}

function written({ name, attributes, children }: Element, indent: string): string {
  let text = `${indent}<${name}`;
  for (const attribute of Object.keys(attributes).toSorted()) {
    const value = attributes[attribute];
    if (value !== undefined) text += ` ${attribute}="${escapeAttribute(value)}"`;
  }
  if (children.length === 0) return `${text}/>`;
  if (typeof children === 'string') return `${text}>${escapeText(children)}</${name}>`;
  const inner = children.map((child) => written(child, indent + INDENT)).join('\n');
  return `${text}>\n${inner}\n${indent}</${name}>`;
}

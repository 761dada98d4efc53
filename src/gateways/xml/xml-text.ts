import type { Element } from './element.ts';
import { asXmlCharacters, escapeAttribute, escapeText } from './escape.ts';

/**
 * An element as text that is read again as the same: nothing stands between its elements, and white
 * space that a parser would change is written by its number (XML 1.0, 2.11 and 3.3.3).
 */
export function xmlText(element: Element): string {
  return asXmlCharacters(written(element));
}

function written({ name, attributes, children }: Element): string {
  let text = `<${name}`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${attribute}="${numbered(escapeAttribute(value), SPACES)}"`;
  }
  if (children.length === 0) return `${text}/>`;
  const inner =
    typeof children === 'string'
      ? numbered(escapeText(children), RETURNS)
      : children.map(written).join('');
  return `${text}>${inner}</${name}>`;
}

const SPACES = /[\t\n\r]/g;
const RETURNS = /\r/g;

function numbered(text: string, which: RegExp): string {
  return text.replaceAll(which, (character) => `&#${character.charCodeAt(0)};`);
}

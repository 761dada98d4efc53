import { asXmlCharacters, escapeAttribute } from './escape.ts';

/** A piece of XML, written by `xml` or kept as it was received. */
export class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** ``xml`<id root="${id}"/>` ``: texts are escaped, pieces are put in as they are, null leaves out. */
export function xml(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | Xml | readonly Xml[] | null)[]
): Xml {
  let text = parts[0] ?? '';
  for (const [index, value] of values.entries())
    text += `${written(value)}${parts[index + 1] ?? ''}`;
  return new Xml(text);
}

function written(value: string | number | Xml | readonly Xml[] | null): string {
  if (value === null) return '';
  if (value instanceof Xml) return value.text;
  if (typeof value === 'string') return escaped(value);
  return typeof value === 'number' ? String(value) : value.map((one) => one.text).join('');
}

function escaped(text: string): string {
  return asXmlCharacters(escapeAttribute(text).replaceAll('>', '&gt;'));
}

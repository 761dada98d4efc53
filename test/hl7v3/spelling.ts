import fc from 'fast-check';

import type { Element } from '../../src/gateways/xml/element.ts';

/** How somebody else may write the same XML. */
export type Spelling = {
  /** Before the declaration. */
  readonly before: string;
  /** Of the namespace of HL7. */
  readonly prefix: string;
  /** Of the namespace of signatures. */
  readonly signaturePrefix: string;
  readonly quote: '"' | "'";
  /** Between elements, and between attributes. */
  readonly space: string;
  readonly between: string;
  readonly comment: string;
  readonly isReversed: boolean;
  /** Which characters are written by their numbers; CDATA for all text. */
  readonly text: 'escaped' | 'numbered' | 'cdata';
  /** Whether elements without content have an end tag. */
  readonly isClosedApart: boolean;
  /** Whether the namespace is declared at the focal act once more. */
  readonly isDeclaredTwice: boolean;
};

export const SPELLINGS: fc.Arbitrary<Spelling> = fc.record({
  before: fc.constantFrom('', '\r\n', '\ufeff'),
  prefix: fc.constantFrom('', 'hl7:', `${'n'.repeat(300)}-1:`),
  signaturePrefix: fc.constantFrom('', 'ds:'),
  quote: fc.constantFrom('"', "'"),
  space: fc.constantFrom('', '\n', '\r\n\t', '  '),
  between: fc.constantFrom(' ', '\n  '),
  comment: fc.constantFrom('', '<!-- <id root="none"/> -->'),
  isReversed: fc.boolean(),
  text: fc.constantFrom('escaped', 'numbered', 'cdata'),
  isClosedApart: fc.boolean(),
  isDeclaredTwice: fc.boolean(),
});

const NAMESPACE = 'urn:hl7-org:v3';
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';

/** The message in this spelling, and the text that each of its elements has in it. */
export function spelled(
  root: Element,
  how: Spelling,
): { xml: string; texts: Map<Element, string> } {
  const texts = new Map<Element, string>();
  const declared = declarationOf(how.prefix);
  const write = (element: Element, prefix: string): string => {
    const isRoot = element === root;
    const isSigned = element.name === 'Signature';
    const own = isSigned ? how.signaturePrefix : prefix;
    const { xmlns: _, ...attributes } = element.attributes;
    const all = {
      ...(isRoot || (how.isDeclaredTwice && element.name === 'ParentPrescription')
        ? { [declared]: NAMESPACE }
        : {}),
      ...(isSigned ? { [declarationOf(own)]: SIGNATURE } : {}),
      ...attributes,
    };
    const named = Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${how.between}${name}=${attribute(value ?? '', how)}`);
    const start = `<${own}${element.name}${(how.isReversed ? named.toReversed() : named).join('')}`;
    const inner =
      typeof element.children === 'string'
        ? content(element.children, how)
        : element.children
            .map((child) => `${how.space}${how.comment}${write(child, own)}`)
            .join('') + (element.children.length > 0 ? how.space : '');
    const isEmpty = inner === '' && !how.isClosedApart;
    const text = isEmpty ? `${start}/>` : `${start}>${inner}</${own}${element.name}>`;
    texts.set(element, text);
    return text;
  };
  const xml = `${how.before}<?xml version="1.0" encoding="UTF-8"?>${how.space}${write(root, how.prefix)}`;
  return { xml, texts };
}

function declarationOf(prefix: string): string {
  return prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
}

function attribute(value: string, { quote }: Spelling): string {
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `${quote}${escaped.replaceAll(quote, quote === '"' ? '&quot;' : '&apos;')}${quote}`;
}

function content(text: string, { text: how }: Spelling): string {
  if (text === '') return '';
  if (how === 'cdata') return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  const number = (character: string): string => `&#x${character.codePointAt(0)?.toString(16)};`;
  if (how === 'numbered') return text.replaceAll(/[^a-z]/gu, number);
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

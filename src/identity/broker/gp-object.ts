import { escapeAttribute, escapeText } from '../../gateways/xml/escape.ts';
import { parseXml } from '../../gateways/xml/parse-xml.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** One `gpPARAM` of a document. */
export type GpParameter = {
  readonly text: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
};

/** What an Identity Agent and the broker say to each other: named parameters, in order [IDENTITY 2.2]. */
export type GpObject = ReadonlyMap<string, GpParameter>;

/** The only document type there is; it is not fetched, and nothing else is read of it. */
const DOCTYPE = /^\s*USER\s+SYSTEM\s+"gpOBJECT\.DTD"\s*$/;
const PARAMETERS_MAX = 600; // a reply names each role of a user, a request has nine
const UTF8 = new TextDecoder('utf-8', { fatal: true });

export function readGpObject(body: Uint8Array): Result<GpObject, string> {
  const text = decoded(body);
  if (text === null) return fail('the text is not UTF-8');
  const root = parseXml(text, { doctype: DOCTYPE });
  if (!root.ok) return root;
  const { name, children } = root.value;
  if (name !== 'gpOBJECT' || typeof children === 'string') {
    return fail('there is no gpOBJECT with parameters');
  }
  if (children.length > PARAMETERS_MAX) return fail(`more than ${PARAMETERS_MAX} parameters`);
  const parameters = new Map<string, GpParameter>();
  for (const child of children) {
    const { name: of = '', ...attributes } = child.attributes;
    const isParameter = child.name === 'gpPARAM' && of !== '';
    if (!isParameter || (typeof child.children !== 'string' && child.children.length > 0)) {
      return fail(`${child.name} is not a gpPARAM with a name and a text`);
    }
    if (parameters.has(of)) return fail(`parameter ${of} is there twice`);
    const own = typeof child.children === 'string' ? child.children.trim() : '';
    parameters.set(of, { text: own, attributes });
  }
  return ok(parameters);
}

function decoded(body: Uint8Array): string | null {
  try {
    return UTF8.decode(body);
  } catch {
    return null;
  }
}

export type WrittenParameter = readonly [
  name: string,
  text: string,
  attributes?: Readonly<Record<string, string>>,
];

export function writeGpObject(parameters: readonly WrittenParameter[]): string {
  const lines = parameters.map(([name, text, attributes = {}]) => {
    const more = Object.entries(attributes).map(
      ([attribute, value]) => ` ${attribute}="${escapeAttribute(value)}"`,
    );
    return `<gpPARAM name="${escapeAttribute(name)}"${more.join('')}>${escapeText(text)}</gpPARAM>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE USER SYSTEM "gpOBJECT.DTD">',
    '<gpOBJECT>',
    ...lines,
    '</gpOBJECT>',
    '',
  ].join('\n');
}

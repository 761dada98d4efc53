import { SaxesParser, type SaxesTagNS, type SaxesTagPlain } from 'saxes';

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from './element.ts';

const DEPTH_MAX = 100;

type Open = {
  readonly name: string;
  readonly tag: Tag;
  readonly start: number;
  readonly children: Element[];
  text: string;
};
type Tag = Pick<Element, 'attributes'>;

/** What a name of a namespace is called in the elements that are read. */
export type NameOf = (namespace: string, local: string) => string;

/** Where an element stands in the text: from the first bracket of its start tag until behind the last of its end tag. */
export type Span = { readonly start: number; readonly end: number };

export type XmlOptions = {
  /** The only document type that is allowed. */
  readonly doctype?: RegExp;
  /** Names are read by their namespaces, whatever prefixes are used; without it they stay as written. */
  readonly nameOf?: NameOf;
  /** Is told where each element stands. */
  readonly spans?: Map<Element, Span>;
};

/**
 * Reads XML of somebody else's: no document type but the one that the caller expects, and so no entities
 * of its own, no processing instructions, a limited depth. White space between elements, and comments,
 * are left out; text beside elements is refused, since no message of ours has any.
 */
export function parseXml(text: string, options: XmlOptions = {}): Result<Element, string> {
  try {
    return ok(read(text, options));
  } catch (error) {
    if (error instanceof Fault) return fail(error.message);
    throw error;
  }
}

/** Breaks the reading off at the first thing that is wrong: what stands behind it costs nothing. */
class Fault extends Error {}

function read(text: string, { doctype, nameOf, spans }: XmlOptions): Element {
  const open: Open[] = [];
  let root: Element | null = null;
  const enter = (name: string, tag: Tag): void => {
    if (open.length === DEPTH_MAX) stop(`more than ${DEPTH_MAX} elements inside each other`);
    // In a start tag a bracket stands only at its beginning: in values it is escaped.
    const start = spans === undefined ? 0 : text.lastIndexOf('<', parser.position - 1);
    open.push({ name, tag, start, children: [], text: '' });
  };
  const parser = nameOf === undefined ? plainParser(enter) : namespaceParser(enter, nameOf);
  const add = (part: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += part;
  };
  parser.on('error', ({ message }) => stop(message));
  parser.on('doctype', (declared) => {
    if (doctype?.test(declared) !== true) stop('a document type is not allowed');
  });
  parser.on('processinginstruction', () => stop('a processing instruction is not allowed'));
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const { name, tag, start, children, text: own } = closed;
    if (children.length > 0 && own.trim() !== '') stop(`text beside the elements of ${name}`);
    const element: Element = {
      name,
      attributes: tag.attributes,
      children: children.length > 0 ? children : own,
    };
    spans?.set(element, { start, end: parser.position });
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  return root ?? stop('there is no element');
}

function stop(what: string): never {
  throw new Fault(what);
}

type Enter = (name: string, tag: Tag) => void;

function plainParser(enter: Enter): SaxesParser {
  const parser = new SaxesParser();
  parser.on('opentag', (tag: SaxesTagPlain) => enter(tag.name, tag));
  return parser;
}

/** A prefix that stands for nothing is a fault; attributes without a prefix have no namespace. */
function namespaceParser(enter: Enter, nameOf: NameOf): SaxesParser<{ readonly xmlns: true }> {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', ({ uri, local, attributes }: SaxesTagNS) => {
    const named: Record<string, string> = {};
    for (const { uri: of, prefix, name, local: own, value } of Object.values(attributes)) {
      named[of === '' || prefix === 'xmlns' || name === 'xmlns' ? name : nameOf(of, own)] = value;
    }
    enter(nameOf(uri, local), { attributes: named });
  });
  return parser;
}

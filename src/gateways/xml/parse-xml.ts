import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from './element.ts';
import { scanXml } from './scan-xml.ts';
import { type XmlEvents, XmlFault } from './xml-events.ts';
import { meaningIn, type NameOf, outermost, type Scope } from './scopes.ts';

export type { NameOf } from './scopes.ts';

/** Where an element stands in the text: from the first bracket of its start tag until behind the last of its end tag. */
export type Span = { readonly start: number; readonly end: number };

export type XmlOptions = {
  /** The only document type that is allowed. */
  readonly doctype?: RegExp;
  /**
   * Names are read by their namespaces, whatever prefixes are used, and the declarations are left out unless `spans`
   * are asked for: who cuts the text needs them. Without it all stays as written.
   */
  readonly nameOf?: NameOf;
  /**
   * Names of elements whose inside is not read, and empty: of a text that was read whole when it came, and of which
   * somebody needs less now. Only where elements end is looked for.
   */
  readonly passedOver?: ReadonlySet<string>;
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
    if (error instanceof XmlFault) return fail(error.message);
    throw error;
  }
}

/** An element whose end has not come. */
type Open = {
  readonly name: string;
  readonly attributes: Element['attributes'];
  children: Element[] | string;
};

/** Breaks off at the first thing that is wrong: what stands behind it costs nothing. */
function read(text: string, { doctype, nameOf, passedOver, spans }: XmlOptions): Element {
  const open: Open[] = [];
  const scopes: Scope[] = [];
  const starts: number[] = [];
  const { scope: outside, tags } = outermost(nameOf ?? null, spans !== undefined);
  let root: Element | null = null;
  const closed = (element: Element, start: number, end: number): void => {
    spans?.set(element, { start, end });
    const parent = open[open.length - 1];
    if (parent === undefined) root = element;
    else if (typeof parent.children !== 'string') parent.children.push(element);
    else if (parent.children.trim() === '') parent.children = [element];
    else stop(`text beside the elements of ${parent.name}`);
  };
  const events: XmlEvents = {
    startTag: (tag, start) => {
      const around = scopes[scopes.length - 1] ?? outside;
      const { name, attributes, scope } = meaningIn(around, tag);
      open.push({ name, attributes, children: '' });
      scopes.push(scope);
      starts.push(start);
      return passedOver?.has(name) === true;
    },
    endTag: (end) => {
      const element = open.pop();
      scopes.pop();
      const start = starts.pop() ?? 0;
      if (element !== undefined) closed(element, start, end);
    },
    shortTag: (tag, start, end) => {
      const around = scopes[scopes.length - 1] ?? outside;
      const { name, attributes, element } = meaningIn(around, tag);
      // Where each stands somewhere, none stands for another.
      const isShared = element !== null && spans === undefined;
      closed(isShared ? element : { name, attributes, children: '' }, start, end);
    },
    text: (part) => {
      const current = open[open.length - 1];
      if (current === undefined) return;
      if (typeof current.children === 'string') current.children += part;
      else if (part.trim() !== '') stop(`text beside the elements of ${current.name}`);
    },
    doctype: (declared) => {
      if (doctype?.test(declared) !== true) stop('a document type is not allowed');
    },
  };
  scanXml(text, events, tags);
  return root ?? stop('there is no element');
}

function stop(what: string): never {
  throw new XmlFault(what);
}

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from './element.ts';
import { type Attributes, isLocalName, scanXml, XmlFault } from './scan-xml.ts';

/** What a name of a namespace is called in the elements that are read. */
export type NameOf = (namespace: string, local: string) => string;

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

type Open = Named & { readonly start: number; readonly children: Element[]; text: string };

/** Breaks off at the first thing that is wrong: what stands behind it costs nothing. */
function read(text: string, { doctype, nameOf, spans }: XmlOptions): Element {
  const open: Open[] = [];
  const roots: Element[] = [];
  const named = nameOf === undefined ? asWritten : byNamespaces(nameOf, spans !== undefined);
  scanXml(text, {
    startTag: (name, attributes, start) => {
      const parent = open.at(-1);
      open.push({
        ...named(name, attributes, parent?.scope ?? NO_SCOPE),
        start,
        children: [],
        text: '',
      });
    },
    text: (part) => {
      const current = open.at(-1);
      if (current !== undefined) current.text += part;
    },
    endTag: (end) => {
      const closed = open.pop();
      if (closed === undefined) return;
      const { name, attributes, start, children, text: own } = closed;
      if (children.length > 0 && own.trim() !== '') stop(`text beside the elements of ${name}`);
      const element = { name, attributes, children: children.length > 0 ? children : own };
      spans?.set(element, { start, end });
      (open.at(-1)?.children ?? roots).push(element);
    },
    doctype: (declared) => {
      if (doctype?.test(declared) !== true) stop('a document type is not allowed');
    },
  });
  const [root] = roots;
  return root ?? stop('there is no element');
}

function stop(what: string): never {
  throw new XmlFault(what);
}

/** What each prefix stands for; the default namespace is of the prefix ''. */
type Scope = ReadonlyMap<string, string>;

type Named = {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly scope: Scope;
};

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
const NO_SCOPE: Scope = new Map([
  ['', ''],
  ['xml', XML_NAMESPACE],
]);

function asWritten(name: string, attributes: Attributes, scope: Scope): Named {
  const values: Record<string, string> = {};
  for (let at = 0; at < attributes.length; at += 2) {
    values[attributes[at] ?? ''] = attributes[at + 1] ?? '';
  }
  return { name, attributes: values, scope };
}

/** A prefix that stands for nothing is a fault; attributes without a prefix have no namespace. */
function byNamespaces(nameOf: NameOf, isDeclared: boolean) {
  return (name: string, attributes: Attributes, around: Scope): Named => {
    const scope = scopeOf(attributes, around);
    const values: Record<string, string> = {};
    let isPrefixed = false;
    for (let at = 0; at < attributes.length; at += 2) {
      const of = attributes[at] ?? '';
      const isDeclaring = isDeclaration(of);
      if (isDeclaring && !isDeclared) continue;
      const hasPrefix = !isDeclaring && of.includes(':');
      isPrefixed ||= hasPrefix;
      const called = hasPrefix ? expanded(of, scope, nameOf) : of;
      // Written apart, two may be one under their prefixes.
      if (isPrefixed && Object.hasOwn(values, called)) stop(`attribute ${of} is there twice`);
      values[called] = attributes[at + 1] ?? '';
    }
    return { name: expanded(name, scope, nameOf), attributes: values, scope };
  };
}

function isDeclaration(name: string): boolean {
  return name.startsWith('xmlns') && (name.length === 'xmlns'.length || name[5] === ':');
}

function expanded(name: string, scope: Scope, nameOf: NameOf): string {
  const colon = name.indexOf(':');
  if (colon === -1) return nameOf(scope.get('') ?? '', name);
  const prefix = name.slice(0, colon);
  const local = name.slice(colon + 1);
  const namespace = scope.get(prefix);
  if (colon === 0 || !isLocalName(local)) stop(`${name} is no name with a prefix`);
  return nameOf(namespace ?? stop(`the prefix ${prefix} stands for nothing`), local);
}

const NAMESPACES_MAX = 50; // declared around an element [RELIABILITY 7.2]

/** With the declarations of an element: XML Names 1.0, 3. */
function scopeOf(attributes: Attributes, around: Scope): Scope {
  let scope: Map<string, string> | null = null;
  for (let at = 0; at < attributes.length; at += 2) {
    const [name = '', value = ''] = [attributes[at], attributes[at + 1]];
    if (!isDeclaration(name)) continue;
    const isDefault = name === 'xmlns';
    const prefix = isDefault ? '' : name.slice('xmlns:'.length);
    if (!isDefault && (value === '' || !isLocalName(prefix))) stop(`${name} declares nothing`);
    const isXml = prefix === 'xml' && value === XML_NAMESPACE;
    const isReserved =
      ['xml', 'xmlns'].includes(prefix) || [XML_NAMESPACE, XMLNS_NAMESPACE].includes(value);
    if (isReserved && !isXml) stop(`${name} declares what may not be declared`);
    scope ??= new Map(around);
    scope.set(prefix, value);
    if (scope.size > NAMESPACES_MAX) stop(`more than ${NAMESPACES_MAX} namespaces`);
  }
  return scope ?? around;
}

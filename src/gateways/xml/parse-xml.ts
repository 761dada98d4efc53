import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from './element.ts';
import { type Attributes, scanXml, XmlFault } from './scan-xml.ts';
import { isLocalName } from './xml-names.ts';

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
  readonly attributes: Record<string, string>;
  children: Element[] | string;
};

/** Breaks off at the first thing that is wrong: what stands behind it costs nothing. */
function read(text: string, { doctype, nameOf, passedOver, spans }: XmlOptions): Element {
  const open: Open[] = [];
  const scopes: (Scope | null)[] = [nameOf === undefined ? null : scopeWith(OUTERMOST, nameOf)];
  const starts: number[] = [];
  const isDeclared = spans !== undefined;
  let root: Element | null = null;
  scanXml(text, {
    startTag: (written, given, start) => {
      const around = scopes.at(-1) ?? null;
      const scope = around === null ? null : scopeOf(given, around);
      const name = scope === null ? written : called(written, scope);
      const attributes = scope === null ? asWritten(given) : valuesIn(given, scope, isDeclared);
      open.push({ name, attributes, children: '' });
      scopes.push(scope);
      starts.push(start);
      return passedOver?.has(name) === true;
    },
    text: (part) => {
      const current = open.at(-1);
      if (current === undefined) return;
      if (typeof current.children === 'string') current.children += part;
      else if (part.trim() !== '') stop(`text beside the elements of ${current.name}`);
    },
    endTag: (end) => {
      const closed = open.pop();
      scopes.pop();
      const start = starts.pop() ?? 0;
      if (closed === undefined) return;
      spans?.set(closed, { start, end });
      const parent = open.at(-1);
      if (parent === undefined) root = closed;
      else if (typeof parent.children !== 'string') parent.children.push(closed);
      else if (parent.children.trim() === '') parent.children = [closed];
      else stop(`text beside the elements of ${parent.name}`);
    },
    doctype: (declared) => {
      if (doctype?.test(declared) !== true) stop('a document type is not allowed');
    },
  });
  return root ?? stop('there is no element');
}

function stop(what: string): never {
  throw new XmlFault(what);
}

/** Where the same declarations hold. */
type Scope = {
  /** What each prefix stands for; the default namespace is of the prefix ''. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly nameOf: NameOf;
  /** What the names of elements that were met here are called: most come again. */
  readonly names: Map<string, string>;
  /** The same of attributes; null of one that declares a namespace. */
  readonly attributes: Map<string, string | null>;
};

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
const OUTERMOST = new Map([
  ['', ''],
  ['xml', XML_NAMESPACE],
]);

function scopeWith(namespaces: ReadonlyMap<string, string>, nameOf: NameOf): Scope {
  return { namespaces, nameOf, names: new Map(), attributes: new Map() };
}

function asWritten(given: Attributes): Record<string, string> {
  const values: Record<string, string> = {};
  for (let at = 0; at < given.length; at += 2) values[given[at] ?? ''] = given[at + 1] ?? '';
  return values;
}

function valuesIn(given: Attributes, scope: Scope, isDeclared: boolean): Record<string, string> {
  const values: Record<string, string> = {};
  let isPrefixed = false;
  for (let at = 0; at < given.length; at += 2) {
    const written = given[at] ?? '';
    const found = attributeCalled(written, scope);
    if (found === null && !isDeclared) continue;
    const name = found ?? written;
    isPrefixed ||= found !== null && name !== written;
    // Written apart, two may be one under their prefixes.
    if (isPrefixed && Object.hasOwn(values, name)) stop(`attribute ${written} is there twice`);
    values[name] = given[at + 1] ?? '';
  }
  return values;
}

/** Attributes without a prefix have no namespace; null of a declaration. */
function attributeCalled(written: string, scope: Scope): string | null {
  const known = scope.attributes.get(written);
  if (known !== undefined) return known;
  const hasPrefix = written.includes(':');
  const name = isDeclaration(written) ? null : hasPrefix ? called(written, scope) : written;
  scope.attributes.set(written, name);
  return name;
}

function isDeclaration(name: string): boolean {
  return name.startsWith('xmlns') && (name.length === 'xmlns'.length || name[5] === ':');
}

function called(written: string, scope: Scope): string {
  const known = scope.names.get(written);
  if (known !== undefined) return known;
  const name = expanded(written, scope);
  scope.names.set(written, name);
  return name;
}

/** A prefix that stands for nothing is a fault. */
function expanded(name: string, { namespaces, nameOf }: Scope): string {
  const colon = name.indexOf(':');
  if (colon === -1) return nameOf(namespaces.get('') ?? '', name);
  const prefix = name.slice(0, colon);
  const local = name.slice(colon + 1);
  const namespace = namespaces.get(prefix);
  if (colon === 0 || !isLocalName(local)) stop(`${name} is no name with a prefix`);
  return nameOf(namespace ?? stop(`the prefix ${prefix} stands for nothing`), local);
}

const NAMESPACES_MAX = 50; // declared around an element [RELIABILITY 7.2]

/** With the declarations of an element: XML Names 1.0, 3. */
function scopeOf(given: Attributes, around: Scope): Scope {
  let namespaces: Map<string, string> | null = null;
  for (let at = 0; at < given.length; at += 2) {
    const [name = '', value = ''] = [given[at], given[at + 1]];
    if (!isDeclaration(name)) continue;
    const isDefault = name === 'xmlns';
    const prefix = isDefault ? '' : name.slice('xmlns:'.length);
    if (!isDefault && (value === '' || !isLocalName(prefix))) stop(`${name} declares nothing`);
    const isXml = prefix === 'xml' && value === XML_NAMESPACE;
    const isReserved =
      ['xml', 'xmlns'].includes(prefix) || [XML_NAMESPACE, XMLNS_NAMESPACE].includes(value);
    if (isReserved && !isXml) stop(`${name} declares what may not be declared`);
    namespaces ??= new Map(around.namespaces);
    namespaces.set(prefix, value);
    if (namespaces.size > NAMESPACES_MAX) stop(`more than ${NAMESPACES_MAX} namespaces`);
  }
  return namespaces === null ? around : scopeWith(namespaces, around.nameOf);
}

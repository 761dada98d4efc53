import { type Attributes, KeptTags, type Meaning, type Tag, type Written } from './kept-tags.ts';
import { XmlFault } from './xml-events.ts';
import { isLocalName } from './xml-names.ts';

/** What a name of a namespace is called in the elements that are read. */
export type NameOf = (namespace: string, local: string) => string;

/** Where the same declarations hold: XML Names 1.0, 6. */
export type Scope = {
  /** What each prefix stands for; the default namespace is of the prefix ''. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** Null: all names stay as written. */
  readonly nameOf: NameOf | null;
  /** Whether declarations are told among the attributes. */
  readonly isDeclared: boolean;
  /** What the names of elements that were met here are called: most come again. */
  readonly names: Map<string, string>;
  /** The same of attributes; null of one that declares a namespace. */
  readonly attributes: Map<string, string | null>;
};

/** Throws `XmlFault`. */
export function meaningIn(around: Scope, tag: Tag): Meaning {
  if (tag.around === around && tag.meaning !== null) return tag.meaning;
  const meaning = readIn(around, tag.written);
  tag.around = around;
  tag.meaning = meaning;
  return meaning;
}

function readIn(around: Scope, { name: written, attributes: given, isShort }: Written): Meaning {
  const isRead = around.nameOf !== null;
  const scope = isRead ? scopeOf(given, around) : around;
  const name = called(written, scope);
  const attributes = isRead ? valuesIn(given, scope) : asWritten(given);
  return { name, attributes, scope, element: isShort ? { name, attributes, children: '' } : null };
}

/** Around every document whose names are read in the same way: tags, and what they mean, go from one to the next. */
export type Outermost = { readonly scope: Scope; readonly tags: KeptTags };

export function outermost(nameOf: NameOf | null, isDeclared: boolean): Outermost {
  if (nameOf === null) return AS_WRITTEN;
  const all = isDeclared ? TOLD : UNTOLD;
  const known = all.get(nameOf) ?? newOutermost(nameOf, isDeclared);
  all.set(nameOf, known);
  return known;
}

function newOutermost(nameOf: NameOf | null, isDeclared: boolean): Outermost {
  return { scope: scopeWith(OUTERMOST, { nameOf, isDeclared }), tags: new KeptTags() };
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
const OUTERMOST: ReadonlyMap<string, string> = new Map([
  ['', ''],
  ['xml', XML_NAMESPACE],
]);
const AS_WRITTEN = newOutermost(null, false);
const TOLD = new WeakMap<NameOf, Outermost>();
const UNTOLD = new WeakMap<NameOf, Outermost>();

function scopeWith(
  namespaces: ReadonlyMap<string, string>,
  { nameOf, isDeclared }: Pick<Scope, 'nameOf' | 'isDeclared'>,
): Scope {
  return { namespaces, nameOf, isDeclared, names: new Map(), attributes: new Map() };
}

function asWritten(given: Attributes): Record<string, string> {
  const values: Record<string, string> = {};
  for (let at = 0; at < given.length; at += 2) values[given[at] ?? ''] = given[at + 1] ?? '';
  return values;
}

function valuesIn(given: Attributes, scope: Scope): Record<string, string> {
  const values: Record<string, string> = {};
  let isPrefixed = false;
  for (let at = 0; at < given.length; at += 2) {
    const written = given[at] ?? '';
    const found = attributeCalled(written, scope);
    if (found === null && !scope.isDeclared) continue;
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
  if (scope.attributes.size < NAMES_MAX) scope.attributes.set(written, name);
  return name;
}

function isDeclaration(name: string): boolean {
  return name.startsWith('xmlns') && (name.length === 'xmlns'.length || name[5] === ':');
}

const NAMES_MAX = 1_000; // of a scope; one that strangers fill would grow for ever

function called(written: string, scope: Scope): string {
  const known = scope.names.get(written);
  if (known !== undefined) return known;
  const name = expanded(written, scope);
  if (scope.names.size < NAMES_MAX) scope.names.set(written, name);
  return name;
}

/** A prefix that stands for nothing is a fault. */
function expanded(name: string, { namespaces, nameOf }: Scope): string {
  if (nameOf === null) return name;
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
  return namespaces === null ? around : scopeWith(namespaces, around);
}

function stop(what: string): never {
  throw new XmlFault(what);
}

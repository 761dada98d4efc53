/*
 * The signed fragments of a prescription, taken from its text by other means than the service's: tags are
 * found by a regular expression, prefixes are struck out as the NHS's client does, and the canonical form
 * is written anew [EPS-HL7V3 9]. For texts that are well-formed.
 */
type Node = {
  readonly tag: string;
  readonly attributes: string;
  readonly inner: (Node | string)[];
};

const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>|<(\/?)(?:[\w.-]+:)?([\w.-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;

export function ownFragments(xml: string): string {
  const parent = find(treeOf(xml), 'ParentPrescription');
  const content = find(parent, 'pertinentPrescription');
  const author = find(content, 'author');
  const items = children(content, 'pertinentInformation2').map((one) =>
    find(one, 'pertinentLineItem'),
  );
  const parts = [
    [find(author, 'time'), find(content, 'id')],
    [find(author, 'AgentPerson')],
    [find(parent, 'recordTarget')],
    ...items.map((item) => [signedOf(item)]),
  ];
  const fragments = parts.map(
    (nodes) =>
      `<Fragment>${nodes.map((node) => written(node, ' xmlns="urn:hl7-org:v3"')).join('')}</Fragment>`,
  );
  return `<FragmentsToBeHashed>${fragments.join('')}</FragmentsToBeHashed>`;
}

function treeOf(xml: string): Node {
  const root: Node = { tag: '', attributes: '', inner: [] };
  const open = [root];
  for (const [, cdata, closes = '', tag = '', attributes = '', isEmpty = '', text] of xml.matchAll(
    TOKEN,
  )) {
    const current = open.at(-1) ?? root;
    if (cdata !== undefined) current.inner.push(cdata);
    else if (text !== undefined) current.inner.push(plain(text));
    else if (closes !== '') open.pop();
    else if (tag !== '') {
      const node: Node = { tag, attributes, inner: [] };
      current.inner.push(node);
      if (isEmpty === '') open.push(node);
    }
  }
  return root;
}

const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/&(#x?)?(\w+);/g, (_, number = '', name = '') => {
    if (number === '') return NAMED[name] ?? '';
    return String.fromCodePoint(Number.parseInt(name, number === '#' ? 10 : 16));
  });
}

function children(node: Node, tag: string): Node[] {
  return node.inner.flatMap((one) => (typeof one !== 'string' && one.tag === tag ? [one] : []));
}

/** The first one at any depth. */
function find(node: Node, tag: string): Node {
  const found = maybe(node, tag);
  if (found === null) throw new Error(`no ${tag} in ${node.tag}`);
  return found;
}

function maybe(node: Node, tag: string): Node | null {
  for (const one of node.inner) {
    if (typeof one === 'string') continue;
    const found = one.tag === tag ? one : maybe(one, tag);
    if (found !== null) return found;
  }
  return null;
}

function signedOf(item: Node): Node {
  const inner = item.inner.filter(
    (one) => typeof one === 'string' || one.tag !== 'pertinentInformation4',
  );
  return {
    ...item,
    inner: inner.map((one) =>
      typeof one !== 'string' && one.tag === 'repeatNumber'
        ? { ...one, inner: children(one, 'high') }
        : one,
    ),
  };
}

function written({ tag, attributes, inner }: Node, namespace = ''): string {
  const named = [...attributes.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)]
    .map(([, name = '', one, other = '']): [string, string] => [name, plain(one ?? other)])
    .filter(([name]) => !name.startsWith('xmlns'))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, value]) =>
        ` ${name}="${escaped(value).replaceAll('"', '&quot;').replaceAll('&gt;', '>')}"`,
    );
  const hasElements = inner.some((one) => typeof one !== 'string');
  const content = hasElements
    ? inner.map((one) => (typeof one === 'string' ? '' : written(one))).join('')
    : escaped(inner.filter((one) => typeof one === 'string').join(''));
  return `<${tag}${namespace}${named.join('')}>${content}</${tag}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

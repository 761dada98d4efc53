import type { Element } from './element.ts';
import type { Span } from './parse-xml.ts';
import { xmlText } from './xml-text.ts';

/** A text and where each of its elements stands in it. */
export type XmlSource = {
  readonly text: string;
  readonly root: Element;
  readonly spans: ReadonlyMap<Element, Span>;
};

/** What stands in the place of an element: itself with others behind it, others instead of it, or nothing. */
export type Changes = ReadonlyMap<Element, readonly Element[]>;

/** An element with changes inside it. */
export function changed(element: Element, changes: Changes): Element {
  const { children } = element;
  if (typeof children === 'string') return element;
  return {
    ...element,
    children: children.flatMap((child) =>
      (changes.get(child) ?? [child]).map((one) => (one === child ? changed(one, changes) : one)),
    ),
  };
}

/**
 * The text of an element with changes inside it and every other character as it was, to be put where
 * `namespace` is the default one: what its names need of the declarations around it goes with it.
 */
export function spliced(
  source: XmlSource,
  path: readonly Element[],
  changes: Changes,
  namespace: string,
): string {
  const { text } = source;
  const element = path.at(-1) ?? source.root;
  const { start, end } = spanOf(source, element);
  const nameEnd = start + 1 + nameAt(text, start).length;
  let result = text.slice(start, nameEnd) + declarations(path, namespace);
  let done = nameEnd;
  for (const edit of editsIn(source, element, changes)) {
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done, end);
}

type Edit = Span & { readonly text: string };

/** In the order of the text. */
function editsIn(source: XmlSource, parent: Element, changes: Changes): Edit[] {
  const { children } = parent;
  if (typeof children === 'string') return [];
  const name = nameAt(source.text, spanOf(source, parent).start);
  const prefix = name.slice(0, name.indexOf(':') + 1);
  return children.flatMap((child) => {
    const { start, end } = spanOf(source, child);
    const instead = changes.get(child) ?? [child];
    const added = instead.filter((one) => one !== child).map((one) => written(one, prefix));
    if (!instead.includes(child)) return [{ start, end, text: added.join('') }];
    const inside = editsIn(source, child, changes);
    return added.length === 0 ? inside : [...inside, { start: end, end, text: added.join('') }];
  });
}

function spanOf({ spans }: XmlSource, element: Element): Span {
  const span = spans.get(element);
  if (span === undefined) throw new Error(`${element.name} is not of this text`);
  return span;
}

/** The name that an element has in the text, with its prefix. */
function nameAt(text: string, start: number): string {
  const name = /[^\s/>]+/y;
  name.lastIndex = start + 1;
  return name.exec(text)?.[0] ?? '';
}

/** New elements are in the namespace of the one that they are put into. */
function written(element: Element, prefix: string): string {
  return xmlText(prefix === '' ? element : prefixed(element, prefix));
}

function prefixed({ name, attributes, children }: Element, prefix: string): Element {
  return {
    name: `${prefix}${name}`,
    attributes,
    children:
      typeof children === 'string' ? children : children.map((child) => prefixed(child, prefix)),
  };
}

/** Namespaces that are declared around the last element of a path and not by itself. */
function declarations(path: readonly Element[], namespace: string): string {
  const inScope: Record<string, string | undefined> = { xmlns: '' };
  for (const { attributes } of path.slice(0, -1)) {
    for (const [name, value] of Object.entries(attributes)) {
      if (/^xmlns(:|$)/.test(name)) inScope[name] = value;
    }
  }
  if (inScope['xmlns'] === namespace) delete inScope['xmlns'];
  const own = path.at(-1)?.attributes ?? {};
  const needed = Object.entries(inScope).filter(([name]) => own[name] === undefined);
  const text = xmlText({ name: 'x', attributes: Object.fromEntries(needed), children: '' });
  return text.slice('<x'.length, -'/>'.length);
}

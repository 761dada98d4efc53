/** An element of XML. Attributes without a value are left out. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  /** Elements, or one text. */
  readonly children: readonly Element[] | string;
};

type Child = Element | null | undefined | readonly Element[];

/** `element('id', { root }, child, maybe, several)`; what is null is left out. */
export function element(
  name: string,
  attributes: Element['attributes'] = {},
  ...children: readonly Child[]
): Element {
  const present: Element[] = [];
  for (const child of children) {
    if (child == null) continue;
    if (isElement(child)) present.push(child);
    else present.push(...child);
  }
  return { name, attributes, children: present };
}

function isElement(child: Element | readonly Element[]): child is Element {
  return !Array.isArray(child);
}

/** An element that holds text only. */
export function textElement(
  name: string,
  text: string,
  attributes: Element['attributes'] = {},
): Element {
  return { name, attributes, children: text };
}

/** The elements of a name that are directly in there. */
export function childrenNamed({ children }: Element, name: string): readonly Element[] {
  return typeof children === 'string' ? [] : children.filter((child) => child.name === name);
}

/** All elements at the end of a path of names. */
export function elementsAt(from: Element, path: readonly string[]): readonly Element[] {
  let found: readonly Element[] = [from];
  for (const name of path) {
    const [one] = found;
    const isOne = one !== undefined && found.length === 1;
    found = isOne ? childrenNamed(one, name) : found.flatMap((each) => childrenNamed(each, name));
  }
  return found;
}

/** The text of an element, without white space around it; empty when it holds elements. */
export function textOf({ children }: Element): string {
  return typeof children === 'string' ? children.trim() : '';
}

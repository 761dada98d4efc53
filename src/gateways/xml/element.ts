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

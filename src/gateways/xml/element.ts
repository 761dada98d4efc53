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
  return { name, attributes, children: children.flatMap((child) => child ?? []) };
}

/** An element that holds text only. */
export function textElement(
  name: string,
  text: string,
  attributes: Element['attributes'] = {},
): Element {
  return { name, attributes, children: text };
}

import { type Element, textElement } from '../../gateways/xml/element.ts';

/** One thing that trackers are told, as text; empty: it is not known, or not so. */
export function fact(name: string, text: string | null): Element {
  return textElement(name, text ?? '');
}

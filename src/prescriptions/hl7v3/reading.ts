import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from '../../gateways/xml/element.ts';

const NOTHING: Element = { name: '', attributes: {}, children: [] };

/**
 * Reads elements into a value, in one expression: a fault is noted and reading goes on; the first
 * fault is the answer, as `parent: exactly one child is needed, there are n`.
 */
export class Reading {
  #fault: string | null = null;

  /** The elements with this name in there. */
  all({ children }: Element, name: string): Element[] {
    return typeof children === 'string' ? [] : children.filter((child) => child.name === name);
  }

  /** Null when there is none; two are a fault. */
  maybe(element: Element, name: string): Element | null {
    const found = this.all(element, name);
    if (found.length > 1) this.#refuse(`${element.name}: at most one ${name}, not ${found.length}`);
    return found[0] ?? null;
  }

  /** The only one, step by step down the path. */
  only(element: Element, ...path: readonly string[]): Element {
    return path.reduce((inside, name) => {
      const found = this.maybe(inside, name);
      if (found === null) this.#refuse(`${inside.name}: no ${name}`);
      return found ?? NOTHING;
    }, element);
  }

  /** The one at the end of the path; null where one on the way is missing. */
  at(element: Element, ...path: readonly string[]): Element | null {
    return path.reduce<Element | null>(
      (inside, name) => (inside === null ? null : this.maybe(inside, name)),
      element,
    );
  }

  attribute({ name: of, attributes }: Element, name: string): string {
    const value = attributes[name];
    if (value === undefined) this.#refuse(`${of}: no attribute ${name}`);
    return value ?? '';
  }

  text({ name, children }: Element): string {
    if (typeof children === 'string') return children;
    if (children.length > 0) this.#refuse(`${name}: elements where text is needed`);
    return '';
  }

  /** The value of an id, if it is of one of these lists. */
  extension(id: Element, ...roots: readonly string[]): string {
    const root = this.attribute(id, 'root');
    if (roots.includes(root)) return this.attribute(id, 'extension');
    this.#refuse(`${id.name}: ${root} is not the root of this id`);
    return '';
  }

  whole<Value>(value: Value): Result<Value, string> {
    return this.#fault === null ? ok(value) : fail(this.#fault);
  }

  #refuse(fault: string): void {
    this.#fault ??= fault;
  }
}

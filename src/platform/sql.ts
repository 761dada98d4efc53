/** A statement whose values are always bound, never pasted into its text. */
export type Statement = {
  /** Names the prepared statement: one per place in the source. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
};

const names = new WeakMap<TemplateStringsArray, { name: string; text: string }>();
let places = 0;

/** ``sql`select … where id = ${id}` `` */
export function sql(parts: TemplateStringsArray, ...values: readonly unknown[]): Statement {
  let known = names.get(parts);
  if (known === undefined) {
    known = { name: `s${++places}`, text: parts.reduce((text, part, n) => `${text}$${n}${part}`) };
    names.set(parts, known);
  }
  return { ...known, values };
}

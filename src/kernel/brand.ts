declare const name: unique symbol;

/** A text that has passed one particular check; `Name` says which. */
export type Brand<Name extends string> = string & { readonly [name]: Name };

/** Marks a checked text. Called only by the parser that made the check. */
export function brand<Branded extends Brand<string>>(text: string): Branded {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one narrowing cast of ids
  return text as Branded;
}

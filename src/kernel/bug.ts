/** Our own mistake or a broken machine: never an answer to a user, always a 500 at the outermost edge. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** States what must hold here. */
export function assure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** A value that cannot be absent here; an absent one is our bug. */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Bug(`${what} is absent`);
  return value;
}

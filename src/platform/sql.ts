/** A statement, or a piece of one: its values are always bound, never pasted into its text. */
export class Sql {
  readonly shape: Shape;
  readonly values: readonly unknown[];

  constructor(shape: Shape, values: readonly unknown[]) {
    this.shape = shape;
    this.values = values;
  }

  get text(): string {
    return this.shape.text;
  }
}

/** ``sql`select … where id = ${id}` ``; a piece made by `sql` is put in as a piece. */
export function sql(texts: TemplateStringsArray, ...given: readonly unknown[]): Sql {
  let shape = shapeOf(texts);
  const values: unknown[] = [];
  for (let index = 0; index < given.length; index += 1) {
    const value = given[index];
    const text = texts[index + 1] ?? '';
    if (value instanceof Sql) {
      shape = shape.with(value.shape, text);
      for (const one of value.values) values.push(one);
    } else {
      shape = shape.withValue(text);
      values.push(value);
    }
  }
  return new Sql(shape, values);
}

/** Pieces one after another. */
export function list(pieces: readonly Sql[], separator = ', '): Sql {
  const between = separatorOf(separator);
  let shape = LISTS;
  const values: unknown[] = [];
  for (const [index, piece] of pieces.entries()) {
    shape = (index === 0 ? shape : shape.with(between, '')).with(piece.shape, '');
    for (const one of piece.values) values.push(one);
  }
  return new Sql(shape, values);
}

/**
 * How all those read that are put together in the same way, whatever their values: the steps to it are kept and not its text, which
 * is written once. A message's statement has some 4 kB of text: to put it together and to look up its name cost more than its values do.
 */
class Shape {
  readonly #before: Shape | null;
  /** What the step to it puts in; null: a value. */
  readonly #piece: Shape | null;
  readonly #after: string;
  readonly #withPieces = new Map<Shape, Shape>();
  #withValue: Shape | null = null;
  #text: string | null = null;

  /** `after`: the text behind what is put in; the same for whatever is put in there. */
  constructor(after: string, before: Shape | null = null, piece: Shape | null = null) {
    this.#before = before;
    this.#piece = piece;
    this.#after = after;
  }

  with(piece: Shape, after: string): Shape {
    const known = this.#withPieces.get(piece);
    if (known !== undefined) return known;
    const made = new Shape(after, this, piece);
    this.#withPieces.set(piece, made);
    return made;
  }

  withValue(after: string): Shape {
    this.#withValue ??= new Shape(after, this);
    return this.#withValue;
  }

  get text(): string {
    this.#text ??= this.#written({ values: 0 });
    return this.#text;
  }

  /** `count`: of the values before it, and then of those up to its end. */
  #written(count: { values: number }): string {
    const steps: Shape[] = [this];
    for (let step = this.#before; step !== null; step = step.#before) steps.push(step);
    let text = '';
    for (const step of steps.toReversed()) text += step.#putIn(count) + step.#after;
    return text;
  }

  #putIn(count: { values: number }): string {
    if (this.#piece !== null) return this.#piece.#written(count);
    if (this.#before === null) return '';
    count.values += 1;
    return `$${count.values}`;
  }
}

const LISTS = new Shape('');
const separators = new Map<string, Shape>();

function separatorOf(text: string): Shape {
  const known = separators.get(text) ?? new Shape(text);
  separators.set(text, known);
  return known;
}

/** By where in the code it stands. */
const shapes = new WeakMap<TemplateStringsArray, Shape>();

function shapeOf(texts: TemplateStringsArray): Shape {
  const known = shapes.get(texts);
  if (known !== undefined) return known;
  const made = new Shape(texts[0] ?? '');
  shapes.set(texts, made);
  return made;
}

const names = new Map<string, string>();

/** Names the prepared statement of a text: the same on every connection of this process. */
export function nameOf(text: string): string {
  const known = names.get(text) ?? `s${names.size}`;
  names.set(text, known);
  return known;
}

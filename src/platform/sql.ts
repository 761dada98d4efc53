/** A statement, or a piece of one: its values are always bound, never pasted into its text. */
export class Sql {
  /** One more than there are values: the text before, between and behind them. */
  readonly parts: readonly string[];
  readonly values: readonly unknown[];

  constructor(parts: readonly string[], values: readonly unknown[]) {
    this.parts = parts;
    this.values = values;
  }

  get text(): string {
    let text = this.parts[0] ?? '';
    for (let n = 1; n < this.parts.length; n += 1) text += `$${n}${this.parts[n] ?? ''}`;
    return text;
  }
}

/** ``sql`select … where id = ${id}` ``; a piece made by `sql` is put in as a piece. */
export function sql(parts: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  if (!values.some((value) => value instanceof Sql)) return new Sql(parts, values);
  const joint = new Joint(parts[0] ?? '');
  for (const [index, value] of values.entries()) {
    if (value instanceof Sql) joint.addPiece(value);
    else joint.addValue(value);
    joint.addText(parts[index + 1] ?? '');
  }
  return joint.whole();
}

/** Pieces one after another. */
export function list(pieces: readonly Sql[], separator = ', '): Sql {
  const joint = new Joint('');
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) joint.addText(separator);
    joint.addPiece(piece);
  }
  return joint.whole();
}

/** A piece that is still growing: text grows at its end, a value starts a new text. */
class Joint {
  private readonly parts: string[] = [];
  private readonly values: unknown[] = [];
  private open: string;

  constructor(start: string) {
    this.open = start;
  }

  addText(text: string): void {
    this.open += text;
  }

  addValue(value: unknown): void {
    this.parts.push(this.open);
    this.values.push(value);
    this.open = '';
  }

  addPiece({ parts, values }: Sql): void {
    this.open += parts[0] ?? '';
    for (const [index, value] of values.entries()) {
      this.addValue(value);
      this.open = parts[index + 1] ?? '';
    }
  }

  whole(): Sql {
    return new Sql([...this.parts, this.open], this.values);
  }
}

const names = new Map<string, string>();

/** Names the prepared statement of a text: the same on every connection of this process. */
export function nameOf(text: string): string {
  const known = names.get(text) ?? `s${names.size}`;
  names.set(text, known);
  return known;
}

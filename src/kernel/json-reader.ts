import { type LondonDate, parseLondonDate } from './london.ts';

/** What a text must be like: a regular expression, or anything else that can tell. */
type Shape = { test(text: string): boolean };

/**
 * Reads an object of a file, member by member. Everything that is wrong is kept with its place, so that a
 * person sees all of it at once; of what is wrong, an empty value is read.
 */
export class JsonReader {
  readonly place: string;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #problems: string[];
  readonly #asked = new Set<string>();

  constructor(value: unknown, place: string, problems: string[]) {
    this.place = place;
    this.#value = isObject(value) ? value : {};
    if (!isObject(value)) problems.push(`${place === '' ? 'The file' : place} must be an object`);
    this.#problems = isObject(value) ? problems : []; // that it lacks members goes without saying
  }

  problem(member: string, text: string): void {
    this.#problems.push(`${this.place === '' ? '' : `${this.place}.`}${member} ${text}`);
  }

  /** After the last member was asked for: all others are mistakes. */
  done(): void {
    for (const name of Object.keys(this.#value)) {
      if (!this.#asked.has(name)) this.problem(name, 'is not known');
    }
  }

  /** For somebody who reads it by other rules; undefined when it is not there. */
  value(name: string): unknown {
    return this.#get(name);
  }

  text(name: string, shape: Shape, words: string): string {
    const value = this.#get(name);
    if (typeof value === 'string' && shape.test(value)) return value;
    this.problem(name, `must be ${words}`);
    return '';
  }

  optionalText(name: string, shape: Shape, words: string): string | null {
    return this.#has(name) ? this.text(name, shape, words) : null;
  }

  texts(name: string, shape: Shape, words: string): string[] {
    return this.#list(name).flatMap((value, at) => {
      if (typeof value === 'string' && shape.test(value)) return [value];
      this.problem(`${name}[${at}]`, `must be ${words}`);
      return [];
    });
  }

  optionalDay(name: string): LondonDate | null {
    if (!this.#has(name)) return null;
    const day = parseLondonDate(this.text(name, /^\d{4}-\d\d-\d\d$/, 'a day, as 2026-03-29'));
    if (day === null) this.problem(name, 'must be a day of the calendar');
    return day;
  }

  one<Value extends string | number>(
    name: string,
    values: readonly Value[],
    otherwise: Value,
  ): Value {
    const value = this.#get(name);
    if (value === undefined) return otherwise;
    const known = values.find((one) => one === value);
    if (known === undefined) this.problem(name, `must be one of ${values.join(', ')}`);
    return known ?? otherwise;
  }

  /** A whole number from 1 to `max`. */
  count(name: string, max: number, otherwise: number): number {
    const value = this.#get(name) ?? otherwise;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max) {
      return value;
    }
    this.problem(name, `must be a whole number from 1 to ${max}`);
    return otherwise;
  }

  isTrue(name: string): boolean {
    const value = this.#get(name) ?? false;
    if (typeof value !== 'boolean') this.problem(name, 'must be true or false');
    return value === true;
  }

  /** Each of a list of objects; an absent list is empty. */
  each<Value>(name: string, read: (from: JsonReader) => Value): Value[] {
    const place = this.place === '' ? name : `${this.place}.${name}`;
    return this.#list(name).map((value, at) =>
      read(new JsonReader(value, `${place}[${at}]`, this.#problems)),
    );
  }

  object<Value>(name: string, read: (from: JsonReader) => Value): Value {
    return read(new JsonReader(this.#get(name) ?? {}, `${this.place}.${name}`, this.#problems));
  }

  #list(name: string): readonly unknown[] {
    const value = this.#get(name) ?? [];
    if (Array.isArray(value)) return value;
    this.problem(name, 'must be a list');
    return [];
  }

  #has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  #get(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#value, name) ? this.#value[name] : undefined;
  }
}

/** The first of several ids that is there before; undefined when each is there once. */
export function repeatedIn(ids: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return ids.find((id) => seen.size === seen.add(id).size);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members of an object in a document. */
export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object has members by their names
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** An object within; one that is absent has no members. */
export function fieldsIn(of: Fields, name: string): Fields {
  return fieldsOf(of[name]);
}

export function listOf(of: Fields, name: string): readonly Fields[] {
  const value = of[name];
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** False, null, an empty and a blank text all mean that nothing is there [MIGRATION 2.3]. */
export function textOf(of: Fields, name: string): string | null {
  const value = of[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

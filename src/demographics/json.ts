/** JSON as a record holds it. A value is never changed in place, but for the copy that a patch works on. */
export type Json = null | boolean | number | string | Json[] | JsonMap;
export type JsonMap = { [member: string]: Json };

/** A copy of anything that came out of a JSON text; what has no form of its own in it is null. */
export function copyOf(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return value;
  if (JSON.isRawJSON(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(copyOf);
  return typeof value === 'object' ? mapOf(value) : null;
}

function mapOf(value: object): JsonMap {
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyOf(one)]));
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at the end of these members and places; undefined when a step is missing. */
export function at(
  value: Json | undefined,
  ...steps: readonly (string | number)[]
): Json | undefined {
  let here: Json | undefined = value;
  for (const step of steps) {
    if (Array.isArray(here)) here = typeof step === 'number' ? here[step] : undefined;
    else if (isMap(here) && Object.hasOwn(here, step)) here = here[step];
    else return undefined;
  }
  return here;
}

/** The text there; empty when there is none. */
export function textAt(value: Json | undefined, ...steps: readonly (string | number)[]): string {
  const found = at(value, ...steps);
  return typeof found === 'string' ? found : '';
}

/** The list there; empty when there is none. */
export function listAt(
  value: Json | undefined,
  ...steps: readonly (string | number)[]
): readonly Json[] {
  const found = at(value, ...steps);
  return Array.isArray(found) ? found : [];
}

/** The objects of the list there. */
export function mapsAt(
  value: Json | undefined,
  ...steps: readonly (string | number)[]
): readonly JsonMap[] {
  return listAt(value, ...steps).filter(isMap);
}

/** The texts of the list there. */
export function textsAt(
  value: Json | undefined,
  ...steps: readonly (string | number)[]
): readonly string[] {
  return listAt(value, ...steps).filter((one) => typeof one === 'string');
}

/** The same without some of its members. */
export function without(value: JsonMap, names: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** Equal whatever the order of members; an absent list and an empty one count as the same [PDS 6.1]. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, place) => isSame(item, other[place]));
  }
  if (isMap(one) && isMap(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => isSame(filled(one[name]), filled(other[name])));
  }
  return one === other;
}

function filled(value: Json | undefined): Json | undefined {
  return Array.isArray(value) && value.length === 0 ? undefined : value;
}

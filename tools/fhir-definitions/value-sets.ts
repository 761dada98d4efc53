/** The codes of a value set, from the definitions at hand: no terminology server is asked. */

type Concept = { readonly code: string; readonly concept?: readonly Concept[] };
type Include = {
  readonly system?: string;
  readonly concept?: readonly Concept[];
  readonly filter?: readonly unknown[];
  readonly valueSet?: readonly string[];
};
export type Terminology = {
  readonly url: string;
  readonly name?: string;
  readonly title?: string;
  readonly concept?: readonly Concept[];
  readonly content?: string;
  readonly compose?: {
    readonly include: readonly Include[];
    readonly exclude?: readonly unknown[];
  };
};

export type ValueSets = ReadonlyMap<string, Terminology>;

/** Null when the codes cannot be listed: a filter, an exclusion, or a system kept elsewhere. */
export function codesOf(canonical: string, sets: ValueSets): readonly string[] | null {
  const compose = sets.get(withoutVersion(canonical))?.compose;
  if (compose === undefined || compose.exclude !== undefined) return null;
  const codes = new Set<string>();
  for (const include of compose.include) {
    const some = codesOfInclude(include, sets);
    if (some === null) return null;
    for (const code of some) codes.add(code);
  }
  return [...codes].sort();
}

export function titleOf(canonical: string, sets: ValueSets): string {
  const set = sets.get(withoutVersion(canonical));
  return set?.title ?? set?.name ?? canonical;
}

function codesOfInclude(include: Include, sets: ValueSets): readonly string[] | null {
  if (include.filter !== undefined) return null;
  if (include.concept !== undefined) return include.concept.map((concept) => concept.code);
  if (include.valueSet !== undefined) {
    const parts = include.valueSet.map((canonical) => codesOf(canonical, sets));
    return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
  }
  const system = sets.get(include.system ?? '');
  if (system?.content !== 'complete') return null;
  return flatten(system.concept ?? []);
}

function flatten(concepts: readonly Concept[]): string[] {
  return concepts.flatMap((concept) => [concept.code, ...flatten(concept.concept ?? [])]);
}

function withoutVersion(canonical: string): string {
  return canonical.split('|')[0] ?? canonical;
}

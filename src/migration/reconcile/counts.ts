import type { View } from './old-view.ts';

/** Ids and issues by state, organisation and day in both stores, of all that no class explains [MIGRATION 6, L1]. */
export class Counts {
  readonly #counts = new Map<string, { old: number; new: number }>();

  add(side: 'old' | 'new', view: View): void {
    for (const key of keysOf(view)) {
      const count = this.#counts.get(key) ?? { old: 0, new: 0 };
      count[side] += 1;
      this.#counts.set(key, count);
    }
  }

  /** How many things are counted. */
  get size(): number {
    return this.#counts.size;
  }

  /** Those of which the stores have not the same number, in words. */
  differing(): string[] {
    return [...this.#counts]
      .filter(([, count]) => count.old !== count.new)
      .map(([key, count]) => `${key}: ${count.new} where ${count.old} were`)
      .toSorted();
  }
}

function keysOf({ fate, about, issues }: View): string[] {
  const [treatment, prescriber, time] = about;
  if (fate !== 'live') return [`count of ${fate}`];
  return [
    `count of prescriber ${prescriber}`,
    `count of day ${time.slice(0, DAY_LENGTH)}`,
    ...issues.map(([, status]) => `count of treatment ${treatment} state ${status}`),
    ...issues.flatMap(([, , , holder]) => (holder === '' ? [] : [`count of dispenser ${holder}`])),
  ];
}

const DAY_LENGTH = 8;

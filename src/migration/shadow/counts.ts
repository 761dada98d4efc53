import { within } from '../../platform/within.ts';

/** Whether both say the same; if not, the dirty class that says why, if one does. */
export type Verdict = { readonly isSame: boolean; readonly because: string | null };

/** What came of what the old store had answered. */
export type Shadowed = {
  readonly compared: number;
  readonly same: number;
  /** Answered otherwise, and a dirty class says why; by class. */
  readonly explained: Readonly<Record<string, number>>;
  readonly differing: number;
  /** Not answered in time: nothing is known of them. */
  readonly dropped: number;
  /** Milliseconds within which 99 of 100 were answered. */
  readonly p99Ms: number;
  /** The first of those that differ: what was asked. */
  readonly examples: readonly string[];
};

/** An answer after which nobody waits any more: those who are served come first [MIGRATION 7]. */
const ANSWER_WITHIN_MS = 200;
const SHOWN_MAX = 100;

/** Counts what is compared, while it is. */
export class Counts {
  #same = 0;
  #differing = 0;
  #dropped = 0;
  readonly #explained = new Map<string, number>();
  readonly #times: number[] = [];
  readonly #examples: string[] = [];
  readonly #withinMs: number;

  constructor(withinMs: number = ANSWER_WITHIN_MS) {
    this.#withinMs = withinMs;
  }

  /** `what` was asked, for whoever looks at what differs. */
  async add(what: string, comparing: Promise<Verdict>): Promise<void> {
    const begun = performance.now();
    const found = await within(comparing, this.#withinMs);
    if (found === null) {
      this.#dropped += 1;
      return;
    }
    this.#times.push(performance.now() - begun);
    const { isSame, because } = found;
    if (isSame) this.#same += 1;
    else if (because !== null)
      this.#explained.set(because, (this.#explained.get(because) ?? 0) + 1);
    else {
      this.#differing += 1;
      if (this.#examples.length < SHOWN_MAX) this.#examples.push(what);
    }
  }

  result(): Shadowed {
    const times = this.#times.toSorted((one, other) => one - other);
    return {
      compared: times.length,
      same: this.#same,
      explained: Object.fromEntries(this.#explained),
      differing: this.#differing,
      dropped: this.#dropped,
      p99Ms: Math.round((times[Math.floor(times.length * 0.99)] ?? 0) * 10) / 10,
      examples: this.#examples,
    };
  }
}

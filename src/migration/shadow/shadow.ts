import type { Database } from '../../platform/database.ts';
import { within } from '../../platform/within.ts';
import { isExplained } from '../reconcile/explain.ts';
import { newView } from '../reconcile/new-view.ts';
import { placeOf } from '../lx1/tables.ts';
import type { IssueAnswer, Read } from './read-recorded.ts';
import * as repository from './repository.ts';

/** A read after which nobody waits any more: those who are served come first [MIGRATION 7]. */
const ANSWER_WITHIN_MS = 200;
const AT_ONCE = 4;
const SHOWN_MAX = 100;

/** What came of the reads that the old store had answered. */
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

/** Asks the new store what others asked the old one, and compares the answers; nothing is written. */
export async function shadow(database: Database, reads: AsyncIterable<Read>): Promise<Shadowed> {
  const counts = new Counts(await repository.holds(database));
  const under: Promise<void>[] = [];
  for await (const read of reads) {
    under.push(counts.add(database, read));
    if (under.length >= AT_ONCE) await Promise.all(under.splice(0));
  }
  await Promise.all(under);
  return counts.result();
}

class Counts {
  #same = 0;
  #differing = 0;
  #dropped = 0;
  readonly #explained = new Map<string, number>();
  readonly #times: number[] = [];
  readonly #examples: string[] = [];
  readonly #holds: readonly string[];

  constructor(holds: readonly string[]) {
    this.#holds = holds;
  }

  async add(database: Database, read: Read): Promise<void> {
    const begun = performance.now();
    const found = await within(compare(database, read, this.#holds), ANSWER_WITHIN_MS);
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
      const what = read.ask === 'status' ? read.id : read.organisation;
      if (this.#examples.length < SHOWN_MAX) this.#examples.push(`${read.ask} ${what}`);
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

/** Whether both say the same; if not, the dirty class that says why, if one does. */
type Verdict = { readonly isSame: boolean; readonly because: string | null };

function compare(database: Database, read: Read, holds: readonly string[]): Promise<Verdict> {
  return read.ask === 'status'
    ? compareStatus(database, read)
    : compareWaiting(database, read, holds);
}

async function compareStatus(
  database: Database,
  { id, answer }: Extract<Read, { ask: 'status' }>,
): Promise<Verdict> {
  const place = placeOf(id);
  const row = await repository.stateOf(database, place);
  if (row === null) {
    return { isSame: false, because: await repository.apartBecause(database, place) };
  }
  const nothing = { waits: [], had: [], messages: [] };
  const { issues } = newView({ id: place, state: row.state, ...nothing });
  const ours = issues.map(([issue, status, items, holder]) =>
    lineOf({ issue, status, items: items.split(' '), holder }),
  );
  const theirs = answer.toSorted((one, other) => one.issue - other.issue).map(lineOf);
  const isSame = ours.join('; ') === theirs.join('; ');
  return { isSame, because: isSame ? null : isExplained('issues', row.classes, []) };
}

function lineOf({ issue, status, items, holder }: IssueAnswer): string {
  return `${issue} ${status} ${items.join(' ')} ${holder}`;
}

/** Of two lists, each id that is in one of them only must be of a class that says why. */
async function compareWaiting(
  database: Database,
  { organisation, answer }: Extract<Read, { ask: 'waiting' }>,
  holds: readonly string[],
): Promise<Verdict> {
  const ours = new Set(await repository.waitingFor(database, organisation));
  const theirs = new Set(answer.map(placeOf));
  const others = [...ours.symmetricDifference(theirs)];
  if (others.length === 0) return { isSame: true, because: null };
  const classes = await repository.classesOf(database, others);
  const why = others.map((id) => isExplained('waitsFor', classes.get(id) ?? [], holds));
  const [first = null] = why;
  return { isSame: false, because: why.includes(null) ? null : first };
}

import { dueOf, type Known } from '../../prescriptions/rules.ts';
import { ACTS } from '../fold/dirt.ts';
import type { Group } from '../lx1/read-groups.ts';

/** What falls due next and when, in the old store's words: `expire 20150228`; empty: nothing does. */
export type DueWords = string;

const ENDS = ['delete', 'purge'];

/** By the old store's own calculation: of the current issue, and of earlier ones that nobody claimed; else when it goes. */
export function oldDue({ rows }: Group): DueWords {
  const current = rows.PRESCRIPTION[0]?.row.CURRENT_ISSUE;
  const begun = rows.ISSUE.map(({ row }) => row).filter(({ STATUS }) => STATUS !== '9000');
  const acting = begun.filter(
    ({ ISSUE_NO, STATUS, NEXT_ACT }) =>
      !ENDS.includes(NEXT_ACT ?? '') && (ISSUE_NO === current || STATUS === '0006'),
  );
  const words = (all: typeof begun): string[] =>
    all
      .toSorted((one, other) => ((one.NEXT_ACT_DT ?? '') < (other.NEXT_ACT_DT ?? '') ? -1 : 1))
      .map(({ NEXT_ACT, NEXT_ACT_DT }) => `${NEXT_ACT ?? ''} ${NEXT_ACT_DT ?? ''}`);
  const isAllBegun = begun.length === rows.ISSUE.length;
  return words(acting)[0] ?? (isAllBegun ? words(begun).at(-1) : undefined) ?? '';
}

/** By ours, which the jobs of this Spine go by. */
export function newDue(state: unknown): DueWords {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is kept by the rules that read it
  const due = dueOf(state as Known);
  return due === null ? '' : `${ACTS[due.kind]} ${due.on.replaceAll('-', '')}`;
}

/** Whether a record has the day by which our jobs find it. */
export function isFoundOn(state: unknown, dueOn: string | null): boolean {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it is kept by the rules that read it
  return (dueOf(state as Known)?.on ?? null) === dueOn;
}

/** What a comparison of days found [MIGRATION 5 M13, 6 L5]. */
export type DueDays = {
  /** Within the days that are looked at. */
  readonly old: number;
  readonly new: number;
  /** Days of which the counts differ. */
  readonly differing: number;
};

const DAY_MS = 86_400_000;
export const DUE_DAYS = 400;

/** How many expire, are given up and go on each of the next days, in both stores [MIGRATION 5, M13]. */
export class DueCounts {
  readonly #days = new Map<string, { old: number; new: number }>();
  readonly #from: string;
  readonly #to: string;

  /** From the day of the export on. */
  constructor(asOf: string) {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
    this.#from = day(Date.parse(asOf));
    this.#to = day(Date.parse(asOf) + DUE_DAYS * DAY_MS);
  }

  add(side: 'old' | 'new', words: DueWords): void {
    const [act = '', day = ''] = words.split(' ');
    if (act === 'ready' || day < this.#from || day >= this.#to) return;
    const count = this.#days.get(words) ?? { old: 0, new: 0 };
    count[side] += 1;
    this.#days.set(words, count);
  }

  result(): DueDays {
    const all = [...this.#days.values()];
    return {
      old: all.reduce((sum, one) => sum + one.old, 0),
      new: all.reduce((sum, one) => sum + one.new, 0),
      differing: all.filter((one) => one.old !== one.new).length,
    };
  }
}

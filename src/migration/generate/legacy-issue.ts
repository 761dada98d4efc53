import { monthsLater } from './legacy-time.ts';

/** An issue as an old Spine had it, in its own codes. */
export type LegacyIssue = {
  readonly number: number;
  status: string;
  previous: string | null;
  readonly items: { readonly id: string; status: string; previous: string | null }[];
  expiry: string;
  ready: string;
  holder: string | null;
  releasedMs: number | null;
  releaseMessage: string | null;
  /** Notifications that stand, with the state before each. */
  readonly told: {
    readonly id: string;
    readonly ms: number;
    readonly status: string;
    readonly items: string[];
  }[];
  itemsAtRelease: string[];
  completed: string | null;
  claim: string | null;
  claimMs: number | null;
  closedMs: number | null;
};

/** One of a prescription of that day, with these items: the first is to be had, the others are to come. */
export function newIssue(number: number, day: string, items: readonly string[]): LegacyIssue {
  const isFirst = number === 1;
  return {
    number,
    status: isFirst ? '0001' : '9000',
    previous: null,
    items: items.map((id) => ({ id, status: '0007', previous: null })),
    expiry: monthsLater(day, isFirst ? 6 : 12),
    ready: isFirst ? day : monthsLater(day, 12),
    ...NOTHING_YET,
    told: [],
    itemsAtRelease: [],
  };
}

const NOTHING_YET = {
  holder: null,
  releasedMs: null,
  releaseMessage: null,
  completed: null,
  claim: null,
  claimMs: null,
  closedMs: null,
} as const;

import fc from 'fast-check';

/** A history before it is played: which message comes next is chosen by what the model then knows. */
export type History = {
  readonly start: string;
  readonly slots: readonly Slot[];
  readonly steps: readonly Step[];
};

/** A prescription that may be sent. */
export type Slot = {
  readonly items: number;
  /** Which of the pharmacies it is nominated to. */
  readonly nominated: number | null;
  /** Before (or after) the start. */
  readonly datedMinutes: number;
  readonly course: 'acute' | 'repeat';
};

export type Step = {
  readonly kind: Kind;
  readonly slot: number;
  readonly pharmacy: number;
  /** Settles what is left to settle: which item, which quantity, which id. */
  readonly pick: number;
  /** Passes before the message comes. */
  readonly waitMinutes: number;
};

/** `likely` is one that a client would send next; `again` is an earlier message, `altered` one whose content changed. */
export type Kind = Said | 'likely' | 'again' | 'altered';
export type Said =
  | 'create'
  | 'download'
  | 'release'
  | 'return'
  | 'dispense'
  | 'amend'
  | 'withdraw'
  | 'claim'
  | 'amend claim'
  | 'cancel';

export const PHARMACIES = 3;
const SLOTS = 4;
const STEPS_MIN = 10;
const STEPS_MAX = 40;
const STEPS_OFTEN_MAX = 16; // where each costs a transaction, most histories are short
const DAY_MINUTES = 1440;

// Dates at which calendars are awkward: month ends, leap days, changes of the clock, the year's end.
const STARTS = [
  '2026-06-15T09:00:00.000Z',
  '2026-01-31T23:50:00.000Z',
  '2024-02-29T12:00:00.000Z',
  '2026-08-31T22:30:00.000Z',
  '2026-03-29T00:30:00.000Z',
  '2026-10-25T00:30:00.000Z',
  '2026-12-31T23:59:00.000Z',
  '2026-05-05T22:59:00.000Z',
];

export type Kinds = {
  /** Days and months pass, and prescriptions may be post-dated. */
  readonly isTimed: boolean;
  readonly isMostlyShort: boolean;
};

export function histories({ isTimed, isMostlyShort }: Kinds): fc.Arbitrary<History> {
  const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
    fc.array(step(isTimed), { minLength: STEPS_MIN, maxLength, size: 'max' });
  const short = { weight: 3, arbitrary: steps(STEPS_OFTEN_MAX) };
  return fc.record({
    start: isTimed ? fc.constantFrom(...STARTS) : fc.constant(''),
    slots: fc.array(slot(isTimed), { minLength: SLOTS, maxLength: SLOTS }),
    steps: isMostlyShort ? fc.oneof(short, steps(STEPS_MAX)) : steps(STEPS_MAX),
  });
}

function slot(isTimed: boolean): fc.Arbitrary<Slot> {
  const past = fc.constantFrom(0, -1, -2, -90);
  return fc.record({
    items: fc.integer({ min: 1, max: 4 }),
    nominated: fc.option(fc.nat({ max: PHARMACIES - 1 }), { freq: 4 }),
    datedMinutes: isTimed
      ? fc.oneof(
          { weight: 5, arbitrary: past },
          fc.constantFrom(-5 * DAY_MINUTES, DAY_MINUTES, DAY_MINUTES + 1, 3 * DAY_MINUTES),
        )
      : past,
    course: fc.constantFrom('acute', 'repeat'),
  });
}

function step(isTimed: boolean): fc.Arbitrary<Step> {
  const long = [DAY_MINUTES, 3 * DAY_MINUTES, 31 * DAY_MINUTES, 182 * DAY_MINUTES];
  return fc.record({
    kind: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Kind>('likely') },
      { weight: 1, arbitrary: fc.constantFrom<Kind>('again', 'again', 'altered') },
      {
        weight: 3,
        arbitrary: fc.constantFrom<Kind>(
          'create',
          'download',
          'release',
          'return',
          'dispense',
          'amend',
          'withdraw',
          'claim',
          'amend claim',
          'cancel',
        ),
      },
    ),
    slot: fc.nat({ max: SLOTS - 1 }),
    pharmacy: fc.nat({ max: PHARMACIES - 1 }),
    pick: fc.nat({ max: 9_999 }),
    waitMinutes: isTimed
      ? fc.oneof({ weight: 12, arbitrary: fc.constantFrom(0, 1, 10) }, fc.constantFrom(...long))
      : fc.constant(0),
  });
}

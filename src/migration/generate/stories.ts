import { type Dice, nhsNumberOf, prescriptionIdOf } from './dice.ts';
import { type Beginning, Life } from './life.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What is made, and as of when. */
export type Era = {
  readonly seed: number;
  /** The moment at which the export is made. */
  readonly asOfMs: number;
  readonly pharmacies: number;
  readonly surgeries: number;
};

/** How a life ends that begins so many days before the export; `age`: from the least to the most. */
type Story = {
  readonly weight: number;
  readonly age: readonly [number, number];
  readonly live: (life: Life, dice: Dice, org: string) => void;
};

const hours = (life: Life, count: number): number => life.beginning.prescribedMs + count * HOUR_MS;

/** Nominated to it: by itself; else with the id. */
function release(life: Life, org: string, at = 5): void {
  const kind = life.nominated === org ? 'NOMINATED' : 'BY_ID';
  life.release(hours(life, at), org, kind);
}

const all = (life: Life, status: string): string[] => life.issue.items.map(() => status);

const STORIES: Readonly<Record<string, Story>> = {
  waiting: { weight: 22, age: [1, 150], live: () => undefined },
  withDispenser: { weight: 12, age: [1, 150], live: (life, _, org) => release(life, org) },
  partial: {
    weight: 5,
    age: [2, 150],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0003', all(life, '0003'));
    },
  },
  owing: {
    weight: 3,
    age: [5, 150],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0003', all(life, '0004'));
      life.dispense(hours(life, 60), '0006', all(life, '0001'));
    },
  },
  amended: {
    weight: 1,
    age: [5, 150],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0003', all(life, '0003'));
      life.dispense(hours(life, 20), '0003', all(life, '0004'), true);
    },
  },
  withdrawn: {
    weight: 1,
    age: [5, 150],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0003', all(life, '0003'));
      life.withdraw(hours(life, 20));
    },
  },
  dispensed: {
    weight: 14,
    age: [3, 150],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0006', all(life, '0001'));
    },
  },
  notDispensed: {
    weight: 2,
    age: [2, 28],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0007', all(life, '0002'));
    },
  },
  claimed: {
    weight: 16,
    age: [4, 34],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0006', all(life, '0001'));
      life.claim(hours(life, 50));
    },
  },
  claimAmended: {
    weight: 1,
    age: [5, 34],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0006', all(life, '0001'));
      life.claim(hours(life, 50));
      life.claim(hours(life, 80));
    },
  },
  unclaimed: {
    weight: 1,
    age: [183, 210],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0006', all(life, '0001'));
      life.noClaim(hours(life, 9 + 181 * 24));
    },
  },
  expired: { weight: 4, age: [190, 260], live: (life) => life.expire(hours(life, 187 * 24)) },
  /** Past its day, and the old store had not come to it. */
  lapsed: { weight: 0.5, age: [187, 200], live: () => undefined },
  cancelled: { weight: 1.5, age: [2, 150], live: (life) => life.cancel(hours(life, 20)) },
  cancelWaits: {
    weight: 0.5,
    age: [3, 150],
    live(life, _, org) {
      release(life, org);
      life.cancel(hours(life, 20));
    },
  },
  cancelledOnReturn: {
    weight: 0.3,
    age: [3, 150],
    live(life, _, org) {
      release(life, org);
      life.cancel(hours(life, 20));
      life.giveBack(hours(life, 30));
    },
  },
  /** The 2014 case where it was nominated: taken by itself, given back, and never to come again by itself. */
  returned: {
    weight: 2.5,
    age: [3, 150],
    live(life, _, org) {
      release(life, org);
      life.giveBack(hours(life, 26));
    },
  },
  returnedAndTakenById: {
    weight: 0.5,
    age: [4, 150],
    live(life, dice, org) {
      release(life, org);
      life.giveBack(hours(life, 26));
      release(life, pharmacyOf(dice, 1), 50);
    },
  },
  returnedAndRenominated: {
    weight: 0.5,
    age: [4, 150],
    live(life, _, org) {
      release(life, org);
      life.giveBack(hours(life, 26));
      life.renominate(hours(life, 40), `${org.slice(0, 2)}X${org.slice(3)}`);
    },
  },
  purged: { weight: 6, age: [300, 700], live: (life) => life.purge(hours(life, 290 * 24)) },
};

/** So many prescriptions came after their cancellation, or never. */
const CANCELLED_BEFORE = 0.003;
const DOUBLED_HOUR = 0.01;
/** When the clocks of London go back, an hour is shown twice. */
const DOUBLED_HOURS = [Date.UTC(2013, 9, 27), Date.UTC(2014, 9, 26)];

/** One life of the mix of [MIGRATION 11]: acute 55 %, repeat prescribing 25 %, repeat dispensing 20 %. */
export function lifeOf(n: number, dice: Dice, era: Era): Life {
  const treatment = dice.of([
    ['0001', 55],
    ['0002', 25],
    ['0003', 20],
  ] as const);
  const prescriber = `A${String(dice.whole(1, era.surgeries)).padStart(5, '0')}`;
  const org = pharmacyOf(dice, era.pharmacies);
  const common = { id: prescriptionIdOf(n, prescriber), n, treatment, prescriber };
  const patient = { patient: nhsNumberOf(n), nominated: dice.isLucky(0.85) ? org : null };
  const items = dice.of([
    [1, 35],
    [2, 30],
    [3, 20],
    [4, 15],
  ] as const);
  const facts = { ...common, ...patient, items };
  if (dice.isLucky(CANCELLED_BEFORE)) return neverCame({ ...facts, issues: 1 }, dice, era);
  if (treatment === '0003')
    return repeatLife({ ...facts, issues: dice.whole(2, 12) }, dice, era, org);
  const stories = Object.values(STORIES);
  const story = dice.of(stories.map((one) => [one, one.weight] as const));
  const [least, most] = story.age;
  const doubled = DOUBLED_HOURS.find(
    (ms) => era.asOfMs - ms > (least + 1) * DAY_MS && era.asOfMs - ms < most * DAY_MS,
  );
  const isInDoubledHour = doubled !== undefined && dice.isLucky(DOUBLED_HOUR);
  const prescribedMs = isInDoubledHour
    ? doubled + dice.whole(0, 59) * 60_000
    : era.asOfMs - dice.whole(least * DAY_MS, most * DAY_MS - HOUR_MS);
  const life = new Life({ ...facts, issues: 1, prescribedMs });
  story.live(life, dice, org);
  return life;
}

/** Some pharmacies have much more to do than others. */
function pharmacyOf(dice: Dice, count: number): string {
  const place = Math.floor(count * dice.next() ** 2);
  return `F${String(place).padStart(4, '0')}`;
}

function neverCame(facts: Omit<Beginning, 'prescribedMs'>, dice: Dice, era: Era): Life {
  const prescribedMs = era.asOfMs - dice.whole(1, 170) * DAY_MS;
  const life = new Life({ ...facts, prescribedMs }, true);
  life.cancelBefore(prescribedMs);
  return life;
}

const SUPPLY_DAYS = 28;
const COMPLETE_MOST = 5;

/** Some issues done, one after another, and the next one somewhere on its way. */
function repeatLife(
  facts: Omit<Beginning, 'prescribedMs'>,
  dice: Dice,
  era: Era,
  org: string,
): Life {
  const complete = dice.whole(0, Math.min(COMPLETE_MOST, facts.issues - 1));
  const days = complete * SUPPLY_DAYS + 3;
  const prescribedMs = era.asOfMs - days * DAY_MS - dice.whole(0, 6 * 24) * HOUR_MS;
  const life = new Life({ ...facts, prescribedMs });
  for (let done = 0; done < complete; done += 1) {
    const start = done * SUPPLY_DAYS * 24;
    release(life, org, start + 5);
    life.dispense(hours(life, start + 20), '0006', all(life, '0001'));
    life.claim(hours(life, start + 40), done + 1);
    // A week before the supply is used up.
    life.becomeReady(hours(life, start + (SUPPLY_DAYS - 6) * 24));
  }
  const now = complete * SUPPLY_DAYS * 24;
  const end = dice.of([
    ['waits', 40],
    ['with', 25],
    ['claimed', 20],
    ['returned', 8],
    ['cancelled', 7],
  ] as const);
  if (end === 'waits') return life;
  if (end === 'cancelled') life.cancel(hours(life, now + 5));
  else release(life, org, now + 5);
  if (end === 'returned') life.giveBack(hours(life, now + 26));
  if (end !== 'claimed') return life;
  const number = life.current;
  life.dispense(hours(life, now + 20), '0006', all(life, '0001'));
  life.claim(hours(life, now + 40), number);
  return life;
}

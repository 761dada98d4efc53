import type { Dice } from './dice.ts';
import type { Life } from './life.ts';

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

export const hours = (life: Life, count: number): number =>
  life.beginning.prescribedMs + count * HOUR_MS;

/** Nominated to it: by itself; else with the id. */
export function release(life: Life, org: string, at = 5): void {
  const kind = life.nominated === org ? 'NOMINATED' : 'BY_ID';
  life.release(hours(life, at), org, kind);
}

export const all = (life: Life, status: string): string[] => life.issue.items.map(() => status);

export const STORIES: Readonly<Record<string, Story>> = {
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
    age: [4, 41],
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
  expired: { weight: 4, age: [190, 282], live: (life) => life.expire(hours(life, 187 * 24)) },
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
  /** Nobody claims it, and the old store had not come to it. */
  claimDue: {
    weight: 0.5,
    age: [182, 184],
    live(life, _, org) {
      release(life, org);
      life.dispense(hours(life, 9), '0006', all(life, '0001'));
    },
  },
  purged: {
    weight: 6,
    age: [300, 700],
    live(life) {
      life.expire(hours(life, 187 * 24));
      life.purge(hours(life, 290 * 24));
    },
  },
};

/** Some pharmacies have much more to do than others. */
export function pharmacyOf(dice: Dice, count: number): string {
  const place = Math.floor(count * dice.next() ** 2);
  return `F${String(place).padStart(4, '0')}`;
}

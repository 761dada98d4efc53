import { type Dice, nhsNumberOf, prescriptionIdOf } from './dice.ts';
import { refuseRelease, refuseUpload } from './go-on.ts';
import { type Beginning, Life } from './life.ts';
import { all, type Era, hours, pharmacyOf, release, STORIES } from './stories.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** So many prescriptions came after their cancellation, or never. */
const CANCELLED_BEFORE = 0.003;
const DOUBLED_HOUR = 0.01;
/** When the clocks of London go back, an hour is shown twice. */
const DOUBLED_HOURS = [Date.UTC(2013, 9, 27), Date.UTC(2014, 9, 26)];

/** So many orders were refused, and nothing else came of them; and of so many others somebody asked for one in vain. */
const REFUSED = 0.002;
const REFUSED_RELEASE = 0.02;

/** One life of the mix of [MIGRATION 11]: acute 55 %, repeat prescribing 25 %, repeat dispensing 20 %. */
export function lifeOf(n: number, dice: Dice, era: Era): Life {
  const { facts, org } = factsOf(n, dice, era);
  const life = storyOf(facts, dice, era, org);
  if (life.issues.length > 0 && !life.isGone && dice.isLucky(REFUSED_RELEASE)) {
    refuseRelease(life, era.asOfMs - dice.whole(1, 3600) * 1000);
  }
  return life;
}

/** One that nobody has heard of when the export is made. */
export function unseenOf(n: number, dice: Dice, era: Era): Life {
  const { facts } = factsOf(n, dice, era);
  const issues = facts.treatment === '0003' ? dice.whole(2, 12) : 1;
  return new Life({ ...facts, issues, prescribedMs: era.asOfMs + HOUR_MS / 2 }, true);
}

type Facts = Omit<Beginning, 'prescribedMs' | 'issues'>;

function factsOf(n: number, dice: Dice, era: Era): { facts: Facts; org: string } {
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
  return { facts: { ...common, ...patient, items }, org };
}

function storyOf(facts: Facts, dice: Dice, era: Era, org: string): Life {
  if (dice.isLucky(CANCELLED_BEFORE)) return neverCame({ ...facts, issues: 1 }, dice, era);
  if (dice.isLucky(REFUSED)) return wasRefused({ ...facts, issues: 1 }, dice, era);
  if (facts.treatment === '0003')
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

function neverCame(facts: Omit<Beginning, 'prescribedMs'>, dice: Dice, era: Era): Life {
  const prescribedMs = era.asOfMs - dice.whole(1, 170) * DAY_MS;
  const life = new Life({ ...facts, prescribedMs }, true);
  life.cancelBefore(prescribedMs);
  return life;
}

function wasRefused(facts: Omit<Beginning, 'prescribedMs'>, dice: Dice, era: Era): Life {
  const prescribedMs = era.asOfMs - dice.whole(1, 170) * DAY_MS;
  const life = new Life({ ...facts, prescribedMs }, true);
  refuseUpload(life, prescribedMs);
  return life;
}

const SUPPLY_DAYS = 28;
const COMPLETE_MOST = 5;
/** Of so many the next issue is to be had from this day on, and the old store has not come to it. */
const DUE = 0.05;
const DUE_BEFORE_DAYS = 7;

/** Some issues done, one after another, and the next one somewhere on its way. */
function repeatLife(
  facts: Omit<Beginning, 'prescribedMs'>,
  dice: Dice,
  era: Era,
  org: string,
): Life {
  const complete = dice.whole(0, Math.min(COMPLETE_MOST, facts.issues - 1));
  const days = complete * SUPPLY_DAYS + 3;
  const isDue = dice.isLucky(DUE);
  const more = isDue ? (SUPPLY_DAYS - DUE_BEFORE_DAYS - 3) * 24 : dice.whole(0, 6 * 24);
  const prescribedMs = era.asOfMs - days * DAY_MS - more * HOUR_MS;
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
  const ends = dice.of([
    ['waits', 40],
    ['with', 25],
    ['claimed', 20],
    ['returned', 8],
    ['cancelled', 7],
  ] as const);
  const end = isDue ? 'claimed' : ends;
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

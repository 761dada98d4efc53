import { MUTANTS } from '../nothing-lost/mutants.ts';
import { BUGS_OF_TESTS } from './bugs-of-tests.ts';
import { type Report, wrongsOf } from './report.ts';
import { run, type RunOptions } from './run.ts';
import { FAULTS } from './scenarios/index.ts';
import { type SeededBug, SEEDED_BUGS } from './seeded-bugs.ts';
import { buildWith } from './test-build.ts';
import { type Ended, testsWith, withTestDatabase } from './tests-with.ts';

/** Whether a bug that was put into the program is found [RELIABILITY 5]. */
export type Power = {
  readonly number: string;
  readonly what: string;
  /** The test or the fault that found it, and what it saw; null: nothing did. */
  readonly found: string | null;
  /** How long it was looked for. */
  readonly seconds: number;
};

type PowerOptions = Omit<RunOptions, 'acknowledged' | 'build'>;

/** Tests that put bugs in themselves and pass when those are found: MUTANTS, and those that need no fault. */
const FINDING_TESTS = [
  'test/nothing-lost/power.test.ts',
  'test/faults/seeded-bugs.test.ts',
] as const;

/** Has each bug looked for. `only`: their numbers; null: all. */
export async function power(
  only: readonly string[] | null,
  options: PowerOptions,
): Promise<readonly Power[]> {
  const isWanted = ({ number }: { readonly number: string }): boolean =>
    only?.includes(number) ?? number !== '-';
  const all: Power[] = [];
  const said = (one: Power): void => {
    const { number, what, found, seconds } = one;
    options.tell(`power: ${number} ${what}: ${found ?? 'NOT FOUND'}, ${seconds} s`);
    all.push(one);
  };
  const ofTests = BUGS_OF_TESTS.filter(isWanted);
  const selves = [...MUTANTS, ...SEEDED_BUGS.filter(needsNoFault)].filter(isWanted);
  const byTests = async (): Promise<void> => {
    for (const bug of ofTests) said(await foundByTests(bug));
    if (selves.length > 0) (await foundByThemselves(selves)).forEach(said);
  };
  if (ofTests.length + selves.length > 0) await withTestDatabase(byTests);
  for (const bug of SEEDED_BUGS.filter((one) => !needsNoFault(one) && isWanted(one))) {
    said(await foundByFaults(bug, options));
  }
  return all;
}

function needsNoFault({ faults }: SeededBug): boolean {
  return faults.length === 0;
}

/** They fail with the bug, or do not come to their end. Without it they are a part of `npm test`. */
async function foundByTests({ number, what, tests }: (typeof BUGS_OF_TESTS)[0]): Promise<Power> {
  const since = performance.now();
  const ended = await testsWith([tests], [buildWith(number)]);
  return { number, what, found: foundIn(tests, ended), seconds: secondsSince(since) };
}

/** By the first test that failed; by one that hung only where none did. Throws where none was run. */
function foundIn(file: string, ended: readonly Ended[]): string | null {
  if (ended.length === 0) throw new Error(`no test of ${file} was run`);
  const first =
    ended.find(({ how }) => how === 'failed') ?? ended.find(({ how }) => how === 'hung');
  return first === undefined ? null : `${file}: “${first.test}” ${first.how}`;
}

async function foundByThemselves(
  bugs: readonly { readonly number: string; readonly what: string }[],
): Promise<readonly Power[]> {
  const since = performance.now();
  const ended = await testsWith(FINDING_TESTS, []);
  const seconds = secondsSince(since);
  return bugs.map(({ number, what }) => {
    const own = ended.find(({ test }) => test.endsWith(`${what} (${number})`));
    const found = own?.how === 'passed' ? `“${own.test}” passed` : null;
    return { number, what, found, seconds };
  });
}

/** In two datacentres that have it. */
async function foundByFaults(bug: SeededBug, options: PowerOptions): Promise<Power> {
  const { number, what, isOfClient = false } = bug;
  const since = performance.now();
  const build = isOfClient ? { client: [buildWith(number)] } : { datacentres: [buildWith(number)] };
  const faults = FAULTS.filter(({ id }) => bug.faults.includes(id));
  const looking = { ...options, acknowledged: 0, build, isOverOnceFound: true };
  const report = await run([...faults, ...faults], looking);
  const found = seenIn(report);
  return { number, what, found, seconds: secondsSince(since) };
}

/** Null when nothing was seen of messages. */
function seenIn(report: Report): string | null {
  const wrongs = wrongsOf(report);
  const [example] = wrongs;
  if (example === undefined) return null;
  const last = report.results.at(-1);
  const where = last === undefined ? 'without a fault' : `${last.id} ${last.name}`;
  return `${where}: ${wrongs.length}, as ${example.slice(0, EXAMPLE_MAX)}`;
}

const EXAMPLE_MAX = 120;

function secondsSince(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { BUGS_OF_TESTS } from './bugs-of-tests.ts';
import { isGood, type Report } from './report.ts';
import { run, type RunOptions } from './run.ts';
import { FAULTS } from './scenarios/index.ts';
import { type SeededBug, SEEDED_BUGS } from './seeded-bugs.ts';
import { buildWith, ROOT } from './test-build.ts';

/** Whether the faults find a bug that was put into a test build. */
export type Power = {
  readonly number: string;
  readonly what: string;
  /** What was seen of it, or null. */
  readonly found: string | null;
};

type PowerOptions = Omit<RunOptions, 'acknowledged' | 'build'>;

const ACKNOWLEDGED = 3_000; // as many show a bug that needs no fault

/** Puts each bug into a test build and lets the faults look for it [RELIABILITY 5]. `only`: their numbers; null: all. */
export async function power(
  only: readonly string[] | null,
  options: PowerOptions,
): Promise<readonly Power[]> {
  const found: Power[] = [];
  for (const bug of [...SEEDED_BUGS, ...BUGS_OF_TESTS].filter(
    ({ number }) => only?.includes(number) ?? true,
  )) {
    const one = await lookedFor(bug, options);
    options.tell(`power: ${bug.number} ${bug.what}: ${one.found ?? 'NOT FOUND'}`);
    found.push(one);
  }
  return found;
}

async function lookedFor(bug: SeededBug, options: PowerOptions): Promise<Power> {
  const { number, what, tests, isOfClient = false } = bug;
  if (tests !== undefined) return { number, what, found: failedOf(await tested(tests, bug)) };
  const build = isOfClient ? { client: [buildWith(number)] } : { datacentres: [buildWith(number)] };
  const faults = FAULTS.filter(({ id }) => bug.faults.includes(id));
  const acknowledged = faults.length === 0 ? ACKNOWLEDGED : 0;
  const looking = { ...options, acknowledged, build, isOverOnceFound: true };
  const report = await run([...faults, ...faults], looking);
  return { number, what, found: isGood(report) ? null : seenIn(report) };
}

/** What the runner of the tests says of them with the bug. Without it they are a part of `npm test`. */
async function tested(file: string, { number }: SeededBug): Promise<string> {
  const words = ['--test', `--test-timeout=${TEST_MS}`, `--test-global-setup=${SETUP}`, file];
  const child = spawn(process.execPath, [`--import=${buildWith(number)}`, ...words], {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await once(child, 'close');
  return said;
}

const SETUP = 'test/support/global-setup.ts';
const TEST_MS = 60_000; // a bug may keep a test from ever ending

/** Null where all passed; throws where none was run. */
function failedOf(said: string): string | null {
  const count = (word: string): number =>
    Number(new RegExp(`^. ${word} (\\d+)$`, 'm').exec(said)?.[1] ?? 0);
  if (count('tests') === 0) throw new Error(`no test was run: ${said}`);
  const failed = count('fail') + count('cancelled');
  return failed === 0 ? null : `${failed} of ${count('tests')} tests fail`;
}

function seenIn({ results, calm }: Report): string {
  const all = [...results, calm];
  const count = (kind: 'lost' | 'doubled' | 'wrong'): string =>
    `${all.reduce((sum, one) => sum + one[kind].length, 0)} ${kind}`;
  return `${count('lost')}, ${count('doubled')}, ${count('wrong')}`;
}

import { seedOf } from '../nothing-lost/random.ts';
import type { Fault } from './fault.ts';
import { type Flags, parseFlags } from './flags.ts';
import { type Power, power } from './power.ts';
import { isGood, jsonOf, tableOf } from './report.ts';
import { run } from './run.ts';
import { FAULTS } from './scenarios/index.ts';

async function main(flags: Flags): Promise<void> {
  const seed = flags.seed ?? seedOf(process.env);
  const options = { ...flags, seed, tell };
  if (flags.isPower) return saidOf(await power(flags.only, options), flags);
  const wanted = FAULTS.filter(
    ({ id, name }) => (flags.only?.includes(id) ?? true) && name.includes(flags.named),
  );
  if (wanted.length === 0) throw new Error('no fault is called so');
  const faults = wanted.flatMap((fault) =>
    Array.from({ length: timesOf(fault, flags) }, () => fault),
  );
  const report = await run(faults, options);
  process.stdout.write(`${flags.isJson ? jsonOf(report) : tableOf(report)}\n`);
  if (!isGood(report)) process.exitCode = 1;
}

function timesOf({ times, counted = 1 }: Fault, { isQuick, isAll, only, named }: Flags): number {
  if (isQuick) return 1;
  if (isAll) return Math.max(times, counted);
  return only === null && named === '' ? times : Math.max(times, 1);
}

function saidOf(looked: readonly Power[], { isJson }: Flags): void {
  const missed = looked.filter(({ found }) => found === null);
  const rows = looked.map(({ number, what, found, seconds }) =>
    [number, what, found ?? 'NOT FOUND', `${seconds} s`].join(' | '),
  );
  const table = [...rows, `${looked.length - missed.length} of ${looked.length} bugs were found`];
  process.stdout.write(`${isJson ? JSON.stringify(looked) : table.join('\n')}\n`);
  if (missed.length > 0) process.exitCode = 1;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

const flags = parseFlags(process.argv.slice(2));
if (flags === null) {
  process.exitCode = 2;
} else {
  try {
    await main(flags);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

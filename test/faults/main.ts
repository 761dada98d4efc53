import { seedOf } from '../nothing-lost/random.ts';
import { type Flags, parseFlags } from './flags.ts';
import { isGood, jsonOf, tableOf } from './report.ts';
import { run } from './run.ts';
import { FAULTS } from './scenarios/index.ts';

async function main(flags: Flags): Promise<void> {
  const { only, isQuick, isJson } = flags;
  const wanted = FAULTS.filter(({ id }) => only?.includes(id) ?? true);
  if (wanted.length === 0) throw new Error(`no fault is called ${only?.join(', ')}`);
  const faults = wanted.flatMap((fault) =>
    Array.from({ length: isQuick ? 1 : fault.times }, () => fault),
  );
  const seed = flags.seed ?? seedOf(process.env);
  const tell = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const report = await run(faults, { ...flags, seed, tell });
  process.stdout.write(`${isJson ? jsonOf(report) : tableOf(report)}\n`);
  if (!isGood(report)) process.exitCode = 1;
}

const flags = parseFlags(process.argv.slice(2));
if (flags === null) {
  process.exitCode = 2;
} else {
  try {
    await main(flags);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

import { globalSetup, globalTeardown } from '../support/global-setup.ts';
import { ROOT } from './test-build.ts';

/** What became of a test: `hung` when it did not end in its time. */
export type Ended = {
  readonly test: string;
  readonly how: 'passed' | 'failed' | 'hung';
};

const TEST_MS = 120_000; // a bug may keep a test from ever ending
const ALL_MS = 600_000;

/** Runs files of tests as `npm test` does, each in a process that loads `imports` first; answers each test of them, in order. */
export async function testsWith(
  files: readonly string[],
  imports: readonly string[],
): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  const stream = run({
    files: files.map((file) => fileURLToPath(new URL(file, ROOT))),
    cwd: fileURLToPath(ROOT),
    isolation: 'process',
    concurrency: 1,
    execArgv: imports.map((one) => `--import=${one}`),
    timeout: TEST_MS,
    signal: AbortSignal.timeout(ALL_MS),
  });
  stream.on('test:pass', ({ name, details }) => {
    if (details.type === 'test') ended.push({ test: name, how: 'passed' });
  });
  stream.on('test:fail', ({ name, details }) => {
    const { error, type } = details;
    // A suite fails with what is in it, and a file that does not even load is no test of anything.
    if (type === 'test') ended.push({ test: name, how: isOfTime(error) ? 'hung' : 'failed' });
  });
  for await (const event of stream) if (event.type === 'test:stderr') tell(event.data.message);
  return ended;
}

function isOfTime(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'testTimeoutFailure';
}

function tell(text: string): void {
  process.stderr.write(text);
}

/** With the PostgreSQL of the tests, which is the same for all files. */
export async function withTestDatabase<Value>(work: () => Promise<Value>): Promise<Value> {
  await globalSetup();
  try {
    return await work();
  } finally {
    await globalTeardown();
  }
}

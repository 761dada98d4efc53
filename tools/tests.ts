import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ALL = ['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'];

/**
 * Files that are long, in the order in which they begin: those that mostly wait first, so that the others use the
 * machine meanwhile; then the longest. Each has a process of its own.
 */
export const ALONE = [
  'test/datacentres/drill.test.ts',
  'src/installation/up.db.test.ts',
  'test/pages/sign-in.test.ts',
  'test/pages/registration.test.ts',
  'test/datacentres/*.test.ts',
  'test/journeys/corpus.test.ts',
  'test/validation/catalogue.test.ts',
  'src/platform/postgres.db.test.ts',
  'test/pages/*.test.ts',
  'test/keep/*.test.ts',
  'test/nothing-lost/*.test.ts',
  'test/faults/*.test.ts',
  'test/bad-input/{texts,wrong-types}.test.ts',
  'test/journeys/outage-of-sign-in.test.ts',
  'test/identity/outage.test.ts',
  'test/operations/*.test.ts',
  'test/migration/*.test.ts', // a module of theirs closes their stores, once in a process
  'test/agent/*.test.ts', // the library of cards is loaded once in a process, with its settings
];

/** Loading the program takes longer than most files of tests do: so many share a process. */
const TOGETHER = 10;

/** With three, pages and drills were late on a machine of two processors. */
const LANES = 2;

/** Every file of tests, from the root. */
export function filesOf(): string[] {
  return globSync(ALL, { cwd: ROOT }).sort();
}

/** The files of each process, in the order in which they begin. */
export function sharesOf(files: readonly string[]): string[][] {
  const alone = new Set(
    ALONE.flatMap((pattern) => files.filter((file) => matchesGlob(file, pattern))),
  );
  const rest = files.filter((file) => !alone.has(file)).sort();
  const groups = Array.from({ length: Math.ceil(rest.length / TOGETHER) }, (_, place) =>
    rest.slice(place * TOGETHER, (place + 1) * TOGETHER),
  );
  return [...[...alone].map((file) => [file]), ...groups];
}

/** A file for Node’s test runner, by whose name it begins when it is its turn. */
function write(folder: string, place: number, files: readonly string[]): string {
  const name = (files[0] ?? '').replace(/\.test\.ts$/, '').replaceAll('/', '-');
  const path = join(folder, `${String(place).padStart(3, '0')}-${name}.test.mjs`);
  const suites = files.map((file) => {
    const url = pathToFileURL(join(ROOT, file)).href;
    return `describe(${JSON.stringify(file)}, () => import(${JSON.stringify(url)}));`;
  });
  writeFileSync(path, ["import { describe } from 'node:test';", ...suites, ''].join('\n'));
  return path;
}

/** Runs every test, as CI does; words are for `node --test`, as `--test-name-pattern=…`. */
async function main(words: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-tests-'));
  try {
    const paths = sharesOf(filesOf()).map((files, place) => write(folder, place, files));
    return await run([
      '--test',
      `--test-concurrency=${LANES}`,
      '--test-global-setup=test/support/global-setup.ts',
      ...words,
      ...paths,
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(words: readonly string[]): Promise<number> {
  const compiled = join(ROOT, 'node_modules', '.cache', 'compiled');
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  // It stops its tests and its PostgreSQL itself, and is waited for.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

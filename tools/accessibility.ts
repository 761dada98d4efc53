import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { londonDate } from '../src/kernel/london.ts';
import type { Findings } from '../src/pages/statement.ts';
import { AXE_TAGS, type Looked } from '../test/pages/looked.ts';

const FILE = fileURLToPath(new URL('../src/pages/accessibility.generated.json', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));

export function axeVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('axe-core/package.json');
  return readAs<{ version: string }>(manifest).version;
}

export function printedFindings(): Findings {
  return readAs<Findings>(FILE);
}

/** What the tests of pages saw; a page that fails in several states is one failure. */
export function findingsOf(looked: readonly Looked[], testedOn: string): Findings {
  const failures = new Map(
    looked.flatMap(({ title, faults }) =>
      faults.map((what) => [`${title}\n${what}`, { page: title, what }] as const),
    ),
  );
  const rules = AXE_TAGS;
  return {
    testedOn,
    axe: axeVersion(),
    rules,
    states: looked.length,
    failures: [...failures.values()],
  };
}

/** Runs the tests of pages, whatever comes of them, and writes down what they saw. */
function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-accessibility-'));
  try {
    execFileSync(
      process.execPath,
      ['--test', '--test-concurrency=3', '--test-global-setup=test/support/global-setup.ts'].concat(
        'test/pages/*.test.ts',
      ),
      { cwd: ROOT, stdio: 'inherit', env: { ...process.env, OPENSPINE_ACCESSIBILITY: folder } },
    );
  } catch {
    process.stderr.write('tests failed: what they saw is written down all the same\n');
  }
  const looked = seenIn(folder);
  const findings = findingsOf(looked, londonDate(new Date()));
  const paths = [...new Set(looked.map(({ path }) => path))].toSorted();
  process.stderr.write(`looked at:\n${paths.join('\n')}\n`);
  rmSync(folder, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(findings, null, 2)}\n`);
}

function seenIn(folder: string): Looked[] {
  return readdirSync(folder).map((name) => readAs<Looked>(join(folder, name)));
}

/** What we have written ourselves. */
function readAs<Content>(path: string): Content {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody else writes these files
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}

if (import.meta.main) main();

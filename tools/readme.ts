import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = join(ROOT, 'README.md');
const MARK = /<!-- works -->[\s\S]*<!-- \/works -->/;

/** A line `// Shows: FHIR prescribing | send a prescription` in a test file. */
const SHOWS = /^\/\/ Shows: (.+?) \| (.+)$/gm;

/** The table of what works: what the tests say that they show. It is true while they pass. */
export function works(): string {
  const rows = testFiles().flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(SHOWS)].map(
      ([, part, what]) => `| ${part} | ${what} | [${path}](${path}) |`,
    ),
  );
  return ['| Interface | What works | Shown by |', '|---|---|---|', ...rows.toSorted()].join('\n');
}

export function readmeWithTable(): { readonly is: string; readonly shouldBe: string } {
  const is = readFileSync(README, 'utf8');
  return { is, shouldBe: is.replace(MARK, `<!-- works -->\n${works()}\n<!-- /works -->`) };
}

function testFiles(): string[] {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => relative(ROOT, join(ROOT, folder, name))),
  );
}

if (import.meta.main) writeFileSync(README, readmeWithTable().shouldBe);

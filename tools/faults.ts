import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { COVERED } from '../test/faults/covered.ts';
import { FAULTS } from '../test/faults/scenarios/index.ts';

const PAGE = fileURLToPath(new URL('../docs/reference/faults.md', import.meta.url));

const HEAD = `# Faults (reference)

Printed from test/faults/covered.ts and the faults themselves by \`node tools/faults.ts\`. Each row of the fault table
(RELIABILITY 3): what \`npm run faults\` does of it to two datacentres under load, and which tests of \`npm test\` show it.
How often: in a whole run; and with \`--all\`, which does each as often as the table counts it. Nothing may be lost, doubled or wrong whatever is done.`;

/** Each row with the faults of a run and the tests that show it. */
export function faultsPage(): string {
  const rows = Object.entries(COVERED).map(([id, { fault, tests }]) => {
    const done = FAULTS.filter((one) => one.id === id).map(
      ({ name, times, counted }) => `${name}${oftenWords(times, counted)}`,
    );
    const files = tests.map((path) => `[${path}](../../${path})`);
    return `| ${id} | ${fault} | ${done.join('<br>')} | ${files.join('<br>')} |`;
  });
  const planned = FAULTS.filter(({ id }) => !Object.hasOwn(COVERED, id));
  const others = planned.map(({ id, name, times }) => `| ${id} | ${name} | ${times} |`);
  return [
    HEAD,
    '',
    '| Row | Fault | `npm run faults` | `npm test` |',
    '|---|---|---|---|',
    ...rows,
    '',
    'Not in the table, and done in a whole run, too:',
    '',
    '| Promise | What is done | How often |',
    '|---|---|---|',
    ...others,
    '',
  ].join('\n');
}

/** Once is no word. */
function oftenWords(times: number, counted = 1): string {
  const all = Math.max(times, counted);
  const words = [
    ...(times === 0 ? ['when it is asked for'] : times === 1 ? [] : [`${times} times`]),
    ...(all === Math.max(times, 1) ? [] : [`${all} times with \`--all\``]),
  ];
  return words.length === 0 ? '' : ` (${words.join('; ')})`;
}

export function printedPage(): string {
  return readFileSync(PAGE, 'utf8');
}

if (import.meta.main) writeFileSync(PAGE, faultsPage());

import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import { type Command, EXIT, type Invocation, isSet, textOption } from '../../cli/command.ts';
import { auditedCommand } from '../audit/cli.ts';
import type { Database } from '../../platform/database.ts';
import { csvLine, readCsv } from '../lx1/csv.ts';
import { KEY, openNamed } from '../named-dump.ts';
import { type Line, sample } from './handle.ts';

const DIFFERENCES = 8; // [MIGRATION 7]
const COLUMNS = ['ID', 'CLASSES', 'WHAT', 'OLD_STORE', 'NEW_STORE', 'VERDICT'];
const COUNT_MAX = 100_000;

/** `spine migrate sample`: what people look at before the switch [MIGRATION 6, L7]. */
export const sampleCommand: Command = auditedCommand({
  name: 'migrate sample',
  summary: 'draw prescriptions of all dirty classes, side by side, for people to look at',
  usage: '<export>',
  options: [
    KEY,
    { flag: 'n', value: 'number', help: 'prescriptions', default: '400' },
    { flag: 'seed', value: 'number', help: 'the same one draws the same ones', default: '1' },
    { flag: 'file', value: 'file', help: 'where they go, a line each fact', default: 'sample.csv' },
    { flag: 'judged', help: 'count the verdicts in the file instead: right or wrong' },
  ],
  examples: [
    {
      line: 'spine migrate sample ./export --key key.pem',
      explanation: '400 of them in sample.csv; people write right or wrong in the last column',
    },
    {
      line: 'spine migrate sample ./export --key key.pem --judged',
      explanation: 'how many are right, wrong, or nobody has looked at',
    },
    {
      line: 'spine migrate sample ./export --key key.pem --n 50 --seed 7 --file more.csv',
      explanation: 'others',
    },
  ],
  work: run,
});

async function run(invocation: Invocation, database: Database): Promise<number> {
  const { words, output } = invocation;
  const [folder] = words;
  const [count, seed] = ['n', 'seed'].map((flag) => Number(textOption(invocation, flag)));
  const file = textOption(invocation, 'file') ?? '';
  const isNumber = (value: number | undefined): value is number =>
    value !== undefined && Number.isInteger(value) && value >= 1 && value <= COUNT_MAX;
  if (folder === undefined || !isNumber(count) || !isNumber(seed)) {
    output.progress(
      `spine migrate sample: name the folder of the export; --n and --seed are from 1 to ${COUNT_MAX}`,
    );
    return EXIT.wrongUse;
  }
  if (isSet(invocation, 'judged')) return judged(invocation, file);
  const lines = await sample(database, await openNamed(invocation, folder), { count, seed });
  await writeFile(file, [COLUMNS, ...lines.map(fieldsOf)].map(csvLine).join(''), { mode: 0o600 });
  const ids = new Set(lines.map(({ id }) => id)).size;
  output.result(`${ids} prescriptions are in ${file}: write right or wrong in the last column`, {
    ids,
    facts: lines.length,
    file,
  });
  return EXIT.ok;
}

function fieldsOf(line: Line): string[] {
  return [line.id, line.classes, line.what, line.old, line.new, ''];
}

/** Nothing wrong, and everything looked at: else there is something to do before the switch. */
async function judged({ output }: Invocation, file: string): Promise<number> {
  const counts = { right: 0, wrong: 0, open: 0 };
  const bytes: AsyncIterable<Buffer> = createReadStream(file);
  for await (const rows of readCsv(bytes)) {
    for (const { row, fields } of rows) {
      if (row === 1) continue;
      const verdict = (fields[5] ?? '').trim().toLowerCase();
      counts[verdict === 'right' || verdict === 'wrong' ? verdict : 'open'] += 1;
    }
  }
  const { right, wrong, open } = counts;
  output.result(`${right} facts are right, ${wrong} wrong, ${open} not looked at`, counts);
  return wrong + open === 0 && right > 0 ? EXIT.ok : DIFFERENCES;
}

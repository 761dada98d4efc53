import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { generateOrganisations, ORGANISATIONS_MAX } from './organisations.ts';

/** `spine generate organisations`: a file that `spine ods import` reads. */
export const generateOrganisationsCommand: Command = {
  name: 'generate organisations',
  summary: 'write invented organisations to a file of ORD records, for spine ods import',
  usage: '<file>',
  options: [
    { flag: 'n', value: 'number', help: `how many, up to ${ORGANISATIONS_MAX}`, default: '1000' },
    {
      flag: 'seed',
      value: 'number',
      help: 'the same one gives the same organisations',
      default: '1',
    },
  ],
  examples: [
    {
      line: 'spine generate organisations organisations.json',
      explanation:
        'a thousand: practices, pharmacies, appliance contractors, care homes and whom they answer to',
    },
    {
      line: 'spine generate organisations organisations.json --n 300000',
      explanation: 'as many as the national directory has',
    },
    { line: 'spine ods import organisations.json', explanation: 'into the directory' },
  ],
  run: write,
};

async function write(invocation: Invocation): Promise<number> {
  const { words, output } = invocation;
  const [file] = words;
  const [n, seed] = ['n', 'seed'].map((flag) => Number(textOption(invocation, flag)));
  const isNumber = (value: number | undefined, max: number): value is number =>
    value !== undefined && Number.isInteger(value) && value >= 1 && value <= max;
  if (file === undefined || !isNumber(n, ORGANISATIONS_MAX) || !isNumber(seed, 2 ** 31)) {
    output.progress(
      `spine generate organisations: name the file, --n from 1 to ${ORGANISATIONS_MAX} and --seed from 1`,
    );
    return EXIT.wrongUse;
  }
  await writeOrganisations(file, n, seed);
  output.result(`${n} organisations written to ${file}`, { file, organisations: n });
  return EXIT.ok;
}

/** A record a line. */
export async function writeOrganisations(file: string, count: number, seed: number): Promise<void> {
  await pipeline(Readable.from(textOf(count, seed)), createWriteStream(file));
}

const LINES = 500; // one write for so many

function* textOf(count: number, seed: number): Generator<string> {
  let text: string[] = [];
  for (const record of generateOrganisations(count, seed)) {
    text.push(`${JSON.stringify(record)}\n`);
    if (text.length < LINES) continue;
    yield text.join('');
    text = [];
  }
  yield text.join('');
}

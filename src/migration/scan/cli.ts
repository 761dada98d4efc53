import { readFile } from 'node:fs/promises';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { KEY, openNamed } from '../named-dump.ts';
import { scan } from './handle.ts';

const FOUND = 8; // as of a comparison that differs [MIGRATION 7]
const SHOWN_MAX = 100;

/** `spine migrate scan`: no report, log or file that a move leaves has personal data [MIGRATION 5, M17]. */
export const scanCommand: Command = {
  name: 'migrate scan',
  summary:
    'look for personal data of an export in what a move wrote: reports, logs, left-over files',
  usage: '<export> <file-or-folder> [more ...]',
  options: [
    KEY,
    {
      flag: 'canaries',
      value: 'file',
      help: 'values that only a record has that was put in for this, one a line: a name, a postcode',
    },
  ],
  examples: [
    {
      line: 'spine migrate scan ./export ./reports /var/log/openspine --key key.pem',
      explanation: 'NHS numbers of the export, however they are written: where, and not which',
    },
    {
      line: 'spine migrate scan ./export ./reports --key key.pem --canaries canaries.txt',
      explanation: 'and values of a patient who was invented to be looked for',
    },
    {
      line: 'spine migrate scan ./export /tmp --key key.pem -o json',
      explanation: 'for a program; exit code 8: something was found',
    },
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { words, output } = invocation;
  const [folder, ...places] = words;
  if (folder === undefined || places.length === 0) {
    output.progress('spine migrate scan: name the folder of the export, and where to look');
    return EXIT.wrongUse;
  }
  const file = textOption(invocation, 'canaries');
  const canaries = file === null ? [] : (await readFile(file, 'utf8')).split('\n');
  const { files, found } = await scan(await openNamed(invocation, folder), places, canaries);
  const lines = found.slice(0, SHOWN_MAX).map((one) => `${one.file}:${one.line}: ${one.what}`);
  output.result([...lines, `${files} files, ${found.length} found`].join('\n'), { files, found });
  return found.length === 0 ? EXIT.ok : FOUND;
}

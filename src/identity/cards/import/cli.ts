import { type Command, EXIT, type Invocation } from '../../../cli/command.ts';
import { readJson } from '../../../cli/read-json.ts';
import { storeCommand } from '../../../installation/store-command.ts';
import { pkiUrlOf } from '../../../platform/config.ts';
import type { Database } from '../../../platform/database.ts';
import { parseCardFile } from './card-file.ts';
import { importCards } from './handle.ts';

/** Cards with numbers that somebody else gave. */
export const importCommand: Command = storeCommand({
  name: 'card import',
  summary: 'make cards with the numbers and passcodes that a file gives them, in use at once',
  usage: '<file>',
  options: [],
  examples: [
    { line: 'spine card import cards.json', explanation: 'all of the file, or none of it' },
    { line: 'spine user import people.json', explanation: 'their holders, who come first' },
    { line: 'spine card list', explanation: 'shows what is there now' },
  ],
  work: importFile,
});

async function importFile({ words, output }: Invocation, database: Database): Promise<number> {
  const say = (code: number, problems: readonly string[]): number => {
    for (const problem of problems) output.progress(`spine card import: ${problem}`);
    return code;
  };
  const [file] = words;
  if (file === undefined) return say(EXIT.wrongUse, ['name the file']);
  const value = await readJson(file);
  if ('problem' in value) return say(EXIT.wrongUse, [value.problem]);
  const wanted = parseCardFile(value.json);
  if (!wanted.ok) return say(EXIT.wrongUse, wanted.error);
  const cards = { database, pkiUrl: pkiUrlOf(process.env) };
  const made = await importCards(cards, wanted.value, { userId: null, at: new Date() });
  if (!made.ok) return say(EXIT.refused, made.error);
  const known = wanted.value.length - made.value.length;
  const text = `${made.value.length} made, ${known} there before`;
  output.result([text, ...made.value].join('\n'), { made: made.value, known });
  return EXIT.ok;
}

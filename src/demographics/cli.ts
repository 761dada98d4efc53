import { type Command, EXIT } from '../cli/command.ts';
import { readJson } from '../cli/read-json.ts';
import { storeCommand } from '../installation/store-command.ts';
import { importPatients } from './import/index.ts';
import { nominationCommands } from './nomination/cli.ts';

const PROBLEMS_MAX = 20;

/** What an operator does with the records of patients. */
export const patientCommands: readonly Command[] = [
  ...nominationCommands,
  storeCommand({
    name: 'patient import',
    summary:
      'add patients, with the numbers that a file gives them; who is known stays as they are',
    usage: '<file>',
    options: [],
    examples: [
      { line: 'spine patient import patients.json', explanation: 'a list of records, as JSON' },
      {
        line: 'spine patient import patients.json -o json',
        explanation: 'how many were added, and how many were known',
      },
      {
        line: 'DATABASE_URL=postgres://… spine patient import patients.json',
        explanation: 'into a database that is not of this machine',
      },
    ],
    async work({ words, output }, database) {
      const [file] = words;
      const say = (...problems: readonly string[]): number => {
        for (const problem of problems.slice(0, PROBLEMS_MAX)) {
          output.progress(`spine patient import: ${problem}`);
        }
        const more = problems.length - PROBLEMS_MAX;
        if (more > 0) output.progress(`spine patient import: and ${more} more`);
        return EXIT.wrongUse;
      };
      if (file === undefined) return say('name the file');
      const value = await readJson(file);
      if ('problem' in value) return say(value.problem);
      const imported = await importPatients(database, value.json, new Date());
      if (!imported.ok) return say(...imported.error);
      const { added, known } = imported.value;
      output.result(`added: ${added}; known already: ${known}`, imported.value);
      return EXIT.ok;
    },
  }),
];

import { importMany } from '../../demographics/index.ts';
import { keepOrganisations } from '../../directory/index.ts';
import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { isLiveStore } from '../../identity/index.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { organisationsFor } from './organisations.ts';
import { populationOf } from './patient-record.ts';
import { POPULATION_MAX } from './person.ts';

const SEED_DEFAULT = 1;
const SEED_MAX = 2 ** 31 - 1;

const LIVE =
  'this is the database of a live installation, where invented patients have no place. Name another one: DATABASE_URL, or --port-base of a test system.';

/** Invented people in any number, for tests of size. */
export const populationCommands: readonly Command[] = [
  storeCommand({
    name: 'generate patients',
    summary: 'fill the PDS with invented patients, and the directory with where they go',
    options: [
      { flag: 'n', value: 'number', help: `how many, up to ${POPULATION_MAX}` },
      {
        flag: 'seed',
        value: 'number',
        help: 'another seed makes other people; their numbers are the same',
        default: String(SEED_DEFAULT),
      },
    ],
    examples: [
      { line: 'spine generate patients --n 1000', explanation: 'a small town' },
      {
        line: 'spine generate patients --n 1000000 --seed 7',
        explanation: 'a city; who is there already stays, so it goes on where it was stopped',
      },
      {
        line: 'spine generate patients --n 5000 -o json',
        explanation: 'how many were added, and how many a second',
      },
    ],
    async work(invocation, database, url) {
      const { output } = invocation;
      const n = wholeNumber(invocation, 'n', POPULATION_MAX);
      const seed = wholeNumber(invocation, 'seed', SEED_MAX);
      if (typeof n === 'string' || typeof seed === 'string') {
        output.progress(`spine generate patients: ${typeof n === 'string' ? n : seed}`);
        return EXIT.wrongUse;
      }
      if (await isLiveStore(database)) {
        output.progress(`spine generate patients: ${LIVE}`);
        return EXIT.refused;
      }
      const at = new Date();
      await database.write(keepOrganisations(organisationsFor(n), at));
      const began = performance.now();
      const imported = await importMany(populationOf(n, seed), {
        databaseUrl: url,
        at,
        onProgress: (done) => output.progress(`${done} of ${n}`),
      });
      const seconds = (performance.now() - began) / 1000;
      const perSecond = Math.round(n / seconds);
      output.result(
        `added: ${imported.added}; known already: ${imported.known}; ${perSecond} a second`,
        { ...imported, perSecond },
      );
      return EXIT.ok;
    },
  }),
];

/** What is wrong in words, when it is none. */
function wholeNumber(invocation: Invocation, flag: string, most: number): number | string {
  const text = textOption(invocation, flag) ?? '';
  const value = Number(text);
  const isNumber = /^\d{1,10}$/.test(text) && value >= 1 && value <= most;
  return isNumber ? value : `--${flag} is a number from 1 to ${most}, not "${text}"`;
}

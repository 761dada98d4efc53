import { type Command, EXIT } from '../../cli/command.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { rotateKeys } from './index.ts';
import { openKeySet } from './repository.ts';

/** What an operator does with the keys that sign access tokens. */
export const keyCommands: readonly Command[] = [
  storeCommand({
    name: 'keys rotate',
    summary: 'let the next key sign access tokens, and the next secret seal tickets, from now on',
    options: [],
    examples: [
      {
        line: 'spine keys rotate',
        explanation:
          'The next key signs, the next secret seals at the broker; those before are good until what they gave is over.',
      },
      {
        line: 'spine keys rotate --port-base 5400',
        explanation: 'Of the Spine with these ports, in both of its datacentres.',
      },
      {
        line: 'DATABASE_URL=… spine keys rotate -o json',
        explanation: 'Of the installation on that database, as data.',
      },
    ],
    async work({ output }, database) {
      await rotateKeys(database, new Date());
      const { keys, turn } = await openKeySet(database);
      const rows = keys.map(({ kid, generation, verifiesUntil }) => {
        const state = generation > turn ? 'next' : generation === turn ? 'signs' : 'verifies';
        return { kid, state, verifiesUntil: verifiesUntil?.toISOString() ?? null };
      });
      const lines = rows.map(({ kid, state, verifiesUntil }) =>
        `${kid}  ${state} ${verifiesUntil === null ? '' : `until ${verifiesUntil}`}`.trimEnd(),
      );
      output.result(lines.join('\n'), rows);
      return EXIT.ok;
    },
  }),
];

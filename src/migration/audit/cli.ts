import { userInfo } from 'node:os';

import type { Command } from '../../cli/command.ts';
import { type StoreCommand, storeCommand } from '../../installation/store-command.ts';
import { DatabaseUnavailable } from '../../platform/database.ts';
import { noteCommand } from './repository.ts';

/** A command on the store of a move: whoever gives it on this machine and how it ends is in the audit trail [MIGRATION 7]. */
export function auditedCommand(command: StoreCommand): Command {
  return storeCommand({
    ...command,
    async work(invocation, database, url) {
      const note = (how: string): Promise<void> => {
        const words = `by ${userInfo().username} of this machine: ${how}`;
        return noteCommand(database, { at: new Date(), name: command.name, words });
      };
      try {
        const code = await command.work(invocation, database, url);
        await note(`exit code ${code}`);
        return code;
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) await note('refused');
        throw error;
      }
    },
  });
}

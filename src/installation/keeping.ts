import { backupCommands } from './backup-commands.ts';
import { restoreCommands } from './restore-commands.ts';
import { standbyCommand } from './standby-command.ts';
import type { Command } from '../cli/command.ts';
import type { RecordKeeper } from '../platform/backup/index.ts';

/** Backups, and bringing them back; and the copy that follows. */
export function keepingCommands(keeper: RecordKeeper): readonly Command[] {
  return [...backupCommands(keeper), ...restoreCommands(keeper), standbyCommand];
}

import { auditCommands } from './audit/cli.ts';
import { incidentCommands } from './incidents/cli.ts';
import { maintenanceCommands } from './maintenance/cli.ts';
import { contactCommands } from './suppliers/cli.ts';
import { reconcileCommand } from './reconcile/cli.ts';
import type { Command } from '../cli/command.ts';

/** What people do who run the service: incidents, maintenance, whom to tell, what is left after one, and the audit trail [EXPERIENCE 2]. */
export const operationsCommands: readonly Command[] = [
  ...incidentCommands,
  ...maintenanceCommands,
  ...contactCommands,
  reconcileCommand,
  ...auditCommands,
];

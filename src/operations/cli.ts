import { incidentCommands } from './incidents/cli.ts';
import { maintenanceCommands } from './maintenance/cli.ts';
import type { Command } from '../cli/command.ts';

/** What people do who run the service: incidents and maintenance [EXPERIENCE 2]. */
export const operationsCommands: readonly Command[] = [...incidentCommands, ...maintenanceCommands];

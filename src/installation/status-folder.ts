import { homedir } from 'node:os';
import { join } from 'node:path';

import { parsePortBase } from './addresses.ts';
import { findState, type State } from './state-file.ts';
import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import { PORT_BASE } from './store-command.ts';

/** The store of the status site is a folder of its own: it is there when the database is not. */
export function statusFolderOf({ data, portBase }: Pick<State, 'data' | 'portBase'>): string {
  const named = process.env['OPENSPINE_STATUS_FOLDER'] ?? '';
  if (named !== '') return named;
  if (data.kind !== 'external') return join(data.folder, 'status');
  const home = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(home, 'openspine', `status-${portBase}`);
}

/** What is done to the status site's store. */
export type StatusCommand = Omit<Command, 'run'> & {
  readonly work: (invocation: Invocation, folder: string) => Promise<number> | number;
};

/** The folder is that of OPENSPINE_STATUS_FOLDER, or of the Spine that runs on this machine. */
export function statusCommand({ work, ...command }: StatusCommand): Command {
  return {
    ...command,
    options: [...command.options, PORT_BASE],
    run: async (invocation) => {
      const folder = statusFolderNamed(invocation);
      if (folder !== null) return work(invocation, folder);
      invocation.output.progress(
        `spine ${command.name}: no Spine runs on this port, and OPENSPINE_STATUS_FOLDER names no folder`,
      );
      return EXIT.notReachable;
    },
  };
}

/** That of OPENSPINE_STATUS_FOLDER, or of the Spine that runs here; null: there is none. */
export function statusFolderNamed(invocation: Invocation): string | null {
  const named = process.env['OPENSPINE_STATUS_FOLDER'] ?? '';
  if (named !== '') return named;
  const portBase = parsePortBase(textOption(invocation, 'port-base') ?? '');
  if (portBase === null) return null;
  const found = findState(portBase);
  return found.kind === 'running' ? statusFolderOf(found.state) : null;
}

import { parsePortBase, PORT_BASE_DEFAULT } from './addresses.ts';
import { findState, type State } from './state-file.ts';
import { type Command, EXIT, type Invocation, type Option, textOption } from '../cli/command.ts';
import {
  type Database,
  DatabaseUnavailable,
  DiskFull,
  openDatabase,
  PATIENCE_MS,
} from '../platform/database.ts';
import { replicatedUrl } from '../platform/replicated-postgres.ts';
import { postgresUrl } from '../platform/postgres.ts';

export const PORT_BASE: Option = {
  flag: 'port-base',
  value: 'n',
  help: 'first port of the block: API A is n, B n+1, HL7 V3 n+2 and n+3, database n+32',
  default: String(PORT_BASE_DEFAULT),
};

/** What an operator does to the store itself: no server needs to answer for it. */
export type StoreCommand = Omit<Command, 'run'> & {
  readonly work: (invocation: Invocation, database: Database, url: string) => Promise<number>;
};

/** The store is the one of DATABASE_URL, or of the Spine that runs on this machine. */
export function storeCommand({ work, ...command }: StoreCommand): Command {
  return {
    ...command,
    options: [...command.options, PORT_BASE],
    async run(invocation) {
      const { output } = invocation;
      const found = findStore(invocation);
      if ('problem' in found) {
        output.progress(`spine ${command.name}: ${found.problem}`);
        return found.code;
      }
      const database = openDatabase({
        url: found.url,
        connections: 2,
        connectWithinMs: PATIENCE_MS,
      });
      try {
        return await work(invocation, database, found.url);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) throw error;
        const problem =
          error instanceof DiskFull
            ? 'the disk of the database is full: make room, and do it again'
            : 'the database does not answer';
        output.progress(`spine ${command.name}: ${problem}`);
        return EXIT.notReachable;
      } finally {
        await database.close();
      }
    },
  };
}

/** `kind`: one database, one in each of two datacentres, or somebody else's. */
export type Store =
  | { readonly url: string; readonly kind: 'one' | 'two' | 'external' }
  | { readonly problem: string; readonly code: number };

export function findStore(invocation: Invocation): Store {
  const external = process.env['DATABASE_URL'] ?? '';
  if (external !== '') return { url: external, kind: 'external' };
  const typed = textOption(invocation, 'port-base') ?? '';
  const portBase = parsePortBase(typed);
  if (portBase === null) {
    const problem = `--port-base is a number from 1024 to 65481, not "${typed}"`;
    return { problem, code: EXIT.wrongUse };
  }
  const found = findState(portBase);
  const url = found.kind === 'running' ? databaseUrlOf(found.state) : null;
  if (found.kind === 'running' && url !== null) {
    const own = found.state.isReplicated ? 'two' : 'one';
    return { url, kind: found.state.data.kind === 'external' ? 'external' : own };
  }
  const problem = `no Spine runs on port ${portBase}, and DATABASE_URL names no database`;
  return { problem, code: EXIT.notReachable };
}

/** Null when it is somebody else's and not named here. */
export function databaseUrlOf({ data, ports }: State): string | null {
  if (data.kind === 'external') return process.env['DATABASE_URL'] ?? null;
  return replicatedUrl(data.folder) ?? postgresUrl(data.folder, ports.database);
}

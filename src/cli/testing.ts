import { type Command, EXIT } from './command.ts';
import { runCommand } from './run.ts';

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a command as a script would, and keeps what it wrote. */
export async function ran(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: { readonly isTTY?: boolean; readonly env?: Record<string, string> } = {},
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const isTTY = terminal.isTTY ?? false;
  const code = await runCommand(commands, argv, {
    stdout: { isTTY, write: (text) => (written.stdout += text) },
    stderr: { isTTY, write: (text) => (written.stderr += text) },
    env: terminal.env ?? {},
  });
  return { code, ...written };
}

/** Runs a command of an operator, whose environment names the database. */
export async function ranOn(
  databaseUrl: string,
  commands: readonly Command[],
  argv: readonly string[],
): Promise<Ran> {
  process.env['DATABASE_URL'] = databaseUrl;
  try {
    return await ran(commands, argv);
  } finally {
    delete process.env['DATABASE_URL'];
  }
}

/** A command that does nothing, but for what a test says. */
export function aCommand(name: string, more: Partial<Command> = {}): Command {
  const example = { line: `spine ${name}`, explanation: 'an example' };
  return {
    name,
    summary: `does ${name}`,
    options: [],
    examples: [example, example, example],
    run: async () => EXIT.ok,
    ...more,
  };
}

import { type Command, EXIT, type Invocation } from '../cli/command.ts';

/** What is done to the status site's store: a folder of its own, which is there when the database is not. */
export type StatusCommand = Omit<Command, 'run'> & {
  readonly work: (invocation: Invocation, folder: string) => Promise<number> | number;
};

/** The folder is that of OPENSPINE_STATUS_FOLDER, as of the process of the site. */
export function statusCommand({ work, ...command }: StatusCommand): Command {
  return {
    ...command,
    run: async (invocation) => {
      const folder = process.env['OPENSPINE_STATUS_FOLDER'] ?? '';
      if (folder !== '') return work(invocation, folder);
      invocation.output.progress(
        `spine ${command.name}: OPENSPINE_STATUS_FOLDER names no folder of a status site`,
      );
      return EXIT.notReachable;
    },
  };
}

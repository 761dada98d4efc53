import { type Command, EXIT, type Globals, type Invocation } from '../../cli/command.ts';
import type { Result } from '../../kernel/result.ts';
import { type Client, connect } from './client.ts';
import { EXIT_CODES, explain, type Failure } from './failure.ts';

/** What a command found out: for people, and as data. */
export type Report = { readonly text: string; readonly data: unknown };

export type ClientCommand = Omit<Command, 'run'> & {
  readonly work: (invocation: Invocation, client: Client) => Promise<Result<Report, Failure>>;
};

const DEFAULT_ADDRESSES = { a: 'http://127.0.0.1:4400', b: 'http://127.0.0.1:4401' } as const;

// What `eval "$(spine status -o env)"` sets: the way to an installation on other ports.
const VARIABLES = { a: 'OPENSPINE_URL_A', b: 'OPENSPINE_URL_B' } as const;

/**
 * A command that only talks to an installation: what it needs from the frame is the same for all.
 */
export function clientCommand({ work, ...command }: ClientCommand): Command {
  return {
    ...command,
    async run(invocation) {
      const { globals, output } = invocation;
      const client = connect(addressOf(globals), globals.curl ? output.progress : null);
      const done = await work(invocation, client);
      if (done.ok) {
        output.result(done.value.text, done.value.data);
        return EXIT.ok;
      }
      for (const line of explain(done.error)) output.progress(line);
      // Whoever asked for data gets the refusal as data too.
      if (output.format !== 'text') output.result('', { failure: done.error });
      return EXIT_CODES[done.error.kind];
    },
  };
}

function addressOf({ at, datacentre }: Globals): string {
  return at ?? (process.env[VARIABLES[datacentre]] || DEFAULT_ADDRESSES[datacentre]);
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Tokens } from '../nothing-lost/datacentres.ts';
import type { Figures } from './figures.ts';
import type { LanesSettings } from './lanes.ts';

export type Order =
  | { readonly do: 'tokens'; readonly tokens: Tokens }
  /** From now on this part of the answers does not arrive. */
  | { readonly do: 'lose'; readonly part: number }
  /** From now on so many lanes go on; the others rest between their prescriptions. */
  | { readonly do: 'go'; readonly lanes: number }
  /** Figures since the last look; `end`: once all that was begun is answered. */
  | { readonly do: 'look' | 'end' };
type Reply = { readonly figures: Figures | null } | { readonly error: string };

/** The systems of surgeries and pharmacies: a process that sends and counts, past everything that is tried. */
export type Client = {
  readonly look: () => Promise<Figures>;
  readonly renew: (tokens: Tokens) => Promise<void>;
  /** The part of the answers that does not arrive from now on. */
  readonly lose: (part: number) => Promise<void>;
  /** How many lanes go on from now on; none of the others sends anything. */
  readonly go: (lanes: number) => Promise<void>;
  /** Ends sending; the figures since the last look. */
  readonly end: () => Promise<Figures>;
  readonly kill: () => void;
};

/** `imports`: what its process loads first, as in a test build. */
export function startClient(settings: LanesSettings, imports: readonly string[] = []): Client {
  const child = fork(fileURLToPath(new URL('client-process.ts', import.meta.url)), [], {
    env: { ...process.env, OPENSPINE_FAULTS_CLIENT: JSON.stringify(settings) },
    execArgv: ['--max-old-space-size=4000', ...imports.map((one) => `--import=${one}`)],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let turn: Promise<unknown> = Promise.resolve();
  const give = (order: Order): Promise<Figures | null> => {
    const answer = turn.then(() => ask(child, order));
    turn = answer.catch(() => undefined); // told to whoever waits for the answer
    return answer;
  };
  const figures = async (order: Order): Promise<Figures> => {
    const found = await give(order);
    if (found === null) throw new Error('the client has no figures');
    return found;
  };
  return {
    look: () => figures({ do: 'look' }),
    renew: async (tokens) => {
      await give({ do: 'tokens', tokens });
    },
    lose: async (part) => {
      await give({ do: 'lose', part });
    },
    go: async (lanes) => {
      await give({ do: 'go', lanes });
    },
    end: async () => {
      const last = await figures({ do: 'end' });
      child.disconnect();
      return last;
    },
    kill: () => child.kill('SIGKILL'),
  };
}

async function ask(child: ChildProcess, order: Order): Promise<Figures | null> {
  if (!child.connected) throw new Error('the client is gone');
  const gone = new AbortController();
  const { signal } = gone;
  const said = Promise.race([
    once(child, 'message', { signal }),
    once(child, 'exit', { signal }).then(() => {
      throw new Error('the client ended');
    }),
  ]);
  child.send(order);
  try {
    const [reply] = (await said) as [Reply];
    if ('error' in reply) throw new Error(reply.error);
    return reply.figures;
  } finally {
    gone.abort();
  }
}

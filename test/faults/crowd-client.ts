import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Coming, CrowdFigures, CrowdSettings } from './crowd.ts';

export type CrowdOrder =
  | { readonly do: 'come'; readonly coming: Coming; readonly seconds: number }
  | { readonly do: 'sign'; readonly orders: number }
  | { readonly do: 'end' };
export type CrowdReply = { readonly figures: CrowdFigures } | { readonly error: string };

/** A crowd in a process of its own. */
export type CrowdClient = {
  /** What came of it in these seconds. */
  readonly come: (coming: Coming, seconds: number) => Promise<CrowdFigures>;
  /** Has orders ready; what came of the rest meanwhile. */
  readonly sign: (orders: number) => Promise<CrowdFigures>;
  /** What came of the rest, once all was answered. */
  readonly end: () => Promise<CrowdFigures>;
  readonly kill: () => void;
};

export function startCrowd(settings: CrowdSettings): CrowdClient {
  const child = fork(fileURLToPath(new URL('crowd-process.ts', import.meta.url)), [], {
    env: { ...process.env, OPENSPINE_FAULTS_CROWD: JSON.stringify(settings) },
    execArgv: ['--max-old-space-size=4000'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const told = async (order: CrowdOrder): Promise<CrowdFigures> => {
    const gone = new AbortController();
    const { signal } = gone;
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error('the crowd ended');
    });
    try {
      child.send(order);
      const [reply] = (await Promise.race([once(child, 'message', { signal }), ended])) as [
        CrowdReply,
      ];
      if ('error' in reply) throw new Error(reply.error);
      return reply.figures;
    } finally {
      gone.abort();
    }
  };
  return {
    come: (coming, seconds) => told({ do: 'come', coming, seconds }),
    sign: (orders) => told({ do: 'sign', orders }),
    end: () => told({ do: 'end' }),
    kill: () => child.kill('SIGKILL'),
  };
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { freePort } from '../support/ports.ts';

/** A `serve` process of its own: it can be killed like one, and started again at the same address. */
export type Served = {
  readonly address: string;
  isUp(): boolean;
  /** SIGKILL: it has no time to say or to finish anything. */
  kill(): Promise<void>;
  /** `imports`: what it loads before the program, as in a test build. */
  restart(imports?: readonly string[]): Promise<void>;
  /** Resolves when it has ended, by whatever. */
  ended(): Promise<void>;
  stop(): Promise<void>;
};

const SPINE = fileURLToPath(new URL('../../bin/spine.ts', import.meta.url));

export async function startServed(
  datacentre: 'a' | 'b',
  databaseUrl: string,
  imports: readonly string[] = [],
): Promise<Served> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: databaseUrl,
    OPENSPINE_PORT: String(port),
    OPENSPINE_DATACENTRE: datacentre,
    OPENSPINE_MODE: 'test',
  };
  let child: ChildProcess | null = null;
  let isUp = false;
  let gone = Promise.resolve();
  const restart = async (loaded: readonly string[] = imports): Promise<void> => {
    child = fork(SPINE, ['serve'], {
      env,
      execArgv: loaded.map((one) => `--import=${one}`),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    gone = promise;
    child.once('exit', () => {
      isUp = false;
      resolve();
    });
    await ready(child);
    isUp = true;
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    isUp = false;
    child?.kill(signal);
    await gone;
    child = null;
  };
  await restart();
  return {
    address: `http://127.0.0.1:${port}`,
    isUp: () => isUp,
    restart,
    ended: () => gone,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

async function ready(child: ChildProcess): Promise<void> {
  const said = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  const [first] = said as [unknown];
  const isReady = typeof first === 'object' && first !== null && 'ready' in first;
  if (!isReady) throw new Error(`a datacentre ended with ${String(first)} before it was ready`);
}

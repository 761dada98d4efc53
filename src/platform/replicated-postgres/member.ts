import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { type Account, credentials } from '../postgres/account.ts';
import { type Guard, guard } from '../postgres/guard.ts';
import { signal } from '../processes.ts';

/** A program of a zone. */
export type MemberOptions = {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly namespace: string | null;
  readonly account: Account | null;
  /** Its home, and the folder that it runs in. */
  readonly folder: string;
  readonly logFile: string;
};

/** A program that is started again whenever it ends, until it is stopped. */
export type Member = {
  readonly name: string;
  /** Null while none runs. */
  readonly pid: () => number | null;
  readonly start: () => void;
  /** Asks it to end; by force when that takes too long. */
  readonly stop: () => Promise<void>;
  /** Ends it at once, and what it started in its own group; it stays down. */
  readonly kill: () => void;
};

const AGAIN_MS = 500;
const STOP_MS = 20_000;

export function createMember(options: MemberOptions): Member {
  let running: Running | null = null;
  let stopping = new AbortController();
  stopping.abort();
  const keep = async ({ signal: stopped }: AbortController): Promise<void> => {
    while (!stopped.aborted) {
      running = launch(options);
      await running.ended;
      running = null;
      if (!stopped.aborted) await delay(AGAIN_MS);
    }
  };
  let keeping = Promise.resolve();
  return {
    name: options.name,
    pid: () => running?.child.pid ?? null,
    start: () => {
      if (!stopping.signal.aborted) return;
      const wanted = new AbortController();
      stopping = wanted;
      keeping = keeping.then(() => keep(wanted));
    },
    stop: async () => {
      stopping.abort();
      const force = setTimeout(() => endGroup(running, 'SIGKILL'), STOP_MS);
      running?.child.kill('SIGTERM');
      await keeping;
      clearTimeout(force);
    },
    kill: () => {
      stopping.abort();
      endGroup(running, 'SIGKILL');
    },
  };
}

type Running = {
  readonly child: ChildProcess;
  readonly guard: Guard;
  readonly ended: Promise<void>;
};

function launch(options: MemberOptions): Running {
  const { program, words, namespace, account, folder, logFile } = options;
  const inside =
    namespace === null ? [] : ['ip', 'netns', 'exec', namespace, ...asAccount(account)];
  const [command = program, ...rest] = [...inside, program, ...words];
  const log = openLog(logFile);
  const child = spawn(command, rest, {
    cwd: folder,
    detached: true, // its own group, to be ended whole
    env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', log, log], // not through us: a disk that is full is to stop none of them
    ...(namespace === null ? credentials(account) : {}),
  });
  if (log !== 'ignore') closeSync(log);
  const watcher = guard(child.pid);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      tell(logFile, error.message);
      resolve();
    });
    child.once('exit', () => resolve());
  }).finally(() => watcher.dismiss());
  return { child, guard: watcher, ended };
}

/** Without room not even for its name there is none. */
function openLog(file: string): number | 'ignore' {
  try {
    return openSync(file, 'a');
  } catch {
    return 'ignore';
  }
}

function tell(file: string, line: string): void {
  try {
    appendFileSync(file, `${line}\n`);
  } catch {
    return; // without room for it nobody hears of it
  }
}

/** Only root enters a namespace; the program itself runs as the account. */
function asAccount(account: Account | null): readonly string[] {
  if (account === null) return [];
  return ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups'];
}

function endGroup(running: Running | null, name: NodeJS.Signals): void {
  if (running?.child.pid !== undefined) signal(-running.child.pid, name);
}

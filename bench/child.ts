import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { Journey, type Task } from './journey.ts';
import { type Ran, type Run, runLoad, type Send } from './load.ts';
import { type Kind, pharmacies } from './prescriptions.ts';
import type { SigningKey } from '../src/local/signing/card-key.ts';
import type { TestSystem } from '../src/local/systems.ts';

/** What a client process is told at its start. */
export type ClientSettings = {
  readonly databaseUrl: string;
  readonly ports: readonly number[];
  readonly lanes: number;
  readonly tokens: { readonly prescriber: string; readonly dispenser: string };
  /** The prescriber's. */
  readonly signingKey: SigningKey;
  readonly hl7v3: Hl7Access;
};

/** Where HL7 V3 is taken, and what the system that sends it proves itself with; in PEM. */
export type Hl7Access = {
  readonly ports: readonly number[];
  readonly system: TestSystem;
  readonly spineAsid: string;
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
};

export type Client = {
  prepare(kinds: readonly Kind[], creates: number): Promise<void>;
  run(run: Run): Promise<Ran>;
  close(): void;
};

type Order =
  | { readonly name: 'prepare'; readonly kinds: readonly Kind[]; readonly creates: number }
  | { readonly name: 'run'; readonly run: Run };
type Reply = { readonly ran: Ran | null } | { readonly error: string };

/** Starts a client in a process of its own: its work is not to count as anybody else's. */
export function startClient(
  file: 'sender.ts' | 'bare.ts' | 'hl7v3-sender.ts',
  settings: ClientSettings,
): Client {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [], {
    env: { ...process.env, OPENSPINE_BENCH: JSON.stringify(settings) },
    execArgv: ['--max-old-space-size=6000', '--initial-old-space-size=3000', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the client ${file} ended (${code})`)));
  });
  ended.then(undefined, () => undefined); // told to whoever waits for an answer
  const order = (wanted: Order): Promise<Ran | null> => Promise.race([ask(child, wanted), ended]);
  return {
    prepare: async (kinds, creates) => {
      await order({ name: 'prepare', kinds, creates });
    },
    run: async (run) => {
      const ran = await order({ name: 'run', run });
      if (ran === null) throw new Error('a run without figures');
      return ran;
    },
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function ask(child: ChildProcess, wanted: Order): Promise<Ran | null> {
  return new Promise((resolve, reject) => {
    child.once('message', (reply: Reply) => {
      if ('error' in reply) reject(new Error(reply.error));
      else resolve(reply.ran);
    });
    if (child.connected) child.send(wanted);
  });
}

/** The other side: does what it is told, until the channel closes. */
export function serveClient<Made>(
  letter: string,
  lanes: number,
  make: (task: Task<Made>) => Made,
  send: Send<Made>,
): void {
  const journey = new Journey(pharmacies(letter), make);
  const work = async (wanted: Order): Promise<Ran | null> => {
    if (wanted.name === 'run') return runLoad(journey, lanes, send, wanted.run);
    journey.prepare(wanted.kinds, wanted.creates);
    globalThis.gc?.(); // else it collects while it keeps the time of others
    return null;
  };
  process.on('message', (wanted: Order) => {
    work(wanted).then(
      (ran) => process.send?.({ ran } satisfies Reply),
      (error: unknown) => process.send?.({ error: String(error) } satisfies Reply),
    );
  });
  process.once('disconnect', () => process.exit());
}

export function clientSettings(): ClientSettings {
  return JSON.parse(process.env['OPENSPINE_BENCH'] ?? '') as ClientSettings;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Mode } from './parts.ts';
import { Trouble } from '../platform/trouble.ts';

export type DatacentreOptions = {
  readonly name: 'a' | 'b';
  readonly port: number;
  readonly databaseUrl: string;
  /** Read while there is no primary; absent: nothing is. */
  readonly readDatabaseUrl?: string | null;
  readonly mode: Mode;
  /** The same for both: whichever of them lives answers there. */
  readonly signInPort: number;
  readonly pagesPort: number;
  readonly metricsPort: number;
  /** Of the whole installation, its own first. */
  readonly publicUrls: readonly string[];
  /** The same for both, so that either goes on with what the other began. */
  readonly cis2Issuer: string;
  readonly hl7v3Port: number;
  /** Of both, as senders reach them. */
  readonly hl7v3Urls: readonly string[];
  /** Folder for the key that signs the audit trail, and the copies of its seals; null: it is not sealed. */
  readonly auditFolder: string | null;
  /** Where it hears of open incidents, and what it shows there; absent: nowhere. */
  readonly status?: Readonly<Record<string, string>>;
  /** Program and words; see Parts. */
  readonly program: readonly string[] | null;
  readonly log: (line: string) => void;
  /** Breaks the start off. */
  readonly signal: AbortSignal;
};

export type Datacentre = {
  readonly state: () => DatacentreState;
  /** Takes no new requests and says where to go; what it has begun it ends. */
  readonly drain: () => void;
  /** Has it ask its database nothing for some seconds: whoever comes waits. Resolves when nothing is under way. */
  readonly hold: () => Promise<void>;
  readonly release: () => void;
  /** Ends it, and it stays down; `isHard`: at once, as when its power fails. */
  readonly fail: (isHard: boolean) => Promise<void>;
  /** Takes back `drain` and `fail`; resolves when it listens. */
  readonly restore: () => Promise<void>;
  /** Lets it finish what it is doing; by force when that takes too long. */
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
};

/** `starting`: it was started again, and does not listen yet. */
export type DatacentreState = 'running' | 'drained' | 'starting' | 'down';

const READY_MS = 60_000;
const DRAIN_MS = 10_000;
const HELD_MS = 2_000; // longer than what it has begun takes
const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 10_000;
const STEADY_MS = 60_000; // after so long without a fall the next one is a new story

const USUAL_PROGRAM: readonly string[] = [
  fileURLToPath(new URL('../../bin/spine.ts', import.meta.url)),
  'serve',
];

/**
 * Starts the process of one datacentre and keeps it running. Resolves when it listens for the first
 * time. The process ends by itself when it loses us: it sees its channel close.
 */
export async function startDatacentre(options: DatacentreOptions): Promise<Datacentre> {
  const { log, signal } = options;
  const name = `datacentre ${options.name.toUpperCase()}`;
  return startKept({ name, launch: () => launch(options), log, signal });
}

/** A process that is kept running. */
export type Kept = Pick<DatacentreOptions, 'log' | 'signal'> & {
  readonly name: string;
  readonly launch: () => ChildProcess;
};

export async function startKept(kept: Kept): Promise<Datacentre> {
  const { name, signal } = kept;
  const process = new KeptProcess(kept);
  const breakOff = (): void => {
    process.stop().then(undefined, () => undefined);
  };
  signal.addEventListener('abort', breakOff);
  const problem = await process.start();
  signal.removeEventListener('abort', breakOff);
  if (problem === null) return process;
  await process.stop();
  throw new Trouble(
    `${name.charAt(0).toUpperCase()}${name.slice(1)} ${problem} while it was starting`,
    'read what it said above; spine doctor looks for the usual causes',
  );
}

class KeptProcess implements Datacentre {
  readonly #kept: Kept;
  #child: ChildProcess | null = null;
  /** Of the time in which it is wanted; null while it is not. */
  #wanted: AbortController | null = null;
  #isDrained = false;
  #isListening = false;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  readonly state = (): DatacentreState => {
    if (this.#wanted === null) return 'down';
    if (!this.#isListening) return 'starting';
    return this.#isDrained ? 'drained' : 'running';
  };

  /** Null when it listens; otherwise what became of it. */
  async start(): Promise<string | null> {
    const wanted = new AbortController();
    this.#wanted = wanted;
    const problem = await this.#launch();
    this.#keepRunning(wanted.signal).then(undefined, this.#tell);
    return problem;
  }

  readonly drain = (): void => {
    this.#isDrained = true;
    this.#tellDrained();
  };

  /** One that does not listen has nothing under way. */
  readonly hold = async (): Promise<void> => {
    const child = this.#child;
    if (child?.connected !== true || !this.#isListening) return;
    const late = new AbortController();
    const held = new Promise<void>((resolve) => {
      child.on('message', (message: unknown) => {
        if (isSaying('held', message)) resolve();
      });
    });
    child.send({ hold: true });
    const waited = delay(HELD_MS, undefined, { signal: late.signal }).then(
      undefined,
      () => undefined,
    );
    await Promise.race([held, ended(child), waited]);
    late.abort();
  };

  readonly release = (): void => {
    if (this.#child?.connected === true) this.#child.send({ hold: false });
  };

  readonly fail = async (isHard: boolean): Promise<void> => {
    this.#unwant();
    const child = this.#child;
    if (child === null) return;
    if (!isHard) return end(child);
    child.kill('SIGKILL');
    await ended(child);
  };

  readonly restore = async (): Promise<void> => {
    this.#isDrained = false;
    if (this.#wanted === null) await this.start();
    else this.#tellDrained();
  };

  readonly stop = (): Promise<void> => this.fail(false);

  readonly kill = (): void => {
    this.#unwant();
    this.#child?.kill('SIGKILL');
  };

  #unwant(): void {
    this.#wanted?.abort();
    this.#wanted = null;
  }

  /** One that is ending, or not yet there, is told when it listens. */
  #tellDrained(): void {
    if (this.#child?.connected === true) this.#child.send({ drain: this.#isDrained });
  }

  async #launch(): Promise<string | null> {
    const child = this.#kept.launch();
    this.#child = child;
    this.#isListening = false;
    const problem = await untilReady(child);
    this.#isListening = problem === null;
    if (this.#isListening && this.#isDrained) this.#tellDrained();
    return problem;
  }

  /** Until it is no longer wanted. */
  async #keepRunning(unwanted: AbortSignal): Promise<void> {
    let backoffMs = BACKOFF_MIN_MS;
    for (;;) {
      const readyAt = performance.now();
      const how = this.#child === null ? '' : await ended(this.#child);
      if (unwanted.aborted) return;
      this.#isListening = false;
      if (performance.now() - readyAt > STEADY_MS) backoffMs = BACKOFF_MIN_MS;
      this.#tell(`${this.#kept.name} ${how} unexpectedly; starting it again in ${backoffMs} ms`);
      await delay(backoffMs);
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      if (unwanted.aborted) return;
      await this.#launch();
    }
  }

  readonly #tell = (what: unknown): void => this.#kept.log(String(what));
}

/** One key for both, and a copy of the seals for each, as each site has its own. */
function auditEnvironment(folder: string, name: 'a' | 'b'): Record<string, string> {
  return {
    OPENSPINE_AUDIT_KEY: join(folder, 'key.pem'),
    OPENSPINE_AUDIT_FOLDER: join(folder, name),
  };
}

function launch(options: DatacentreOptions): ChildProcess {
  const { name, port, databaseUrl, mode, program, publicUrls, cis2Issuer } = options;
  const { hl7v3Port, hl7v3Urls, signInPort, pagesPort, metricsPort, auditFolder } = options;
  const { readDatabaseUrl = null } = options;
  return spawn(process.execPath, program ?? USUAL_PROGRAM, {
    detached: true, // its own group: Ctrl-C is for us, and we let it drain before the database goes
    env: {
      ...(auditFolder === null ? {} : auditEnvironment(auditFolder, name)),
      ...process.env,
      OPENSPINE_DATACENTRE: name,
      OPENSPINE_PORT: String(port),
      OPENSPINE_SIGN_IN_PORT: String(signInPort),
      OPENSPINE_PAGES_PORT: String(pagesPort),
      OPENSPINE_METRICS_PORT: String(metricsPort),
      OPENSPINE_MODE: mode,
      OPENSPINE_PUBLIC_URLS: process.env['OPENSPINE_PUBLIC_URLS'] ?? publicUrls.join(','),
      OPENSPINE_CIS2_ISSUER: process.env['OPENSPINE_CIS2_ISSUER'] ?? cis2Issuer,
      OPENSPINE_HL7V3_PORT: String(hl7v3Port),
      ...options.status,
      OPENSPINE_HL7V3_URLS: process.env['OPENSPINE_HL7V3_URLS'] ?? hl7v3Urls.join(','),
      DATABASE_URL: databaseUrl,
      ...(readDatabaseUrl === null ? {} : { OPENSPINE_READ_DATABASE_URL: readDatabaseUrl }),
    },
    // Its log is progress, not our result. Handed down as it is: no copying on the message path.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
}

/** Null when it listens; otherwise what became of it. */
async function untilReady(child: ChildProcess): Promise<string | null> {
  const timeout = new AbortController();
  const ready = new Promise<null>((resolve) => {
    child.on('message', (message: unknown) => {
      if (isSaying('ready', message)) resolve(null);
    });
  });
  const late = delay(READY_MS, `did not get ready within ${READY_MS / 1000} s`, {
    signal: timeout.signal,
  }).then(
    (words) => words,
    () => null,
  );
  const outcome = await Promise.race([ready, ended(child), late]);
  timeout.abort();
  return outcome;
}

function isSaying(what: 'ready' | 'held', message: unknown): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, what) === true;
}

/** How it ended, in words. */
function ended(child: ChildProcess): Promise<string> {
  const words = (): string =>
    child.signalCode === null
      ? `ended (exit code ${child.exitCode})`
      : `was killed (${child.signalCode})`;
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(words());
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', () => resolve(words()));
  });
}

async function end(child: ChildProcess): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
  const gone = ended(child);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}

import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { Trouble } from '../platform/trouble.ts';

/** The process of a datacentre, or of the status site, that is kept running. */
export type Datacentre = {
  readonly state: () => DatacentreState;
  /** Takes no new requests and says where to go; what it has begun it ends. */
  readonly drain: () => void;
  /** Has it ask its database nothing for some seconds: whoever comes waits. Resolves when nothing is under way. */
  readonly hold: () => Promise<void>;
  readonly release: () => void;
  /** Ends it, and it stays down; `isHard`: at once, as when its power fails. */
  readonly fail: (isHard: boolean) => Promise<void>;
  /** Takes back `drain` and `fail`; resolves when it listens, with null, or else with what became of it. */
  readonly restore: () => Promise<string | null>;
  /** Lets it finish what it is doing; by force when that takes too long. */
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
};

/** `starting`: it was started again, and does not listen yet. */
export type DatacentreState = 'running' | 'drained' | 'starting' | 'down';

const READY_MS = 180_000; // of a machine that is busy with other things
const DRAIN_MS = 10_000;
const HELD_MS = 2_000; // longer than what it has begun takes
const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 10_000;
const STEADY_MS = 60_000; // after so long without a fall the next one is a new story

/** What is kept running. */
export type Kept = {
  readonly name: string;
  readonly launch: () => ChildProcess;
  readonly log: (line: string) => void;
  /** Breaks the start off. */
  readonly signal: AbortSignal;
  /** What it cannot be ready before: the time that it has begins then. Absent: nothing. */
  readonly waitsFor?: Promise<unknown> | undefined;
};

/** Starts it; resolves when it listens for the first time. */
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
    const { signal } = late;
    const waited = delay(HELD_MS, undefined, { signal }).then(undefined, () => undefined);
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

  readonly restore = async (): Promise<string | null> => {
    this.#isDrained = false;
    if (this.#wanted === null) return this.start();
    this.#tellDrained();
    return null;
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
    // Also when it says so later than anybody waits for.
    child.on('message', (message: unknown) => {
      if (!isSaying('ready', message) || hasEnded(child)) return;
      this.#isListening = true;
      if (this.#isDrained) this.#tellDrained();
    });
    return untilReady(child, this.#kept.waitsFor);
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

/** Null when it listens; otherwise what became of it. */
async function untilReady(
  child: ChildProcess,
  waitsFor: Promise<unknown> = Promise.resolve(),
): Promise<string | null> {
  const timeout = new AbortController();
  const ready = new Promise<null>((resolve) => {
    child.on('message', (message: unknown) => {
      if (isSaying('ready', message)) resolve(null);
    });
  });
  const words = `did not get ready within ${READY_MS / 1000} s`;
  const late = waitsFor
    .then(() => delay(READY_MS, words, { signal: timeout.signal }))
    .then(undefined, () => words);
  const outcome = await Promise.race([ready, ended(child), late]);
  timeout.abort();
  return outcome;
}

function isSaying(what: 'ready' | 'held', message: unknown): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, what) === true;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** How it ended, in words. */
function ended(child: ChildProcess): Promise<string> {
  const words = (): string =>
    child.signalCode === null
      ? `ended (exit code ${child.exitCode})`
      : `was killed (${child.signalCode})`;
  if (hasEnded(child)) return Promise.resolve(words());
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

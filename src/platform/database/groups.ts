import type pg from 'pg';

import { DatabaseUnavailable } from './faults.ts';
import { type Line as WholeLine, type Statement, valueOf } from './line.ts';
import type { Ended } from './together.ts';
import { present } from '../../kernel/bug.ts';

/** What is needed of a connection. */
type Line = Pick<WholeLine, 'commit'>;

type Job = {
  readonly statement: Statement;
  readonly place: string;
  readonly since: number;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

const GROUP_MAX = 32; // more saves little and lets the first wait for the last
const WAITING_MAX = 2_048; // that nobody would get through in the time that they may wait
const SLOW_MS = 30; // to keep a group: the disks are what all wait for
const GATHER_PART = 1 / 4; // of that time: else the few lines are all taken by who came first, and the others wait for one more flush
const LEFT_OUT_MAX = 3; // of a group, before each of it is done alone

/**
 * Statements that change something. Those that come while others are being committed wait, and are
 * then committed together: the disk, the server and the network are asked once for all of them.
 * Each is answered after its commit. If one of a group fails, nothing of the group was done: it is done without that one,
 * which follows alone; so nobody's mistake is another's. Who has waited too long for their turn
 * is refused, and was not done [RELIABILITY C8].
 *
 * A group holds what it locked until its commit, so those of a group are done in the order of their places: two groups that
 * change the same rows, here and in the other datacentre, then do not wait for each other crosswise.
 *
 * Whoever comes just after a group was begun waits for two commits. While a disk is slow that is what all wait for, so
 * that other lines take groups then, too [RELIABILITY F9].
 */
export class Groups {
  readonly #lines: readonly Line[];
  readonly #isHeld: () => boolean;
  readonly #waitMs: number;
  #waiting: Job[] = [];
  readonly #busy = new Set<Line>();
  /** What the last group waited for its commit alone. */
  #keepingMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #gathering: NodeJS.Timeout | null = null;

  /** `lines`: one that writes, and those that may write besides. `isHeld`: everybody waits, however long it takes. */
  constructor(
    lines: readonly Line[],
    limits: { readonly isHeld: () => boolean; readonly waitMs: number },
  ) {
    this.#lines = lines;
    this.#isHeld = limits.isHeld;
    this.#waitMs = limits.waitMs;
  }

  get #isSlow(): boolean {
    return this.#keepingMs > SLOW_MS;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** What is sent there waits for a commit. */
  isBusy(line: Line): boolean {
    return this.#busy.has(line);
  }

  /** By `place`, of the rows that it changes, those of a group are ordered. */
  write(statement: Statement, place = ''): Promise<pg.QueryResult> {
    if (this.#waiting.length >= WAITING_MAX) throw tooMany();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, place, since: performance.now(), resolve, reject });
      if (this.#busy.size === 0) return this.#next();
      this.#watch();
      this.#gather();
    });
  }

  #next(): void {
    const line = this.#lines.find((one) => !this.#busy.has(one));
    const group = line === undefined ? [] : this.#waiting.splice(0, GROUP_MAX);
    if (line === undefined || group.length === 0) return;
    this.#busy.add(line);
    const ended = (): void => {
      this.#busy.delete(line);
      if (this.#isSlow || this.#busy.size === 0) this.#next();
    };
    this.#commit(line, group).then(ended, (error: unknown) => {
      for (const { reject } of group) reject(error);
      ended();
    });
  }

  /** Another group beside those under way, of all who come within a part of the time that the disk takes. */
  #gather(): void {
    if (!this.#isSlow || this.#gathering !== null || this.#busy.size === this.#lines.length) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      this.#next();
      if (this.#waiting.length > 0) this.#gather();
    }, this.#keepingMs * GATHER_PART).unref();
  }

  /** Looks again when the first of those who wait has waited for long enough. */
  #watch(): void {
    const [first] = this.#waiting;
    if (this.#timer !== null || first === undefined) return;
    const leftMs = Math.max(first.since + this.#waitMs - performance.now(), 0);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#refuseLate();
      this.#watch();
    }, leftMs + 1).unref(); // the connection of those who wait keeps a process; this must not, when nobody does
  }

  #refuseLate(): void {
    const before = performance.now() - this.#waitMs;
    if (this.#isHeld()) {
      this.#waiting = this.#waiting.map((job) => ({ ...job, since: performance.now() }));
    }
    const late = this.#waiting.filter(({ since }) => since < before);
    this.#waiting = this.#waiting.slice(late.length);
    for (const { reject } of late) reject(tooMany());
  }

  async #commit(line: Line, group: readonly Job[]): Promise<void> {
    const together = group.toSorted(byPlace);
    const alone: Job[] = [];
    while (together.length > 0) {
      const { isKept, ended, keepingMs } = await line.commit(statementsOf(together));
      if (isKept && keepingMs !== null) this.#keepingMs = keepingMs;
      if (isKept || together.length === 1) {
        settle(together, ended);
        break;
      }
      const failed = ended.findIndex(({ status }) => status === 'rejected');
      const areMany = failed === -1 || alone.length === LEFT_OUT_MAX;
      alone.push(...(areMany ? together.splice(0) : together.splice(failed, 1)));
    }
    for (const job of alone) settle([job], (await line.commit(statementsOf([job]))).ended);
  }
}

function byPlace({ place: one }: Job, { place: other }: Job): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function statementsOf(jobs: readonly Job[]): Statement[] {
  return jobs.map(({ statement }) => statement);
}

function tooMany(): DatabaseUnavailable {
  return new DatabaseUnavailable('too many wait to write');
}

function settle(group: readonly Job[], results: readonly Ended[]): void {
  for (const [place, { resolve, reject }] of group.entries()) {
    try {
      resolve(valueOf(present(results[place], 'result')));
    } catch (error) {
      reject(error);
    }
  }
}

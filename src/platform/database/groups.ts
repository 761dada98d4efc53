import type pg from 'pg';

import { DatabaseUnavailable } from './faults.ts';
import { type Ended, type Line, type Statement, valueOf } from './line.ts';
import { present } from '../../kernel/bug.ts';

type Job = {
  readonly statement: Statement;
  readonly since: number;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

const GROUP_MAX = 32; // more saves little and lets the first wait for the last
const WAITING_MAX = 2_048; // that nobody would get through in the time that they may wait

/**
 * Statements that change something. Those that come while others are being committed wait, and are
 * then committed together: the disk, the server and the network are asked once for all of them.
 * Each is answered after its commit. If one of a group fails, nothing of the group was done, and
 * each is done again alone; so nobody's mistake is another's. Who has waited too long for their turn
 * is refused, and was not done [RELIABILITY C8].
 */
export class Groups {
  readonly #line: Line;
  readonly #isHeld: () => boolean;
  readonly #waitMs: number;
  #waiting: Job[] = [];
  #isBusy = false;
  #timer: NodeJS.Timeout | null = null;

  /** `isHeld`: everybody waits, however long it takes. */
  constructor(line: Line, limits: { readonly isHeld: () => boolean; readonly waitMs: number }) {
    this.#line = line;
    this.#isHeld = limits.isHeld;
    this.#waitMs = limits.waitMs;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  write(statement: Statement): Promise<pg.QueryResult> {
    if (this.#waiting.length >= WAITING_MAX) throw tooMany();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, since: performance.now(), resolve, reject });
      if (this.#isBusy) this.#watch();
      else this.#next();
    });
  }

  #next(): void {
    const group = this.#waiting.splice(0, GROUP_MAX);
    this.#isBusy = group.length > 0;
    if (!this.#isBusy) return;
    this.#commit(group).then(
      () => this.#next(),
      (error: unknown) => {
        for (const { reject } of group) reject(error);
        this.#next();
      },
    );
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

  async #commit(group: readonly Job[]): Promise<void> {
    const { isKept, ended } = await this.#line.commit(group.map(({ statement }) => statement));
    if (isKept || group.length === 1) return settle(group, ended);
    for (const job of group) {
      settle([job], (await this.#line.commit([job.statement])).ended);
    }
  }
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

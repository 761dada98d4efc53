import type pg from 'pg';

import { type Ended, type Line, type Statement, valueOf } from './line.ts';
import { present } from '../../kernel/bug.ts';

type Job = {
  readonly statement: Statement;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

const GROUP_MAX = 32; // more saves little and lets the first wait for the last
const BEGIN: Statement = { text: 'begin', values: [] };
const COMMIT: Statement = { text: 'commit', values: [] };

/**
 * Statements that change something. Those that come while others are being committed wait, and are
 * then committed together: the disk, the server and the network are asked once for all of them.
 * Each is answered after its commit. If one of a group fails, nothing of the group was done, and
 * each is done again alone; so nobody's mistake is another's.
 */
export class Groups {
  readonly #line: Line;
  #waiting: Job[] = [];
  #isBusy = false;

  constructor(line: Line) {
    this.#line = line;
  }

  write(statement: Statement): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, resolve, reject });
      if (!this.#isBusy) this.#next();
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

  async #commit(group: readonly Job[]): Promise<void> {
    const statements = group.map(({ statement }) => statement);
    if (group.length === 1) return settle(group, await this.#line.send(statements));
    const results = await this.#line.send([BEGIN, ...statements, COMMIT]);
    const { command } = valueOf(present(results.at(-1), 'end of the group'));
    if (command === 'COMMIT') return settle(group, results.slice(1, -1));
    for (const job of group) settle([job], await this.#line.send([job.statement]));
  }
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

import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

import type { Dice } from './dice.ts';
import type { Life } from './life.ts';

const SHARE = 0.2; // of the prescriptions that somebody asks about

/** What an old store answered to those who asked it, line by line: what a new one is compared with [MIGRATION 6, L6]. */
export class Reads {
  readonly #file: WriteStream;
  readonly #waiting = new Map<string, string[]>();

  constructor(path: string) {
    this.#file = createWriteStream(path);
  }

  /** Somebody asks how a prescription stands, or nobody does. */
  async tell({ beginning, isGone, rows }: Life, dice: Dice): Promise<void> {
    const { ISSUE: issues, ITEM: items, NOM_RELEASE: queued } = rows.tables;
    if (isGone || issues.length === 0) return;
    for (const row of queued) {
      if (row['STATE'] !== 'PENDING') continue;
      const org = row['ORG'] ?? '';
      this.#waiting.set(org, [...(this.#waiting.get(org) ?? []), beginning.id]);
    }
    if (!dice.isLucky(SHARE)) return;
    const answer = issues.map((row) => ({
      issue: Number(row['ISSUE_NO']),
      status: row['STATUS'],
      items: items
        .filter((item) => item['ISSUE_NO'] === row['ISSUE_NO'])
        .map((item) => item['STATUS']),
      holder: row['DISPENSER_ORG'] ?? '',
    }));
    await this.#line({ ask: 'status', id: beginning.id, answer });
  }

  /** Every pharmacy has asked what waits for it. */
  async close(): Promise<void> {
    for (const [organisation, ids] of this.#waiting) {
      await this.#line({ ask: 'waiting', organisation, answer: ids.toSorted() });
    }
    await finished(this.#file.end());
  }

  async #line(read: object): Promise<void> {
    if (!this.#file.write(`${JSON.stringify(read)}\n`)) await once(this.#file, 'drain');
  }
}

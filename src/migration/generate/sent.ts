import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';

import { AS_SENT } from './as-sent.ts';
import type { Life } from './life.ts';
import type { LegacyRow } from './life-rows.ts';

/** Which messages can be said, by the digits that their interactions have under either name. */
const KINDS: Readonly<Record<string, keyof typeof AS_SENT>> = {
  '060102': 'release',
  '132004': 'release',
  '100101': 'giveBack',
  '080101': 'dispense',
  '090101': 'claim',
  '030101': 'cancel',
};
/** Refusals of a release that are about the prescription [EPS-CODES 2]. */
const REFUSALS = ['0001', '0002', '0004', '0005'];

type Answer = { acknowledgement: string; codes: readonly string[]; released: readonly string[] };

/**
 * What others sent the old store after its export, as their systems sent it, and what it answered: what a copy of the new
 * one is sent, too [MIGRATION 6, L6]. Of an acute prescription all that happened up to the first act that no such message
 * tells, as those behind it would be answered by that.
 */
export class SentMessages {
  readonly #file: WriteStream;
  readonly #over = new WeakSet<Life>();

  constructor(path: string) {
    this.#file = createWriteStream(path);
  }

  /** An act of a life, and the message that was its cause; undefined: none was. */
  async tell(life: Life, row: LegacyRow | undefined, ms: number): Promise<void> {
    const kind = this.#over.has(life) ? null : sayable(life, row);
    if (row === undefined || kind === null) {
      this.#over.add(life);
      return;
    }
    const organisation = row['FROM_SYSTEM'] ?? '';
    const message = AS_SENT[kind]({ life, id: row['MSG_ID'] ?? '', organisation, ms });
    const at = new Date(ms).toISOString();
    const line = JSON.stringify({ at, organisation, message, answer: answerOf(life, row, kind) });
    if (!this.#file.write(`${line}\n`)) await once(this.#file, 'drain');
  }

  async close(): Promise<void> {
    await finished(this.#file.end());
  }
}

function sayable(life: Life, row: LegacyRow | undefined): keyof typeof AS_SENT | null {
  const [, digits = ''] = /IN(\d{6})/.exec(row?.['INTERACTION'] ?? '') ?? [];
  const kind = KINDS[digits] ?? null;
  if (kind === null || life.beginning.treatment !== '0001' || life.issues.length !== 1) return null;
  const { tables } = life.rows;
  const id = row?.['MSG_ID'];
  const amends = [
    ...tables.DISPENSE.filter((one) => one['DN_ID'] === id && one['AMENDS_DN_ID'] != null),
    ...tables.CLAIM.filter((one) => one['CLAIM_ID'] === id && one['AMENDS_CLAIM_ID'] != null),
  ];
  if (amends.length > 0) return null;
  if (kind === 'dispense' && life.issue.status !== '0006') return null;
  const isTaken = row?.['OUTCOME'] === 'accepted';
  return isTaken || (kind === 'release' && REFUSALS.includes(codeOf(row))) ? kind : null;
}

function codeOf(row: LegacyRow | undefined): string {
  return (row?.['OUTCOME'] ?? '').replace('rejected ', '');
}

function answerOf({ beginning, issue }: Life, row: LegacyRow, kind: string): Answer {
  const taken = { acknowledgement: 'AA', codes: [], released: [] };
  if (row['OUTCOME'] !== 'accepted')
    return { ...taken, acknowledgement: 'AE', codes: [codeOf(row)] };
  if (kind === 'release') return { ...taken, released: [beginning.id] };
  if (kind !== 'cancel') return taken;
  return issue.status === '0005'
    ? { ...taken, codes: ['0001'] }
    : { ...taken, acknowledgement: 'AE', codes: ['0002'] };
}

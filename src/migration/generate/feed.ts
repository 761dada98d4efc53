import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { csvLine } from '../lx1/csv.ts';
import type { Manifest } from '../lx1/manifest.ts';
import { DOCUMENT } from '../lx1/open-dump.ts';
import { columnsOf, OF_PRESCRIPTIONS, TABLES } from '../lx1/tables.ts';
import { writeSigned } from '../signed-file.ts';
import { closeRows } from './close-rows.ts';
import type { Dice } from './dice.ts';
import { documentLine, documentsOf } from './document.ts';
import { stamp } from './legacy-time.ts';
import type { Life } from './life.ts';
import type { LegacyRow, LegacyRows } from './life-rows.ts';
import { payloadOf } from './payload.ts';
import { type Truth, truthOf } from './truth.ts';

/** The columns of a change [MIGRATION 2.1]. */
const FEED_COLUMNS = [
  'CHG_SEQ',
  'TX_ID',
  'TX_LAST',
  'COMMIT_TS',
  'TABLE',
  'OP',
  'PK',
  'AFTER',
  'BEFORE',
];

const HOUR_MS = 3_600_000;

/** What goes on in an old store after its export was made: changes of rows, transaction by transaction. */
export class Feed {
  readonly #changes: (readonly (string | null)[])[] = [];
  readonly #payload: Buffer[] = [];
  readonly #format: Manifest['format'];
  #bytes = 0;
  #transactions = 0;

  constructor(format: Manifest['format']) {
    this.#format = format;
  }

  get length(): number {
    return this.#changes.length;
  }

  /** Lets a life go on by an act that its state allows, and tells what changed; answers the truth after it. */
  goOn(life: Life, dice: Dice, asOfMs: number): Truth {
    const { tables } = life.rows;
    const before = structuredClone(tables);
    actOnce(life, dice, asOfMs + HOUR_MS + this.#transactions * 1000);
    tables.PRESCRIPTION.length = 0;
    tables.ISSUE.length = 0;
    tables.ITEM.length = 0;
    closeRows(life);
    for (const row of tables.MESSAGE) if (row['PAYLOAD_FILE'] == null) this.#addPayload(row, life);
    if (this.#format === 'LX-1') this.#tell(before, tables, stamp(asOfMs + HOUR_MS));
    else this.#tellDocument(life, stamp(asOfMs + HOUR_MS));
    return truthOf(life);
  }

  #addPayload(row: LegacyRow, life: Life): void {
    const bytes = payloadOf(row, life);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const place = {
      PAYLOAD_FILE: PAYLOAD_NAME,
      OFFSET: String(this.#bytes),
      LENGTH: String(bytes.length),
    };
    Object.assign(row, { ...place, SHA256: sha256 });
    this.#payload.push(bytes);
    this.#bytes += bytes.length;
  }

  #tell(before: LegacyRows, after: LegacyRows, at: string): void {
    this.#transactions += 1;
    const told = OF_PRESCRIPTIONS.flatMap((table) =>
      after[table].flatMap((row) => {
        const names = columnsOf(table).map(({ name }) => name);
        const whole = JSON.stringify(
          Object.fromEntries(names.map((name) => [name, row[name] ?? null])),
        );
        const key = Object.fromEntries(TABLES[table].key.map((name) => [name, row[name] ?? '']));
        const old = before[table].find((one) =>
          TABLES[table].key.every((name) => one[name] === row[name]),
        );
        const was =
          old === undefined
            ? null
            : JSON.stringify(Object.fromEntries(names.map((name) => [name, old[name] ?? null])));
        return whole === was
          ? []
          : [{ table, op: was === null ? 'I' : 'U', key: JSON.stringify(key), whole, was }];
      }),
    );
    for (const [index, { table, op, key, whole, was }] of told.entries()) {
      const isLast = index === told.length - 1 ? 'Y' : 'N';
      const place = [String(this.#changes.length + 1), `T${this.#transactions}`, isLast, at];
      this.#changes.push([...place, table, op, key, whole, was]);
    }
  }

  #tellDocument({ beginning, rows }: Life, at: string): void {
    this.#transactions += 1;
    const key = JSON.stringify({ PRESC_ID: beginning.id });
    const place = [String(this.#changes.length + 1), `T${this.#transactions}`, 'Y', at];
    for (const document of documentsOf(rows.tables)) {
      this.#changes.push([...place, DOCUMENT, 'U', key, documentLine(document).trimEnd(), null]);
    }
  }

  /** Writes it as one segment, signed. */
  async write(folder: string, exportId: string, privateKeyPem: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const text = [FEED_COLUMNS, ...this.#changes].map(csvLine).join('');
    await writeSegment(folder, { exportId, number: 1, text }, privateKeyPem);
    await writeFile(join(folder, PAYLOAD_NAME), Buffer.concat(this.#payload));
  }
}

const PAYLOAD_NAME = 'feed.000001.bin';

/** A segment of a feed with its signed description beside it. */
export async function writeSegment(
  folder: string,
  segment: { readonly exportId: string; readonly number: number; readonly text: string },
  privateKeyPem: string,
): Promise<void> {
  const name = `CHANGE.${String(segment.number).padStart(6, '0')}`;
  const bytes = Buffer.from(segment.text, 'latin1');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(folder, `${name}.csv`), bytes);
  const facts = { format: 'LX-1-feed', exportId: segment.exportId, file: `${name}.csv`, sha256 };
  await writeSigned(join(folder, `${name}.json`), facts, privateKeyPem);
}

/** Whether there is an act for it. */
export function canGoOn(life: Life): boolean {
  const isLive = life.issues.length > 0 && !life.isGone;
  return isLive && ['0001', '0002', '0006'].includes(life.issue.status);
}

function actOnce(life: Life, dice: Dice, ms: number): void {
  const { issue } = life;
  const org = life.nominated ?? 'F0001';
  if (issue.status === '0006') return life.claim(ms);
  if (issue.status === '0002') {
    if (dice.isLucky(0.5)) return life.giveBack(ms);
    return life.dispense(
      ms,
      '0003',
      issue.items.map(() => '0003'),
    );
  }
  const isQueued = life.rows.tables.NOM_RELEASE.some((row) => row['STATE'] === 'PENDING');
  if (isQueued && dice.isLucky(0.7)) return life.release(ms, org, 'NOMINATED');
  return dice.isLucky(0.5) ? life.cancel(ms) : life.release(ms, 'F0002', 'BY_ID');
}

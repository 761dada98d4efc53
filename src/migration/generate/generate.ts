import { mkdir, writeFile } from 'node:fs/promises';
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

import { keyIdOf, writeSigned } from '../signed-file.ts';
import { DOCUMENT } from '../lx1/open-dump.ts';
import { type DumpFile, MANIFEST, type Manifest, manifestJson } from '../lx1/manifest.ts';
import { columnsOf, OF_PRESCRIPTIONS, type PrescriptionTable } from '../lx1/tables.ts';
import { type Packing, PartFile, PayloadFile } from '../lx1/write-part.ts';
import { BesideRows } from './beside.ts';
import { closeRows } from './close-rows.ts';
import { aDamage } from './damage.ts';
import { Dice, guidOf } from './dice.ts';
import { spoil } from './dirty.ts';
import { documentLine, documentsOf } from './document.ts';
import { Feed } from './feed.ts';
import { dayOf, isDoubled } from './legacy-time.ts';
import type { Life } from './life.ts';
import { keptOf } from './payload.ts';
import { lifeOf, unseenOf } from './lives.ts';
import type { Era } from './stories.ts';
import { Reads } from './reads.ts';
import { SentMessages } from './sent.ts';
import type { Signers } from './signers.ts';
import { type Truth, truthOf } from './truth.ts';

export type Wanted = Era & {
  /** Where the export goes; the truth goes beside it. */
  readonly folder: string;
  readonly prescriptions: number;
  readonly perPart: number;
  readonly packing: Packing;
  /** As tables, or as a document for each prescription. */
  readonly format: Manifest['format'];
  /** How much of each dirty class: 1 for the rates of the specification, 0 for none. */
  readonly dirt: number;
  /** Share of the clean prescriptions that something happens to after the export; a quarter of as many come anew. */
  readonly changing: number;
  /** Who has nominations, roles, cards and answers that are not delivered; absent: nobody, and no such tables. */
  readonly people?: number;
  readonly privateKeyPem: string;
  /** Who has signed the orders; the certificates of the authority that an operator is told of are written beside the export. */
  readonly signers: Signers;
};

export const TRUTH = 'truth.ndjson';
/** What is true once the changes after the export are applied. */
export const TRUTH_AFTER = 'truth-after.ndjson';

/** What the old store answered to those who asked it once those changes were made. */
export const READS = 'reads.ndjson';

/** What they sent it meanwhile, and what it answered to that. */
export const MESSAGES = 'messages.ndjson';

/** Certificates of the authorities of whoever signed the orders, in PEM. */
export const AUTHORITIES = 'authorities.pem';

/** The export lies in here, what was changed after it in the other, and the truth beside them. */
export const dumpFolder = (folder: string): string => join(folder, 'export');
export const feedFolder = (folder: string): string => join(folder, 'feed');

/**
 * Writes an export of an old Spine that never was, and beside it what is true of each id [MIGRATION 11]. The same again
 * from the same seed. `onPart` is told how many prescriptions are written.
 */
export async function generateDump(
  wanted: Wanted,
  onPart: (prescriptions: number) => void = () => undefined,
): Promise<Manifest> {
  const { folder, prescriptions, perPart, seed, asOfMs, format, privateKeyPem, signers } = wanted;
  await mkdir(dumpFolder(folder), { recursive: true });
  await writeFile(join(folder, AUTHORITIES), signers.authorities);
  const exportId = guidOf('export', seed, prescriptions).toLowerCase();
  const sent = new SentMessages(join(folder, MESSAGES));
  const began = { format, asOfMs, signers, sent, dice: new Dice(seed) };
  const beside: Beside = {
    truths: createWriteStream(join(folder, TRUTH)),
    after: createWriteStream(join(folder, TRUTH_AFTER)),
    counts: new Map(),
    feed: await Feed.open(feedFolder(folder), { exportId, privateKeyPem }, began),
    reads: new Reads(join(folder, READS)),
    people: new BesideRows(wanted.people ?? 0, asOfMs),
  };
  const files: DumpFile[] = [];
  for (let part = 1, from = 0; from < prescriptions; part += 1, from += perPart) {
    const to = Math.min(from + perPart, prescriptions);
    files.push(...(await writePart(wanted, { part, from, to }, beside)));
    onPart(to);
  }
  const { packing } = wanted;
  const people = { dump: dumpFolder(folder), packing, dice: new Dice(seed) };
  files.push(...(await beside.people.write(folder, people)));
  await comeAnew(wanted, beside);
  await Promise.all([beside.truths, beside.after].map((one) => finished(one.end())));
  await Promise.all([beside.reads, sent].map((one) => one.close()));
  const manifest: Manifest = {
    format,
    version: '1.0.0',
    source: 'generated',
    exportId,
    operator: keyIdOf(privateKeyPem),
    started: new Date(asOfMs).toISOString(),
    ended: new Date(asOfMs).toISOString(),
    startChgSeq: 0,
    endChgSeq: 0,
    timeBasis: { 'STATUS_HIST.EVENT_TS': 'london-local' },
    files,
    tables: rowsOfTables(files),
    statusCounts: Object.fromEntries(
      [...beside.counts].toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
  };
  await writeSigned(join(dumpFolder(folder), MANIFEST), manifestJson(manifest), privateKeyPem);
  return manifest;
}

const ANEW = 0.25; // of as many prescriptions as change
const DAMAGED = 0.005; // of those, ten times as many as in the export: they are few

/** What nobody had heard of when the export was made; the feed ends with all that still go on. */
async function comeAnew(wanted: Wanted, beside: Beside): Promise<void> {
  const { folder, prescriptions, changing, seed } = wanted;
  const count = Math.ceil(prescriptions * changing * ANEW);
  for (let n = prescriptions; n < prescriptions + count; n += 1) {
    const dice = new Dice(seed * 1_000_003 + n);
    const life = unseenOf(n, dice, wanted);
    const luck = new Dice(seed * 1_000_033 + n);
    if (luck.isLucky(DAMAGED * wanted.dirt)) life.damage = aDamage(luck);
    await goOn(life, dice, beside);
    await beside.feed.askInVain(n);
  }
  if (changing > 0) await beside.people.goOn(folder, beside.feed);
  await beside.feed.close();
}

function goOn(life: Life, dice: Dice, { feed, after, reads }: Beside): Promise<void> {
  return feed.goOn(life, dice, async (truth) => {
    await writeTruth(after, truth);
    await reads.tell(life, dice);
  });
}

type Range = { readonly part: number; readonly from: number; readonly to: number };
type Beside = {
  readonly truths: WriteStream;
  readonly after: WriteStream;
  readonly counts: Map<string, number>;
  readonly feed: Feed;
  readonly reads: Reads;
  readonly people: BesideRows;
};

async function writePart(
  wanted: Wanted,
  { part, from, to }: Range,
  beside: Beside,
): Promise<DumpFile[]> {
  const folder = dumpFolder(wanted.folder);
  const payload = new PayloadFile(folder, part);
  const names = wanted.format === 'LX-2' ? ([DOCUMENT] as const) : OF_PRESCRIPTIONS;
  const tables: Files['tables'] = new Map(
    names.map((table) => [table, new PartFile(folder, table, part, wanted.packing)] as const),
  );
  for (let n = from; n < to; n += 1) {
    const dice = new Dice(wanted.seed * 1_000_003 + n);
    const { life, truth } = await writeLife(wanted, n, {
      dice,
      payload,
      tables,
      people: beside.people,
    });
    count(life, beside.counts);
    await writeTruth(beside.truths, truth);
    if (canGoOn(truth) && dice.isLucky(wanted.changing)) {
      await goOn(life, dice, beside);
      continue;
    }
    await writeTruth(beside.after, truth);
    await beside.reads.tell(life, dice);
  }
  const written = [];
  for (const table of tables.values()) written.push(await table.close());
  return [...written, await payload.close()];
}

/** What is wrong stays as it was put in; what is past its day expires, and an order that was refused may come again. */
function canGoOn({ fate, classes }: Truth): boolean {
  return fate === 'orphan' || (fate !== 'tombstone' && classes.every((name) => name === 'D30'));
}

async function writeTruth(file: WriteStream, truth: Truth): Promise<void> {
  if (!file.write(`${JSON.stringify(truth)}\n`)) await once(file, 'drain');
}

type Files = {
  readonly dice: Dice;
  readonly payload: PayloadFile;
  readonly people: BesideRows;
  readonly tables: ReadonlyMap<PrescriptionTable | typeof DOCUMENT, PartFile>;
};

async function writeLife(
  wanted: Wanted,
  n: number,
  { dice, payload, people, tables }: Files,
): Promise<{ life: Life; truth: Truth }> {
  const { asOfMs, dirt: share } = wanted;
  const life = lifeOf(n, dice, wanted);
  closeRows(life);
  people.answer(life, n);
  const truth = truthOf(life);
  if (truth.fate === 'live' && life.rows.moments.some(isDoubled)) truth.classes.push('D14');
  else spoil(life, truth, { dice, asOfMs, share });
  // One that is cancelled after all has no day any more.
  if (isLapsed(life, asOfMs) && !truth.classes.includes('D6')) truth.classes.push('D30');
  for (const row of life.rows.tables.MESSAGE) {
    const { bytes, sha256 } = keptOf(row, life, wanted.signers);
    const offset = String(await payload.add(bytes));
    Object.assign(row, {
      PAYLOAD_FILE: payload.name,
      OFFSET: offset,
      LENGTH: String(bytes.length),
      SHA256: sha256,
    });
  }
  for (const [table, file] of tables) await writeRows(life, table, file);
  return { life, truth };
}

async function writeRows(life: Life, table: PrescriptionTable | 'DOCUMENT', file: PartFile) {
  const { tables } = life.rows;
  if (table === DOCUMENT) {
    for (const document of documentsOf(tables)) await file.text(documentLine(document));
    return;
  }
  for (const row of tables[table]) {
    await file.line(columnsOf(table).map(({ name }) => row[name] ?? null));
  }
}

/** Still to be had, and its day is past [MIGRATION 4, D30]. */
function isLapsed(life: Life, asOfMs: number): boolean {
  const issue = life.isGone ? undefined : life.issues[life.current - 1];
  return issue?.status === '0001' && issue.expiry <= dayOf(asOfMs);
}

function count({ rows, beginning }: Life, counts: Map<string, number>): void {
  const { ISSUE: issues, NOM_RELEASE: queued, CANCELLATION: cancelled } = rows.tables;
  const names = [
    ...issues.map((row) => `${beginning.treatment}/${row['STATUS']}`),
    ...queued.map((row) => `NOM_RELEASE/${row['STATE']}`),
    ...cancelled.map((row) => `CANCELLATION/${row['STATE']}`),
  ];
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function rowsOfTables(files: readonly DumpFile[]): Manifest['tables'] {
  const rows: Record<string, { rows: number }> = {};
  for (const { table, rows: some } of files)
    rows[table] = { rows: (rows[table]?.rows ?? 0) + some };
  return rows;
}

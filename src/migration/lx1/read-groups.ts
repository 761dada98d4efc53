import { type DOCUMENT, type Dump, fileOf } from './open-dump.ts';
import type { CsvPlace, CsvRow } from './csv.ts';
import type { DumpFile } from './manifest.ts';
import { fieldOf, isPacked, type Placed, placed, readRecords, readStretch } from './read-table.ts';
import { refused } from './refusal.ts';
import { columnsOf, placeOf, type PrescriptionTable } from './tables.ts';

/** All rows about one id: of a prescription, of one that is gone, or of none. */
export type Group = {
  /** The id in upper case without its check character; empty for rows without an id. */
  readonly place: string;
  /** Of the export; absent where the feed has brought or changed it. */
  readonly part?: number;
  readonly rows: { readonly [Name in PrescriptionTable]: readonly Placed<Name>[] };
  /** How many documents they are from; absent where the old store has tables. */
  readonly documents?: number;
  /** Dirty classes that reading them has found. */
  readonly classes?: readonly string[];
  /** Of some groups, where the files are not packed. */
  readonly mark?: Mark | undefined;
};

/** Where an id begins in the files of its part: a reading can begin there [MIGRATION 7]. */
export type Mark = { readonly place: string; readonly starts: Starts };
type Starts = Readonly<Partial<Record<PrescriptionTable | typeof DOCUMENT, CsvPlace>>>;

/** From a mark to the next one; null: to the end. */
export type Between = { readonly from: Mark; readonly to: Mark | null };

/**
 * The rows of a part, gathered by prescription: all tables are read once and side by side, so that memory does not
 * grow with them [MIGRATION 3]. Of others than are wanted only the ids are read, and those between two marks alone where
 * these are given. Throws `Trouble` with file and row when a table is not in the order of its ids.
 */
export async function* readGroups(
  dump: Dump,
  part: number,
  isWanted: (place: string) => boolean = () => true,
  between: Between | null = null,
): AsyncGenerator<Group> {
  const source = { dump, part, between };
  const tables = { cursors: cursorsOf(source), items: new Cursor(source, 'DISPENSE_ITEM') };
  try {
    yield* gathered(source, tables, isWanted);
  } finally {
    for (const cursor of [...Object.values(tables.cursors), tables.items]) await cursor.close();
  }
}

type Tables = {
  readonly cursors: ReturnType<typeof cursorsOf>;
  readonly items: Cursor<'DISPENSE_ITEM'>;
};

async function* gathered(
  source: Source,
  { cursors, items }: Tables,
  isWanted: (place: string) => boolean,
): AsyncGenerator<Group> {
  const { dump, part } = source;
  const known = await dispensesOf(source);
  const all = Object.values(cursors);
  const isMarked = dump.manifest.files.every((file) => file.part !== part || !isPacked(file));
  for (const cursor of [...all, items]) await cursor.fill();
  for (let count = 0; ; count += 1) {
    const place = leastOf(all);
    if (place === null) break;
    const isMark = isMarked && count % MARK_EVERY === 0;
    const mark = isMark ? { place, starts: startsOf(cursors, items) } : undefined;
    const dispenses = await cursors.DISPENSE.take(place);
    const own = new Set(dispenses.map(({ row }) => row.DN_ID));
    // Items follow their notifications; one that has none comes with the rows beside which it stands.
    const isItem = (notification: string): boolean =>
      own.has(notification) || !known.has(notification);
    if (!isWanted(place)) {
      for (const cursor of all) await cursor.pass(place);
      await items.takeWhile(isItem);
      continue;
    }
    yield {
      place,
      part,
      mark,
      rows: {
        PRESCRIPTION: await cursors.PRESCRIPTION.take(place),
        ISSUE: await cursors.ISSUE.take(place),
        ITEM: await cursors.ITEM.take(place),
        STATUS_HIST: await cursors.STATUS_HIST.take(place),
        MESSAGE: await cursors.MESSAGE.take(place),
        NOM_RELEASE: await cursors.NOM_RELEASE.take(place),
        RELEASE: await cursors.RELEASE.take(place),
        DISPENSE: dispenses,
        DISPENSE_ITEM: await items.takeWhile(isItem),
        CLAIM: await cursors.CLAIM.take(place),
        CANCELLATION: await cursors.CANCELLATION.take(place),
        TOMBSTONE: await cursors.TOMBSTONE.take(place),
      },
    };
  }
  const rest = await items.takeWhile(() => true);
  if (rest.length > 0 && isWanted(''))
    yield { place: '', rows: { ...NO_ROWS, DISPENSE_ITEM: rest } };
}

/** Ids from one mark to the next: of changed ids so many are read, too. */
export const MARK_EVERY = 25;

type Source = { readonly dump: Dump; readonly part: number; readonly between: Between | null };

function cursorsOf(source: Source) {
  return {
    PRESCRIPTION: new Cursor(source, 'PRESCRIPTION'),
    ISSUE: new Cursor(source, 'ISSUE'),
    ITEM: new Cursor(source, 'ITEM'),
    STATUS_HIST: new Cursor(source, 'STATUS_HIST'),
    MESSAGE: new Cursor(source, 'MESSAGE'),
    NOM_RELEASE: new Cursor(source, 'NOM_RELEASE'),
    RELEASE: new Cursor(source, 'RELEASE'),
    DISPENSE: new Cursor(source, 'DISPENSE'),
    CLAIM: new Cursor(source, 'CLAIM'),
    CANCELLATION: new Cursor(source, 'CANCELLATION'),
    TOMBSTONE: new Cursor(source, 'TOMBSTONE'),
  };
}

function startsOf(cursors: ReturnType<typeof cursorsOf>, items: Cursor<'DISPENSE_ITEM'>): Starts {
  return {
    PRESCRIPTION: cursors.PRESCRIPTION.start,
    ISSUE: cursors.ISSUE.start,
    ITEM: cursors.ITEM.start,
    STATUS_HIST: cursors.STATUS_HIST.start,
    MESSAGE: cursors.MESSAGE.start,
    NOM_RELEASE: cursors.NOM_RELEASE.start,
    RELEASE: cursors.RELEASE.start,
    DISPENSE: cursors.DISPENSE.start,
    DISPENSE_ITEM: items.start,
    CLAIM: cursors.CLAIM.start,
    CANCELLATION: cursors.CANCELLATION.start,
    TOMBSTONE: cursors.TOMBSTONE.start,
  };
}

/** The records of a table that are to be read. */
async function* recordsOf(
  { dump, part, between }: Source,
  table: PrescriptionTable,
): AsyncGenerator<readonly CsvRow[]> {
  const file = fileOf(dump, table, part);
  if (between === null || file === null) {
    yield* readRecords(dump, table, part);
    return;
  }
  const from = between.from.starts[table];
  const to = between.to?.starts[table] ?? endOf(file);
  if (from !== undefined) yield* readStretch(dump, file, { from, to });
}

function endOf(file: DumpFile | null): CsvPlace {
  return { row: (file?.rows ?? 0) + 2, start: file?.bytes ?? 0 }; // behind the header and its rows
}

/** Of nothing. */
export const NO_ROWS: Group['rows'] = {
  PRESCRIPTION: [],
  ISSUE: [],
  ITEM: [],
  STATUS_HIST: [],
  MESSAGE: [],
  NOM_RELEASE: [],
  RELEASE: [],
  DISPENSE: [],
  DISPENSE_ITEM: [],
  CLAIM: [],
  CANCELLATION: [],
  TOMBSTONE: [],
};

function leastOf(cursors: readonly { readonly place: string | null }[]): string | null {
  let least: string | null = null;
  for (const { place } of cursors) {
    if (place !== null && (least === null || place < least)) least = place;
  }
  return least;
}

/** Ids of the notifications of a part: an item of any other has lost its own. */
async function dispensesOf(source: Source): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for await (const some of recordsOf(source, 'DISPENSE')) {
    for (const record of some) known.add(fieldOf(record, NOTIFICATION) ?? '');
  }
  return known;
}

const NOTIFICATION = 0; // the place of DN_ID in DISPENSE and DISPENSE_ITEM

/** Where the reading of one table has come to. */
class Cursor<Name extends PrescriptionTable> {
  readonly #table: Name;
  readonly #file: string;
  readonly #end: CsvPlace;
  readonly #idColumn: number;
  readonly #source: AsyncGenerator<readonly CsvRow[]>;
  #records: readonly CsvRow[] = [];
  #next = 0;
  #id: string | null = null;
  /** Of the row that comes next; null behind the last. */
  place: string | null = null;

  constructor(source: Source, table: Name) {
    const file = fileOf(source.dump, table, source.part);
    this.#table = table;
    this.#file = file?.name ?? table;
    this.#end = endOf(file);
    this.#idColumn = columnsOf(table).findIndex(({ name }) => name === 'PRESC_ID');
    this.#source = recordsOf(source, table);
  }

  /** Of the row that comes next; behind the last one, where that ends. */
  get start(): CsvPlace {
    const record = this.#records[this.#next];
    return record === undefined ? this.#end : { row: record.row, start: record.start };
  }

  /** Of one that is not read to its end. */
  async close(): Promise<void> {
    await this.#source.return(undefined);
  }

  async fill(): Promise<void> {
    while (this.#next >= this.#records.length) {
      const next = await this.#source.next();
      this.#next = 0;
      this.#records = next.done === true ? [] : next.value;
      if (next.done === true) break;
    }
    this.#see();
  }

  async take(place: string): Promise<Placed<Name>[]> {
    const taken: Placed<Name>[] = [];
    while (this.place === place) {
      const record = this.#records[this.#next];
      if (record === undefined) break;
      taken.push(placed(record, this.#table, this.#file));
      if (!this.#advance()) await this.fill();
    }
    return taken;
  }

  /** Takes them, and does not look at them. */
  async pass(place: string): Promise<void> {
    while (this.place === place && this.#next < this.#records.length) {
      if (!this.#advance()) await this.fill();
    }
  }

  /** Of notifications that are wanted. */
  async takeWhile(isWanted: (notification: string) => boolean): Promise<Placed<Name>[]> {
    const taken: Placed<Name>[] = [];
    for (;;) {
      const record = this.#records[this.#next];
      if (record === undefined || !isWanted(fieldOf(record, NOTIFICATION) ?? '')) return taken;
      taken.push(placed(record, this.#table, this.#file));
      if (!this.#advance()) await this.fill();
    }
  }

  /** Whether the next row is there: else it must be read. */
  #advance(): boolean {
    this.#next += 1;
    if (this.#next >= this.#records.length) return false;
    this.#see();
    return true;
  }

  #see(): void {
    const record = this.#records[this.#next];
    const before = this.place;
    const id = record === undefined ? null : this.#idOf(record);
    if (id !== null && id === this.#id) return;
    this.#id = id;
    this.place = id === null ? null : placeOf(id);
    if (record === undefined || before === null || (this.place ?? '') >= before) return;
    placed(record, this.#table, this.#file); // one that is no row of its table is told of as that
    throw refused(this.#file, record.row, 'it is not in the order of the prescriptions');
  }

  #idOf(record: CsvRow): string {
    return this.#idColumn === -1 ? '' : (fieldOf(record, this.#idColumn) ?? '');
  }
}

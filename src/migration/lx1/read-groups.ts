import { type Dump, fileOf } from './open-dump.ts';
import type { CsvRow } from './csv.ts';
import { fieldOf, type Placed, placed, readRecords } from './read-table.ts';
import { refused } from './refusal.ts';
import { columnsOf, placeOf, type PrescriptionTable } from './tables.ts';

/** All rows about one id: of a prescription, of one that is gone, or of none. */
export type Group = {
  /** The id in upper case without its check character; empty for rows without an id. */
  readonly place: string;
  readonly rows: { readonly [Name in PrescriptionTable]: readonly Placed<Name>[] };
  /** How many documents they are from; absent where the old store has tables. */
  readonly documents?: number;
  /** Dirty classes that reading them has found. */
  readonly classes?: readonly string[];
};

/**
 * The rows of a part, gathered by prescription: all tables are read once and side by side, so that memory does not
 * grow with them [MIGRATION 3]. Of others than are wanted only the ids are read. Throws `Trouble` with file and row when
 * a table is not in the order of its ids.
 */
export async function* readGroups(
  dump: Dump,
  part: number,
  isWanted: (place: string) => boolean = () => true,
): AsyncGenerator<Group> {
  const known = await dispensesOf(dump, part);
  const cursors = {
    PRESCRIPTION: new Cursor(dump, 'PRESCRIPTION', part),
    ISSUE: new Cursor(dump, 'ISSUE', part),
    ITEM: new Cursor(dump, 'ITEM', part),
    STATUS_HIST: new Cursor(dump, 'STATUS_HIST', part),
    MESSAGE: new Cursor(dump, 'MESSAGE', part),
    NOM_RELEASE: new Cursor(dump, 'NOM_RELEASE', part),
    RELEASE: new Cursor(dump, 'RELEASE', part),
    DISPENSE: new Cursor(dump, 'DISPENSE', part),
    CLAIM: new Cursor(dump, 'CLAIM', part),
    CANCELLATION: new Cursor(dump, 'CANCELLATION', part),
    TOMBSTONE: new Cursor(dump, 'TOMBSTONE', part),
  };
  const items = new Cursor(dump, 'DISPENSE_ITEM', part);
  const all = Object.values(cursors);
  for (const cursor of [...all, items]) await cursor.fill();
  for (;;) {
    const place = leastOf(all);
    if (place === null) break;
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
async function dispensesOf(dump: Dump, part: number): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for await (const some of readRecords(dump, 'DISPENSE', part)) {
    for (const record of some) known.add(fieldOf(record, NOTIFICATION) ?? '');
  }
  return known;
}

const NOTIFICATION = 0; // the place of DN_ID in DISPENSE and DISPENSE_ITEM

/** Where the reading of one table has come to. */
class Cursor<Name extends PrescriptionTable> {
  readonly #table: Name;
  readonly #file: string;
  readonly #idColumn: number;
  readonly #source: AsyncGenerator<readonly CsvRow[]>;
  #records: readonly CsvRow[] = [];
  #next = 0;
  #id: string | null = null;
  /** Of the row that comes next; null behind the last. */
  place: string | null = null;

  constructor(dump: Dump, table: Name, part: number) {
    this.#table = table;
    this.#file = fileOf(dump, table, part)?.name ?? table;
    this.#idColumn = columnsOf(table).findIndex(({ name }) => name === 'PRESC_ID');
    this.#source = readRecords(dump, table, part);
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

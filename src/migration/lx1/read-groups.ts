import { type Dump, fileOf } from './open-dump.ts';
import { type Placed, readTable } from './read-table.ts';
import { refused } from './refusal.ts';
import { placeOf, type PrescriptionTable } from './tables.ts';

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
 * grow with them [MIGRATION 3]. Throws `Trouble` with file and row when a table is not in the order of its ids.
 */
export async function* readGroups(dump: Dump, part: number): AsyncGenerator<Group> {
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
        // Items follow their notifications; one that has none comes with the rows beside which it stands.
        DISPENSE_ITEM: await items.takeWhile(
          ({ row }) => own.has(row.DN_ID) || !known.has(row.DN_ID),
        ),
        CLAIM: await cursors.CLAIM.take(place),
        CANCELLATION: await cursors.CANCELLATION.take(place),
        TOMBSTONE: await cursors.TOMBSTONE.take(place),
      },
    };
  }
  const rest = await items.takeWhile(() => true);
  if (rest.length > 0) yield { place: '', rows: { ...NO_ROWS, DISPENSE_ITEM: rest } };
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
  for await (const some of readTable(dump, 'DISPENSE', part)) {
    for (const { row } of some) known.add(row.DN_ID);
  }
  return known;
}

/** Where the reading of one table has come to. */
class Cursor<Name extends PrescriptionTable> {
  readonly #file: string;
  readonly #source: AsyncGenerator<readonly Placed<Name>[]>;
  #rows: readonly Placed<Name>[] = [];
  #next = 0;
  #id: string | null = null;
  /** Of the row that comes next; null behind the last. */
  place: string | null = null;

  constructor(dump: Dump, table: Name, part: number) {
    this.#file = fileOf(dump, table, part)?.name ?? table;
    this.#source = readTable(dump, table, part);
  }

  async fill(): Promise<void> {
    while (this.#next >= this.#rows.length) {
      const next = await this.#source.next();
      this.#next = 0;
      this.#rows = next.done === true ? [] : next.value;
      if (next.done === true) break;
    }
    this.#see();
  }

  async take(place: string): Promise<Placed<Name>[]> {
    const taken: Placed<Name>[] = [];
    while (this.place === place) {
      const row = this.#rows[this.#next];
      if (row === undefined) break;
      taken.push(row);
      if (!this.#advance()) await this.fill();
    }
    return taken;
  }

  async takeWhile(isWanted: (one: Placed<Name>) => boolean): Promise<Placed<Name>[]> {
    const taken: Placed<Name>[] = [];
    for (;;) {
      const row = this.#rows[this.#next];
      if (row === undefined || !isWanted(row)) return taken;
      taken.push(row);
      if (!this.#advance()) await this.fill();
    }
  }

  /** Whether the next row is there: else it must be read. */
  #advance(): boolean {
    this.#next += 1;
    if (this.#next >= this.#rows.length) return false;
    this.#see();
    return true;
  }

  #see(): void {
    const row = this.#rows[this.#next];
    const before = this.place;
    const id = row === undefined ? null : idIn(row.row);
    if (id !== null && id === this.#id) return;
    this.#id = id;
    this.place = id === null ? null : placeOf(id);
    if (before !== null && this.place !== null && this.place < before) {
      throw refused(this.#file, row?.at ?? null, 'it is not in the order of the prescriptions');
    }
  }
}

function idIn(row: object): string {
  return 'PRESC_ID' in row && typeof row.PRESC_ID === 'string' ? row.PRESC_ID : '';
}

import type { Manifest } from '../lx1/manifest.ts';
import { DOCUMENT } from '../lx1/open-dump.ts';
import {
  columnsOf,
  OF_PRESCRIPTIONS,
  type PrescriptionTable,
  type TableName,
  TABLES,
} from '../lx1/tables.ts';
import { closeRows } from './close-rows.ts';
import { kept } from './damage.ts';
import { type Dice, guidOf } from './dice.ts';
import { documentLine, documentsOf } from './document.ts';
import { FeedFile, type FeedOf, type Told } from './feed-file.ts';
import { goOnOnce } from './go-on.ts';
import { held } from './injection.ts';
import { isDoubled, stamp } from './legacy-time.ts';
import type { Life } from './life.ts';
import type { LegacyRow, LegacyRows } from './life-rows.ts';
import { keptOf } from './payload.ts';
import type { SentMessages } from './sent.ts';
import { sentAs } from './sent-as.ts';
import type { Signers } from './signers.ts';
import { type Truth, truthOf } from './truth.ts';

const HOUR_MS = 3_600_000;
const AT_ONCE = 16; // lives that go on side by side, so that a feed has one's transactions among those of others
const ACTS_MOST = 4;
const NO_MORE = 'rejected 0006'; // no more nominated prescriptions [EPS-CODES 2]

/** A life that goes on, and what is told when it has. */
type Going = {
  readonly life: Life;
  readonly dice: Dice;
  left: number;
  readonly onEnd: (truth: Truth) => Promise<void>;
};

/** What a feed begins with. */
type Begun = {
  readonly format: Manifest['format'];
  readonly asOfMs: number;
  readonly dice: Dice;
  readonly signers: Signers;
  /** Who keeps the messages as their senders' systems have sent them. */
  readonly sent: SentMessages;
};

/** What goes on in an old store after its export was made: changes of rows, transaction by transaction. */
export class Feed {
  readonly #format: Manifest['format'];
  readonly #file: FeedFile;
  readonly #going: Going[] = [];
  readonly #dice: Dice;
  readonly #signers: Signers;
  readonly #sent: SentMessages;
  #ms: number;

  private constructor(file: FeedFile, { format, asOfMs, dice, signers, sent }: Begun) {
    this.#format = format;
    this.#file = file;
    this.#ms = asOfMs + HOUR_MS;
    this.#dice = dice;
    this.#signers = signers;
    this.#sent = sent;
  }

  static async open(folder: string, of: FeedOf, begun: Begun): Promise<Feed> {
    return new Feed(await FeedFile.open(folder, of), begun);
  }

  /** Lets a life go on by some acts, among others that do; `onEnd` is told the truth after the last one. */
  async goOn(life: Life, dice: Dice, onEnd: Going['onEnd']): Promise<void> {
    this.#going.push({ life, dice, left: dice.whole(1, ACTS_MOST), onEnd });
    while (this.#going.length > AT_ONCE) await this.#step();
  }

  /** One of them does one act more, and is done with where it can do none or has done all. */
  async #step(): Promise<void> {
    const at = this.#dice.whole(0, this.#going.length - 1);
    const going = this.#going[at];
    if (going === undefined) return;
    going.left -= 1;
    const isOver = !(await this.#actOnce(going)) || going.left === 0;
    if (!isOver) return;
    this.#going.splice(at, 1);
    const truth = truthOf(going.life);
    if (truth.fate === 'live' && going.life.rows.moments.some(isDoubled)) truth.classes.push('D14');
    if (truth.fate === 'live' && going.life.damage !== null) {
      truth.classes.push('D20');
      held(truth);
    }
    await going.onEnd(truth);
  }

  async #actOnce({ life, dice }: Going): Promise<boolean> {
    const { tables } = life.rows;
    const before = structuredClone(tables);
    this.#ms += 1000;
    if (!goOnOnce(life, dice, this.#ms)) return false;
    for (const table of ['PRESCRIPTION', 'ISSUE', 'ITEM'] as const) tables[table].length = 0;
    closeRows(life);
    const came = tables.MESSAGE.find((row) => row['PAYLOAD_FILE'] == null);
    await this.#sent.tell(life, came, this.#ms);
    for (const row of tables.MESSAGE) {
      if (row['PAYLOAD_FILE'] != null) continue;
      Object.assign(row, await this.#file.message(keptOf(row, life, this.#signers)));
    }
    const told =
      this.#format === 'LX-1' ? toldRows(before, tables) : toldDocument(life, before, tables);
    await this.#file.transaction(told, stamp(this.#ms));
    return true;
  }

  /** A transaction of its own. */
  async tell(changes: readonly Told[]): Promise<void> {
    this.#ms += 1000;
    await this.#file.transaction(changes, stamp(this.#ms));
  }

  /** A pharmacy asks for what waits for it, and nothing does: a message about no prescription. Documents have no place for it. */
  async askInVain(n: number): Promise<void> {
    if (this.#format === 'LX-2') {
      this.#ms += 1000; // both formats tell the others at the same times
      return;
    }
    const [id, org] = [guidOf('asked', n), `F${String(n % 10).padStart(4, '0')}`];
    const interaction = sentAs('PORX_IN060102SM30', org, n);
    const bytes = Buffer.from(
      `<${interaction} xmlns="urn:hl7-org:v3"><id root="${id}"/></${interaction}>`,
    );
    const row: LegacyRow = {
      MSG_ID: id,
      INTERACTION: interaction,
      DIRECTION: 'IN',
      PRESC_ID: null,
      RECV_TS: stamp(this.#ms),
      FROM_SYSTEM: org,
      OUTCOME: NO_MORE,
      ...(await this.#file.message(kept(bytes, null, id))),
    };
    const key = keyJson('MESSAGE', row);
    await this.tell([{ table: 'MESSAGE', key, after: rowJson('MESSAGE', row), before: null }]);
  }

  async close(): Promise<void> {
    while (this.#going.length > 0) await this.#step();
    await this.#file.close();
  }
}

/** What is another row now, is new, or is gone. */
function toldRows(before: LegacyRows, after: LegacyRows): Told[] {
  return OF_PRESCRIPTIONS.flatMap((table) => {
    const was = byKey(table, before);
    const is = byKey(table, after);
    const keys = [...new Set([...was.keys(), ...is.keys()])];
    return keys
      .map((key) => ({ table, key, after: is.get(key) ?? null, before: was.get(key) ?? null }))
      .filter((one) => one.after !== one.before);
  });
}

function byKey(table: PrescriptionTable, rows: LegacyRows): Map<string, string> {
  return new Map(rows[table].map((row) => [keyJson(table, row), rowJson(table, row)]));
}

/** The values of its key, and all of it, by their columns. */
export function keyJson(table: TableName, row: LegacyRow): string {
  return JSON.stringify(
    Object.fromEntries(TABLES[table].key.map((name) => [name, row[name] ?? ''])),
  );
}

export function rowJson(table: TableName, row: LegacyRow): string {
  return JSON.stringify(
    Object.fromEntries(columnsOf(table).map(({ name }) => [name, row[name] ?? null])),
  );
}

function toldDocument({ beginning }: Life, before: LegacyRows, after: LegacyRows): Told[] {
  const key = JSON.stringify({ PRESC_ID: beginning.id });
  const isNew = Object.values(before).every((rows) => rows.length === 0);
  const [was] = isNew ? [] : documentsOf(before);
  const old = was === undefined ? null : documentLine(was).trimEnd();
  return documentsOf(after).map((document) => ({
    table: DOCUMENT,
    key,
    after: documentLine(document).trimEnd(),
    before: old,
  }));
}

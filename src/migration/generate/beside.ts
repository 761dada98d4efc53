import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DumpFile } from '../lx1/manifest.ts';
import { BESIDE, type BesideTable, columnsOf } from '../lx1/tables.ts';
import { type Packing, PartFile } from '../lx1/write-part.ts';
import { goOnBeside } from './beside-after.ts';
import { type Dice, guidOf, nhsNumberOf } from './dice.ts';
import type { Feed } from './feed.ts';
import { dayOf, stamp } from './legacy-time.ts';
import type { Life } from './life.ts';
import type { LegacyRow } from './life-rows.ts';

/** What is true of whoever is of no prescription, by the old store. */
export type BesideTruth = {
  /** The dispensers of a patient, the first one first; `now`: the one that is nominated still. */
  readonly nominations: { patient: string; dispensers: string[]; now: string | null }[];
  /** `lastDay`: `YYYYMMDD`; null: the role has not ended. */
  readonly roles: { profile: string; user: string; site: string; lastDay: string | null }[];
  readonly cards: { card: string; user: string; isWithdrawn: boolean }[];
  readonly sessions: string[];
  /** Messages that it has not delivered. */
  readonly undelivered: string[];
};

export const TRUTH_BESIDE = 'truth-beside.json';
/** What is true once the changes after the export are applied; sessions are all that ever were. */
export const TRUTH_BESIDE_AFTER = 'truth-beside-after.json';

/** Who takes the messages of the old store: an invented system. */
export const SYSTEM = '200000009999';
const DAY_MS = 86_400_000;
const CHANGED_MS = 1_800_000; // from the export to what goes on after it
const ENDED = 3; // one of so many has nominated nobody any more, or has a role that is over
const WITHDRAWN = 4;
const UNDELIVERED = 2;
const JOB_ROLE = 'S8000:G8000:R8003';

/** The rows of an old store that are of no prescription, for so many people [MIGRATION 2.1]. */
export class BesideRows {
  readonly #people: number;
  readonly #asOfMs: number;
  readonly #rows: Record<BesideTable, LegacyRow[]> = {
    NOMINATION: [],
    SITE_STATE: [],
    OUTBOX: [],
    USER_ROLE: [],
    CARD: [],
    CERT_STATUS: [],
    SESSION: [],
  };
  readonly #truth: BesideTruth = {
    nominations: [],
    roles: [],
    cards: [],
    sessions: [],
    undelivered: [],
  };

  constructor(people: number, asOfMs: number) {
    this.#people = people;
    this.#asOfMs = asOfMs;
  }

  /** Of the first prescriptions: the order was answered, and some answers are not delivered. */
  answer(life: Life, n: number): void {
    const { MESSAGE: messages } = life.rows.tables;
    const [order] = messages;
    if (n >= this.#people || order === undefined || life.isGone) return;
    const id = guidOf('answer', n);
    messages.push({
      ...order,
      MSG_ID: id,
      CONV_ID: guidOf('conversation', n),
      INTERACTION: 'MCCI_IN010000UK13',
      DIRECTION: 'OUT',
      FROM_SYSTEM: null,
      TO_SYSTEM: SYSTEM,
      REF_TO_MSG: order['MSG_ID'] ?? null,
    });
    if (n % UNDELIVERED > 0) return;
    const created = order['RECV_TS'] ?? null;
    this.#rows.OUTBOX.push({ MSG_ID: id, TO_SYSTEM: SYSTEM, CREATED_TS: created, ATTEMPTS: '1' });
    this.#truth.undelivered.push(id);
  }

  #person(n: number, dice: Dice): void {
    const since = this.#asOfMs - dice.whole(30, 900) * DAY_MS;
    const later = since + dice.whole(1, 29) * DAY_MS;
    const isEnded = n % ENDED === ENDED - 1;
    const patient = nhsNumberOf(n);
    const dispensers = [dice.whole(1, 20), dice.whole(21, 40)].map(
      (site) => `F${String(site).padStart(4, '0')}`,
    );
    const [first = '', second = ''] = dispensers;
    const kind = { NHS_NO: patient, TYPE: 'P1' };
    const end = isEnded ? stamp(this.#asOfMs - DAY_MS) : null;
    this.#rows.NOMINATION.push(
      { ...kind, FROM_TS: stamp(since), ORG: first, TO_TS: stamp(later) },
      { ...kind, FROM_TS: stamp(later), ORG: second, TO_TS: end },
    );
    this.#truth.nominations.push({ patient, dispensers, now: isEnded ? null : second });
    const [user, profile, card] = ['5559', '5558', '1000'].map(
      (block) => `${block}${String(n + 1).padStart(8, '0')}`,
    );
    const lastDay = isEnded ? dayOf(this.#asOfMs - DAY_MS) : null;
    const role = { USER_ID: user ?? '', ROLE_PROFILE: profile ?? '', ORG: first };
    const valid = { VALID_FROM: dayOf(since), VALID_TO: lastDay };
    this.#rows.USER_ROLE.push({ ...role, JOB_ROLE, ACTIVITIES: 'B0570 B0572', ...valid });
    this.#truth.roles.push({
      profile: role.ROLE_PROFILE,
      user: role.USER_ID,
      site: first,
      lastDay,
    });
    const isWithdrawn = n % WITHDRAWN === 0;
    const state = isWithdrawn ? 'REVOKED' : 'ACTIVE';
    this.#rows.CARD.push({ CARD_SERIAL: card ?? '', USER_ID: role.USER_ID, STATE: state });
    this.#truth.cards.push({ card: card ?? '', user: role.USER_ID, isWithdrawn });
    const serial = guidOf('certificate', n).replaceAll('-', '');
    const status = isWithdrawn
      ? { STATE: 'REVOKED', REASON: '1', TIME: stamp(later) }
      : { STATE: 'GOOD' };
    this.#rows.CERT_STATUS.push({ SERIAL: serial, CARD_SERIAL: card ?? '', ...status });
    const session = guidOf('session', n);
    this.#rows.SESSION.push({ SESSION_ID: session, ...roleOf(role), STARTED_TS: stamp(later) });
    this.#truth.sessions.push(session);
    this.#rows.SITE_STATE.push({
      ORG: `F${String(n).padStart(4, '0')}`,
      LAST_POLL_TS: stamp(later),
    });
  }

  /** Writes its tables, each as one part, and beside the export what is true of them. */
  async write(
    folder: string,
    {
      dump,
      packing,
      dice,
    }: { readonly dump: string; readonly packing: Packing; readonly dice: Dice },
  ): Promise<DumpFile[]> {
    if (this.#people === 0) return [];
    for (let n = 0; n < this.#people; n += 1) this.#person(n, dice);
    const files: DumpFile[] = [];
    for (const table of BESIDE) {
      const file = new PartFile(dump, table, 1, packing);
      for (const row of this.#rows[table]) {
        await file.line(columnsOf(table).map(({ name }) => row[name] ?? null));
      }
      files.push(await file.close());
    }
    await writeFile(join(folder, TRUTH_BESIDE), JSON.stringify(this.#truth));
    return files;
  }

  /** Lets something go on with the people, and writes beside the export what is true then. */
  async goOn(folder: string, feed: Feed): Promise<void> {
    if (this.#people === 0) return;
    const at = stamp(this.#asOfMs + CHANGED_MS);
    for (const changes of goOnBeside(this.#rows, this.#truth, { people: this.#people, at })) {
      if (changes.length > 0) await feed.tell(changes);
    }
    await writeFile(join(folder, TRUTH_BESIDE_AFTER), JSON.stringify(this.#truth));
  }
}

function roleOf({ USER_ID, ROLE_PROFILE }: { USER_ID: string; ROLE_PROFILE: string }) {
  return { USER_ID, ROLE_PROFILE };
}

import { guidOf } from './dice.ts';
import { londonStamp, stamp } from './legacy-time.ts';
import type { PrescriptionTable } from '../lx1/tables.ts';
import { sentAs } from './sent-as.ts';

/** A row by the names of its columns; columns that are not named are NULL. Text is one byte a character. */
export type LegacyRow = Record<string, string | null>;
export type LegacyRows = Record<PrescriptionTable, LegacyRow[]>;

export type Message = {
  /** Empty for what no message caused. */
  readonly id: string;
  readonly interaction: string;
  readonly ms: number;
  readonly org: string | null;
};

const HISTORY_SPACE = 1_000; // so many ids of history for one prescription; the rest are gaps
const LATE_CLOCKS = 10; // one of so many prescriptions has a message whose sender's clock is late
const DAY_MS = 86_400_000;
const USER = '555900040101';

/** The rows that a prescription's life leaves in the tables of an old Spine [MIGRATION 2.1]. */
export class LifeRows {
  readonly tables: LegacyRows = {
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
  readonly moments: number[] = [];
  readonly #id: string;
  readonly #n: number;

  constructor(id: string, n: number) {
    this.#id = id;
    this.#n = n;
  }

  /** One that was received, under the id that its sender's system gives it; `refused`: the code of why it had no effect. */
  message(
    name: string,
    { ms, org, refused = null }: { ms: number; org: string; refused?: string | null },
  ): Message {
    const id = guidOf('message', this.#n, this.tables.MESSAGE.length);
    const interaction = sentAs(name, org, this.#n);
    this.tables.MESSAGE.push({
      MSG_ID: id,
      INTERACTION: interaction,
      DIRECTION: 'IN',
      PRESC_ID: this.#id,
      RECV_TS: stamp(ms),
      FROM_SYSTEM: org,
      OUTCOME: refused === null ? 'accepted' : `rejected ${refused}`,
    });
    return { id, interaction, ms, org };
  }

  history(step: {
    readonly issue: number;
    readonly from: string | null;
    readonly to: string;
    readonly message: Message;
    readonly org: string | null;
  }): void {
    const { issue, from, to, message, org } = step;
    const place = this.tables.STATUS_HIST.length;
    const number = this.#n * HISTORY_SPACE + place;
    // The clock of a sender may be late: only the order of the numbers, and when it was received, tell what came first.
    const isLate = message.id !== '' && this.#n % LATE_CLOCKS === 0 && place === 2;
    const eventMs = isLate ? message.ms - DAY_MS : message.ms;
    this.moments.push(eventMs);
    this.tables.STATUS_HIST.push({
      HIST_ID: String(number),
      PRESC_ID: this.#id,
      ISSUE_NO: String(issue),
      FROM_STATUS: from,
      TO_STATUS: to,
      INTERACTION: message.interaction,
      MSG_ID: message.id === '' ? null : message.id,
      EVENT_TS: londonStamp(eventMs),
      RECV_TS: stamp(message.ms),
      ORG: org,
      USER_ID: message.id === '' ? null : USER,
    });
  }

  enqueue(issue: number, org: string, ms: number): void {
    const before = this.tables.NOM_RELEASE.filter((row) => row['ISSUE_NO'] === String(issue));
    this.tables.NOM_RELEASE.push({
      PRESC_ID: this.#id,
      ISSUE_NO: String(issue),
      ORG: org,
      SEQ: String(before.length + 1),
      STATE: 'PENDING',
      QUEUED_TS: stamp(ms),
      ATTEMPTS: '0',
    });
  }

  /** What waits in a queue waits no more. */
  leave(state: 'WITHDRAWN' | 'DELIVERED', message: Message | null = null): void {
    for (const row of this.tables.NOM_RELEASE) {
      if (row['STATE'] !== 'PENDING') continue;
      row['STATE'] = state;
      if (message === null) continue;
      Object.assign(row, {
        DELIVERED_TS: stamp(message.ms),
        DELIVERY_MSG_ID: message.id,
        ATTEMPTS: '1',
      });
    }
  }

  released(issue: number, org: string, kind: 'NOMINATED' | 'BY_ID', message: Message): void {
    const before = this.tables.RELEASE.filter((row) => row['ISSUE_NO'] === String(issue));
    this.tables.RELEASE.push({
      PRESC_ID: this.#id,
      ISSUE_NO: String(issue),
      REL_NO: String(before.length + 1),
      ORG: org,
      KIND: kind,
      REL_TS: stamp(message.ms),
      REQ_MSG_ID: message.id,
    });
    if (kind === 'NOMINATED') this.leave('DELIVERED', message);
    else this.leave('WITHDRAWN');
  }

  gaveBack(issue: number, end: 'RETURN' | 'ADMIN_RESET', message: Message): void {
    const release = this.tables.RELEASE.filter((row) => row['ISSUE_NO'] === String(issue)).at(-1);
    Object.assign(release ?? {}, {
      END_KIND: end,
      END_TS: stamp(message.ms),
      END_MSG_ID: message.id,
    });
    for (const row of this.tables.NOM_RELEASE) {
      if (row['ISSUE_NO'] === String(issue) && row['STATE'] === 'DELIVERED')
        row['STATE'] = 'RETURNED';
    }
  }

  dispensed(
    issue: number,
    org: string,
    told: {
      readonly message: Message;
      readonly items: readonly string[];
      readonly amends: string | null;
    },
  ): void {
    const { message, items, amends } = told;
    const given = items.map((_, item) => this.#givenOf(issue, String(item + 1), amends));
    this.tables.DISPENSE.push({
      DN_ID: message.id,
      PRESC_ID: this.#id,
      ISSUE_NO: String(issue),
      ORG: org,
      DN_TS: stamp(message.ms),
      AMENDS_DN_ID: amends,
      WITHDRAWN: 'N',
      MSG_ID: message.id,
    });
    for (const [index, status] of items.entries()) {
      const rest = Number(QUANTITY) - (given[index] ?? 0);
      const quantity = status === '0001' ? rest : status === '0003' ? Math.min(14, rest) : 0;
      this.tables.DISPENSE_ITEM.push({
        DN_ID: message.id,
        ITEM_ORDER: String(index + 1),
        STATUS: status,
        PRODUCT_CODE: PRODUCT,
        QTY: String(quantity),
      });
    }
  }

  /** How much of an item is handed out by the notifications that stand; one of them is about to be replaced. */
  #givenOf(issue: number, item: string, amended: string | null): number {
    const { DISPENSE: told, DISPENSE_ITEM: items } = this.tables;
    const gone = new Set([amended, ...told.map((row) => row['AMENDS_DN_ID'] ?? null)]);
    const standing = told.filter(
      (row) =>
        row['ISSUE_NO'] === String(issue) &&
        row['WITHDRAWN'] === 'N' &&
        !gone.has(row['DN_ID'] ?? null),
    );
    const ids = new Set(standing.map((row) => row['DN_ID']));
    return items
      .filter((row) => ids.has(row['DN_ID']) && row['ITEM_ORDER'] === item)
      .reduce((sum, row) => sum + Number(row['QTY']), 0);
  }

  withdrew(dispense: string): void {
    const row = this.tables.DISPENSE.find((one) => one['DN_ID'] === dispense);
    if (row !== undefined) row['WITHDRAWN'] = 'Y';
  }

  claimed(issue: number, org: string, message: Message, amends: string | null): void {
    this.tables.CLAIM.push({
      CLAIM_ID: message.id,
      PRESC_ID: this.#id,
      ISSUE_NO: String(issue),
      ORG: org,
      RECV_TS: stamp(message.ms),
      AMENDS_CLAIM_ID: amends,
      MSG_ID: message.id,
    });
  }

  cancelled(message: Message, org: string, state: 'APPLIED' | 'PENDING'): void {
    this.tables.CANCELLATION.push({
      CANCEL_ID: message.id,
      PRESC_ID: this.#id,
      ORG: org,
      CANCEL_TS: stamp(message.ms),
      REASON_CD: '0001',
      REASON_TXT: 'Prescribing error, "wrong" dose\nsee notes',
      STATE: state,
      MSG_ID: message.id,
    });
  }

  get isCancelWaiting(): boolean {
    return this.tables.CANCELLATION.some((row) => row['STATE'] === 'PENDING');
  }

  /** Cancellations that waited, for a return or for the prescription: the id of the last one's message; null: there were none. */
  applyPending(): string | null {
    const waiting = this.tables.CANCELLATION.filter((row) => row['STATE'] === 'PENDING');
    for (const row of waiting) row['STATE'] = 'APPLIED';
    return waiting.at(-1)?.['MSG_ID'] ?? null;
  }

  purged(status: string, ms: number): void {
    // What was received stays known, so that it is not taken again.
    for (const [table, rows] of Object.entries(this.tables))
      if (table !== 'MESSAGE') rows.length = 0;
    const row = {
      PRESC_ID: this.#id,
      FINAL_STATUS: status,
      PURGED_TS: stamp(ms),
      REASON: 'retention',
    };
    this.tables.TOMBSTONE.push(row);
  }
}

export const QUANTITY = '28';
export const PRODUCT = '319775004'; // aspirin 75 mg tablets; the prescriptions are invented

import { present } from '../../kernel/bug.ts';
import type { Damage } from './damage.ts';
import { guidOf } from './dice.ts';
import { type LegacyIssue, newIssue } from './legacy-issue.ts';
import { dayOf, daysLater } from './legacy-time.ts';
import { LifeRows, type Message } from './life-rows.ts';
import { sentAs } from './sent-as.ts';

export type Beginning = {
  readonly id: string;
  readonly n: number;
  readonly treatment: '0001' | '0002' | '0003';
  readonly issues: number;
  readonly items: number;
  readonly prescriber: string;
  readonly patient: string;
  readonly nominated: string | null;
  readonly prescribedMs: number;
};

const DAYS_SUPPLY = 28;

/**
 * One prescription's life in an old Spine, told act by act from the specification alone [EPS-LIFECYCLE 2-8]: nothing of
 * what OpenSpine itself does with prescriptions is used, so that this can be held against it.
 */
export class Life {
  readonly beginning: Beginning;
  readonly rows: LifeRows;
  readonly issues: LegacyIssue[] = [];
  nominated: string | null;
  current = 1;
  isGone = false;
  /** The message that it came by; null: it has not come. */
  order: string | null = null;
  /** What is wrong with the bytes that are kept of that message. */
  damage: Damage | null = null;

  constructor(beginning: Beginning, isBeforePrescription = false) {
    this.beginning = beginning;
    this.nominated = beginning.nominated;
    this.rows = new LifeRows(beginning.id, beginning.n);
    if (!isBeforePrescription) this.arrive(beginning.prescribedMs);
  }

  /** The prescription comes, maybe late. One that was cancelled before never waits for anybody [EPS-LIFECYCLE 6.5]. */
  arrive(ms: number): void {
    const { prescriber } = this.beginning;
    this.#begin();
    this.issue.ready = dayOf(ms);
    const message = this.#message('PORX_IN020101SM31', ms, prescriber);
    this.order = message.id;
    this.rows.history({ issue: 1, from: null, to: '0001', message, org: prescriber });
    const cancelledBy = this.rows.applyPending();
    if (cancelledBy !== null) {
      const interaction = sentAs('PORX_IN030101SM32', prescriber, this.beginning.n);
      this.#close('0005', ms, { id: cancelledBy, interaction, ms, org: prescriber });
    } else if (this.nominated !== null) this.rows.enqueue(1, this.nominated, ms);
  }

  #begin(): void {
    const { n, prescribedMs, issues, items } = this.beginning;
    const day = dayOf(prescribedMs);
    const ids = Array.from({ length: items }, (_, item) => guidOf('item', n, item));
    for (let number = 1; number <= issues; number += 1)
      this.issues.push(newIssue(number, day, ids));
  }

  get issue(): LegacyIssue {
    return present(this.issues[this.current - 1], 'current issue');
  }

  release(ms: number, org: string, kind: 'NOMINATED' | 'BY_ID'): void {
    const { issue } = this;
    const interaction = kind === 'NOMINATED' ? 'PORX_IN060102SM30' : 'PORX_IN132004SM30';
    const message = this.#message(interaction, ms, org);
    this.#turn(issue, '0002', message, org);
    this.#items(issue, '0007', '0008');
    Object.assign(issue, { holder: org, releasedMs: ms, releaseMessage: message.id });
    issue.itemsAtRelease = issue.items.map(({ status }) => status);
    this.rows.released(issue.number, org, kind, message);
  }

  /** A return, or what administrators did in 2014: that one keeps the nomination [EPS-LIFECYCLE 4.4]. */
  giveBack(ms: number, end: 'RETURN' | 'ADMIN_RESET' = 'RETURN'): void {
    const { issue } = this;
    const org = issue.holder ?? '';
    const interaction = end === 'RETURN' ? 'PORX_IN100101SM31' : 'spine-admin-reset';
    const message = this.#message(interaction, ms, org);
    this.#turn(issue, '0001', message, org);
    this.#items(issue, '0008', '0007');
    Object.assign(issue, {
      holder: null,
      releasedMs: null,
      releaseMessage: null,
      ready: dayOf(ms),
    });
    this.rows.gaveBack(issue.number, end, message);
    if (end === 'RETURN') this.nominated = null;
    if (this.rows.applyPending() !== null) this.#close('0005', ms, message);
  }

  /** A named person nominates a pharmacy, and it is queued there anew. */
  renominate(ms: number, org: string): void {
    const message = this.#act('spine-nomination', ms);
    this.rows.history({ issue: this.current, from: '0001', to: '0001', message, org });
    this.nominated = org;
    this.rows.leave('WITHDRAWN');
    this.rows.enqueue(this.current, org, ms);
  }

  dispense(
    ms: number,
    status: '0003' | '0006' | '0007',
    items: readonly string[],
    amends = false,
  ): void {
    const { issue } = this;
    const org = issue.holder ?? '';
    const message = this.#message('PORX_IN080101SM31', ms, org);
    const replaced = amends ? (issue.told.pop()?.id ?? null) : null;
    this.rows.dispensed(issue.number, org, { message, items, amends: replaced });
    issue.told.push({ id: message.id, ms, status, items: [...items] });
    this.#turn(issue, status, message, org);
    for (const [index, item] of issue.items.entries()) {
      item.previous = item.status;
      item.status = items[index] ?? item.status;
    }
    if (status === '0003') return;
    issue.completed = dayOf(ms);
    this.#nextIssue(ms, message);
  }

  /** Takes back the last notification [EPS-LIFECYCLE 5.3]. */
  withdraw(ms: number): void {
    const { issue } = this;
    const message = this.#message('PORX_IN510101SM31', ms, issue.holder ?? '');
    const gone = issue.told.pop();
    this.rows.withdrew(gone?.id ?? '');
    const last = issue.told.at(-1);
    const atRelease = this.beginning.treatment === '0003' ? '0003' : '0002';
    this.#turn(issue, last?.status ?? atRelease, message, issue.holder);
    const items = last?.items ?? issue.itemsAtRelease;
    for (const [index, item] of issue.items.entries()) item.status = items[index] ?? item.status;
    issue.completed = null;
  }

  claim(ms: number, number = this.current): void {
    const issue = present(this.issues[number - 1], 'issue that is claimed');
    const message = this.#message('PORX_IN090101SM31', ms, issue.holder ?? '');
    this.rows.claimed(number, issue.holder ?? '', message, issue.claim);
    this.#turn(issue, '0008', message, issue.holder);
    Object.assign(issue, { claim: message.id, claimMs: issue.claimMs ?? ms });
  }

  /** The whole prescription; waits while a pharmacy has it [EPS-LIFECYCLE 6]. */
  cancel(ms: number): void {
    const { issue } = this;
    const { prescriber } = this.beginning;
    const message = this.#message('PORX_IN030101SM32', ms, prescriber);
    const isHere = ['0000', '0001', '9000', '9001'].includes(issue.status);
    this.rows.cancelled(message, prescriber, isHere ? 'APPLIED' : 'PENDING');
    if (!isHere) {
      this.rows.history({
        issue: issue.number,
        from: issue.status,
        to: issue.status,
        message,
        org: prescriber,
      });
      return;
    }
    this.#close('0005', ms, message);
  }

  #close(to: '0004' | '0005', ms: number, message: Message): void {
    for (const issue of this.issues.slice(this.current - 1)) {
      this.#turn(issue, to, message, message.org);
      Object.assign(issue, { closedMs: ms, completed: dayOf(ms), holder: null });
    }
    this.rows.leave('WITHDRAWN');
    this.current = this.issues.length;
  }

  /** A cancellation whose prescription has not come [EPS-LIFECYCLE 6.5]. */
  cancelBefore(ms: number): void {
    const message = this.#message('PORX_IN030101SM32', ms, this.beginning.prescriber);
    this.rows.cancelled(message, this.beginning.prescriber, 'PENDING');
  }

  expire(ms: number): void {
    for (const issue of this.issues.slice(this.current - 1)) {
      this.#items(issue, '0007', '0006');
      this.#items(issue, '0008', '0006');
    }
    this.#close('0004', ms, this.#act('spine-expire', ms));
  }

  noClaim(ms: number): void {
    const { issue } = this;
    this.#turn(issue, '0009', this.#act('spine-no-claim', ms), null);
    Object.assign(issue, { closedMs: ms, claimMs: ms });
  }

  purge(ms: number): void {
    this.isGone = true;
    this.rows.purged(this.issue.status, ms);
  }

  /** The day of an issue that waits for it has come. */
  becomeReady(ms: number): void {
    const { issue } = this;
    this.#turn(issue, '0001', this.#act('spine-ready', ms), null);
    if (this.nominated !== null) this.rows.enqueue(issue.number, this.nominated, ms);
  }

  #nextIssue(ms: number, cause: Message): void {
    const next = this.issues[this.current];
    if (next === undefined || next.status !== '9000') return;
    const prescribed = dayOf(this.beginning.prescribedMs);
    next.ready = daysLater(prescribed, DAYS_SUPPLY * this.current - 7);
    const isAhead = next.ready > dayOf(ms);
    this.#turn(
      next,
      isAhead ? '0000' : '0001',
      { ...cause, interaction: 'spine-next-issue' },
      null,
    );
    this.current = next.number;
    if (!isAhead && this.nominated !== null) this.rows.enqueue(next.number, this.nominated, ms);
  }

  #turn(issue: LegacyIssue, to: string, message: Message, org: string | null): void {
    this.rows.history({ issue: issue.number, from: issue.status, to, message, org });
    issue.previous = issue.status;
    issue.status = to;
  }

  #items({ items }: LegacyIssue, from: string, to: string): void {
    for (const item of items) {
      if (item.status !== from) continue;
      item.previous = from;
      item.status = to;
    }
  }

  /** A message that is refused, and so has no effect but that it came. */
  refuse(interaction: string, ms: number, { org, code }: { org: string; code: string }): void {
    this.rows.message(interaction, { ms, org, refused: code });
  }

  #message(interaction: string, ms: number, org: string): Message {
    return this.rows.message(interaction, { ms, org });
  }

  /** What the old Spine did by itself: no message came. */
  #act(interaction: string, ms: number): Message {
    return { id: '', interaction, ms, org: null };
  }
}

import assert from 'node:assert/strict';

import { brand } from '../../src/kernel/brand.ts';
import { present } from '../../src/kernel/bug.ts';
import { type Instant, instantOf } from '../../src/kernel/instant.ts';
import { addDays, type LondonDate } from '../../src/kernel/london.ts';
import type { Result } from '../../src/kernel/result.ts';
import { type Due, dueOf } from '../../src/prescriptions/due.ts';
import { evolveAll, type Known } from '../../src/prescriptions/evolve.ts';
import { issueCount, issueOf } from '../../src/prescriptions/issues.ts';
import { decide as cancel } from '../../src/prescriptions/messages/cancel/decide.ts';
import { decide as claim } from '../../src/prescriptions/messages/claim/decide.ts';
import { decide as create } from '../../src/prescriptions/messages/create/decide.ts';
import { decide as dispense } from '../../src/prescriptions/messages/dispense/decide.ts';
import { decide as expire } from '../../src/prescriptions/messages/expire/decide.ts';
import { decide as noClaim } from '../../src/prescriptions/messages/no-claim/decide.ts';
import { decide as ready } from '../../src/prescriptions/messages/ready/decide.ts';
import { decide as release } from '../../src/prescriptions/messages/release/decide.ts';
import { decide as giveBack } from '../../src/prescriptions/messages/return/decide.ts';
import { decide as withdraw } from '../../src/prescriptions/messages/withdraw/decide.ts';
import type { Item, PrescriptionEvent } from '../../src/prescriptions/prescription.ts';
import { COMPATIBLE } from '../../src/prescriptions/settings.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../src/prescriptions/statuses.ts';
import { aPrescription, newId, PHARMACY } from '../../src/prescriptions/testing.ts';
import { type Deed, deedOf, orderOf, type Step } from './repeat-commands.ts';
import type { RepeatOrder, RepeatView } from './repeat-model.ts';

export const ITEMS = [newId(), newId()];
const { id: ID } = aPrescription('ToBeDispensed');

/** The rules of the service, each message at noon of a day. */
export class RepeatRules {
  #state: Known;
  #today: LondonDate;

  constructor(order: RepeatOrder) {
    this.#today = brand<LondonDate>(order.prescribedOn);
    const decision = create(null, orderOf(order, this.#circumstances()));
    assert.ok(decision.ok);
    this.#state = evolveAll(ID, null, decision.value);
  }

  get today(): string {
    return this.#today;
  }

  view(): RepeatView | null {
    return viewOf(this.#state);
  }

  act(step: Exclude<Step, { do: 'pass' }>): boolean | string {
    const state = this.#state;
    assert.equal(state.kind, 'prescription');
    if (state.kind !== 'prescription') return false;
    // There is no queue here: what is nominated to nobody is in none.
    if (step.do === 'download' && state.nominated === null) return false;
    const deed = deedOf(state, step, this.#circumstances());
    if (deed.message === 'cancel') return this.#cancel(deed);
    const decision = decided(state, deed);
    if (decision.ok) this.#state = evolveAll(ID, state, decision.value);
    return decision.ok;
  }

  /** Each change that falls due, on its day; then the day itself. */
  pass(days: number): void {
    const until = addDays(this.#today, days);
    for (let due = dueOf(this.#state); due !== null && due.on <= until; due = dueOf(this.#state)) {
      if (due.on > this.#today) this.#today = due.on;
      this.#state = evolveAll(ID, this.#state, this.#fallenDue(due));
    }
    this.#today = until;
  }

  #fallenDue({ kind, issue }: Due): readonly PrescriptionEvent[] {
    const [state, at] = [this.#state, this.#noon()];
    if (kind === 'delete' || state.kind !== 'prescription') return [{ kind: 'Deleted', at }];
    const decision =
      kind === 'ready'
        ? ready(state, at)
        : kind === 'expire'
          ? expire(state, at)
          : noClaim(state, { issue, at }, COMPATIBLE);
    assert.ok(decision.ok, `${kind} of issue ${issue}`);
    return decision.value;
  }

  #noon(): Instant {
    return instantOf(new Date(`${this.#today}T12:00:00Z`));
  }

  #circumstances() {
    return { pharmacy: PHARMACY, items: ITEMS, messageId: newId(), at: this.#noon() };
  }

  #cancel({ command }: Extract<Deed, { message: 'cancel' }>): string {
    const decision = cancel(this.#state, command);
    assert.ok(decision.ok);
    const { events, code } = decision.value;
    if (events.length > 0) this.#state = evolveAll(ID, this.#state, events);
    return code;
  }
}

function decided(
  state: Known,
  deed: Exclude<Deed, { message: 'cancel' }>,
): Result<PrescriptionEvent[], unknown> {
  switch (deed.message) {
    case 'release':
      return release(state, deed.command);
    case 'return':
      return giveBack(state, deed.command, COMPATIBLE);
    case 'withdraw':
      return withdraw(state, deed.command, COMPATIBLE);
    case 'claim':
      return claim(state, deed.command, COMPATIBLE);
    case 'dispense':
      return dispense(state, deed.command, COMPATIBLE);
  }
}

/** Every issue, those to come too; null when the record is gone. */
export function viewOf(state: Known): RepeatView | null {
  if (state.kind !== 'prescription') return null;
  const numbers = Array.from({ length: issueCount(state) }, (_, n) => n + 1);
  return {
    current: state.currentIssue,
    nominated: state.nominated !== null,
    waiting: state.pending.length,
    issues: numbers.map((number) => {
      const { status, items } = present(issueOf(state, number), 'issue');
      return { status: ISSUE_STATUSES[status].code, items: codesOf(items) };
    }),
  };
}

function codesOf(items: readonly Item[]): Record<string, string> {
  return Object.fromEntries(items.map(({ id, status }) => [id, ITEM_STATUSES[status].code]));
}

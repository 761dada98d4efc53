import assert from 'node:assert/strict';

import { brand } from '../../src/kernel/brand.ts';
import { present } from '../../src/kernel/bug.ts';
import { type Instant, instantOf } from '../../src/kernel/instant.ts';
import { addDays, type LondonDate } from '../../src/kernel/london.ts';
import type { Uuid } from '../../src/kernel/uuid.ts';
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
import type {
  Holding,
  Item,
  Prescription,
  PrescriptionEvent,
} from '../../src/prescriptions/prescription.ts';
import { COMPATIBLE } from '../../src/prescriptions/settings.ts';
import {
  ISSUE_STATUSES,
  ITEM_STATUSES,
  type ItemStatus,
  itemStatusOf,
} from '../../src/prescriptions/statuses.ts';
import {
  aParty,
  aPrescription,
  newId,
  PATIENT,
  PHARMACY,
  SURGERY,
} from '../../src/prescriptions/testing.ts';
import type { RepeatOrder, RepeatView } from './repeat-model.ts';

export type Code = '0001' | '0002' | '0003';
export type Step =
  | { readonly do: 'release' | 'return' }
  | { readonly do: 'dispense'; readonly code: Code }
  | { readonly do: 'amend'; readonly issue: number; readonly code: Code }
  | { readonly do: 'withdraw' | 'claim'; readonly issue: number }
  | { readonly do: 'cancel'; readonly item: number | null }
  | { readonly do: 'pass'; readonly days: number };

export const ITEMS = [newId(), newId()];
const { id: ID } = aPrescription('ToBeDispensed');

/** The rules of the service, each message at noon of a day. */
export class RepeatRules {
  #state: Known;
  #today: LondonDate;

  constructor({ prescribedOn, daysSupply, items }: RepeatOrder) {
    this.#today = brand<LondonDate>(prescribedOn);
    const at = this.#noon();
    const issueCountOfOrder = Math.max(...Object.values(items));
    const fewer = Object.fromEntries(
      Object.entries(items).filter(([, last]) => last < issueCountOfOrder),
    );
    const repeats = { issues: issueCountOfOrder, daysSupply, fewer, readyOn: this.#today };
    const order = { ...aPrescription('ToBeDispensed'), treatment: 'RepeatDispensing' } as const;
    const { longFormId, treatment } = order;
    const signature = { findings: [], unlisted: [] };
    const who = { patient: PATIENT, prescriber: SURGERY, nominated: PHARMACY, signature };
    const command = { messageId: newId(), longFormId, treatment, repeats, prescribedAt: at, at };
    const decision = create(null, { ...command, ...who, items: ITEMS });
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
    if (step.do === 'cancel') return this.#cancel(state, step.item);
    const decision = this.#decided(state, step);
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

  #cancel(state: Prescription, item: number | null): string {
    const wanted = item === null ? null : present(ITEMS[item], 'item');
    const command = { messageId: newId(), patient: PATIENT, item: wanted, at: this.#noon() };
    const decision = cancel(state, { ...command, reason: '0001', organisation: SURGERY });
    assert.ok(decision.ok);
    if (decision.value.events.length > 0) {
      this.#state = evolveAll(ID, state, decision.value.events);
    }
    return decision.value.code;
  }

  #decided(state: Prescription, step: Exclude<Step, { do: 'pass' | 'cancel' }>) {
    const at = this.#noon();
    const by = { dispenser: PHARMACY, at } as const;
    switch (step.do) {
      case 'release':
        return release(state, { by: 'id', dispenser: aParty(PHARMACY), releaseId: newId(), at });
      case 'return':
        return giveBack(state, { ...by, reason: '0003', issue: null }, COMPATIBLE);
      case 'withdraw': {
        const notification = lastTold(state, step.issue) ?? newId();
        const command = { ...by, notification, reason: 'QU', issue: step.issue };
        return withdraw(state, command, COMPATIBLE);
      }
      case 'claim': {
        const command = { ...by, claim: newId(), authority: 'T1450', replaces: null };
        return claim(state, { ...command, issue: step.issue }, COMPATIBLE);
      }
      case 'dispense':
        return this.#dispensed(state, { number: state.currentIssue, code: step.code });
      case 'amend':
        return this.#dispensed(state, {
          number: step.issue,
          code: step.code,
          replaces: lastTold(state, step.issue) ?? newId(),
        });
    }
  }

  #dispensed(
    state: Prescription,
    { number, code, replaces = null }: { number: number; code: Code; replaces?: Uuid | null },
  ) {
    const at = this.#noon();
    const items = toldItems(state, number, { code, replaces });
    const statuses = items.map(({ status }) => status);
    const isOpen = statuses.includes('PartiallyDispensed');
    const isFull = statuses.includes('FullyDispensed');
    const status = isOpen ? 'WithDispenserActive' : isFull ? 'Dispensed' : 'NotDispensed';
    const who = { messageId: newId(), dispenser: PHARMACY, patient: PATIENT };
    const command = {
      ...who,
      status,
      items,
      dispensedAt: at,
      replaces,
      issue: number,
      at,
    } as const;
    return dispense(state, { ...command, itemIssues: {} }, COMPATIBLE);
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

const OPEN: readonly ItemStatus[] = ['WithDispenser', 'PartiallyDispensed', 'Owing'];

export function toldItems(
  state: Prescription,
  number: number,
  { code, replaces }: { readonly code: Code; readonly replaces: Uuid | null },
): Item[] {
  const holding = holdingOf(state, number);
  const standing = holding?.notifications.filter(({ id }) => id !== replaces).at(-1);
  const before =
    standing?.items ??
    holding?.itemsAtRelease ??
    present(state.issues[0], 'issue').items.map(({ id }) => ({ id, status: OPEN[0] }));
  const told = present(itemStatusOf(code), 'item status');
  return before.map(({ id, status }): Item => {
    const was = present(status, 'item status');
    return { id, status: OPEN.includes(was) ? told : was };
  });
}

export function lastTold(state: Prescription, number: number): Uuid | null {
  return holdingOf(state, number)?.notifications.at(-1)?.id ?? null;
}

function holdingOf(state: Prescription, number: number): Holding | null {
  const issue = issueOf(state, number);
  return issue !== null && 'holding' in issue ? issue.holding : null;
}

function codesOf(items: readonly Item[]): Record<string, string> {
  return Object.fromEntries(items.map(({ id, status }) => [id, ITEM_STATUSES[status].code]));
}

import { present } from '../../src/kernel/bug.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { londonDate } from '../../src/kernel/london.ts';
import type { Uuid } from '../../src/kernel/uuid.ts';
import { issueOf } from '../../src/prescriptions/issues.ts';
import type { Cancel } from '../../src/prescriptions/messages/cancel/decide.ts';
import type { MakeClaim } from '../../src/prescriptions/messages/claim/decide.ts';
import type { Create } from '../../src/prescriptions/messages/create/decide.ts';
import type { Dispense } from '../../src/prescriptions/messages/dispense/decide.ts';
import type { Release } from '../../src/prescriptions/messages/release/decide.ts';
import type { Return } from '../../src/prescriptions/messages/return/decide.ts';
import type { Withdraw } from '../../src/prescriptions/messages/withdraw/decide.ts';
import type { OdsCode } from '../../src/prescriptions/ods-code.ts';
import type { Holding, Item, Prescription } from '../../src/prescriptions/prescription.ts';
import { type ItemStatus, itemStatusOf } from '../../src/prescriptions/statuses.ts';
import { aParty, newId, PATIENT, SURGERY } from '../../src/prescriptions/testing.ts';
import type { RepeatOrder } from './repeat-model.ts';

export type Code = '0001' | '0002' | '0003';
/** `download` is a release of what is nominated; the others are messages by their names, and time. */
export type Step =
  | { readonly do: 'release' | 'download' | 'return' }
  | { readonly do: 'dispense'; readonly code: Code }
  | { readonly do: 'amend'; readonly issue: number; readonly code: Code }
  | { readonly do: 'withdraw' | 'claim'; readonly issue: number }
  | { readonly do: 'cancel'; readonly item: number | null }
  | { readonly do: 'pass'; readonly days: number };

/** A step as a command of the service. */
export type Deed =
  | { readonly message: 'release'; readonly command: Release }
  | { readonly message: 'return'; readonly command: Return }
  | { readonly message: 'withdraw'; readonly command: Withdraw }
  | { readonly message: 'claim'; readonly command: MakeClaim }
  | { readonly message: 'dispense'; readonly command: Dispense }
  | { readonly message: 'cancel'; readonly command: Cancel };

type Circumstances = {
  readonly pharmacy: OdsCode;
  readonly items: readonly Uuid[];
  readonly messageId: Uuid;
  readonly at: Instant;
};

export function orderOf(
  order: RepeatOrder,
  { pharmacy, items, messageId, at }: Circumstances,
): Create {
  const issues = Math.max(...Object.values(order.items));
  const fewer = Object.fromEntries(Object.entries(order.items).filter(([, last]) => last < issues));
  const readyOn = londonDate(new Date(at));
  return {
    messageId,
    longFormId: newId(),
    treatment: 'RepeatDispensing',
    repeats: { issues, daysSupply: order.daysSupply, fewer, readyOn },
    prescribedAt: at,
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: pharmacy,
    items,
    signature: { findings: [], unlisted: [] },
    at,
  };
}

export function deedOf(
  state: Prescription,
  step: Exclude<Step, { do: 'pass' }>,
  circumstances: Circumstances,
): Deed {
  const { pharmacy, items, messageId, at } = circumstances;
  const by = { dispenser: pharmacy, at } as const;
  switch (step.do) {
    case 'release':
    case 'download': {
      const how = step.do === 'release' ? 'id' : 'nomination';
      const command = { by: how, dispenser: aParty(pharmacy), releaseId: newId(), at } as const;
      return { message: 'release', command };
    }
    case 'return':
      return { message: 'return', command: { ...by, reason: '0003', issue: null, release: null } };
    case 'withdraw': {
      const notification = lastTold(state, step.issue) ?? newId();
      return {
        message: 'withdraw',
        command: { ...by, notification, reason: 'QU', issue: step.issue },
      };
    }
    case 'claim': {
      const claim = { claim: messageId, authority: 'T1450', replaces: null };
      return { message: 'claim', command: { ...by, ...claim, issue: step.issue } };
    }
    case 'dispense':
      return told(state, { number: state.currentIssue, code: step.code }, circumstances);
    case 'amend': {
      const replaces = lastTold(state, step.issue) ?? newId();
      return told(state, { number: step.issue, code: step.code, replaces }, circumstances);
    }
    case 'cancel': {
      const item = step.item === null ? null : present(items[step.item], 'item');
      const asked = { messageId, patient: PATIENT, item, reason: '0001', at };
      return { message: 'cancel', command: { ...asked, organisation: SURGERY } };
    }
  }
}

type Telling = {
  readonly number: number;
  readonly code: Code;
  readonly replaces?: Uuid;
};

function told(
  state: Prescription,
  { number, code, replaces }: Telling,
  { pharmacy, messageId, at }: Circumstances,
): Deed {
  const items = toldItems(state, number, { code, replaces: replaces ?? null });
  const statuses = items.map(({ status }) => status);
  const isOpen = statuses.includes('PartiallyDispensed');
  const isFull = statuses.includes('FullyDispensed');
  return {
    message: 'dispense',
    command: {
      messageId,
      dispenser: pharmacy,
      patient: PATIENT,
      status: isOpen ? 'WithDispenserActive' : isFull ? 'Dispensed' : 'NotDispensed',
      items,
      dispensedAt: at,
      replaces: replaces ?? null,
      issue: number,
      itemIssues: {},
      at,
    },
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
  const after = present(itemStatusOf(code), 'item status');
  return before.map(({ id, status }): Item => {
    const was = present(status, 'item status');
    return { id, status: OPEN.includes(was) ? after : was };
  });
}

export function lastTold(state: Prescription, number: number): Uuid | null {
  return holdingOf(state, number)?.notifications.at(-1)?.id ?? null;
}

function holdingOf(state: Prescription, number: number): Holding | null {
  const issue = issueOf(state, number);
  return issue !== null && 'holding' in issue ? issue.holding : null;
}

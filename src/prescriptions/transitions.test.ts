// Shows: Life cycle | every change of an issue and of an item by a message or by time, as docs/reference/lifecycle.md lists them
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { brand } from '../kernel/brand.ts';
import { present } from '../kernel/bug.ts';
import { type Instant, parseInstant } from '../kernel/instant.ts';
import type { LondonDate } from '../kernel/london.ts';
import { ok, type Result } from '../kernel/result.ts';
import { evolveAll } from './evolve.ts';
import { issueOf } from './issues.ts';
import { decide as cancel } from './messages/cancel/decide.ts';
import { decide as claim } from './messages/claim/decide.ts';
import { decide as remove } from './messages/delete/decide.ts';
import { decide as dispense, type Dispense } from './messages/dispense/decide.ts';
import { decide as expire } from './messages/expire/decide.ts';
import { decide as followNomination } from './messages/follow-nomination/decide.ts';
import { decide as noClaim } from './messages/no-claim/decide.ts';
import { decide as notifyDeath } from './messages/notify-death/decide.ts';
import { decide as ready } from './messages/ready/decide.ts';
import { decide as rebuild } from './messages/rebuild/decide.ts';
import { decide as release } from './messages/release/decide.ts';
import { decide as giveBack } from './messages/return/decide.ts';
import { decide as withdraw } from './messages/withdraw/decide.ts';
import type { Cancellation, Issue, Item, Prescription, PrescriptionEvent } from './prescription.ts';
import { COMPATIBLE } from './settings.ts';
import { ITEM_STATUSES, type ItemStatus, ITEMS_UNDER } from './statuses.ts';
import {
  anIssue,
  aParty,
  aPrescription,
  AT,
  CLAIM,
  ITEM,
  newId,
  NOTIFICATION,
  OTHER_PHARMACY,
  PATIENT,
  PHARMACY,
  STATUSES,
  SURGERY,
} from './testing.ts';
import { type Cause, type CauseName, TRANSITIONS } from './transitions.ts';

type Status = (typeof STATUSES)[number];
type Decision = Result<readonly PrescriptionEvent[], unknown>;
/** Every way in which something may be tried on a prescription. */
type Tries = (state: Prescription) => readonly Decision[];

const OTHER_ITEM = newId();
const BY = { settings: COMPATIBLE } as const;

const TRIES: Record<Exclude<CauseName, 'begin' | 'undo'>, Tries> = {
  release: (state) => [release(state, { by: 'id', ...RELEASE })],
  download: (state) => [release(state, { by: 'nomination', ...RELEASE })],
  return: (state) => [giveBack(state, RETURN, BY.settings)],
  dispense: (state) => tellings(state, null),
  amend: (state) => tellings(state, NOTIFICATION),
  withdraw: (state) => [withdraw(state, WITHDRAW, BY.settings)],
  rebuild: (state) => rebuildings(state),
  claim: (state) => [claim(state, CLAIMS, BY.settings)],
  amendClaim: (state) => [claim(state, { ...CLAIMS, replaces: CLAIM }, BY.settings)],
  cancel: (state) => [cancelled(state, null)],
  cancelItem: (state) => [cancelled(state, ITEM)],
  death: (state) => [ok([...notifyDeath(state, { messageId: newId(), at: AT })])],
  nomination: (state) => [ok(followNomination(state, NOMINATION))],
  ready: (state) => [ready(state, AT)],
  expire: (state) => [expire(state, AT)],
  noClaim: (state) => [noClaim(state, { issue: 1, at: AT }, BY.settings)],
  delete: (state) => [remove(state, AT)],
};

const NOMINATION = {
  site: 'P1',
  from: PHARMACY,
  to: OTHER_PHARMACY,
  by: 'a person',
  request: newId(),
  at: AT,
} as const;
const RELEASE = { dispenser: aParty(PHARMACY), releaseId: newId(), at: AT } as const;
const RETURN = { dispenser: PHARMACY, reason: '0002', issue: null, release: null, at: AT };
const WITHDRAW = { ...RETURN, notification: NOTIFICATION, reason: 'DA' };
const CLAIMS = {
  claim: newId(),
  dispenser: PHARMACY,
  authority: 'T1450',
  replaces: null,
  issue: null,
  at: AT,
};

function tellings(state: Prescription, replaces: typeof NOTIFICATION | null): Decision[] {
  return notifications(state).map((told) => dispense(state, { ...told, replaces }, BY.settings));
}

function rebuildings(state: Prescription): Decision[] {
  return notifications(state).map((told) =>
    rebuild(
      state,
      { dispenser: PHARMACY, history: [told], reason: 'DA', issue: null, at: AT },
      BY.settings,
    ),
  );
}

/** Every status of the issue told with every status of its items. */
function notifications(state: Prescription): Dispense[] {
  const items = present(issueOf(state, 1), 'issue').items;
  return (['WithDispenserActive', 'Dispensed', 'NotDispensed'] as const).flatMap((status) =>
    (Object.keys(ITEM_STATUSES) as ItemStatus[]).map((told) => ({
      messageId: newId(),
      dispenser: PHARMACY,
      patient: PATIENT,
      status,
      items: items.map((item) => (item.id === ITEM ? { ...item, status: told } : item)),
      dispensedAt: AT,
      replaces: null,
      issue: null,
      itemIssues: {},
      at: AT,
    })),
  );
}

function cancelled(state: Prescription, item: typeof ITEM | null): Decision {
  const { id: messageId, ...rest } = aCancellation(item);
  const decision = cancel(state, { ...rest, messageId, patient: PATIENT });
  if (!decision.ok) return decision;
  return { ok: true, value: decision.value.events };
}

function aCancellation(item: typeof ITEM | null): Cancellation {
  return { id: newId(), item, organisation: SURGERY, reason: '0001', at: AT };
}

/** Prescriptions whose issue has a status: of one item and of two, acute and repeat, with a cancellation waiting and without. */
function examples(status: Status): Prescription[] {
  const issue = anIssue(status);
  const other: Item = { id: OTHER_ITEM, status: present(issue.items[0], 'item').status };
  const one = aPrescription(status);
  return [
    one,
    { ...one, treatment: 'RepeatDispensing', repeats: { issues: 1, daysSupply: 28, fewer: {} } },
    { ...one, issues: [{ ...issue, items: [...issue.items, other] }] },
    { ...one, pending: [aCancellation(null)] },
  ];
}

function after(state: Prescription, decision: Decision): ReturnType<typeof evolveAll> | null {
  if (!decision.ok || decision.value.length === 0) return null;
  return evolveAll(state.id, state, decision.value);
}

function statusesAfter(tries: Tries, status: Status): string[] {
  const seen = examples(status).flatMap((state) =>
    tries(state).flatMap((decision) => {
      const known = after(state, decision);
      if (known === null) return [];
      if (known.kind !== 'prescription') return ['Gone'];
      return [present(issueOf(known, 1), 'issue').status];
    }),
  );
  return [...new Set(seen)].toSorted();
}

describe('the table of issues', () => {
  for (const [name, tries] of Object.entries(TRIES)) {
    const cause: Cause = TRANSITIONS[name as CauseName];
    for (const status of STATUSES) {
      test(`says what this does to an issue that is ${status}: ${cause.what}`, () => {
        assert.deepEqual(statusesAfter(tries, status), (cause.issue[status] ?? []).toSorted());
      });
    }
  }
});

describe('the table of items', () => {
  for (const [name, tries] of Object.entries(TRIES)) {
    const cause: Cause = TRANSITIONS[name as CauseName];
    for (const from of Object.keys(ITEM_STATUSES) as ItemStatus[]) {
      test(`says what this does to an item that is ${from}: ${cause.what}`, () => {
        const seen = changesOf(tries, from);
        const wanted = cause.item[from] ?? [];
        assert.deepEqual(
          seen.filter((to) => to !== from),
          wanted.filter((to) => to !== from).toSorted(),
        );
      });
    }
  }
});

/** What an item becomes, beside one that is open, under every issue status that allows it. */
function changesOf(tries: Tries, from: ItemStatus): ItemStatus[] {
  const seen = STATUSES.filter((status) => ITEMS_UNDER[status]?.includes(from)).flatMap(
    (status) => {
      const state = aPrescription(status, { issues: [withItem(anIssue(status), from)] });
      return tries(state).flatMap((decision) => {
        const known = after(state, decision);
        if (known?.kind !== 'prescription') return [];
        const { items } = present(issueOf(known, 1), 'issue');
        return [
          present(
            items.find(({ id }) => id === ITEM),
            'item',
          ).status,
        ];
      });
    },
  );
  return [...new Set(seen)].toSorted();
}

/** The item has the status now, and had it before the last notification, so that an amendment starts from it. */
function withItem(issue: Issue, status: ItemStatus): Issue {
  const other: Item = { id: OTHER_ITEM, status: present(issue.items[0], 'item').status };
  const items: Item[] = [{ id: ITEM, status }, other];
  if (!('holding' in issue)) return { ...issue, items };
  const notifications = issue.holding.notifications.map((told) => ({ ...told, items }));
  return { ...issue, items, holding: { ...issue.holding, itemsAtRelease: items, notifications } };
}

describe('the table of next issues', () => {
  const begin: Cause = TRANSITIONS.begin;
  const undo: Cause = TRANSITIONS.undo;
  for (const status of STATUSES) {
    test(`says what becomes of one that is ${status} when the issue before it is complete`, () => {
      const days = ['2024-12-09T11:50:04Z', '2025-02-01T12:00:00Z'];
      const seen = days.flatMap((day) => {
        const at = present(parseInstant(day), 'instant');
        return nextAfter(pair('WithDispenser', status), (state) => told(state, at));
      });
      const wanted = begin.issue[status] ?? [];
      assert.deepEqual([...new Set(seen)].toSorted(), wanted.toSorted());
    });

    test(`says what becomes of one that is ${status} when the issue before it is open again`, () => {
      const seen = nextAfter(pair('Dispensed', status), (state) =>
        withdraw(state, { ...WITHDRAW, issue: 1 }, BY.settings),
      );
      assert.deepEqual(seen, undo.issue[status] ?? []);
    });
  }
});

function told(state: Prescription, at: Instant): Decision {
  const items: Item[] = [{ id: ITEM, status: 'FullyDispensed' }];
  const facts = { messageId: newId(), dispenser: PHARMACY, patient: PATIENT, dispensedAt: at, at };
  const command = { ...facts, status: 'Dispensed', items, replaces: null, issue: 1 } as const;
  return dispense(state, { ...command, itemIssues: {} }, BY.settings);
}

/** The status of the second issue, if it changed. */
function nextAfter(state: Prescription, tried: (state: Prescription) => Decision): string[] {
  const known = after(state, tried(state));
  if (known?.kind !== 'prescription') return [];
  const now = present(issueOf(known, 2), 'next issue').status;
  return now === present(issueOf(state, 2), 'next issue').status ? [] : [now];
}

/** A repeat dispensing prescription of two issues. */
function pair(first: Status, second: Status): Prescription {
  const expiresOn = brand<LondonDate>('2025-12-09');
  const next: Issue = { ...anIssue(second), number: 2, expiresOn };
  const isToCome = second === 'RepeatDispenseFuture';
  return aPrescription(first, {
    treatment: 'RepeatDispensing',
    repeats: { issues: 2, daysSupply: 28, fewer: {} },
    issues: isToCome ? [anIssue(first)] : [anIssue(first), next],
    later: isToCome ? { from: 2, to: 2, expiresOn, items: next.items } : null,
  });
}

// Shows: Time | months, days of supply and the days of claims are London days, on both days of the clock change too
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { present } from '../kernel/bug.ts';
import { instantOf } from '../kernel/instant.ts';
import { parseLondonDate } from '../kernel/london.ts';
import { dueOf } from './due.ts';
import { evolveAll } from './evolve.ts';
import { decide as create } from './messages/create/decide.ts';
import { nextBegun } from './next-issue.ts';
import type { Prescription } from './prescription.ts';
import { COMPATIBLE } from './settings.ts';
import { aPrescription, newId, PATIENT, PHARMACY, SURGERY } from './testing.ts';

/** Repeat dispensing as its order makes it, prescribed at an instant. */
function prescribed(at: string): Prescription {
  const instant = instantOf(new Date(at));
  const { id, longFormId } = aPrescription('ToBeDispensed');
  const readyOn = present(londonDay(at), 'day');
  const decision = create(null, {
    messageId: newId(),
    longFormId,
    treatment: 'RepeatDispensing',
    repeats: { issues: 3, daysSupply: 28, fewer: {}, readyOn },
    prescribedAt: instant,
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: PHARMACY,
    items: [newId()],
    signature: { findings: [], unlisted: [] },
    at: instant,
  });
  assert.ok(decision.ok);
  const state = evolveAll(id, null, decision.value);
  assert.ok(state.kind === 'prescription');
  return state;
}

function londonDay(at: string) {
  return parseLondonDate(
    new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(new Date(at)),
  );
}

// Prescribed at; the first issue expires on; the later ones; the second is due on.
const MONTHS = [
  ['2025-03-29T23:59:59Z', '2025-09-29', '2026-03-29', '2025-04-19', 'the eve of summer time'],
  ['2025-03-30T00:59:59Z', '2025-09-30', '2026-03-30', '2025-04-20', 'before the hour is left out'],
  ['2025-03-30T01:00:00Z', '2025-09-30', '2026-03-30', '2025-04-20', 'after the hour is left out'],
  ['2025-03-30T23:00:00Z', '2025-09-30', '2026-03-31', '2025-04-21', 'midnight of the day after'],
  ['2025-10-25T22:59:59Z', '2026-04-25', '2026-10-25', '2025-11-15', 'the eve of winter time'],
  ['2025-10-25T23:00:00Z', '2026-04-26', '2026-10-26', '2025-11-16', 'its first moment'],
  ['2025-10-26T00:30:00Z', '2026-04-26', '2026-10-26', '2025-11-16', 'the hour, the first time'],
  ['2025-10-26T01:30:00Z', '2026-04-26', '2026-10-26', '2025-11-16', 'the hour, the second time'],
  ['2025-10-26T23:59:59Z', '2026-04-26', '2026-10-26', '2025-11-16', 'its last moment'],
  ['2025-08-31T12:00:00Z', '2026-02-28', '2026-08-31', '2025-09-21', 'a month that is shorter'],
  ['2023-08-31T12:00:00Z', '2024-02-29', '2024-08-31', '2023-09-21', 'a leap day'],
  ['2024-02-29T12:00:00Z', '2024-08-29', '2025-02-28', '2024-03-21', 'from a leap day'],
] as const;

describe('what is prescribed', () => {
  for (const [at, first, later, second, what] of MONTHS) {
    test(`at ${at}, ${what}, expires in whole months and is due again in whole days`, () => {
      const state = prescribed(at);
      const [issue] = state.issues;
      assert.deepEqual([issue?.expiresOn, state.later?.expiresOn], [first, later]);
      const day = instantOf(new Date(at));
      const next = nextBegun(state, 1, day, { settings: COMPATIBLE, at: day });
      assert.deepEqual(
        next.map((event) => event.kind === 'NextIssueBegun' && [event.readyOn, event.status]),
        [[second, 'AwaitingReleaseReady']],
      );
    });
  }
});

// Dispensed (and told) at; given up on, 180 days after that day.
const CLAIMS = [
  ['2025-03-29T23:59:59Z', '2025-09-25'],
  ['2025-03-30T22:59:59Z', '2025-09-26'],
  ['2025-03-30T23:00:00Z', '2025-09-27'],
  ['2025-04-29T22:59:59Z', '2025-10-26'],
  ['2025-10-25T23:00:00Z', '2026-04-24'],
  ['2025-10-26T23:59:59Z', '2026-04-24'],
  ['2025-10-27T00:00:00Z', '2026-04-25'],
] as const;

describe('what is dispensed and not claimed', () => {
  for (const [at, day] of CLAIMS) {
    test(`from ${at} on is given up on ${day}`, () => {
      const state = aPrescription('Dispensed');
      const [issue] = state.issues;
      assert.ok(issue?.status === 'Dispensed');
      const [told] = issue.holding.notifications;
      const instant = instantOf(new Date(at));
      const notification = {
        ...present(told, 'notification'),
        dispensedAt: instant,
        receivedAt: instant,
      };
      const holding = { ...issue.holding, notifications: [notification] };
      const due = dueOf({ ...state, issues: [{ ...issue, holding }] });
      assert.deepEqual([due?.kind, due?.on], ['noClaim', day]);
    });
  }
});

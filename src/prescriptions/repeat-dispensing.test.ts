import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { present } from '../kernel/bug.ts';
import { type Instant, parseInstant } from '../kernel/instant.ts';
import { londonDate, parseLondonDate } from '../kernel/london.ts';
import { type Due, dueOf } from './due.ts';
import { evolveAll, type Known } from './evolve.ts';
import { currentIssue, issueOf } from './issues.ts';
import { leavingBecauseOf } from './leaving.ts';
import { type Cancel, decide as cancel } from './messages/cancel/decide.ts';
import { decide as claim } from './messages/claim/decide.ts';
import { type Create, decide as create } from './messages/create/decide.ts';
import { decide as dispense } from './messages/dispense/decide.ts';
import { decide as expire } from './messages/expire/decide.ts';
import { decide as noClaim } from './messages/no-claim/decide.ts';
import { decide as ready } from './messages/ready/decide.ts';
import { decide as release } from './messages/release/decide.ts';
import { decide as giveBack } from './messages/return/decide.ts';
import { decide as withdraw } from './messages/withdraw/decide.ts';
import type { Prescription, PrescriptionEvent } from './prescription.ts';
import { queueChanges } from './queue.ts';
import type { Rejection } from './rejections.ts';
import { COMPATIBLE } from './settings.ts';
import { ISSUE_STATUSES } from './statuses.ts';
import { aParty, aPrescription, newId, PATIENT, PHARMACY, SURGERY } from './testing.ts';

// Shows: Repeat dispensing | issue by issue: due dates, early collection, amending, cancelling what is to come

const ID = aPrescription('ToBeDispensed').id;
const [A, B] = [newId(), newId()];
const START = at('2024-08-31T09:00:00Z');

function at(text: string): Instant {
  return present(parseInstant(text), text);
}

function day(text: string) {
  return present(parseLondonDate(text), text);
}

type Decision = { ok: true; value: readonly PrescriptionEvent[] } | { ok: false; error: Rejection };

/** The state after a decision that must be right. */
function after(before: Known | null, decision: Decision): Prescription {
  assert.ok(decision.ok, JSON.stringify(decision));
  const state = evolveAll(ID, before, decision.value);
  assert.equal(state.kind, 'prescription');
  return state.kind === 'prescription' ? state : aPrescription('Cancelled');
}

function refusal(decision: Decision): string | null {
  return decision.ok ? null : decision.error.kind;
}

function anOrder(changes: Partial<NonNullable<Create['repeats']>> = {}): Create {
  return {
    messageId: newId(),
    longFormId: newId(),
    treatment: 'RepeatDispensing',
    repeats: { issues: 6, daysSupply: 28, fewer: {}, readyOn: day('2024-08-31'), ...changes },
    prescribedAt: START,
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: PHARMACY,
    items: [A, B],
    signature: { findings: [], unlisted: [] },
    at: START,
  };
}

const sent = (changes: Partial<NonNullable<Create['repeats']>> = {}): Prescription =>
  after(null, create(null, anOrder(changes)));

const released = (state: Prescription, when: Instant, by: 'id' | 'nomination' = 'id') =>
  after(state, release(state, { by, dispenser: aParty(PHARMACY), releaseId: newId(), at: when }));

function aNotification(when: Instant, changes: { readonly issue?: number } = {}) {
  return {
    messageId: newId(),
    dispenser: PHARMACY,
    patient: PATIENT,
    status: 'Dispensed' as const,
    items: [A, B].map((id) => ({ id, status: 'FullyDispensed' as const })),
    dispensedAt: when,
    replaces: null,
    issue: null,
    itemIssues: {},
    at: when,
    ...changes,
  };
}

const dispensed = (state: Prescription, when: Instant): Prescription =>
  after(state, dispense(state, aNotification(when), COMPATIBLE));

function codes(state: Prescription): string[] {
  return [1, 2, 3, 4, 5, 6].map(
    (number) => ISSUE_STATUSES[present(issueOf(state, number), 'issue').status].code,
  );
}

describe('a repeat dispensing prescription', () => {
  test('has one issue to be dispensed and the others to come, kept as one', () => {
    const state = sent();
    assert.deepEqual(codes(state), ['0001', '9000', '9000', '9000', '9000', '9000']);
    assert.equal(state.issues.length, 1);
    const twelve = JSON.stringify(sent({ issues: 12 })).length;
    assert.ok(twelve - JSON.stringify(sent({ issues: 2 })).length < 10, `${twelve} bytes`);
  });

  test('expires after six months with its first issue, and after twelve with the others', () => {
    const state = sent();
    assert.equal(issueOf(state, 1)?.expiresOn, '2025-02-28');
    assert.equal(issueOf(state, 2)?.expiresOn, '2025-08-31');
  });

  test('leaves out of an issue the items whose own number of issues is over', () => {
    const state = sent({ fewer: { [A]: 2 } });
    assert.deepEqual(
      [2, 3].map((number) => issueOf(state, number)?.items.map(({ status }) => status)),
      [
        ['ToBeDispensed', 'ToBeDispensed'],
        ['Expired', 'ToBeDispensed'],
      ],
    );
  });

  test('is post-dated when its window begins more than a day ahead', () => {
    const state = sent({ readyOn: day('2024-09-10') });
    assert.deepEqual(codes(state).slice(0, 2), ['9001', '9000']);
    assert.deepEqual(dueOf(state), due('ready', '2024-09-10'));
  });
});

function due(kind: Due['kind'], on: string, issue = 1): Due {
  return { kind, issue, on: day(on) };
}

describe('the next issue', () => {
  const first = dispensed(released(sent(), START), at('2024-09-01T09:00:00Z'));

  test('is begun with the completion of the one before, and due seven days before the supply is used up', () => {
    assert.deepEqual(codes(first), ['0006', '0000', '9000', '9000', '9000', '9000']);
    assert.deepEqual(dueOf(first), due('ready', '2024-09-21', 2));
  });

  test('is due by the dispensing before it where that rule is chosen', () => {
    const held = released(sent(), START);
    const when = at('2024-09-10T09:00:00Z');
    const settings = { ...COMPATIBLE, nextIssueFrom: 'dispense' } as const;
    const state = after(held, dispense(held, aNotification(when), settings));
    assert.equal(dueOf(state)?.on, '2024-10-01');
  });

  test('is at once to be dispensed when its day is today or was before', () => {
    const when = at('2024-09-20T23:30:00Z'); // the 21st in London
    assert.equal(londonDate(new Date(when)), '2024-09-21');
    const state = dispensed(released(sent(), START), when);
    assert.equal(currentIssue(state).status, 'ToBeDispensed');
  });

  test('can be had early by its id, but not by nomination', () => {
    const command = { dispenser: aParty(PHARMACY), releaseId: newId(), at: START };
    assert.equal(refusal(release(first, { ...command, by: 'nomination' })), 'ReleaseNotFound');
    assert.equal(refusal(release(first, { ...command, by: 'id' })), null);
  });

  test('enters the queue when it becomes ready, and not before', () => {
    const decision = ready(first, at('2024-09-21T00:00:00Z'));
    const state = after(first, decision);
    assert.ok(decision.ok);
    const changes = queueChanges(first, decision.value, state);
    const told = changes.map(({ kind, issue }) => [kind, issue]);
    assert.deepEqual(told, [['enter', 2]]);
    assert.equal(state.issues.at(-1)?.status, 'ToBeDispensed');
  });

  test('goes back when the one before is withdrawn, as long as it awaits its day', () => {
    const notification = present(lastTold(first), 'notification');
    const command = { dispenser: PHARMACY, notification, reason: 'DA', issue: 1, at: START };
    const back = after(first, withdraw(first, command, COMPATIBLE));
    assert.deepEqual(codes(back), ['0003', '9000', '9000', '9000', '9000', '9000']);
    assert.equal(back.currentIssue, 1);
    const onShelf = after(first, ready(first, START));
    const late = withdraw(onShelf, command, COMPATIBLE);
    assert.equal(refusal(late), 'InvalidPrescriptionTransition');
  });

  test('is begun when the one before is given up without a claim', () => {
    const partly = { ...aNotification(START), status: 'WithDispenserActive' as const };
    const held = released(sent(), START);
    const open = after(held, dispense(held, partly, COMPATIBLE));
    assert.deepEqual(dueOf(open), due('noClaim', '2025-02-27'));
    const when = at('2025-02-27T00:00:00Z');
    const state = after(open, noClaim(open, { issue: 1, at: when }, COMPATIBLE));
    assert.deepEqual(codes(state), ['0009', '0001', '9000', '9000', '9000', '9000']);
  });
});

function lastTold({ issues }: Prescription) {
  const [issue] = issues;
  return issue !== undefined && 'holding' in issue ? issue.holding.notifications.at(-1)?.id : null;
}

describe('a message about an issue', () => {
  const second = released(dispensed(released(sent(), START), START), START);

  test('is refused when it dispenses another issue than the current one', () => {
    const told = dispense(second, aNotification(START, { issue: 1 }), COMPATIBLE);
    assert.equal(refusal(told), 'RepeatCountMismatch');
  });

  test('is refused when it counts the issues of an item otherwise', () => {
    const told = { ...aNotification(START), itemIssues: { [A]: 5 } };
    assert.equal(refusal(dispense(second, told, COMPATIBLE)), 'RepeatCountMismatch');
  });

  test('may amend or claim an earlier issue by its number', () => {
    const replaces = present(lastTold(second), 'notification');
    const amendment = { ...aNotification(START, { issue: 1 }), replaces };
    assert.equal(refusal(dispense(second, amendment, COMPATIBLE)), null);
    const aClaim = { claim: newId(), dispenser: PHARMACY, authority: 'T1450', replaces: null };
    const state = after(second, claim(second, { ...aClaim, issue: 1, at: START }, COMPATIBLE));
    assert.deepEqual(codes(state).slice(0, 3), ['0008', '0002', '9000']);
  });

  test('is refused when it returns an issue that is not the current one', () => {
    const command = { dispenser: PHARMACY, reason: '0003', issue: 1, release: null, at: START };
    assert.equal(refusal(giveBack(second, command, COMPATIBLE)), 'RepeatCountMismatch');
  });
});

describe('a cancellation', () => {
  const aCancel = { messageId: newId(), patient: PATIENT, reason: '0001', organisation: SURGERY };
  const cancelled = (
    state: Prescription,
    item: typeof A | null,
    more: Partial<Cancel> = {},
  ): Prescription => {
    const decision = cancel(state, { ...aCancel, item, at: START, ...more });
    assert.ok(decision.ok);
    return evolveTo(state, decision.value.events);
  };

  test('of the whole is of this issue and all that follow', () => {
    const state = cancelled(dispensed(released(sent(), START), START), null);
    assert.deepEqual(codes(state), ['0006', '0005', '0005', '0005', '0005', '0005']);
    assert.equal(state.currentIssue, 6);
  });

  test('of an item ends the issues in which nothing else is left', () => {
    const state = cancelled(sent({ fewer: { [A]: 2 } }), B);
    assert.deepEqual(codes(state), ['0001', '9000', '0005', '0005', '0005', '0005']);
    assert.equal(state.currentIssue, 1);
  });

  const replyTo = {
    partyKey: 'A83008-900101',
    asid: '999000000101',
    conversationId: 'A conversation',
    requestId: newId(),
  };

  test('that waited is answered once for the item, and once more for the prescription that it ended', () => {
    const held = released(sent(), START);
    const asked = cancelled(cancelled(held, A, { replyTo }), B, { replyTo });
    const command = { dispenser: PHARMACY, reason: '0003', issue: null, release: null, at: START };
    const decision = giveBack(asked, command, COMPATIBLE);
    assert.ok(decision.ok);
    const state = evolveTo(asked, decision.value);
    assert.deepEqual(codes(state), Array(6).fill('0005'));
    assert.equal(leavingBecauseOf(ID, decision.value, state).length, 3);
    const byFhir = cancelled(cancelled(held, A), B);
    const done = giveBack(byFhir, command, COMPATIBLE);
    assert.ok(done.ok);
    assert.equal(leavingBecauseOf(ID, done.value, state).length, 0);
  });
});

function evolveTo(state: Prescription, events: readonly PrescriptionEvent[]): Prescription {
  return after(state, { ok: true, value: events });
}

describe('expiry', () => {
  test('of an issue that waits is of all that follow', () => {
    const state = sent();
    const gone = after(state, expire(state, at('2025-02-28T00:00:00Z')));
    assert.deepEqual(codes(gone), Array(6).fill('0004'));
    assert.deepEqual(dueOf(gone), due('delete', '2025-05-29', 6));
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Result } from '../kernel/result.ts';
import { evolveAll } from './evolve.ts';
import { currentIssue } from './issues.ts';
import { decide as cancel } from './messages/cancel/decide.ts';
import { decide as claim } from './messages/claim/decide.ts';
import { decide as dispense } from './messages/dispense/decide.ts';
import { decide as expire } from './messages/expire/decide.ts';
import { decide as noClaim } from './messages/no-claim/decide.ts';
import { decide as ready } from './messages/ready/decide.ts';
import { decide as release } from './messages/release/decide.ts';
import { decide as giveBack } from './messages/return/decide.ts';
import { decide as withdraw } from './messages/withdraw/decide.ts';
import type { Prescription, PrescriptionEvent } from './prescription.ts';
import type { Rejection } from './rejections.ts';
import { COMPATIBLE } from './settings.ts';
import { type ItemStatus, ITEM_STATUSES, ITEM_TRANSITIONS } from './statuses.ts';
import {
  aParty,
  aPrescription,
  AT,
  CLAIM,
  ITEM,
  newId,
  NOTIFICATION,
  PATIENT,
  PHARMACY,
  STATUSES,
  SURGERY,
} from './testing.ts';
import { type Act, TRANSITIONS } from './transitions.ts';

// Shows: Lifecycle | every message and timed change under every status does what the printed table says

type Decision = Result<readonly PrescriptionEvent[], Rejection>;

const aTask = { dispenser: PHARMACY, reason: '0003', issue: null, at: AT };
const aClaim = { claim: newId(), dispenser: PHARMACY, authority: 'T1450', issue: null, at: AT };
const ACTS: Record<Act, (state: Prescription) => Decision> = {
  release: (state) =>
    release(state, { by: 'id', dispenser: aParty(PHARMACY), releaseId: newId(), at: AT }),
  return: (state) => giveBack(state, aTask, COMPATIBLE),
  dispense: (state) => dispense(state, aDispense('FullyDispensed'), COMPATIBLE),
  amend: (state) => dispense(state, { ...anAmendment }, COMPATIBLE),
  withdraw: (state) => withdraw(state, { ...aTask, notification: NOTIFICATION }, COMPATIBLE),
  claim: (state) => claim(state, { ...aClaim, replaces: null }, COMPATIBLE),
  'amend claim': (state) => claim(state, { ...aClaim, replaces: CLAIM }, COMPATIBLE),
  cancel: (state) => {
    const decision = cancel(state, {
      messageId: newId(),
      patient: PATIENT,
      item: null,
      reason: '0001',
      organisation: SURGERY,
      at: AT,
    });
    const isDone = decision.ok && decision.value.events.length > 0;
    return isDone
      ? { ok: true, value: decision.value.events }
      : { ok: false, error: { kind: 'InvalidPrescriptionTransition' } };
  },
  ready: (state) => ready(state, AT),
  expire: (state) => expire(state, AT),
  'no claim': (state) => noClaim(state, { issue: 1, at: AT }, COMPATIBLE),
};

function aDispense(status: ItemStatus) {
  return {
    messageId: newId(),
    dispenser: PHARMACY,
    patient: PATIENT,
    status: 'Dispensed' as const,
    items: [{ id: ITEM, status }],
    dispensedAt: AT,
    replaces: null,
    issue: null,
    itemIssues: {},
    at: AT,
  };
}

const anAmendment = { ...aDispense('FullyDispensed'), replaces: NOTIFICATION };

/** What the table's words that are no status come to in these cases. */
const COMES_TO = { 'as told': 'Dispensed', 'as before': 'WithDispenser' } as const;

describe('the table of transitions', () => {
  test('has a row for every act', () => {
    assert.deepEqual(TRANSITIONS.map(({ act }) => act).toSorted(), Object.keys(ACTS).toSorted());
  });
  for (const { act, to } of TRANSITIONS) {
    for (const from of STATUSES) {
      test(`says what ${act} does to an issue that is ${from}`, () => {
        const before = aPrescription(from);
        const decision = ACTS[act](before);
        const after = decision.ok ? evolveAll(before.id, before, decision.value) : null;
        const told = to[from] ?? null;
        const wanted =
          told === 'unchanged'
            ? from
            : told === 'as told' || told === 'as before'
              ? COMES_TO[told]
              : told;
        assert.equal(after?.kind === 'prescription' ? currentIssue(after).status : null, wanted);
      });
    }
  }
});

describe('the table of what a notification may make of an item', () => {
  for (const from of Object.keys(ITEM_TRANSITIONS) as ItemStatus[]) {
    for (const to of Object.keys(ITEM_STATUSES) as ItemStatus[]) {
      test(`says whether ${from} may become ${to}`, () => {
        const held = aPrescription('WithDispenserActive');
        const [issue] = held.issues;
        assert.ok(issue?.status === 'WithDispenserActive');
        const items = [{ id: ITEM, status: from }];
        const notifications = issue.holding.notifications.map((one) => ({ ...one, items }));
        const state: Prescription = {
          ...held,
          issues: [{ ...issue, items, holding: { ...issue.holding, notifications } }],
        };
        const told = { ...aDispense(to), status: 'WithDispenserActive' as const };
        const isAllowed = ITEM_TRANSITIONS[from].includes(to);
        assert.equal(dispense(state, told, COMPATIBLE).ok, isAllowed);
      });
    }
  }
});

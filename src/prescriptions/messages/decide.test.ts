import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseInstant } from '../../kernel/instant.ts';
import { present } from '../../kernel/bug.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import type { Rejection } from '../rejections.ts';
import { COMPATIBLE, STRICT } from '../settings.ts';
import { ITEM_STATUSES, ITEM_TRANSITIONS, type ItemStatus } from '../statuses.ts';
import {
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
} from '../testing.ts';
import { decide as decideCancel } from './cancel/decide.ts';
import { decide as decideClaim, lastDayToAmend } from './claim/decide.ts';
import { decide as decideCreate } from './create/decide.ts';
import { decide as decideDispense, type Dispense } from './dispense/decide.ts';
import { decide as decideReturn } from './return/decide.ts';
import { decide as decideWithdraw } from './withdraw/decide.ts';

type Verdict = Rejection['kind'] | null;
type PerStatus = Record<(typeof STATUSES)[number], Verdict>;

function verdict(decision: { ok: true } | { ok: false; error: Rejection }): Verdict {
  return decision.ok ? null : decision.error.kind;
}

const NO_TRANSITION: PerStatus = {
  AwaitingReleaseReady: 'InvalidPrescriptionTransition',
  ToBeDispensed: 'InvalidPrescriptionTransition',
  WithDispenser: 'InvalidPrescriptionTransition',
  WithDispenserActive: 'InvalidPrescriptionTransition',
  Expired: 'InvalidPrescriptionTransition',
  Cancelled: 'InvalidPrescriptionTransition',
  Dispensed: 'InvalidPrescriptionTransition',
  NotDispensed: 'InvalidPrescriptionTransition',
  Claimed: 'InvalidPrescriptionTransition',
  NoClaimed: 'InvalidPrescriptionTransition',
  RepeatDispenseFuture: 'InvalidPrescriptionTransition',
  PrescriptionFuture: 'InvalidPrescriptionTransition',
};

const aReturn = { dispenser: PHARMACY, reason: '0002', issue: null, release: null, at: AT };
const aWithdraw = { ...aReturn, notification: NOTIFICATION, reason: 'DA' };
const aClaim = {
  claim: newId(),
  dispenser: PHARMACY,
  authority: 'T1450',
  replaces: null,
  issue: null,
  at: AT,
};

function aDispense(status: ItemStatus, changes: Partial<Dispense> = {}): Dispense {
  return {
    messageId: newId(),
    dispenser: PHARMACY,
    patient: PATIENT,
    status: 'WithDispenserActive',
    items: [{ id: ITEM, status }],
    dispensedAt: AT,
    replaces: null,
    issue: null,
    itemIssues: {},
    at: AT,
    ...changes,
  };
}

describe('what a message may do to a prescription under each status', () => {
  const returns: PerStatus = { ...NO_TRANSITION, WithDispenser: null };
  const withdrawals: PerStatus = {
    ...NO_TRANSITION,
    WithDispenserActive: null,
    Dispensed: null,
    NotDispensed: null,
  };
  const dispenses: PerStatus = { ...NO_TRANSITION, WithDispenser: null, WithDispenserActive: null };
  const claims = Object.fromEntries(
    STATUSES.map((status) => [
      status,
      status === 'Claimed' ? 'ClaimedBefore' : 'ClaimNotDispensed',
    ]),
  ) as PerStatus;

  for (const status of STATUSES) {
    const prescription = aPrescription(status);
    test(`return of ${status}`, () => {
      assert.equal(verdict(decideReturn(prescription, aReturn, COMPATIBLE)), returns[status]);
    });
    test(`withdrawal of ${status}`, () => {
      assert.equal(
        verdict(decideWithdraw(prescription, aWithdraw, COMPATIBLE)),
        withdrawals[status],
      );
    });
    test(`dispense notification of ${status}`, () => {
      assert.equal(
        verdict(decideDispense(prescription, aDispense('FullyDispensed'), COMPATIBLE)),
        dispenses[status],
      );
    });
    test(`claim of ${status}`, () => {
      const wanted = { ...claims, Dispensed: null, NotDispensed: null }[status];
      assert.equal(verdict(decideClaim(prescription, aClaim, COMPATIBLE)), wanted);
    });
    test(`create of ${status} is a duplicate`, () => {
      const { id: _id, ...order } = prescription;
      const command = {
        ...order,
        messageId: newId(),
        treatment: 'Acute',
        repeats: null,
        items: [ITEM],
        signature: { findings: [], unlisted: [] },
        at: AT,
      } as const;
      assert.equal(verdict(decideCreate(prescription, command)), 'DuplicatePrescription');
    });
  }

  test('of what nobody knows is not found', () => {
    assert.equal(verdict(decideReturn(null, aReturn, COMPATIBLE)), 'PrescriptionNotFound');
    assert.equal(verdict(decideWithdraw(null, aWithdraw, COMPATIBLE)), 'PrescriptionNotFound');
    assert.equal(
      verdict(decideDispense(null, aDispense('FullyDispensed'), COMPATIBLE)),
      'PrescriptionNotFound',
    );
    assert.equal(verdict(decideClaim(null, aClaim, COMPATIBLE)), 'PrescriptionNotFound');
  });
});

describe('in strict mode', () => {
  test('nobody acts on what another pharmacy holds', () => {
    const dispenser = OTHER_PHARMACY;
    assert.equal(
      verdict(decideReturn(aPrescription('WithDispenser'), { ...aReturn, dispenser }, STRICT)),
      'WithAnotherDispenser',
    );
    assert.equal(
      verdict(decideWithdraw(aPrescription('Dispensed'), { ...aWithdraw, dispenser }, STRICT)),
      'WithAnotherDispenser',
    );
    assert.equal(
      verdict(
        decideDispense(
          aPrescription('WithDispenser'),
          aDispense('FullyDispensed', { dispenser }),
          STRICT,
        ),
      ),
      'WithAnotherDispenser',
    );
    assert.equal(
      verdict(decideClaim(aPrescription('Dispensed'), { ...aClaim, dispenser }, STRICT)),
      'WithAnotherDispenser',
    );
  });

  test('the holder may', () => {
    assert.equal(verdict(decideReturn(aPrescription('WithDispenser'), aReturn, STRICT)), null);
    assert.equal(verdict(decideClaim(aPrescription('Dispensed'), aClaim, STRICT)), null);
  });
});

describe('an item', () => {
  const statuses = Object.keys(ITEM_STATUSES) as ItemStatus[];
  for (const from of statuses.filter((status) => status !== 'ToBeDispensed')) {
    for (const to of statuses) {
      const isAllowed = ITEM_TRANSITIONS[from].includes(to);
      test(`that is ${from} ${isAllowed ? 'may' : 'may not'} be told to be ${to}`, () => {
        const prescription = aPrescription('WithDispenser');
        const [issue] = prescription.issues;
        const held = present(
          issue !== undefined && 'holding' in issue ? issue : null,
          'held issue',
        );
        const itemsAtRelease = [{ id: ITEM, status: from }];
        const changed = {
          ...prescription,
          issues: [
            { ...held, items: itemsAtRelease, holding: { ...held.holding, itemsAtRelease } },
          ],
        };
        const decision = verdict(decideDispense(changed, aDispense(to), COMPATIBLE));
        assert.equal(decision !== 'InvalidItemTransition', isAllowed);
      });
    }
  }

  test('that is missing, or that the prescription does not have, is not found', () => {
    const prescription = aPrescription('WithDispenser');
    assert.equal(
      verdict(decideDispense(prescription, aDispense('FullyDispensed', { items: [] }), COMPATIBLE)),
      'ItemNotFound',
    );
    const stranger = [{ id: newId(), status: 'FullyDispensed' }] as const;
    assert.equal(
      verdict(
        decideDispense(prescription, aDispense('FullyDispensed', { items: stranger }), COMPATIBLE),
      ),
      'ItemNotFound',
    );
  });
});

describe('a cancel request', () => {
  const CODES = {
    AwaitingReleaseReady: 'R-0001',
    ToBeDispensed: 'R-0001',
    RepeatDispenseFuture: 'R-0001',
    PrescriptionFuture: 'R-0001',
    WithDispenser: 'R-0002',
    WithDispenserActive: 'R-0003',
    Expired: 'R-0005',
    Cancelled: 'R-0006',
    Dispensed: 'R-0004',
    NotDispensed: 'R-0010',
    Claimed: 'R-0004',
    NoClaimed: 'R-0004',
  } as const;
  for (const status of STATUSES) {
    for (const item of [ITEM, null]) {
      test(`of ${item === null ? 'the whole' : 'an item'} of ${status} is answered ${CODES[status]}`, () => {
        const command = {
          messageId: newId(),
          patient: PATIENT,
          item,
          reason: '0001',
          organisation: SURGERY,
          at: AT,
        };
        const decision = decideCancel(aPrescription(status), command);
        assert.equal(decision.ok && decision.value.code, CODES[status]);
      });
    }
  }

  test('for the wrong patient is not processed', () => {
    const patient = present(parseNhsNumber('9990000026'), 'NHS number');
    const command = {
      messageId: newId(),
      patient,
      item: ITEM,
      reason: '0001',
      organisation: SURGERY,
      at: AT,
    };
    assert.equal(decideCancel(aPrescription('ToBeDispensed'), command).ok, false);
  });
});

describe('the last day to amend a claim', () => {
  const CASES = [
    ['2024-12-05T12:00:00Z', '2024-11-30T10:00:00Z', '2024-12-05'], // of November, told by the fifth
    ['2024-12-06T12:00:00Z', '2024-11-30T10:00:00Z', '2025-01-05'], // too late for November
    ['2024-12-03T12:00:00Z', '2024-12-02T10:00:00Z', '2025-01-05'], // dispensed in December
    ['2024-12-31T23:30:00Z', '2024-12-31T10:00:00Z', '2025-01-05'],
  ] as const;
  for (const [received, dispensed, last] of CASES) {
    test(`of a claim of ${received} for what was dispensed at ${dispensed} is ${last}`, () => {
      const [issue] = aPrescription('Claimed').issues;
      const claimed = present(issue?.status === 'Claimed' ? issue : null, 'claimed issue');
      const firstReceivedAt = present(parseInstant(received), 'instant');
      const dispensedAt = present(parseInstant(dispensed), 'instant');
      const notifications = claimed.holding.notifications.map((one) => ({ ...one, dispensedAt }));
      const moved = {
        ...claimed,
        claim: { ...claimed.claim, firstReceivedAt },
        holding: { ...claimed.holding, notifications },
      };
      assert.equal(lastDayToAmend(moved), last);
    });
  }

  test('has passed: the amendment is refused; in time, it must name the claim', () => {
    const at = present(parseInstant('2025-02-06T12:00:00Z'), 'instant');
    const amend = { ...aClaim, replaces: CLAIM };
    assert.equal(
      verdict(decideClaim(aPrescription('Claimed'), { ...amend, at }, COMPATIBLE)),
      'ClaimPeriodOver',
    );
    assert.equal(verdict(decideClaim(aPrescription('Claimed'), amend, COMPATIBLE)), null);
    const stranger = { ...amend, replaces: present(parseUuid(newId()), 'GUID') };
    assert.equal(
      verdict(decideClaim(aPrescription('Claimed'), stranger, COMPATIBLE)),
      'NotTheLastDispense',
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseInstant } from '../../../kernel/instant.ts';
import { present } from '../../../kernel/bug.ts';
import type { Rejection } from '../../rejections.ts';
import { aParty, aPrescription, AT, newId, OTHER_PHARMACY, STATUSES } from '../../testing.ts';
import { decide, type Release } from './decide.ts';

const aRelease: Release = {
  by: 'id',
  dispenser: aParty(OTHER_PHARMACY),
  releaseId: newId(),
  at: AT,
};

/** What a release by id finds under each status [EPS-LIFECYCLE 4.2]; null: it gets the prescription. */
const BY_ID: Record<(typeof STATUSES)[number], Rejection['kind'] | null> = {
  AwaitingReleaseReady: null,
  ToBeDispensed: null,
  PrescriptionFuture: null, // its day has come
  RepeatDispenseFuture: 'ReleaseNotFound',
  WithDispenser: 'WithAnotherDispenser',
  WithDispenserActive: 'WithAnotherDispenser',
  Expired: 'PrescriptionExpired',
  Cancelled: 'PrescriptionCancelled',
  Dispensed: 'AlreadyDispensed',
  NotDispensed: 'AlreadyDispensed',
  Claimed: 'AlreadyDispensed',
  NoClaimed: 'AlreadyDispensed',
};

describe('a release by id', () => {
  for (const status of STATUSES) {
    test(`of a prescription that is ${status} is answered as the table says`, () => {
      const decision = decide(aPrescription(status), aRelease);
      assert.equal(decision.ok ? null : decision.error.kind, BY_ID[status]);
    });
  }

  test('of an unknown prescription finds nothing, of a cancelled one that has not come says so', () => {
    const unknown = decide(null, aRelease);
    assert.equal(unknown.ok ? null : unknown.error.kind, 'ReleaseNotFound');
    const { id } = aPrescription('ToBeDispensed');
    const held = decide({ kind: 'placeholder', id, pending: [] }, aRelease);
    assert.equal(held.ok ? null : held.error.kind, 'PrescriptionCancelled');
  });

  test('is refused on the expiry day whatever the status, since a job may be late', () => {
    const at = present(parseInstant('2025-06-08T23:00:00Z'), 'instant'); // 9 June in London
    for (const status of [
      'ToBeDispensed',
      'AwaitingReleaseReady',
      'WithDispenser',
      'PrescriptionFuture',
    ] as const) {
      const decision = decide(aPrescription(status), { ...aRelease, at });
      assert.equal(decision.ok ? null : decision.error.kind, 'PrescriptionExpired', status);
    }
  });

  test('of a post-dated prescription finds nothing before its day', () => {
    const at = present(parseInstant('2024-12-08T23:59:59Z'), 'instant');
    const decision = decide(aPrescription('PrescriptionFuture'), { ...aRelease, at });
    assert.equal(decision.ok ? null : decision.error.kind, 'ReleaseNotFound');
  });
});

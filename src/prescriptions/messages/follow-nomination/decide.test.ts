import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { OdsCode } from '../../ods-code.ts';
import type { Prescription, Repeats } from '../../prescription.ts';
import { aParty, aPrescription, AT, newId, ods, OTHER_PHARMACY, PHARMACY } from '../../testing.ts';
import { decide as release } from '../release/decide.ts';
import { decide, type FollowNomination } from './decide.ts';

const REPEATS: Repeats = { issues: 3, daysSupply: 28, fewer: {} };
const ELSEWHERE = ods('FXX99');
const change = {
  site: 'P1',
  from: PHARMACY,
  to: OTHER_PHARMACY,
  by: 'a person',
  request: newId(),
  at: AT,
} as const;

function repeat(changes: Partial<Prescription> = {}): Prescription {
  return aPrescription('ToBeDispensed', {
    treatment: 'RepeatDispensing',
    repeats: REPEATS,
    ...changes,
  });
}

/** Where it goes; undefined: it stays. */
function goesTo(
  state: Prescription,
  more: Partial<FollowNomination> = {},
): OdsCode | null | undefined {
  const [event] = decide(state, { ...change, ...more });
  return event?.kind === 'NominationChanged' ? event.to : undefined;
}

describe('a change of the nomination', () => {
  test('is followed by repeat dispensing that stands where the nomination stood', () => {
    assert.equal(goesTo(repeat()), OTHER_PHARMACY);
    assert.equal(goesTo(repeat(), { to: null }), null);
    assert.equal(goesTo(repeat({ nominated: null }), { from: null }), OTHER_PHARMACY);
  });

  test('is not followed by what was sent elsewhere, or for once', () => {
    assert.equal(goesTo(repeat({ nominated: ELSEWHERE })), undefined);
    assert.equal(goesTo(repeat({ nominated: null })), undefined);
    assert.equal(goesTo(aPrescription('ToBeDispensed')), undefined);
    assert.equal(goesTo(repeat(), { to: PHARMACY }), undefined);
  });

  test('is one of a kind of dispenser', () => {
    const appliance = repeat({ repeats: { ...REPEATS, site: 'P2' } });
    assert.equal(goesTo(appliance), undefined);
    assert.equal(goesTo(appliance, { site: 'P2' }), OTHER_PHARMACY);
    assert.equal(goesTo(repeat(), { site: 'P3' }), undefined);
  });

  test('is nothing to what is over or with a pharmacy, unless issues are to come', () => {
    for (const status of ['Cancelled', 'Expired', 'Claimed', 'WithDispenser'] as const) {
      const { issues } = aPrescription(status);
      assert.equal(goesTo(repeat({ issues })), undefined, status);
    }
    const { issues } = aPrescription('WithDispenser');
    const later = { from: 2, to: 3, expiresOn: issues[0]?.expiresOn ?? assert.fail(), items: [] };
    assert.equal(goesTo(repeat({ issues, later })), OTHER_PHARMACY);
  });
});

test('a nominated release gets what is nominated to it by then, whatever its queue was', () => {
  const by = { releaseId: newId(), at: AT } as const;
  const asked = (dispenser: OdsCode, how: 'nomination' | 'id') =>
    release(repeat(), { ...by, by: how, dispenser: aParty(dispenser) });
  const refused = { ok: false, error: { kind: 'ReleaseNotFound' } };
  assert.equal(asked(PHARMACY, 'nomination').ok, true);
  assert.deepEqual(asked(OTHER_PHARMACY, 'nomination'), refused);
  assert.equal(asked(OTHER_PHARMACY, 'id').ok, true);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { aJourney, codeOf, nominatedRelease, releasedIds } from '../support/journey.ts';
import { testSpine } from '../support/server.ts';

// Shows: FHIR prescribing | send a signed prescription (acute, repeat prescribing), post-dated too
// Shows: FHIR dispensing | return
// Shows: FHIR dispensing | dispense notification: full, partial, owing, not dispensed; amend
// Shows: FHIR dispensing | withdraw
// Shows: FHIR dispensing | claim and amend a claim

const spine = testSpine();
const { dispenser, otherDispenser } = PERSONAS;

describe('a prescription', () => {
  test('goes from surgery to claim, and its status says where it is', async () => {
    const journey = aJourney(spine(), { items: 2 });
    assert.equal((await journey.send()).status, 200);
    assert.equal(await journey.status(), '0001');
    assert.equal((await journey.release()).status, 200);
    assert.equal(await journey.status(), '0002');
    assert.equal((await journey.dispense(['FullyDispensed', 'PartiallyDispensed'])).status, 200);
    assert.equal(await journey.status(), '0003');
    assert.equal((await journey.dispense(['FullyDispensed', 'FullyDispensed'])).status, 200);
    assert.equal(await journey.status(), '0006');
    assert.equal((await journey.claim()).status, 200);
    assert.equal(await journey.status(), '0008');
  });

  test('can be owed for, and given out later', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.release();
    assert.equal((await journey.dispense(['Owing', 'FullyDispensed'])).status, 200);
    assert.equal(await journey.status(), '0003');
    assert.equal((await journey.dispense(['FullyDispensed', 'FullyDispensed'])).status, 200);
    assert.equal(await journey.status(), '0006');
  });

  test('of which nothing is dispensed ends as not dispensed, and can be claimed', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    assert.equal((await journey.dispense(['NotDispensed'])).status, 200);
    assert.equal(await journey.status(), '0007');
    assert.equal((await journey.claim()).status, 200);
  });

  test('sent twice under another message id is a duplicate', async () => {
    const journey = aJourney(spine());
    assert.equal((await journey.send()).status, 200);
    const again = await journey.send(journey.order());
    assert.equal(again.status, 400);
    assert.equal(codeOf(again), 'DUPLICATE_PRESCRIPTION_ID');
    assert.equal(again.body.issue[0].code, 'duplicate');
  });

  test('sent without a signature is refused, and may be sent again signed', async () => {
    const journey = aJourney(spine());
    const signed = journey.order() as { entry: { resource: { resourceType: string } }[] };
    const unsigned = {
      ...signed,
      entry: signed.entry.filter(({ resource }) => resource.resourceType !== 'Provenance'),
    };
    const refused = await journey.send(unsigned);
    assert.equal(refused.status, 400);
    assert.equal(codeOf(refused), 'MISSING_DIGITAL_SIGNATURE');
    assert.equal((await journey.send(journey.order())).status, 200);
  });
});

describe('a return', () => {
  test('frees the prescription for any pharmacy, by its id and never by nomination', async () => {
    const pharmacy = { ...dispenser, organisation: { ...dispenser.organisation, ods: 'FQ004' } };
    const journey = aJourney(spine(), { nominated: 'FQ004' });
    await journey.send();
    assert.deepEqual(releasedIds(await nominatedRelease(spine(), pharmacy)), [journey.id]);
    assert.equal((await journey.giveBack(pharmacy)).status, 200);
    assert.equal(await journey.status(), '0001');
    assert.equal(codeOf(await nominatedRelease(spine(), pharmacy)), 'NO_MORE_PRESCRIPTIONS');
    assert.deepEqual(releasedIds(await journey.release(otherDispenser)), [journey.id]);
    assert.equal((await journey.giveBack(otherDispenser)).status, 200);
    assert.equal(codeOf(await nominatedRelease(spine(), pharmacy)), 'NO_MORE_PRESCRIPTIONS');
  });

  test('is refused before a release, after a dispense, and of what nobody knows', async () => {
    const journey = aJourney(spine());
    assert.equal(codeOf(await journey.giveBack()), 'PRESCRIPTION_NOT_FOUND');
    await journey.send();
    assert.equal(codeOf(await journey.giveBack()), 'PRESCRIPTION_INVALID_STATE_TRANSITION');
    await journey.release();
    await journey.dispense(['PartiallyDispensed']);
    assert.equal(codeOf(await journey.giveBack()), 'PRESCRIPTION_INVALID_STATE_TRANSITION');
  });
});

describe('a dispense notification', () => {
  test('is refused for what is not in hand, not known, or not to be changed so', async () => {
    const journey = aJourney(spine(), { items: 2 });
    assert.equal(codeOf(await journey.dispense(['FullyDispensed'])), 'PRESCRIPTION_NOT_FOUND');
    await journey.send();
    assert.equal(
      codeOf(await journey.dispense(['FullyDispensed'])),
      'PRESCRIPTION_INVALID_STATE_TRANSITION',
    );
    await journey.release();
    await journey.dispense(['FullyDispensed', 'PartiallyDispensed']);
    const undone = await journey.dispense(['NotDispensed', 'PartiallyDispensed']);
    assert.equal(codeOf(undone), 'MEDICATIONREQUEST_INVALID_STATE_TRANSITION');
    const wrongStatus = await journey.dispense(['FullyDispensed', 'PartiallyDispensed'], {
      status: 'Dispensed',
    });
    assert.equal(codeOf(wrongStatus), 'PRESCRIPTION_INVALID_STATE_TRANSITION');
  });

  test('can be amended, the last one only, also after completion', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['PartiallyDispensed']);
    const first = journey.lastDispense;
    await journey.dispense(['FullyDispensed']);
    assert.equal(
      codeOf(await journey.dispense(['PartiallyDispensed'], { amends: first })),
      'DISPENSE_AMEND_IDENTIFIER_MISMATCH',
    );
    const amended = await journey.dispense(['PartiallyDispensed'], {
      amends: journey.lastDispense,
    });
    assert.equal(amended.status, 200);
    assert.equal(await journey.status(), '0003');
  });

  test('can be withdrawn, the last one first, and each withdrawal goes back one step', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['PartiallyDispensed']);
    const first = journey.lastDispense;
    await journey.dispense(['FullyDispensed']);
    assert.equal(
      codeOf(await journey.withdraw({ notification: first })),
      'DISPENSE_AMEND_IDENTIFIER_MISMATCH',
    );
    assert.equal((await journey.withdraw()).status, 200);
    assert.equal(await journey.status(), '0003');
    assert.equal((await journey.withdraw({ notification: first })).status, 200);
    assert.equal(await journey.status(), '0002');
    assert.equal(codeOf(await journey.withdraw()), 'PRESCRIPTION_INVALID_STATE_TRANSITION');
  });
});

describe('a claim', () => {
  test('waits for the end of dispensing', async () => {
    const journey = aJourney(spine());
    assert.equal(codeOf(await journey.claim()), 'PRESCRIPTION_NOT_FOUND');
    await journey.send();
    await journey.release();
    await journey.dispense(['PartiallyDispensed']);
    assert.equal(codeOf(await journey.claim()), 'CLAIM_INVALID_NOT_DISPENSED');
  });

  test('can be amended while its period lasts, the last one only', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    const month = new Date().getUTCMonth();
    const dayOf = (later: number, day: number): string =>
      new Date(Date.UTC(new Date().getUTCFullYear(), month + later, day, 12)).toISOString();
    await spine().setClock(dayOf(1, 10));
    try {
      await journey.claim();
      const first = journey.lastClaim;
      assert.equal((await journey.claim({ amends: first })).status, 200);
      assert.equal(
        codeOf(await journey.claim({ amends: first })),
        'DISPENSE_AMEND_IDENTIFIER_MISMATCH',
      );
      assert.equal(await journey.status(), '0008');
      await spine().setClock(dayOf(2, 6));
      assert.equal(
        codeOf(await journey.claim({ amends: journey.lastClaim })),
        'CLAIM_AMEND_PERIOD_ISSUE',
      );
    } finally {
      await spine().call('/_local/clock', { method: 'PUT', body: { real: true } });
    }
  });

  test('leaves for the reimbursement authority with the change that it made, once', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    await journey.claim();
    const rows = await spine().database.all({
      text: 'select topic, destination from platform.outbox where key = $1',
      values: [journey.lastClaim],
    });
    assert.deepEqual(rows, [{ topic: 'claim', destination: 'T1450' }]);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { aJourney, codeOf, nominatedRelease, releasedIds } from '../support/journey.ts';
import { testSpine } from '../support/server.ts';

// Shows: FHIR dispensing | nominated release, 25 at a time, oldest first
// Shows: FHIR dispensing | release by id

const spine = testSpine();
const { dispenser, otherDispenser } = PERSONAS;

describe('a release by id', () => {
  test('finds nothing under an unknown id', async () => {
    const answer = await aJourney(spine()).release();
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'RESOURCE_NOT_FOUND');
  });

  test('is open to any pharmacy, whoever is nominated', async () => {
    const journey = aJourney(spine());
    await journey.send();
    assert.deepEqual(releasedIds(await journey.release(otherDispenser)), [journey.id]);
  });

  test('says which pharmacy has it, also to that pharmacy itself', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    for (const pharmacist of [otherDispenser, dispenser]) {
      const answer = await journey.release(pharmacist);
      assert.equal(answer.status, 400);
      assert.equal(codeOf(answer), 'PRESCRIPTION_WITH_ANOTHER_DISPENSER');
      const [holder] = answer.body.contained;
      assert.equal(holder.identifier[0].value, dispenser.organisation.ods);
      assert.equal(holder.name, dispenser.organisation.name);
      assert.equal(answer.body.extension[0].valueReference.reference, `#${holder.id}`);
    }
  });

  test('says of one that is done that it is dispensed', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    assert.equal(codeOf(await journey.release(otherDispenser)), 'PRESCRIPTION_DISPENSED');
  });
});

describe('a nominated release', () => {
  const poor = {
    ...otherDispenser,
    organisation: { ...otherDispenser.organisation, ods: 'FQ001' },
  };

  test('has nothing for a pharmacy to which nothing is nominated: no error, and no more', async () => {
    const answer = await nominatedRelease(spine(), poor);
    assert.equal(answer.status, 200);
    assert.equal(codeOf(answer), 'NO_MORE_PRESCRIPTIONS');
    assert.deepEqual(answer.body.issue[0].severity, 'information');
  });

  test('gives the oldest first, 25 at a time, then what is left, then nothing', async () => {
    const rich = { ...dispenser, organisation: { ...dispenser.organisation, ods: 'FQ002' } };
    const journeys = Array.from({ length: 30 }, (_, index) =>
      aJourney(spine(), {
        nominated: 'FQ002',
        authoredAt: new Date(Date.now() - (index + 1) * 60_000),
      }),
    );
    await Promise.all(journeys.map((journey) => journey.send()));
    const oldestFirst = journeys.map(({ id }) => id).toReversed();
    const first = releasedIds(await nominatedRelease(spine(), rich));
    assert.deepEqual(first.toSorted(), oldestFirst.slice(0, 25).toSorted());
    assert.deepEqual(first, oldestFirst.slice(0, 25));
    assert.deepEqual(releasedIds(await nominatedRelease(spine(), rich)), oldestFirst.slice(25));
    assert.equal(codeOf(await nominatedRelease(spine(), rich)), 'NO_MORE_PRESCRIPTIONS');
  });

  test('asked for again with the same X-Request-ID gives the same again', async () => {
    const pharmacy = { ...dispenser, organisation: { ...dispenser.organisation, ods: 'FQ003' } };
    const journey = aJourney(spine(), { nominated: 'FQ003' });
    await journey.send();
    const requestId = crypto.randomUUID();
    const first = await nominatedRelease(spine(), pharmacy, requestId);
    assert.deepEqual(releasedIds(first), [journey.id]);
    assert.equal((await nominatedRelease(spine(), pharmacy, requestId)).text, first.text);
  });
});

describe('a post-dated prescription', () => {
  test('is kept from pharmacies until its day', async () => {
    const ods = 'FQ010';
    const pharmacy = { ...dispenser, organisation: { ...dispenser.organisation, ods } };
    const ahead = new Date(Date.now() + 10 * 86_400_000);
    const journey = aJourney(spine(), { nominated: ods, authoredAt: ahead });
    assert.equal((await journey.send()).status, 200);
    assert.equal(await journey.status(), '9001');
    assert.equal(codeOf(await journey.release()), 'RESOURCE_NOT_FOUND');
    assert.equal(codeOf(await nominatedRelease(spine(), pharmacy)), 'NO_MORE_PRESCRIPTIONS');
    await spine().setClock(new Date(ahead.getTime() + 60_000).toISOString());
    try {
      assert.deepEqual(releasedIds(await nominatedRelease(spine(), pharmacy)), [journey.id]);
    } finally {
      await spine().call('/_local/clock', { method: 'PUT', body: { real: true } });
    }
  });
});

describe('a prescription whose six months are over', () => {
  test('cannot be had any more, on the very day', async () => {
    const authoredAt = new Date('2024-08-31T12:00:00Z');
    const [early, late] = [aJourney(spine(), { authoredAt }), aJourney(spine(), { authoredAt })];
    const elsewhere = {
      ...dispenser,
      organisation: { ...dispenser.organisation, ods: 'FQ009' },
    };
    await spine().setClock('2025-02-27T23:30:00Z');
    try {
      for (const journey of [early, late]) assert.equal((await journey.send()).status, 200);
      assert.equal(codeOf(await nominatedRelease(spine(), elsewhere)), 'NO_MORE_PRESCRIPTIONS');
      assert.deepEqual(releasedIds(await early.release(otherDispenser)), [early.id]);
      await spine().setClock('2025-02-28T00:00:00Z');
      assert.equal(codeOf(await late.release(otherDispenser)), 'PRESCRIPTION_EXPIRED');
      assert.equal(releasedIds(await nominatedRelease(spine())).includes(late.id), false);
      assert.equal(await late.status(), '0004');
    } finally {
      await spine().call('/_local/clock', { method: 'PUT', body: { real: true } });
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { sql } from '../../src/platform/sql.ts';
import { aJourney, codeOf, type Journey, nominatedRelease } from '../support/journey.ts';
import { LEGACY, testSpine } from '../support/server.ts';

// Shows: FHIR dispensing | a returned prescription keeps whom it was nominated to in its history, and waits in no queue

const spine = testSpine();

async function nominationsOf({ id }: Journey): Promise<object | undefined> {
  const [row] = await spine().database.all(sql`
    select state->'nominated' as now, state->'nominationHistory' as before
    from prescriptions.prescription where prescription_id = ${id.slice(0, -1)}`);
  return row;
}

async function ownerOf({ id }: Journey): Promise<string | undefined> {
  const query = `focus:identifier=${encodeURIComponent(id)}`;
  const { body } = await spine().call(`${LEGACY}/Task?${query}`);
  return body.entry[0].resource.owner?.identifier.value as string | undefined;
}

describe('a nominated prescription that comes back', () => {
  test('has its pharmacy in its history and is nominated to nobody', async () => {
    const journey = aJourney(spine());
    await journey.send();
    assert.deepEqual(await nominationsOf(journey), { now: 'FA565', before: null });
    assert.equal(await ownerOf(journey), 'FA565');
    await journey.release();
    assert.deepEqual(await nominationsOf(journey), { now: 'FA565', before: null });
    assert.equal((await journey.giveBack()).status, 200);
    assert.deepEqual(await nominationsOf(journey), { now: null, before: ['FA565'] });
    assert.equal(await ownerOf(journey), undefined);
    assert.equal(codeOf(await nominatedRelease(spine())), 'NO_MORE_PRESCRIPTIONS');
  });

  test('is in it once, however often it comes back', async () => {
    const journey = aJourney(spine());
    await journey.send();
    for (const _ of ['once', 'again']) {
      assert.equal((await journey.release()).status, 200);
      assert.equal((await journey.giveBack()).status, 200);
    }
    assert.deepEqual(await nominationsOf(journey), { now: null, before: ['FA565'] });
  });
});

test('a prescription that was nominated to nobody has no history when it comes back', async () => {
  const journey = aJourney(spine(), { nominated: null });
  await journey.send();
  await journey.release();
  await journey.giveBack();
  assert.deepEqual(await nominationsOf(journey), { now: null, before: null });
});

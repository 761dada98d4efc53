// Shows: Start | a test installation is given the same people, systems and prescriptions by the same seed, as often as one asks
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testSpine } from '../support/server.ts';

const spine = testSpine();

const seed = (body: object | string) => spine().call('/_local/seed', { method: 'POST', body });

test('a seed makes what the banner tells of; again it changes nothing, and another makes others', async () => {
  const before = await known(); // a synthetic journey has brought its own
  const first = await seed({ seed: 1 });
  assert.equal(first.status, 200);
  assert.deepEqual(await known(), [...before, ...said(first.body.readyMade)].toSorted());
  const again = await seed({ seed: 1 });
  assert.deepEqual([again.status, again.body], [200, first.body]);
  const other = await seed({ seed: 2 });
  assert.equal(other.body.readyMade.length, first.body.readyMade.length);
  const both = [...first.body.readyMade, ...other.body.readyMade];
  assert.deepEqual(await known(), [...before, ...said(both)].toSorted());
});

test('what is no seed is refused with what to send', async () => {
  const before = await known();
  for (const body of [{ seed: -1 }, { seed: 'one' }, { seed: 1.5 }, '[', '7']) {
    const answer = await seed(body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.body.error, /whole number/);
  }
  assert.deepEqual(await known(), before);
});

async function known(): Promise<string[]> {
  const rows = await spine().database.all<{ id: string }>({
    text: 'select prescription_id as id from prescriptions.prescription order by 1',
    values: [],
  });
  return rows.map(({ id }) => id);
}

/** The ids in the words of a banner, without their check characters: as they are kept. */
function said(words: readonly string[]): string[] {
  return words.map((line) => line.slice(0, 'A08FF4-A83008-9B6F7'.length));
}

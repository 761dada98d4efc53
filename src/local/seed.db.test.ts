import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createDatabase } from '../../test/support/database.ts';
import { readyMade, seedPrescriptions } from './seed.ts';

async function seeded(seed: number, times: number): Promise<string> {
  const made = await createDatabase();
  try {
    for (let n = 0; n < times; n += 1) await seedPrescriptions(made.url, seed);
    const [row] = await made.database.all<{ digest: string }>({
      text: `select md5(string_agg(prescription_id || status || state::text, '|' order by prescription_id)) || count(*) as digest
        from prescriptions.prescription`,
      values: [],
    });
    return row?.digest ?? '';
  } finally {
    await made.drop();
  }
}

test('the same seed makes the same prescriptions in every database, however often', async () => {
  const once = await seeded(7, 1);
  assert.match(once, /6$/);
  assert.equal(await seeded(7, 2), once);
  assert.notEqual(await seeded(8, 1), once);
});

test('prescriptions that are there from the start are signed, and their signatures verify', async () => {
  const made = await createDatabase();
  try {
    await seedPrescriptions(made.url, 1);
    const found = await made.database.all<{ findings: string[] }>({
      text: `select data->'signature'->'findings' as findings from prescriptions.event where kind = 'Created'`,
      values: [],
    });
    assert.deepEqual(
      found.map(({ findings }) => findings),
      [[], [], [], [], [], []],
    );
  } finally {
    await made.drop();
  }
});

test('the ids of a seed are the same on every machine', () => {
  assert.deepEqual(
    readyMade(1).map(({ shortFormId }) => shortFormId),
    [
      'A08FF4-A83008-9B6F71',
      '726327-A83008-16C43C',
      '069C43-A83008-A8C3BN',
      '7CF3C2-A83008-5632B1',
      '92409D-A83008-3FB64B',
      'AFEBED-A83008-E10D4O',
    ],
  );
});

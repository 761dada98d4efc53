// Shows: Datacentres | with the primary away a standby is read for a while, but never by whoever decides by what is read
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { DatabaseUnavailable, type OpenDatabase, openDatabase } from '../database.ts';
import { sql } from '../sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { freePort } from '../../../test/support/ports.ts';

const database = testDatabase();
const ONE = sql`select 1 as one`;

describe('a database whose primary is away', () => {
  let ours: OpenDatabase;
  before(async () => {
    const gone = `postgresql://nobody@127.0.0.1:${await freePort()}/none`;
    ours = openDatabase({ url: gone, readUrl: database().url, connectWithinMs: 200 });
  });
  after(() => ours.close());

  test('is read elsewhere by whoever only shows it', async () => {
    assert.deepEqual(await ours.all(ONE), [{ one: 1 }]);
  });

  test('is not by whoever decides, who is told to come again', async () => {
    await assert.rejects(ours.primary.all(ONE), DatabaseUnavailable);
    await assert.rejects(ours.primary.write(ONE), DatabaseUnavailable);
  });

  test('is written nowhere', async () => {
    const change = sql`update platform.epoch set number = number where false`;
    await assert.rejects(ours.all(change), DatabaseUnavailable);
  });
});

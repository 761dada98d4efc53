import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { noLog } from './datacentres.ts';
import { openRows } from './rows.ts';

describe('datacentres that start at once on a new database', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let both: readonly Datacentre[] = [];

  before(async () => {
    made = await createDatabase();
    await keysAreSlow(made);
    both = await Promise.all([start('a', made), start('b', made)]);
  });

  after(async () => {
    await Promise.all(both.map((one) => one.close()));
    await made.drop();
  });

  test('each take the tokens that the other gives', async () => {
    for (const giver of both) {
      const authorization = `Bearer ${await tokenFrom(giver)}`;
      for (const taker of both) {
        const path = '/electronic-prescriptions/FHIR/R4/Task?identifier=000000-A83008-000000';
        const headers = { authorization, 'x-request-id': crypto.randomUUID() };
        const answer = await fetch(`${taker.url}${path}`, { headers });
        assert.equal(answer.status, 200, await answer.text());
      }
    }
  });
});

/** As on a busy machine: the first key is kept a little late, and the second later than that. */
async function keysAreSlow({ url }: TestDatabase): Promise<void> {
  const rows = openRows(url);
  await rows.all('create sequence public.key');
  await rows.all(`create function public.slow() returns trigger language plpgsql as
    $$ begin perform pg_sleep(nextval('public.key') * 0.8); return new; end $$`);
  await rows.all(`create trigger slow before insert on identity.signing_key
    for each row execute function public.slow()`);
  await rows.close();
}

function start(datacentre: 'a' | 'b', { url }: TestDatabase): Promise<Datacentre> {
  return startDatacentre(testConfig(url, { datacentre }), noLog);
}

async function tokenFrom({ url }: Datacentre): Promise<string> {
  const body = JSON.stringify({ persona: 'dispenser' });
  const answer = await fetch(`${url}/_local/token`, { method: 'POST', body });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

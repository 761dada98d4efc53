import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import pg from 'pg';

import { codeOf, testPair } from './datacentres.ts';
import { FAULTS, type Keys } from './invariant-faults.ts';
import { INVARIANTS } from './invariant-queries.ts';
import { assertInvariants, violations } from './invariants.ts';
import * as message from './messages.ts';
import { changed, ofRepeatDispensing } from './repeat-http.ts';
import { numbered } from '../support/repeat-dispensing.ts';
import { allBy } from './rows.ts';

const pair = testPair();
let keys: Keys;

type Story = (written: message.Written) => readonly message.Sent[];

const STORIES: Record<keyof Keys, Story> = {
  returned: (written) => [
    message.create(written),
    message.poll(),
    message.cancel(written),
    message.giveBack(written),
  ],
  partial: (written) => [
    message.create(written),
    message.release(written),
    message.dispense(written, { outcomes: ['FullyDispensed', 'Owing'] }),
  ],
  dispensed: (written) => [
    message.create(written),
    message.release(written),
    message.dispense(written),
  ],
  claimed: (written) => [
    message.create(written),
    message.release(written, message.B),
    message.dispense(written),
    message.claim(written),
  ],
  cancelledFirst: (written) => [message.cancel(written), message.create(written)],
  reclaimed: (written) => {
    const messageId = crypto.randomUUID();
    return [
      message.create(written),
      message.release(written),
      message.dispense(written),
      message.claim(written, { messageId }),
      message.claim(written, { replaces: messageId }),
    ];
  },
  waiting: (written) => [message.create(written)],
  // The second of three issues waits, as the supply of the first is soon used up.
  repeat: (written) => {
    const repeat = { ...written, course: 'repeat' } as const;
    const told = changed(message.dispense(repeat), (body) => numbered(body, 1, 3));
    const order = ofRepeatDispensing(message.create(repeat), { issues: 3, daysSupply: 7 });
    return [order, message.release(repeat), told];
  },
};

describe('the invariant sweep', () => {
  let client: pg.Client;

  before(async () => {
    client = new pg.Client({ connectionString: pair().url });
    await client.connect();
    const told = [];
    for (const [name, story] of Object.entries(STORIES)) told.push([name, await tell(story)]);
    keys = Object.fromEntries(told);
  });

  after(() => client.end());

  test('finds nothing in what the service wrote', async () => {
    await assertInvariants(pair().rows);
    await assertInvariants(pair().rows, Object.values(keys));
  });

  for (const [invariant, what, sql] of FAULTS) {
    test(`finds ${what} (${invariant})`, async () => {
      const found = await afterFault(client, sql(keys));
      assert.ok(found.includes(invariant), `found ${found.join(' ') || 'nothing'}`);
    });
  }

  test('can find a fault by each of its queries', () => {
    const tried = new Set(FAULTS.map(([invariant]) => invariant));
    const untried = Object.keys(INVARIANTS).filter((id) => !tried.has(id));
    assert.deepEqual(untried, []);
  });

  test('has a line for each reading: who looked, for which organisation, at whom', async () => {
    const [line] = await pair().rows.all(
      `select interaction, user_id, organisation, nhs_number, outcome from platform.audit
        where prescription_id = $1 and interaction = 'track'`,
      [keys.waiting],
    );
    const { userId, organisation } = message.SURGERY;
    const who = { user_id: userId, organisation: organisation.ods };
    assert.deepEqual(line, {
      interaction: 'track',
      ...who,
      nhs_number: '9990000018',
      outcome: 'read',
    });
  });
});

/** What the sweep says of a damaged database; the damage is undone. */
async function afterFault(client: pg.Client, sql: string): Promise<string[]> {
  await client.query('begin');
  try {
    await client.query(sql);
    const found = await violations({ all: allBy(client) });
    return [...new Set(found.map(({ invariant }) => invariant))];
  } finally {
    await client.query('rollback');
  }
}

async function tell(story: Story): Promise<string> {
  const nominated = message.A.organisation.ods;
  const written = message.aPrescription({ nominated, items: message.someItems(2) });
  for (const [n, sent] of story(written).entries()) {
    const reply = await pair().send(sent, n % 2 === 0 ? 0 : 1);
    const isTaken = ['informational', 'released', 'R-0002', 'R-0008'].includes(codeOf(reply));
    assert.ok(isTaken, reply.text);
  }
  await pair().track(written.shortFormId);
  return written.shortFormId.slice(0, -1);
}

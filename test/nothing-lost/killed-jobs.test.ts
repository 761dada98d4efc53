// Shows: Time | a process killed before or amid due work: the work is done once; a late job lets nothing expired out
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import pg from 'pg';

import { openMovableClock } from '../../src/local/movable-clock.ts';
import { inBatches } from '../bad-input/checks.ts';
import { createDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { codeOf, post, type Tokens, tokensOf } from './datacentres.ts';
import * as message from './messages.ts';
import type { Written } from './messages.ts';
import { openRows } from './rows.ts';
import { type Served, startServed } from './served.ts';

const LEASE = 'prescriptions: what is due';
const COUNT = 250; // more than two statements of the job take
const FIRST_STATEMENT = 100;
const AT_ONCE = 25;
const START = new Date('2026-01-05T12:00:00Z');
const READY = new Date('2026-01-20T12:00:00Z');
const EXPIRED = new Date('2026-07-20T00:00:00Z');

let made: Awaited<ReturnType<typeof createDatabase>>;
let rows: ReturnType<typeof openRows>;
let served: Served;
let tokens: Tokens;
let sent: readonly Written[];

before(async () => {
  made = await createDatabase();
  rows = openRows(made.url);
  tokens = await tokensOf(made.database);
  await setClock(START);
  served = await startServed('a', made.url);
  // Post-dated: all become ready on one day, and expire on another.
  sent = Array.from({ length: COUNT }, (_, n) =>
    message.aPrescription({
      authoredAt: READY,
      nominated: `T${String(n % 10).padStart(4, '0')}`,
    }),
  );
  const answers = await inBatches(sent, AT_ONCE, (written) =>
    post(served.address, message.create(written), tokens),
  );
  assert.deepEqual([...new Set(answers.map(codeOf))], ['informational']);
  await served.kill();
});

after(async () => {
  await served.stop();
  await rows.close();
  await made.drop();
});

/** As the clock's row says, with nobody who does what falls due on the way. */
async function setClock(instant: Date): Promise<void> {
  const clock = await openMovableClock(made.database);
  await clock.set({ instant, frozen: true, security: false });
  clock.close();
}

async function count(kind: string): Promise<number> {
  return (await rows.all(`select from prescriptions.event where kind = '${kind}'`)).length;
}

async function isLeased(): Promise<boolean> {
  return (await rows.all('select from platform.lease where name = $1', [LEASE])).length > 0;
}

/** Time passes for the lease of the process that is dead. */
async function leaseRunsOut(): Promise<void> {
  await rows.all(
    `update platform.lease set held_until = now() - interval '1 second' where name = '${LEASE}'`,
  );
}

/** Starts it, kills it where locks on rows hold up its work, and lets them go. */
async function killedWhere(held: readonly string[], isReached: () => Promise<boolean>) {
  const client = new pg.Client({ connectionString: made.url });
  await client.connect();
  try {
    await client.query('begin');
    const lock =
      'select from prescriptions.prescription where prescription_id = any($1::text[]) for update';
    await client.query(lock, [held]);
    await served.restart();
    await until('the job has the lease', async () => (await isLeased()) && (await isReached()));
    await pause(200);
    await served.kill();
  } finally {
    await client.end();
  }
}

async function assertOnce(kind: string): Promise<void> {
  await until(`${kind} of all`, async () => (await count(kind)) >= COUNT);
  await pause(1_500); // a turn of the job more
  const times = await rows.all<{ times: number }>(
    `select count(*)::int as times from prescriptions.event where kind = '${kind}'
     group by prescription_id having count(*) <> 1`,
  );
  assert.deepEqual(times, []);
  assert.equal(await count(kind), COUNT);
}

function ids(): string[] {
  return sent.map(({ shortFormId }) => shortFormId.slice(0, -1)).toSorted();
}

describe('work that falls due', () => {
  test('is done once when a process is killed between taking the lease and the work', async () => {
    await setClock(READY);
    const isStopped = async (): Promise<boolean> => (await count('BecameReady')) === 0;
    await killedWhere(ids(), isStopped);
    assert.ok(await isLeased());
    await leaseRunsOut();
    await served.restart();
    await assertOnce('BecameReady');
    const waiting = await rows.all(
      'select from prescriptions.download_queue where left_at is null',
    );
    assert.equal(waiting.length, COUNT);
    await served.kill();
  });

  test('lets nothing expired out while no job has come to it', async () => {
    await setClock(EXPIRED);
    // Somebody has the lease and does nothing: all jobs are late.
    await rows.all(
      `insert into platform.lease (name, holder, held_until)
       values ('${LEASE}', gen_random_uuid(), now() + interval '1 hour')
       on conflict (name) do update set held_until = excluded.held_until, holder = excluded.holder`,
    );
    await served.restart();
    const [one] = sent;
    assert.ok(one !== undefined);
    const byId = await post(served.address, message.release(one), tokens);
    assert.equal(codeOf(byId), 'PRESCRIPTION_EXPIRED', byId.text);
    const pharmacy = message.pharmacist(one.nominated ?? '');
    const polled = await post(served.address, message.poll(pharmacy), tokens);
    assert.equal(codeOf(polled), 'NO_MORE_PRESCRIPTIONS', polled.text);
    assert.equal(await count('Expired'), 0);
    const released = await rows.all(
      `select from prescriptions.event where kind = 'Released' and prescription_id = any($1::text[])`,
      [ids()],
    );
    assert.equal(released.length, 0);
    await served.kill();
    await rows.all(`delete from platform.lease where name = '${LEASE}'`);
  });

  test('is done once when a process is killed amid it', async () => {
    const held = ids()[FIRST_STATEMENT + 50] ?? '';
    await killedWhere([held], async () => (await count('Expired')) >= FIRST_STATEMENT);
    const done = await count('Expired');
    assert.ok(done >= FIRST_STATEMENT && done < COUNT, `${done} of ${COUNT}`);
    await leaseRunsOut();
    await served.restart();
    await assertOnce('Expired');
    const waiting = await rows.all(
      'select from prescriptions.download_queue where left_at is null',
    );
    assert.equal(waiting.length, 0);
  });
});

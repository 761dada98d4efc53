import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { ran } from '../../cli/testing.ts';
import { REAL_CLOCK } from '../../platform/clock.ts';
import { sql } from '../../platform/sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { sessionCommands } from './cli.ts';
import {
  changeRole,
  continueHere,
  endingSessions,
  endSessions,
  liveSessions,
  openRevocations,
  startSession,
  useSession,
} from './index.ts';
import { tidySessions } from './repository.ts';
import { aSession, CARD_FACTS, storeIn } from './testing.ts';

const database = testDatabase();
const START = new Date('2026-03-02T09:00:00Z');
const later = (minutes: number): Date => new Date(START.getTime() + minutes * 60_000);
const newUser = (): string => `555${String(Math.floor(Math.random() * 1e9)).padStart(9, '0')}`;
const start = (changes: Parameters<typeof aSession>[0] = {}, at = START) =>
  startSession(storeIn(database().database), aSession({ userId: newUser(), ...changes }), at);
const use = (id: string, at: Date) => useSession(database().database, id, at);
const ended = (error: unknown, reason: string) =>
  assert.deepEqual(error, { ok: false, error: { ended: reason } });

describe('a session', () => {
  test('of a page ends after 15 idle minutes at level 3, after 30 below', async () => {
    const high = await start();
    const low = await start({ authentication: { ...CARD_FACTS, assuranceLevel: '2' } });
    assert.ok((await use(high.id, later(14))).ok);
    assert.ok((await use(high.id, later(28))).ok, 'use keeps it');
    ended(await use(high.id, later(43)), 'idle');
    assert.ok((await use(low.id, later(29))).ok);
    ended(await use(low.id, later(59)), 'idle');
  });

  test('ends 12 hours after it began, however busy it is', async () => {
    const { id } = await start();
    for (let at = 10; at < 720; at += 10) assert.ok((await use(id, later(at))).ok);
    ended(await use(id, later(720)), 'over');
  });

  test('of the broker lasts ten hours, idle or not', async () => {
    const { id } = await start({ kind: 'broker' });
    assert.ok((await use(id, later(599))).ok);
    ended(await use(id, later(600)), 'over');
  });

  test('lasts as long as the settings of the installation say', async () => {
    const store = storeIn(database().database, {
      OPENSPINE_PAGES_SESSION_MINUTES: '60',
      OPENSPINE_PAGES_IDLE_MINUTES: '5',
      OPENSPINE_PAGES_IDLE_MINUTES_LOWER: '7',
      OPENSPINE_PLATFORM_SESSION_MINUTES: '30',
      OPENSPINE_CIS2_SESSION_MINUTES: '20',
      OPENSPINE_BROKER_SESSION_MINUTES: '10',
    });
    const begin = (changes: Parameters<typeof aSession>[0]) =>
      startSession(store, aSession({ userId: newUser(), ...changes }), START);
    const lower = { ...CARD_FACTS, assuranceLevel: '2' };
    for (const [changes, minutes, reason] of [
      [{}, 5, 'idle'],
      [{ authentication: lower }, 7, 'idle'],
      [{ kind: 'platform' }, 30, 'over'],
      [{ kind: 'cis2' }, 20, 'over'],
      [{ kind: 'broker' }, 10, 'over'],
    ] as const) {
      const [used, left] = [await begin(changes), await begin(changes)];
      assert.ok((await use(used.id, later(minutes - 1))).ok);
      ended(await use(left.id, later(minutes)), reason);
    }
    const busy = await begin({});
    for (let at = 4; at < 60; at += 4) assert.ok((await use(busy.id, later(at))).ok);
    ended(await use(busy.id, later(60)), 'over');
  });

  test('is unknown under any other word', async () => {
    for (const id of [randomUUID(), '', 'x', "' or true --"]) {
      assert.deepEqual(await use(id, START), { ok: false, error: 'Unknown' });
    }
  });
});

describe('the role of a session', () => {
  const roles = ['555900010102', '555900010103'];
  const change = (session: Awaited<ReturnType<typeof start>>, roleProfile: string, at = later(1)) =>
    changeRole(database().database, session, { roleProfile, roles }, at);

  test('is chosen and changed under a new session id each time; the old id is dead', async () => {
    const first = await start();
    const chosen = await change(first, '555900010102');
    assert.ok(chosen.ok);
    assert.notEqual(chosen.value.id, first.id);
    assert.equal(chosen.value.roleProfile, '555900010102');
    ended(await use(first.id, later(1)), 'role-changed');
    const changed = await change(chosen.value, '555900010103', later(2));
    assert.ok(changed.ok);
    ended(await use(chosen.value.id, later(2)), 'role-changed');
    assert.ok((await use(changed.value.id, later(3))).ok, 'it is still the active one');
    assert.deepEqual(changed.value.endsAt, first.endsAt, 'and ends when it would have ended');
    ended(await change(first, '555900010102'), 'role-changed');
  });

  test("is never one of another person's", async () => {
    const session = await start();
    const refused = await change(session, '555900099999');
    assert.deepEqual(refused, { ok: false, error: 'NotTheirRole' });
    assert.ok((await use(session.id, later(1))).ok);
  });

  test('changed twenty times at once is changed once', async () => {
    const session = await start();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => change(session, '555900010102')),
    );
    assert.equal(all.filter(({ ok }) => ok).length, 1);
    assert.equal((await liveSessions(database().database, session.userId, later(1))).length, 1);
  });
});

describe('a second sign-in', () => {
  test('waits, until the user goes on there; then the first ends', async () => {
    const userId = newUser();
    const first = await start({ userId });
    const second = await start({ userId }, later(1));
    assert.equal(first.isWaiting, false);
    assert.equal(second.isWaiting, true);
    assert.deepEqual(await use(second.id, later(1)), { ok: false, error: 'Waiting' });
    assert.ok((await use(first.id, later(1))).ok);
    const chosen = await continueHere(database().database, second, later(2));
    assert.ok(chosen.ok && !chosen.value.isWaiting);
    ended(await use(first.id, later(2)), 'another-sign-in');
    assert.ok((await use(second.id, later(2))).ok);
  });

  test('closed leaves the first alone', async () => {
    const userId = newUser();
    const first = await start({ userId });
    const second = await start({ userId }, later(1));
    await endSessions(database().database, { session: second.id }, 'signed-out', later(2));
    assert.ok((await use(first.id, later(2))).ok);
  });

  test('does not wait for one that is idle or over', async () => {
    const userId = newUser();
    await start({ userId });
    assert.equal((await start({ userId }, later(16))).isWaiting, false);
  });

  test('of twenty at once one works and the others wait', async () => {
    const userId = newUser();
    const all = await Promise.all(Array.from({ length: 20 }, () => start({ userId })));
    assert.equal(all.filter(({ isWaiting }) => !isWaiting).length, 1);
  });

  test('through another door is no second one', async () => {
    const userId = newUser();
    await start({ userId });
    for (const kind of ['broker', 'platform', 'cis2'] as const) {
      assert.equal((await start({ userId, kind })).isWaiting, false);
    }
  });
});

describe('the end of sessions', () => {
  test('comes to those of a card, a role or a user, and to no others', async () => {
    const { database: db } = database();
    const other = await start({ card: 'card-2', roleProfile: 'role-2' });
    for (const [changes, which, reason] of [
      [{ card: 'card-1' }, { card: 'card-1' }, 'card-revoked'],
      [{ roleProfile: 'role-1' }, { roleProfile: 'role-1' }, 'role-ended'],
      [{ userId: 'user-1' }, { user: 'user-1' }, 'user-inactive'],
    ] as const) {
      const one = await start(changes);
      assert.deepEqual(await endSessions(db, which, reason, later(1)), [one.id]);
      assert.deepEqual(await endSessions(db, which, reason, later(1)), []);
      ended(await use(one.id, later(1)), reason);
    }
    assert.ok((await use(other.id, later(1))).ok);
  });

  test('can be part of the statement that causes it', async () => {
    const { database: db } = database();
    const one = await start({ card: 'card-3' });
    const parts = endingSessions({ card: 'card-3' }, 'card-revoked', later(1));
    const rows = await db.write(sql`with ${parts} select session from ended`);
    assert.deepEqual(rows, [{ session: one.id }]);
  });

  test('is audited, and known to every process within five seconds', async () => {
    const { database: db } = database();
    const watchers = await Promise.all([
      openRevocations(db, REAL_CLOCK),
      openRevocations(db, REAL_CLOCK),
    ]);
    const one = await start({ card: 'card-4', roleProfile: 'role-4' });
    const issued = Math.floor(Date.now() / 1000) - 1;
    const know = () =>
      watchers.every(
        ({ isRevoked }) =>
          isRevoked('session', one.id, issued, issued) &&
          isRevoked('role', 'role-4', issued, issued),
      );
    assert.equal(know(), false);
    const before = performance.now();
    await endSessions(db, { roleProfile: 'role-4' }, 'role-ended', new Date());
    while (!know() && performance.now() - before < 10_000) await pause(20);
    const seconds = (performance.now() - before) / 1000;
    assert.ok(seconds < 5, `${seconds} s`);
    for (const watcher of watchers) {
      assert.equal(watcher.isRevoked('session', randomUUID(), issued, issued), false);
      assert.equal(watcher.isRevoked('role', 'role-4', issued + 3_600, issued), false);
      watcher.close();
    }
    const lines = await db.all<{ interaction: string; outcome: string }>(sql`
      select interaction, outcome from platform.audit where session = ${one.id} order by id`);
    assert.deepEqual(lines, [
      { interaction: 'sign-in', outcome: 'pages' },
      { interaction: 'session-end', outcome: 'role-ended' },
    ]);
  });

  test('by time is noted by the job, with its reason', async () => {
    const { database: db } = database();
    const [idle, over] = [await start(), await start({ kind: 'platform' })];
    await tidySessions(db, later(16));
    const reasonOf = async (id: string) => {
      const [row] = await db.all<{ reason: string | null }>(sql`
        select end_reason as reason from identity.session where id = ${id}::uuid`);
      return row?.reason;
    };
    assert.equal(await reasonOf(idle.id), 'idle');
    assert.equal(await reasonOf(over.id), null);
    await tidySessions(db, later(721));
    assert.equal(await reasonOf(over.id), 'over');
  });
});

describe('spine session', () => {
  const spine = async (...argv: readonly string[]) => {
    process.env['DATABASE_URL'] = database().url;
    try {
      return await ran(sessionCommands, argv);
    } finally {
      delete process.env['DATABASE_URL'];
    }
  };

  test('lists who is signed in, and ends a session or those of a user', async () => {
    const userId = newUser();
    const one = await start({ userId, kind: 'platform' }, new Date());
    const two = await start({ userId, kind: 'broker' }, new Date());
    const list = await spine('session', 'list', '--user', userId, '-o', 'json');
    const rows: { id: string }[] = JSON.parse(list.stdout);
    assert.deepEqual(rows.map(({ id }) => id).toSorted(), [one.id, two.id].toSorted());
    assert.ok(!list.stdout.includes('nhsNumber'));
    assert.match((await spine('session', 'list')).stdout, new RegExp(`${one.id} +${userId}`));
    assert.equal((await spine('session', 'end', one.id)).code, 0);
    assert.equal((await spine('session', 'end', one.id)).code, 1);
    assert.equal((await spine('session', 'end', '--user', userId)).code, 0);
    ended(await use(two.id, new Date()), 'administrator');
    for (const argv of [[], ['x', '--user', 'y']]) {
      assert.equal((await spine('session', 'end', ...argv)).code, 2);
    }
  });
});

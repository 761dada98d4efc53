import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { ran } from '../../cli/testing.ts';
import { createDatabase, testDatabase } from '../../../test/support/database.ts';
import { type AccessTokenClaims, accessTokenVerifier, signAccessToken } from '../access-token.ts';
import { ACCESS_TOKEN_SECONDS } from '../limits.ts';
import { keyCommands } from './cli.ts';
import { keyRotationJob, type KeyRing, openKeyRing, rotateKeys } from './index.ts';
import { openKeySet } from './repository.ts';

const database = testDatabase();
const claims: AccessTokenClaims = {
  auth_type: 'user',
  sub: '555900010101',
  scope: 'any',
  asid: null,
  sid: 'a session',
  roles: [{ id: '555900010102', organisation: 'A83008', job: 'S8000:G8000:R8000', activities: [] }],
  organisation: null,
  client: null,
  sha1: false,
  authentication: null,
};
const nothing = { isRevoked: () => false };
const DAY_MS = 86_400_000;

const check = (ring: KeyRing, token: string, at = new Date()) =>
  accessTokenVerifier(
    ring,
    nothing,
  )({ authorization: `Bearer ${token}`, roleProfile: undefined, at });

describe('the keys that sign access tokens', () => {
  test('are rotated under load between two datacentres, and no token is refused', async () => {
    const rings = await Promise.all([
      openKeyRing(database().database, 20),
      openKeyRing(database().database, 20),
    ]);
    const [a, b] = rings;
    const verifiers = rings.map((ring) => accessTokenVerifier(ring, nothing));
    const kids = new Set<string>();
    const over = new AbortController();
    let checked = 0;
    const load = async (): Promise<void> => {
      const held: string[] = [];
      while (!over.signal.aborted) {
        for (const ring of [a, b]) {
          kids.add(ring.current().kid);
          held.push(signAccessToken(ring.current(), claims, new Date()));
        }
        for (const token of [...held.slice(0, 20), ...held.slice(-4)]) {
          for (const verify of verifiers) {
            const authorization = `Bearer ${token}`;
            const verdict = await verify({ authorization, roleProfile: undefined, at: new Date() });
            assert.ok(verdict.ok, 'a token that was signed a moment ago is refused');
            checked += 1;
          }
        }
        await pause(2);
      }
    };
    const loading = load();
    const ROTATIONS = 6;
    for (let n = 0; n < ROTATIONS; n += 1) {
      await pause(200);
      assert.ok(await rotateKeys(database().database, new Date()));
    }
    await pause(200);
    over.abort();
    await loading;
    for (const ring of rings) ring.close();
    assert.equal(kids.size, ROTATIONS + 1, 'each key had its turn');
    assert.ok(checked > 500, `${checked} checks`);
  });

  test('show the next one before it signs', async () => {
    const before = await openKeyRing(database().database);
    before.close();
    await rotateKeys(database().database, new Date());
    const after = await openKeyRing(database().database);
    after.close();
    assert.notEqual(after.current().kid, before.current().kid);
    const shown = before.all(new Date()).map(({ kid }) => kid);
    assert.ok(shown.includes(after.current().kid));
  });

  test('are looked for once when a token names one that is not known', async () => {
    const own = await createDatabase();
    const old = await openKeyRing(own.database, 1_000_000);
    await rotateKeys(own.database, new Date());
    await rotateKeys(own.database, new Date());
    const fresh = await openKeyRing(own.database);
    const token = signAccessToken(fresh.current(), claims, new Date());
    assert.equal(old.find(fresh.current().kid, new Date()), undefined);
    assert.ok((await check(old, token)).ok);
    await rotateKeys(own.database, new Date());
    await rotateKeys(own.database, new Date());
    assert.equal(await old.look('unknown', new Date()), undefined);
    const later = await openKeyRing(own.database);
    const other = signAccessToken(later.current(), claims, new Date());
    assert.equal((await check(old, other)).ok, false, 'a second look within 30 s is not made');
    for (const ring of [old, fresh, later]) ring.close();
    await own.drop();
  });

  test('verify for twice the life of a token after their turn, and no longer', async () => {
    const ring = await openKeyRing(database().database, 20);
    const { kid } = ring.current();
    const at = new Date();
    await rotateKeys(database().database, at);
    await pause(100);
    ring.close();
    const after = (seconds: number) => new Date(at.getTime() + seconds * 1000);
    assert.notEqual(ring.find(kid, after(2 * ACCESS_TOKEN_SECONDS)), undefined);
    assert.equal(ring.find(kid, after(2 * ACCESS_TOKEN_SECONDS + 61)), undefined);
  });

  test('are rotated by two processes at once only one time', async () => {
    const before = await openKeySet(database().database);
    const done = await Promise.all([
      rotateKeys(database().database, new Date()),
      rotateKeys(database().database, new Date()),
    ]);
    const after = await openKeySet(database().database);
    assert.equal(after.turn - before.turn, done.filter(Boolean).length);
    assert.equal(after.keys[0]?.generation, after.turn + 1);
  });

  test('are rotated by themselves after 90 days, and ended ones are forgotten', async () => {
    const { turn, since } = await openKeySet(database().database);
    const jobAt = (days: number) => {
      const at = new Date(since.getTime() + days * DAY_MS);
      return keyRotationJob(database().database, { now: () => at, securityNow: () => at });
    };
    const mine = (): Promise<boolean> => Promise.resolve(true);
    await jobAt(89).run(mine);
    assert.equal((await openKeySet(database().database)).turn, turn);
    assert.ok(await jobAt(90).hasWork());
    await jobAt(90).run(mine);
    assert.equal((await openKeySet(database().database)).turn, turn + 1);
    await jobAt(91).run(mine);
    const { keys } = await openKeySet(database().database);
    assert.deepEqual(
      keys.map(({ generation }) => generation - turn),
      [2, 1],
      'the one whose turn it is, and the next',
    );
    assert.equal(await jobAt(91).hasWork(), false);
  });
});

describe('the secrets of the broker', () => {
  test('have their turn with the keys: one seals, those before open for ten hours, the next opens already', async () => {
    const own = await createDatabase();
    const at = new Date();
    const later = (hours: number) => new Date(at.getTime() + hours * 3_600_000);
    const secrets = async (when: Date) => {
      const ring = await openKeyRing(own.database);
      ring.close();
      return ring.brokerSecrets(when).map((bytes) => bytes.toString('hex'));
    };
    const before = await secrets(at);
    assert.equal(new Set(before).size, 2);
    assert.ok(await rotateKeys(own.database, at));
    const after = await secrets(at);
    assert.equal(after[0], before[1], 'the one that only opened seals now');
    assert.ok(after.includes(before[0] ?? ''), 'what was sealed before is opened');
    assert.equal(after.length, 3);
    assert.ok((await secrets(later(10))).includes(before[0] ?? ''));
    assert.ok(!(await secrets(later(10.1))).includes(before[0] ?? ''));
    const job = keyRotationJob(own.database, {
      now: () => later(11),
      securityNow: () => later(11),
    });
    assert.ok(await job.hasWork());
    await job.run(() => Promise.resolve(true));
    assert.equal((await openKeySet(own.database)).secrets.length, 2, 'it is forgotten');
    await own.drop();
  });
});

describe('spine keys rotate', () => {
  test('gives the turn to the next key and says what each does', async () => {
    const { turn } = await openKeySet(database().database);
    process.env['DATABASE_URL'] = database().url;
    const { code, stdout } = await ran(keyCommands, ['keys', 'rotate', '-o', 'json']);
    delete process.env['DATABASE_URL'];
    assert.equal(code, 0);
    const rows: { state: string; kid: string }[] = JSON.parse(stdout);
    assert.deepEqual(
      rows.slice(0, 3).map(({ state }) => state),
      ['next', 'signs', 'verifies'],
    );
    assert.equal((await openKeySet(database().database)).turn, turn + 1);
  });

  test('without an installation says so', async () => {
    const { code, stderr } = await ran(keyCommands, ['keys', 'rotate', '--port-base', '64999']);
    assert.equal(code, 4);
    assert.match(stderr, /no Spine runs on port 64999/);
  });
});

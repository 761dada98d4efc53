import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { londonDate } from '../../kernel/london.ts';
import { accessTokenVerifier, signAccessToken } from '../access-token.ts';
import { openKeyRing } from '../keys/index.ts';
import { openRevocations, readSession, startSession } from '../sessions/index.ts';
import { aSession, storeIn } from '../sessions/testing.ts';
import { endRole, findUser, importPeople, lastDayOf, parsePeopleFile } from './index.ts';
import { anOrganisation, aPerson, aRoleProfile } from './testing.ts';

// Shows: Identity | what is taken from a role is out of every token within 60 s, also at the end of its last day

const database = testDatabase();
const EVENING = new Date('2026-11-24T23:54:00Z');
const TODAY = londonDate(EVENING);
const after = (seconds: number): Date => new Date(EVENING.getTime() + seconds * 1_000);
const MIDNIGHT_S = 360;

type Entry = Record<string, unknown>;

async function imported(people: readonly Entry[], organisations: readonly Entry[], at = EVENING) {
  const file = parsePeopleFile({ organisations, people });
  assert.ok(file.ok, JSON.stringify(file));
  const done = await importPeople(database().database, file.value, at);
  assert.ok(done.ok, JSON.stringify(done));
}

/** Somebody with one role, and what a token that they got at 23:53 is worth at a later time. */
async function holder() {
  const place = anOrganisation();
  const role = aRoleProfile(place.ods, { activities: ['B0278', 'B0401'] });
  const person = aPerson({
    roleProfiles: [role],
    memberships: [{ organisation: place.ods }],
  });
  await imported([person], [place]);
  const { database: db } = database();
  const ring = await openKeyRing(db);
  ring.close();
  const token = signAccessToken(
    ring.current(),
    {
      auth_type: 'user',
      sub: String(person['userId']),
      scope: 'any',
      asid: null,
      sid: 'a session',
      roles: [
        {
          id: String(role['id']),
          organisation: place.ods,
          job: String(role['jobRole']),
          activities: [],
        },
      ],
      organisation: null,
      client: null,
      sha1: false,
      authentication: null,
    },
    after(-60),
  );
  /** The role that acts; `refused` when the token is worth nothing any more. */
  const roleAt = async (seconds: number): Promise<string> => {
    const at = after(seconds);
    const revocations = await openRevocations(db, { now: () => at, securityNow: () => at });
    revocations.close();
    const authorization = `Bearer ${token}`;
    const verify = accessTokenVerifier(ring, revocations);
    const actor = await verify({ authorization, roleProfile: undefined, at });
    return actor.ok ? (actor.value.roleProfile ?? 'none') : 'refused';
  };
  return { place, role, person, id: String(role['id']), roleAt };
}

describe('a role that ends', () => {
  test('today holds until midnight and not a second longer, also in a token from before', async () => {
    const { id, roleAt } = await holder();
    const by = { userId: null, at: EVENING };
    assert.ok(await endRole(database().database, id, TODAY, by));
    assert.equal(await roleAt(MIDNIGHT_S - 1), id);
    assert.equal(await roleAt(MIDNIGHT_S), 'none');
    assert.equal(await roleAt(MIDNIGHT_S + 200), 'none');
  });

  test('yesterday is over at once, and stays so when somebody says today afterwards', async () => {
    const { id, roleAt } = await holder();
    const { database: db } = database();
    assert.ok(await endRole(db, id, londonDate(after(-86_400)), { userId: null, at: EVENING }));
    assert.equal(await roleAt(1), 'none');
    assert.equal(await endRole(db, id, TODAY, { userId: null, at: after(5) }), false);
    assert.equal(await roleAt(10), 'none');
  });

  test('tomorrow is still there', async () => {
    const { id, roleAt } = await holder();
    const lastDay = londonDate(after(86_400));
    assert.ok(await endRole(database().database, id, lastDay, { userId: null, at: EVENING }));
    assert.equal(await roleAt(MIDNIGHT_S + 60), id);
  });

  test('with the membership of its place has the earlier of the two last days', async () => {
    const { place, role, person } = await holder();
    for (const [closedOn, endsOn, expected] of [
      ['2026-12-01', undefined, '2026-12-01'],
      ['2026-12-01', '2026-12-02', '2026-12-01'],
      ['2026-12-03', '2026-12-02', '2026-12-02'],
      [undefined, '2026-12-02', '2026-12-02'],
      [undefined, undefined, null],
    ]) {
      const memberships = [{ organisation: place.ods, closedOn }];
      await imported([{ ...person, memberships, roleProfiles: [{ ...role, endsOn }] }], []);
      const user = await findUser(database().database, String(person['userId']));
      const [profile] = user?.roleProfiles ?? [];
      assert.ok(user && profile);
      assert.equal(lastDayOf(user, profile), expected);
    }
  });
});

describe('a file of people', () => {
  const YESTERDAY = '2026-11-23';
  const rows: readonly (readonly [
    string,
    role: Entry,
    membership: Entry,
    now: boolean,
    later: boolean,
  ])[] = [
    ['says the same again', {}, {}, true, true],
    ['gives an activity more', { activities: ['B0401', 'B0278', 'B0420'] }, {}, true, true],
    ['takes an activity away', { activities: ['B0401'] }, {}, false, false],
    ['has another job role', { jobRole: 'S8000:G8000:R8000' }, {}, false, false],
    ['ended the role yesterday', { endsOn: YESTERDAY }, {}, false, false],
    ['lets it begin tomorrow', { startsOn: '2026-11-25' }, {}, false, false],
    ['ends the role today', { endsOn: TODAY }, {}, true, false],
    ['closed the membership yesterday', {}, { closedOn: YESTERDAY }, false, false],
    ['closes the membership today', {}, { closedOn: TODAY }, true, false],
    [
      'ends the role and closes the membership',
      { endsOn: TODAY },
      { closedOn: YESTERDAY },
      false,
      false,
    ],
  ];
  for (const [name, roleChanges, membershipChanges, isNow, isLater] of rows) {
    test(`that ${name} leaves the role in tokens ${isNow ? 'today' : 'not at all'}`, async () => {
      const { place, role, person, id, roleAt } = await holder();
      const memberships = [{ organisation: place.ods, ...membershipChanges }];
      const roleProfiles = [{ ...role, ...roleChanges }];
      await imported([{ ...person, memberships, roleProfiles }], []);
      assert.equal(await roleAt(2), isNow ? id : 'none');
      assert.equal(await roleAt(MIDNIGHT_S + 1), isLater ? id : 'none');
    });
  }

  test('that makes a person inactive ends their sessions and tokens, and nobody else’s', async () => {
    const [gone, other] = [await holder(), await holder()];
    const sessionOf = (who: Entry) =>
      startSession(
        storeIn(database().database),
        aSession({ userId: String(who['userId']) }),
        EVENING,
      );
    const [ended, kept] = [await sessionOf(gone.person), await sessionOf(other.person)];
    await imported([{ ...gone.person, status: 'inactive' }, other.person], []);
    assert.equal(await gone.roleAt(2), 'refused');
    assert.equal(await other.roleAt(2), other.id);
    const read = await readSession(database().database, ended.id, after(2));
    assert.deepEqual(read, { ok: false, error: { ended: 'user-inactive' } });
    assert.ok((await readSession(database().database, kept.id, after(2))).ok);
  });
});

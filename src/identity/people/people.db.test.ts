// Shows: Identity | organisations and people are imported from a file with their own ids, all or nothing
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ran, type Ran } from '../../cli/testing.ts';
import { londonDate } from '../../kernel/london.ts';
import { sql } from '../../platform/sql.ts';
import { digestOf, testDatabase } from '../../../test/support/database.ts';
import { userCommands } from './cli.ts';
import { commonName, displayName, findUser, listUsers, parsePeopleFile, rolesOn } from './index.ts';
import { anOrganisation, aPerson, aRoleProfile } from './testing.ts';

const database = testDatabase();
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openspine-people-'));
});
after(() => rm(folder, { recursive: true }));

async function spine(...argv: readonly string[]): Promise<Ran> {
  process.env['DATABASE_URL'] = database().url;
  try {
    return await ran(userCommands, argv);
  } finally {
    delete process.env['DATABASE_URL'];
  }
}

async function importing(file: object): Promise<Ran> {
  const path = join(folder, 'people.json');
  await writeFile(path, JSON.stringify(file));
  return spine('user', 'import', path);
}

const find = (userId: unknown) => findUser(database().database, String(userId));
const ascending = (one: string, other: string): number => (one < other ? -1 : 1);
const TODAY = londonDate(new Date('2026-11-24T12:00:00Z'));

describe('a file of people', () => {
  test('is taken with the ids that it gives, and read back as it was', async () => {
    const surgery = anOrganisation();
    const role = aRoleProfile(surgery.ods, {
      activities: ['B0420', 'B0278'],
      areasOfWork: [{ code: 'P0020:Q0300:T0640', name: '"Pathology":"Pathology":"Phlebotomy"' }],
      workgroups: [{ code: '555653110100', name: 'Ward 7' }],
      startsOn: '2026-01-01',
    });
    const person = aPerson({
      memberships: [{ id: '555900990103', organisation: surgery.ods, openedOn: '2020-02-29' }],
      roleProfiles: [role],
      professionalIds: { gmc_id: 'C1234567' },
    });
    const { code, stderr } = await importing({ organisations: [surgery], people: [person] });
    assert.equal(`${code}${stderr}`, '0');
    const user = await find(person['userId']);
    assert.deepEqual(user?.memberships, [
      {
        membershipId: '555900990103',
        ods: surgery.ods,
        organisationName: surgery.name,
        openedOn: '2020-02-29',
        closedOn: null,
      },
    ]);
    assert.deepEqual(user?.roleProfiles, [
      {
        roleProfileId: role['id'],
        ods: surgery.ods,
        organisationName: surgery.name,
        jobRole: 'S8000:G8000:R8001',
        jobRoleName: '"Clinical":"Clinical Provision":"Nurse Access Role"',
        areasOfWork: role['areasOfWork'],
        activities: ['B0420', 'B0278'],
        workgroups: role['workgroups'],
        startsOn: '2026-01-01',
        endsOn: null,
      },
    ]);
    assert.deepEqual(user?.professionalIds, { gmc_id: 'C1234567' });
    assert.equal(commonName(user), 'Synthetic-Test Tess Dr');
    assert.equal(displayName(user), 'Dr Tess Synthetic-Test');
  });

  test('can be taken again: the same stands, and what it says anew replaces the old', async () => {
    const place = anOrganisation();
    const role = aRoleProfile(place.ods);
    const person = aPerson({ roleProfiles: [role] });
    const file = { organisations: [place], people: [person] };
    assert.equal((await importing(file)).code, 0);
    const once = await find(person['userId']);
    assert.match(once?.memberships[0]?.membershipId ?? '', /^\d{12}$/);
    assert.equal((await importing(file)).code, 0);
    assert.deepEqual(await find(person['userId']), once);
    const other = aRoleProfile(place.ods, { jobRole: 'S8000:G8000:R8000' });
    await importing({ people: [{ ...person, family: 'Synthetic-Wed', roleProfiles: [other] }] });
    const changed = await find(person['userId']);
    assert.equal(changed?.family, 'Synthetic-Wed');
    assert.deepEqual(changed?.memberships, once?.memberships);
    const ids = changed?.roleProfiles.map(({ roleProfileId }) => roleProfileId);
    assert.deepEqual(ids, [role['id'], other['id']].map(String).toSorted(ascending));
  });

  test('may name a job role that nothing here knows', async () => {
    const place = anOrganisation();
    const jobRoleName = '"Estates":"Gardens":"Head Gardener"';
    const role = aRoleProfile(place.ods, { jobRole: 'S0009:G0009:R0009', jobRoleName });
    const person = aPerson({ roleProfiles: [role] });
    await importing({ organisations: [place], people: [person] });
    assert.equal((await find(person['userId']))?.roleProfiles[0]?.jobRoleName, jobRoleName);
  });

  test('leaves an audit line for each person', async () => {
    const person = aPerson();
    await importing({ people: [person, aPerson()] });
    const rows = await database().database.all(sql`
      select interaction, outcome from platform.audit where user_id = ${person['userId']}`);
    assert.deepEqual(rows, [{ interaction: 'user-import', outcome: 'imported' }]);
  });
});

describe('a file of people that cannot be taken', () => {
  const place = anOrganisation();
  const role = aRoleProfile(place.ods);

  test('because of an organisation that nobody knows changes nothing', async () => {
    const before = await digestOf(database().database);
    const { code, stderr } = await importing({
      organisations: [anOrganisation()],
      people: [aPerson(), aPerson({ roleProfiles: [aRoleProfile('ZZZ99')] })],
    });
    assert.equal(code, 1);
    assert.match(stderr, /No organisation is known as ZZZ99/);
    assert.equal(await digestOf(database().database), before);
  });

  test("because of ids that are another person's changes nothing", async () => {
    const owner = aPerson({
      memberships: [{ id: '555900880103', organisation: place.ods }],
      roleProfiles: [role],
    });
    await importing({ organisations: [place], people: [owner] });
    const before = await digestOf(database().database);
    const thief = await importing({ people: [aPerson(), aPerson({ roleProfiles: [role] })] });
    assert.equal(thief.code, 1);
    assert.match(thief.stderr, /A role profile of this file has the id of another person's/);
    const memberships = [{ id: '555900880103', organisation: place.ods }];
    const other = await importing({ people: [aPerson(), aPerson({ memberships })] });
    assert.match(other.stderr, /A membership of this file has the id of another person's/);
    assert.equal(await digestOf(database().database), before);
  });

  const roles = (changes: object) => ({ roleProfiles: [{ ...role, ...changes }] });
  const wrong: readonly (readonly [changes: Record<string, unknown>, problem: RegExp])[] = [
    [{ userId: '12345' }, /^people\[0\]\.userId must be 12 digits$/],
    [{ userId: 555900010101 }, /^people\[0\]\.userId must be 12 digits$/],
    [{ family: undefined }, /^people\[0\]\.family must be a name/],
    [{ given: '\u001b[31mRed' }, /^people\[0\]\.given must be a name/],
    [{ status: 'asleep' }, /^people\[0\]\.status must be one of active, inactive$/],
    [{ idAssuranceLevel: 4 }, /^people\[0\]\.idAssuranceLevel must be one of 0, 1, 2, 3$/],
    [{ synthetic: 'yes' }, /^people\[0\]\.synthetic must be true or false$/],
    [{ email: 'nobody' }, /^people\[0\]\.email must be an e-mail address$/],
    [{ colour: 'red' }, /^people\[0\]\.colour is not known$/],
    [{ professionalIds: { gmc: '1' } }, /^people\[0\]\.professionalIds\.gmc is not known$/],
    [{ professionalIds: 7 }, /^people\[0\]\.professionalIds must be an object$/],
    [{ memberships: {} }, /^people\[0\]\.memberships must be a list$/],
    [{ memberships: [7] }, /^people\[0\]\.memberships\[0\] must be an object$/],
    [
      { memberships: [{ organisation: place.ods, openedOn: '2026-02-30' }] },
      /^people\[0\]\.memberships\[0\]\.openedOn must be a day of the calendar$/,
    ],
    [
      { memberships: [{ organisation: place.ods }, { organisation: place.ods }] },
      /^people\[0\]\.memberships organisation \w+ is there twice$/,
    ],
    [roles({ id: '1' }), /^people\[0\]\.roleProfiles\[0\]\.id must be 12 digits$/],
    [roles({ organisation: 'a83008' }), /roleProfiles\[0\]\.organisation must be an ODS code$/],
    [roles({ jobRole: 'R8001' }), /roleProfiles\[0\]\.jobRole must be a job role of three parts/],
    [roles({ jobRole: 'S0001:G0001:R0002' }), /jobRoleName must be given: nothing here knows/],
    [roles({ activities: ['B9999'] }), /activities has B9999, which is no activity/],
    [roles({ activities: ['0570'] }), /roleProfiles\[0\]\.activities\[0\] must be an activity/],
    [roles({ areasOfWork: [{ code: 'P1', name: 'x' }] }), /areasOfWork\[0\]\.code must be an area/],
    [roles({ workgroups: [{ code: '1', name: 'x' }] }), /workgroups\[0\]\.code must be 12 digits/],
    [roles({ startsOn: '2026-02-01', endsOn: '2026-01-31' }), /endsOn must not be before startsOn/],
  ];
  for (const [changes, problem] of wrong) {
    test(`because it has ${JSON.stringify(changes).slice(0, 70)} says where`, () => {
      const file = parsePeopleFile({ organisations: [place], people: [aPerson(changes)] });
      assert.ok(!file.ok);
      assert.equal(file.error.length, 1, file.error.join('\n'));
      assert.match(file.error[0] ?? '', problem);
    });
  }

  test('tells all its problems at once, and what is no such file too', async () => {
    const person = aPerson({ given: '' });
    const both = parsePeopleFile({ organisations: [{ ods: '!' }], people: [person, person, 7] });
    assert.ok(!both.ok);
    for (const text of ['organisations[0].ods', 'organisations[0].name', 'people[0].given']) {
      assert.ok(both.error.some((problem) => problem.startsWith(text)));
    }
    assert.ok(both.error.includes('people[2] must be an object'));
    assert.ok(both.error.includes(`user id ${String(person['userId'])} is there twice`));
    for (const value of [null, [], {}, { people: {} }, { people: [] }]) {
      assert.ok(!parsePeopleFile(value).ok);
    }
    const { code, stderr } = await importing([]);
    assert.equal(code, 2);
    assert.match(stderr, /must be an object/);
    assert.equal((await spine('user', 'import', join(folder, 'none.json'))).code, 2);
    assert.equal((await spine('user', 'import')).code, 2);
  });
});

describe('the directory of people', () => {
  test('has every person of the test system, marked as invented', async () => {
    const users = await listUsers(database().database, { word: 'synthetic-' });
    assert.ok(users.length >= 18 && users.every(({ isSynthetic }) => isSynthetic));
    const roleless = users.find(({ family }) => family === 'Synthetic-Newstart');
    assert.deepEqual(roleless?.roleProfiles, []);
  });

  test('lets a role hold from its first day to its last, and while the person is of that place', async () => {
    const place = anOrganisation();
    const during = (startsOn?: string, endsOn?: string) =>
      aRoleProfile(place.ods, { startsOn, endsOn });
    const [past, now, last, future] = [
      during('2020-01-01', '2026-11-23'),
      during(),
      during('2026-11-24', '2026-11-24'),
      during('2026-11-25'),
    ];
    const person = aPerson({ roleProfiles: [past, now, last, future] });
    await importing({ organisations: [place], people: [person] });
    const user = await find(person['userId']);
    assert.ok(user);
    const ids = rolesOn(user, TODAY).map(({ roleProfileId }) => roleProfileId);
    assert.deepEqual(ids, [now?.['id'], last?.['id']].map(String).toSorted(ascending));
    assert.deepEqual(rolesOn({ ...user, status: 'inactive' }, TODAY), []);
    const [membership] = user.memberships;
    assert.ok(membership);
    const left = { ...membership, closedOn: londonDate(new Date('2026-11-23T12:00:00Z')) };
    assert.deepEqual(rolesOn({ ...user, memberships: [left] }, TODAY), []);
  });

  test('is listed and shown', async () => {
    const list = await spine('user', 'list', 'FFFFF');
    assert.match(list.stdout, /^555900140101 {2}active {3}FFFFF +Mr Lucas Synthetic-Wander\n$/);
    const shown = await spine('user', 'show', '555900130101');
    assert.match(shown.stdout, /555900130102 {2}FA565 STATION ROAD PHARMACY/);
    assert.match(shown.stdout, /555900130104 {2}VNE51 MARKET PHARMACY/);
    assert.match((await spine('user', 'show', '555900070101')).stdout, /no role/);
    const data = JSON.parse((await spine('user', 'show', '555900010101', '-o', 'json')).stdout);
    assert.equal(data.userId, '555900010101');
    assert.equal((await spine('user', 'show', '1')).code, 1);
  });
});

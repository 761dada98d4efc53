// Shows: Identity | live, a file of people gives nothing until a second person approves it; in a test installation it is taken at once
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ranOn, type Ran } from '../../../cli/testing.ts';
import { sql } from '../../../platform/sql.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { identityCommands } from '../../cli.ts';
import { findUser } from '../../people/index.ts';
import { anOrganisation, aPerson, aRoleProfile } from '../../people/testing.ts';
import { beginTwoPersonRule } from '../index.ts';

const MANAGER = '555900150101';
const AGENT = '555900160101';
let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openspine-files-'));
});
after(() => rm(folder, { recursive: true }));

/** Commands of an operator over one database. */
function operator(made: ReturnType<typeof testDatabase>) {
  const spine = (...argv: readonly string[]): Promise<Ran> =>
    ranOn(made().url, identityCommands, argv);
  const importing = async (file: object, ...argv: readonly string[]): Promise<Ran> => {
    const path = join(folder, 'people.json');
    await writeFile(path, JSON.stringify(file));
    return spine('user', 'import', path, ...argv);
  };
  return { spine, importing };
}

function aFile() {
  const place = anOrganisation();
  const role = aRoleProfile(place.ods, { activities: ['B0420'] });
  const person = aPerson({ roleProfiles: [role] });
  const userId = String(person['userId']);
  return { file: { organisations: [place], people: [person] }, person, userId, place };
}

describe('in a live installation', () => {
  const made = testDatabase();
  const { spine, importing } = operator(made);
  const find = (userId: string) => findUser(made().database, userId);
  before(() => beginTwoPersonRule(made().database, new Date()));

  test('a file is a request of a manager that another person approves', async () => {
    const { file, userId } = aFile();
    const anonymous = await importing(file);
    assert.equal(anonymous.code, 2);
    assert.match(anonymous.stderr, /--by must say which manager/);
    const agents = await importing(file, '--by', AGENT);
    assert.equal(agents.code, 1);
    assert.match(agents.stderr, /Only a manager/);
    const asked = await importing(file, '--by', MANAGER);
    assert.equal(asked.code, 0, asked.stderr);
    assert.match(asked.stdout, /1 organisation, 1 person: another person approves it/);
    const [requestId = ''] = asked.stdout.split(' ');
    assert.equal(await find(userId), null, 'nothing is there yet');
    const list = await spine('ra', 'requests');
    assert.match(list.stdout, /import 1 organisation, 1 person, 1 role profile {2}asked by 5559/);
    const own = await spine('ra', 'approve', requestId, '--by', MANAGER);
    assert.match(own.stderr, /another person must/);
    assert.equal((await spine('ra', 'approve', requestId, '--by', AGENT)).code, 0);
    const user = await find(userId);
    assert.equal(user?.roleProfiles[0]?.activities[0], 'B0420');
    const [line] = await made().database.all<{ outcome: string }>(sql`
      select outcome from platform.audit where interaction = 'user-import' and user_id = ${userId}`);
    assert.equal(line?.outcome, `imported by ${AGENT}`);
  });

  test('a file that is refused, or can no longer be taken, changes nothing', async () => {
    const first = aFile();
    const refused = await importing(first.file, '--by', MANAGER);
    const [id = ''] = refused.stdout.split(' ');
    assert.equal((await spine('ra', 'refuse', id, '--by', AGENT)).code, 0);
    assert.equal(await find(first.userId), null);
    const second = aFile();
    const asked = await importing(second.file, '--by', MANAGER);
    const [late = ''] = asked.stdout.split(' ');
    const [role] = second.person['roleProfiles'] as Record<string, unknown>[];
    const thief = aPerson({ roleProfiles: [role] });
    const other = await importing(
      { organisations: [second.place], people: [thief] },
      '--by',
      MANAGER,
    );
    const [earlier = ''] = other.stdout.split(' ');
    assert.equal((await spine('ra', 'approve', earlier, '--by', AGENT)).code, 0);
    const taken = await spine('ra', 'approve', late, '--by', AGENT);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /A role profile of this file has the id of another person's/);
    assert.equal(await find(second.userId), null);
    assert.match((await spine('ra', 'requests')).stdout, new RegExp(late), 'it waits still');
  });

  test('a file names neither who asks for it nor who approves it', async () => {
    const own = await importing({ people: [aPerson({ userId: MANAGER })] }, '--by', MANAGER);
    assert.match(own.stderr, /Nobody asks for or approves their own/);
    const forAgent = await importing({ people: [aPerson({ userId: AGENT })] }, '--by', MANAGER);
    const [id = ''] = forAgent.stdout.split(' ');
    const approved = await spine('ra', 'approve', id, '--by', AGENT);
    assert.match(approved.stderr, /Nobody asks for or approves their own/);
  });

  test('an operator gives no role alone, but may end one', async () => {
    const grant = ['--org', 'A83008', '--job-role', 'S8000:G8000:R8001'];
    const granted = await spine('role', 'grant', '555900010101', ...grant);
    assert.equal(granted.code, 1);
    assert.match(granted.stderr, /a sponsor asks with spine ra request/);
    assert.equal((await spine('role', 'end', '555900030102')).code, 0);
  });
});

describe('where nobody could decide yet', () => {
  const made = testDatabase();
  const { importing } = operator(made);
  before(async () => {
    const { database } = made();
    await beginTwoPersonRule(database, new Date());
    await database.write(sql`
      update identity.role_profile set ends_on = '2020-01-01'
      where job_role ~ ':(R5080|R5072|R5090)$'`);
  });

  test('the first file is taken at once', async () => {
    const { file, userId, place } = aFile();
    const manager = { jobRole: 'S0080:G0450:R5080' };
    const people = [...file.people, aPerson({ roleProfiles: [aRoleProfile(place.ods, manager)] })];
    const first = await importing({ ...file, people });
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^imported: 1 organisation, 2 people/);
    assert.notEqual(await findUser(made().database, userId), null);
    const next = await importing(aFile().file);
    assert.match(next.stderr, /--by must say which manager/, 'now somebody is there');
  });
});

describe('in a test installation', () => {
  const made = testDatabase();
  const { spine, importing } = operator(made);

  test('a file is taken at once', async () => {
    const { file } = aFile();
    assert.match((await importing(file)).stdout, /^imported: 1 organisation, 1 person/);
  });

  test('names of the national list are imported, and then a file need not say them', async () => {
    const place = anOrganisation();
    const role = aRoleProfile(place.ods, { jobRole: 'S0009:G0009:R0009' });
    const file = { organisations: [place], people: [aPerson({ roleProfiles: [role] })] };
    assert.match((await importing(file)).stderr, /jobRoleName must be given/);
    const path = join(folder, 'roles.json');
    const names = {
      R0009: 'Head Gardener',
      'S0009:G0009': ['Estates', 'Gardens'],
      R1290: 'Chemist',
    };
    await writeFile(path, JSON.stringify(names));
    const done = await spine('role', 'import', path);
    assert.equal(done.stdout, 'imported: 2 job roles, 1 staff groups\n');
    assert.equal((await importing(file)).code, 0);
    const userId = String(file.people[0]?.['userId']);
    const user = await findUser(made().database, userId);
    assert.equal(user?.roleProfiles[0]?.jobRoleName, '"Estates":"Gardens":"Head Gardener"');
    const granted = ['--org', place.ods, '--job-role', 'S0050:G0200:R1290'];
    const grant = await spine('role', 'grant', userId, ...granted);
    assert.match(grant.stdout, /"Chemist"/, 'what was imported goes before what is built in');
    for (const [wrong, words] of [
      [[], /must be an object/],
      [{}, /has no code/],
      [{ R0009: '' }, /R0009 must have a name/],
      [{ R0009: 'a "quoted" name' }, /R0009 must have a name/],
      [{ 'S0009:G0009': ['one'] }, /must have two names/],
      [{ S0009: 'Estates' }, /S0009 must be R and four digits/],
    ] as const) {
      await writeFile(path, JSON.stringify(wrong));
      const refused = await spine('role', 'import', path);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, words);
    }
    assert.equal((await spine('role', 'import')).code, 2);
  });
});

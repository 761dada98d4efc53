import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ran, type Ran } from '../../../cli/testing.ts';
import { sql } from '../../../platform/sql.ts';
import { testDatabase } from '../../../../test/support/database.ts';
import { findUser, importPeople, parsePeopleFile } from '../index.ts';
import { aPerson } from '../testing.ts';
import { roleCommands } from './cli.ts';

const database = testDatabase();
const PHARMACIST = ['--job-role', 'S0050:G0200:R1290'];

async function spine(...argv: readonly string[]): Promise<Ran> {
  process.env['DATABASE_URL'] = database().url;
  try {
    return await ran(roleCommands, ['role', ...argv]);
  } finally {
    delete process.env['DATABASE_URL'];
  }
}

async function person(): Promise<string> {
  const entry = aPerson();
  const file = parsePeopleFile({ people: [entry] });
  assert.ok(file.ok);
  await importPeople(database().database, file.value, new Date());
  return String(entry['userId']);
}

describe('spine role', () => {
  test('gives a role, with a membership, and shows all that it lets do', async () => {
    const userId = await person();
    const made = await spine(
      'grant',
      userId,
      '--org',
      'fa565',
      ...PHARMACIST,
      '--activities',
      'B0572',
      '--until',
      '2100-01-01',
    );
    assert.equal(made.code, 0, made.stderr);
    const user = await findUser(database().database, userId);
    const [profile] = user?.roleProfiles ?? [];
    assert.deepEqual(
      [profile?.ods, profile?.activities, profile?.endsOn],
      ['FA565', ['B0572'], '2100-01-01'],
    );
    assert.equal(user?.memberships[0]?.ods, 'FA565');
    const { stdout } = await spine('list', userId);
    assert.match(stdout, /FA565 +S0050:G0200:R1290 +holds .*B0570 B0572/);
  });

  test('ends a role and what was begun in it', async () => {
    const userId = await person();
    await spine('grant', userId, '--org', 'FA565', ...PHARMACIST);
    const id = (await findUser(database().database, userId))?.roleProfiles[0]?.roleProfileId ?? '';
    assert.equal((await spine('end', id, '--until', '2100-01-01')).code, 0);
    assert.match((await spine('list', userId)).stdout, /holds/);
    assert.equal((await spine('end', id)).code, 0);
    assert.match((await spine('list', userId)).stdout, /over or not begun/);
    const revoked = await database().database.all(sql`
      select from identity.revocation where kind = 'role' and value = ${id}`);
    assert.equal(revoked.length, 1);
    assert.equal((await spine('end', id)).code, 1);
    const audit = await database().database.all<{ interaction: string }>(sql`
      select interaction from platform.audit where role_profile = ${id} order by id`);
    assert.deepEqual(
      audit.map(({ interaction }) => interaction),
      ['role-end', 'role-end'],
    );
  });

  test('says what is wrong', async () => {
    const userId = await person();
    for (const [argv, code, words] of [
      [['grant', userId, '--org', 'FA565', '--job-role', 'R1290'], 2, /is no job role/],
      [['grant', userId, '--org', 'FA565', ...PHARMACIST, '--activities', 'B1'], 2, /has B1/],
      [['grant', userId, '--org', 'FA565', ...PHARMACIST, '--from', '1 May'], 2, /--from must/],
      [['grant', userId, '--org', 'ZZZ99', ...PHARMACIST], 1, /no organisation "ZZZ99"/],
      [['grant', '1', '--org', 'FA565', ...PHARMACIST], 1, /no user "1"/],
      [['end', '1'], 1, /no role profile "1"/],
      [['end', '1', '--until', 'x'], 2, /--until must be a day/],
      [['list', '1'], 1, /no user "1"/],
    ] as const) {
      const answer = await spine(...argv);
      assert.equal(answer.code, code, argv.join(' '));
      assert.match(answer.stderr, words);
    }
    assert.match((await spine('list', userId)).stdout, /no role/);
  });
});

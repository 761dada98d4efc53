import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { ranOn } from '../../cli/testing.ts';
import { relyingPartyCommands } from './cli.ts';
import { findRelyingParty } from './repository.ts';
import { parseRelyingPartyFile } from './relying-party.ts';

const database = testDatabase();
const ID = '969567331415.apps.national';
const PARTY = {
  clientId: ID,
  name: 'Ward system',
  secret: 'a-secret-of-a-ward-0123',
  redirectUris: ['https://ward.invalid/callback'],
};

describe('spine relying-party', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openspine-parties-'));
  });
  after(() => rm(folder, { recursive: true }));
  const spine = (...words: string[]) =>
    ranOn(database().url, relyingPartyCommands, ['relying-party', ...words]);
  const importing = async (value: unknown) => {
    const file = join(folder, 'parties.json');
    await writeFile(file, JSON.stringify(value));
    return spine('import', file);
  };

  test('adds, lists, shows and revokes; the secret is never shown, nor kept', async () => {
    assert.equal((await importing({ relyingParties: [PARTY] })).code, 0);
    assert.match((await spine('list')).stdout, /969567331415\.apps\.national {2}approved Ward/);
    const { stdout } = await spine('show', ID, '-o', 'json');
    assert.ok(stdout.includes('https://ward.invalid/callback') && !/secret"|digest/i.test(stdout));
    const kept = await findRelyingParty(database().database, ID);
    assert.ok(!JSON.stringify(kept).includes(PARTY.secret));
    assert.equal((await spine('revoke', ID)).code, 0);
    assert.equal((await spine('revoke', ID)).code, 1, 'a second time there is nothing to do');
    assert.match((await spine('list')).stdout, /revoked/);
    assert.equal((await spine('show', 'nobody')).code, 1);
  });

  for (const [change, problem] of [
    [{ clientId: '12.apps.national' }, /relyingParties\[0\]\.clientId must be 12 digits/],
    [{ secret: 'short' }, /secret must be/],
    [{ redirectUris: [] }, /redirectUris must name one/],
    [{ redirectUris: ['https://ward.invalid/#part'] }, /redirectUris\[0\] must be/],
    [{ redirectUris: ['javascript:alert(1)'] }, /redirectUris\[0\] must be/],
    [{ authMethod: 'none' }, /authMethod must be one of/],
    [{ authMethod: 'private_key_jwt', secret: undefined }, /jwks or jwksUri: give one/],
    [
      { authMethod: 'private_key_jwt', jwksUri: 'https://ward.invalid/jwks' },
      /secret is not known/,
    ],
    [{ backchannelLogoutUri: 'ftp://ward.invalid' }, /backchannelLogoutUri must be/],
    [{ extra: 1 }, /extra is not known/],
  ] as const) {
    test(`refuses a file where ${JSON.stringify(change)}`, () => {
      const text = JSON.stringify({ relyingParties: [{ ...PARTY, ...change }] });
      const file = parseRelyingPartyFile(JSON.parse(text));
      assert.ok(!file.ok);
      assert.equal(file.error.length, 1, file.error.join('\n'));
      assert.match(file.error[0] ?? '', problem);
    });
  }

  test('tells what is no such file, and keeps nothing of a file with a mistake', async () => {
    const wrong = { ...PARTY, clientId: '111111111111.apps.national', secret: 1 };
    const other = { ...PARTY, clientId: '222222222222.apps.national' };
    assert.equal((await importing({ relyingParties: [other, wrong] })).code, 2);
    assert.equal(await findRelyingParty(database().database, other.clientId), null);
    for (const value of [null, [], {}, { relyingParties: [PARTY, PARTY] }]) {
      assert.ok(!parseRelyingPartyFile(value).ok);
    }
    assert.equal((await spine('import', join(folder, 'none.json'))).code, 2);
    assert.equal((await spine('import')).code, 2);
  });
});

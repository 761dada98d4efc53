import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ran, type Ran } from '../../cli/testing.ts';
import { openDatabase } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { clientCommands } from './cli.ts';
import { keptScopes } from './client.ts';
import { parseJwks } from './jwks.ts';
import { NO_PDS_GRANTS } from './grants.ts';
import { parseClientFile } from './parse.ts';
import { findClient, keepAssertion } from './repository.ts';
import { aClient, aKeyPair } from './testing.ts';

const database = testDatabase();
const pair = aKeyPair();
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openspine-clients-'));
});
after(() => rm(folder, { recursive: true }));

async function spine(...argv: readonly string[]): Promise<Ran> {
  process.env['DATABASE_URL'] = database().url;
  try {
    return await ran(clientCommands, argv);
  } finally {
    delete process.env['DATABASE_URL'];
  }
}

async function importing(...clients: readonly object[]): Promise<Ran> {
  const file = join(folder, 'clients.json');
  await writeFile(file, JSON.stringify({ clients }));
  return spine('client', 'import', file);
}

const audited = async (interaction: string): Promise<string[]> => {
  const rows = await database().database.all<{ outcome: string }>(sql`
    select outcome from platform.audit where interaction = ${interaction} order by id`);
  return rows.map(({ outcome }) => outcome);
};

describe('a file of client applications', () => {
  test('is taken with the ids and keys that it gives, and can be taken again', async () => {
    const one = aClient({
      jwks: { keys: [pair.jwk] },
      organisation: 'FA565',
      asid: '999000000201',
      prepareAlgorithm: 'RS1',
      rateLimitPerMinute: 5,
      signingRedirectUri: 'https://client.invalid/signed',
    });
    assert.equal((await importing(one, aClient())).code, 0);
    const known = await findClient(database().database, String(one['key']));
    assert.equal(known?.applicationId, one['applicationId']);
    assert.deepEqual(known?.settings, {
      rateLimitPerMinute: 5,
      prepareAlgorithm: 'RS1',
      signingRedirectUri: 'https://client.invalid/signed',
      pds: NO_PDS_GRANTS,
    });
    assert.deepEqual(known?.publicKeys, { kind: 'hosted', keys: [pair.jwk] });
    assert.ok(known?.isSecret(String(one['secret'])));
    assert.ok(!known?.isSecret('x'));
    assert.equal((await importing({ ...one, name: 'renamed' })).code, 0);
    assert.equal((await findClient(database().database, String(one['key'])))?.name, 'renamed');
    const outcomes = await audited('client-import');
    assert.equal(outcomes.filter((id) => id === one['applicationId']).length, 2);
  });

  test('is refused whole when the directory says otherwise of a system', async () => {
    for (const [changes, words] of [
      [{ asid: '999000000999' }, /no accredited system has ASID 999000000999/],
      [{ asid: '999000000201', partyKey: 'FA565-900999' }, /is of party FA565-900201, not/],
      [{ asid: '999000000201', organisation: 'A83008' }, /acts for FA565, not A83008/],
    ] as const) {
      const one = aClient(changes);
      const { code, stderr } = await importing(aClient(), one);
      assert.equal(code, 1);
      assert.match(stderr, words);
      assert.equal(await findClient(database().database, String(one['key'])), null);
    }
    const facade = aClient({ asid: '200000001285', organisation: 'A83008' });
    assert.equal((await importing(facade)).code, 0);
  });

  test('is refused whole when one of its applications has the name or key of another', async () => {
    const one = aClient();
    assert.equal((await importing(one)).code, 0);
    for (const [member, value] of [
      ['name', one['name']],
      ['key', one['key']],
    ] as const) {
      const other = aClient();
      const { code, stderr } = await importing(other, aClient({ [member]: value }));
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`has a ${member} of this file`));
      assert.equal(await findClient(database().database, String(other['key'])), null);
    }
  });

  const wrong: readonly (readonly [changes: Record<string, unknown>, problem: RegExp])[] = [
    [{ key: 'short' }, /clients\[0\]\.key must be 32 letters and digits/],
    [{ secret: undefined }, /clients\[0\]\.secret must be 16/],
    [{ applicationId: '1' }, /applicationId must be a UUID/],
    [{ name: '\u001b[31m' }, /name must be/],
    [{ redirectUris: ['/callback'] }, /redirectUris\[0\] must be/],
    [{ redirectUris: ['javascript:alert(1)'] }, /redirectUris\[0\] must be/],
    [{ redirectUris: ['https://a.invalid/#x'] }, /redirectUris\[0\] must be/],
    [{ redirectUris: 'https://a.invalid' }, /redirectUris must be a list/],
    [{ products: [{ name: 'x', scopes: ['openid'] }] }, /products\[0\]\.scopes\[0\] must be/],
    [{ products: [{ scopes: [] }] }, /products\[0\]\.name must be/],
    [{ products: [{ name: 'x', scope: [] }] }, /products\[0\]\.scope is not known/],
    [{ rateLimitPerMinute: 0 }, /rateLimitPerMinute must be/],
    [{ rateLimitPerMinute: 1.5 }, /rateLimitPerMinute must be/],
    [{ signingRedirectUri: 'javascript:alert(1)' }, /signingRedirectUri must be an absolute URL/],
    [{ prepareAlgorithm: 'none' }, /prepareAlgorithm must be one of RS1, RS256/],
    [{ status: 'open' }, /status must be one of/],
    [{ jwksUrl: 'http://keys.invalid/jwks' }, /jwksUrl must be an https URL/],
    [{ jwks: { keys: [] } }, /The JWKS has no key/],
    [{ jwks: { keys: [pair.jwk] }, jwksUrl: 'https://k.invalid' }, /give one of them/],
    [{ colour: 'red' }, /clients\[0\]\.colour is not known/],
  ];
  for (const [changes, problem] of wrong) {
    test(`is refused with ${JSON.stringify(changes).slice(0, 60)}`, async () => {
      const { code, stderr } = await importing(aClient(changes));
      assert.equal(code, 2);
      assert.match(stderr, problem);
    });
  }

  test('tells all its problems at once, and what is no such file too', () => {
    const both = parseClientFile({ clients: [aClient({ key: '' }), aClient({ secret: '' }), 7] });
    assert.ok(!both.ok);
    assert.equal(both.error.length, 3);
    const one = aClient();
    assert.equal(parseClientFile({ clients: [one, one] }).ok, false);
    for (const value of [null, [], {}, { clients: {} }]) assert.ok(!parseClientFile(value).ok);
  });

  test('that is not there or no JSON is wrong use', async () => {
    assert.equal((await spine('client', 'import', join(folder, 'none.json'))).code, 2);
    assert.equal((await spine('client', 'import')).code, 2);
  });
});

describe('a JWKS', () => {
  const keys = (...all: readonly object[]) => parseJwks({ keys: all });
  const second = { ...pair.jwk, kid: 'test-2' };

  test('may have old and new keys together, with alg or without', () => {
    const without = { ...second, alg: undefined };
    assert.ok(keys(pair.jwk, without).ok);
  });

  const wrong: readonly (readonly [string, readonly object[], RegExp])[] = [
    ['with a private key', [{ ...pair.jwk, d: 'AQAB' }], /private member "d"/],
    ['with a prime', [{ ...pair.jwk, q: 'AQAB' }], /private member "q"/],
    ['with a kid twice', [pair.jwk, pair.jwk], /is in the set already/],
    ['without kid', [{ ...pair.jwk, kid: undefined }], /kid must be/],
    ['for encryption', [{ ...pair.jwk, use: 'enc' }], /use must be "sig"/],
    ['for another algorithm', [{ ...pair.jwk, alg: 'RS256' }], /alg must be/],
    ['of another kind', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'x' }], /private member "k"/],
    ['of a curve', [{ kty: 'EC', kid: 'x', use: 'sig' }], /kty must be "RSA"/],
    ['of 1024 bits', [aKeyPair('short', 1024).jwk], /1024 bits, and must have at least 2048/],
    [
      'with zeros in front',
      [{ ...aKeyPair('z', 1024).jwk, n: Buffer.alloc(256, 0).toString('base64url') }],
      /0 bits/,
    ],
    [
      'of 21 keys',
      Array.from({ length: 21 }, (_, n) => ({ ...pair.jwk, kid: `${n}` })),
      /more than 20/,
    ],
  ];
  for (const [name, all, problem] of wrong) {
    test(`is refused ${name}`, () => {
      const parsed = keys(...all);
      assert.ok(!parsed.ok);
      assert.match(parsed.error, problem);
    });
  }

  test('of keys of 2048 bits is taken, and no list at all is not', () => {
    assert.ok(keys(pair.jwk).ok);
    for (const value of [null, [], { keys: {} }, 'keys']) assert.ok(!parseJwks(value).ok);
  });
});

describe('scopes', () => {
  test('are kept that match how the caller was authenticated', async () => {
    const file = aClient();
    await importing(file);
    const client = await findClient(database().database, String(file['key']));
    assert.ok(client);
    const kept = (authentication: Parameters<typeof keptScopes>[1]) =>
      keptScopes(client, authentication).map((scope) => scope.split(':').slice(3, 5).join(' '));
    assert.deepEqual(kept({ by: 'application' }), ['app level3']);
    assert.deepEqual(kept({ by: 'nhs-cis2', assuranceLevel: '3' }), ['user-nhs-id aal3']);
    assert.deepEqual(kept({ by: 'nhs-cis2', assuranceLevel: '2' }), ['user-nhs-cis2 aal2']);
    assert.deepEqual(kept({ by: 'nhs-cis2', assuranceLevel: '1' }), []);
    assert.deepEqual(kept({ by: 'nhs-login', proofingLevel: 'P9' }), ['user-nhs-login P9']);
    assert.deepEqual(kept({ by: 'nhs-login', proofingLevel: 'P9.Cp' }), ['user-nhs-login P9']);
    assert.deepEqual(kept({ by: 'nhs-login', proofingLevel: 'P5' }), []);
  });
});

describe('spine client', () => {
  test('lists, shows without the secret, and revokes once, with an audit line', async () => {
    const one = aClient({ name: 'To be revoked' });
    await importing(one);
    assert.match((await spine('client', 'list')).stdout, /approved +To be revoked/);
    for (const word of [one['name'], one['key'], one['applicationId']]) {
      const { stdout } = await spine('client', 'show', String(word), '-o', 'json');
      assert.equal(JSON.parse(stdout).applicationId, one['applicationId']);
      assert.ok(!stdout.includes(String(one['secret'])));
    }
    assert.equal((await spine('client', 'revoke', 'To be revoked')).code, 0);
    assert.equal((await spine('client', 'revoke', 'To be revoked')).code, 1);
    assert.deepEqual(await audited('client-revoke'), [one['applicationId']]);
    const known = await findClient(database().database, String(one['key']));
    assert.equal(known?.status, 'revoked');
    const revocations = await database().database.all(sql`
      select from identity.revocation where kind = 'client' and value = ${one['applicationId']}`);
    assert.equal(revocations.length, 1);
  });

  test('says of an application that nobody knows that there is none', async () => {
    const { code, stderr } = await spine('client', 'show', 'nobody');
    assert.equal(code, 1);
    assert.match(stderr, /There is no application "nobody"/);
  });
});

describe('the id of an assertion', () => {
  test('is kept once, of ten thousand that come from two processes, five hundred at a time', async () => {
    const { url, database: one } = database();
    const other = openDatabase({ url, connections: 4 });
    const assertion = { key: 'k', jti: 'one', expiresAt: new Date(Date.now() + 60_000) };
    let kept = 0;
    for (let sent = 0; sent < 10_000; sent += 500) {
      const answers = await Promise.all(
        Array.from({ length: 500 }, (_, n) => keepAssertion(n % 2 === 0 ? one : other, assertion)),
      );
      kept += answers.filter(Boolean).length;
    }
    await other.close();
    assert.equal(kept, 1);
    assert.ok(await keepAssertion(database().database, { ...assertion, key: 'other' }));
  });
});

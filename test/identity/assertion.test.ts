import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';

import { type AskArguments, askWithAssertion, assertRefused } from './checks.ts';
import {
  type App,
  APP_SCOPE,
  type AssertionChanges,
  ASSERTION_TYPE,
  JWKS,
  OTHER_PAIR,
  PAIR,
  type Reply,
  testSignIn,
} from './sign-in.ts';

// Shows: Sign-in | client assertions: every row of the table, in order

const sign = testSignIn();
const IN = 'client_assertion JWT';
const BAD = 'invalid_request';
const KEY_ERROR = 'public_key error';

const app = (changes = {}): Promise<App> => sign().app({ jwks: JWKS, ...changes });
const ask = (...args: AskArguments): Promise<Reply> => askWithAssertion(sign(), ...args);
const now = (): number => Math.floor(Date.now() / 1000);

describe('client credentials', () => {
  test('get a token of the application scopes; all numbers are texts', async () => {
    const { status, body } = await ask(await app({ organisation: 'FA565', asid: '999000000201' }));
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).toSorted(), [
      'access_token',
      'expires_in',
      'issued_at',
      'token_type',
    ]);
    assert.equal(body.expires_in, '599');
    assert.match(body.issued_at, /^\d{13}$/);
    assert.equal(body.token_type, 'Bearer');
    for (const { verify } of sign().identities) {
      const authorization = `Bearer ${body.access_token}`;
      const actor = await verify({ authorization, roleProfile: undefined, at: new Date() });
      assert.ok(actor.ok);
      assert.deepEqual([...actor.value.scopes], [APP_SCOPE]);
      assert.equal(actor.value.userId, null);
      assert.equal(actor.value.organisation, 'FA565');
      assert.equal(actor.value.asid, '999000000201');
    }
  });

  test('may ask for a shorter life, not for a longer one', async () => {
    const client = await app();
    const life = async (ms: string) => {
      const { body } = await ask(client, {}, { _access_token_expiry_ms: ms });
      return body.expires_in;
    };
    assert.equal(await life('5000'), '4');
    for (const ms of ['6000000', '-5', '1e3', 'x', '']) assert.equal(await life(ms), '599');
  });

  test('take typ in any case, and aud in a list', async () => {
    const client = await app();
    assert.equal((await ask(client, { header: { typ: 'jwt' } })).status, 200);
    const aud = ['https://sign-in.invalid/oauth2/token'];
    assert.equal((await ask(client, { claims: { aud } })).status, 200);
  });
});

describe('a client assertion', () => {
  type Row = readonly [
    number,
    AssertionChanges,
    Readonly<Record<string, string | undefined>>,
    readonly [number, string, string],
  ];
  const typeText = `Missing or invalid client_assertion_type - must be '${ASSERTION_TYPE}'`;
  const claim = (claims: object): AssertionChanges => ({ claims: { ...claims } });
  const header = (changes: object): AssertionChanges => ({ header: { ...changes } });
  const rows: readonly Row[] = [
    [1, {}, { client_assertion_type: undefined }, [400, BAD, typeText]],
    [1, {}, { client_assertion_type: 'x' }, [400, BAD, typeText]],
    [3, {}, { client_assertion: undefined }, [400, BAD, 'Missing client_assertion']],
    [3, {}, { client_assertion: 'x.y' }, [400, BAD, 'Malformed JWT in client_assertion']],
    [3, {}, { client_assertion: 'e30.e30' }, [400, BAD, 'Malformed JWT in client_assertion']],
    [
      4,
      header({ alg: 'RS256' }),
      {},
      [400, BAD, `Invalid 'alg' header in ${IN} - unsupported JWT algorithm - must be 'RS512'`],
    ],
    [
      5,
      claim({ exp: now() - 1 }),
      {},
      [400, BAD, `Invalid 'exp' claim in ${IN} - JWT has expired`],
    ],
    [6, header({ kid: undefined }), {}, [400, BAD, `Missing 'kid' header in ${IN}`]],
    [7, header({ typ: 'at+jwt' }), {}, [400, BAD, `Invalid 'typ' header in ${IN} - must be 'JWT'`]],
    [
      7,
      header({ typ: undefined }),
      {},
      [400, BAD, `Invalid 'typ' header in ${IN} - must be 'JWT'`],
    ],
    [8, claim({ exp: undefined }), {}, [400, BAD, `Missing 'exp' claim in ${IN}`]],
    [
      8,
      claim({ exp: 'soon' }),
      {},
      [400, BAD, `Invalid 'exp' claim in ${IN} - must be an integer`],
    ],
    [
      8,
      claim({ exp: now() + 60.5 }),
      {},
      [400, BAD, `Invalid 'exp' claim in ${IN} - must be an integer`],
    ],
    [
      9,
      claim({ iss: undefined }),
      {},
      [400, BAD, `Missing or non-matching 'iss'/'sub' claims in ${IN}`],
    ],
    [
      9,
      claim({ sub: 'another' }),
      {},
      [400, BAD, `Missing or non-matching 'iss'/'sub' claims in ${IN}`],
    ],
    [10, claim({ jti: undefined }), {}, [400, BAD, `Missing 'jti' claim in ${IN}`]],
    [
      10,
      claim({ jti: 7 }),
      {},
      [400, BAD, `Invalid 'jti' claim in ${IN} - must be a unique string value such as a GUID`],
    ],
    [
      12,
      claim({ exp: now() + 100_000 }),
      {},
      [400, BAD, `Invalid 'exp' claim in ${IN} - more than 5 minutes in future`],
    ],
    [13, claim({ iss: 'x', sub: 'x' }), {}, [401, BAD, `Invalid 'iss'/'sub' claims in ${IN}`]],
    [
      16,
      header({ kid: 'test-2' }),
      {},
      [401, BAD, `Invalid 'kid' header in ${IN} - no matching public key`],
    ],
    [
      17,
      { privateKey: OTHER_PAIR.privateKey },
      {},
      [401, KEY_ERROR, 'JWT signature verification failed'],
    ],
    ...[undefined, 'https://sign-in.invalid/oauth2', 'http://127.0.0.1/oauth2/token', '', 7].map(
      (aud): Row => [18, claim({ aud }), {}, [401, BAD, `Missing or invalid 'aud' claim in ${IN}`]],
    ),
    [17, claim({ nbf: now() + 100 }), {}, [401, KEY_ERROR, 'JWT signature verification failed']],
  ];
  for (const [row, changes, fields, wanted] of rows) {
    test(`is refused by check ${row}: ${JSON.stringify({ ...changes, ...fields }).slice(0, 70)}`, async () =>
      assertRefused(await ask(await app(), changes, fields), wanted));
  }

  test('is refused by check 11 when its jti was used in 30 days, at either datacentre', async () => {
    const client = await app();
    const jti = randomUUID();
    assert.equal((await ask(client, { claims: { jti } })).status, 200);
    const wanted = [400, BAD, `Non-unique 'jti' claim in ${IN}`] as const;
    for (let n = 0; n < 2; n += 1) assertRefused(await ask(client, { claims: { jti } }), wanted);
    assert.equal((await ask(await app(), { claims: { jti } })).status, 200, 'another application');
  });

  test('sent thirty times at once, to both datacentres, is taken once', async () => {
    const client = await app();
    const claims = { jti: randomUUID() };
    const all = await Promise.all(Array.from({ length: 30 }, () => ask(client, { claims })));
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
  });

  test('uses its jti up before its signature is checked, but not before its exp is', async () => {
    const client = await app();
    const claims = { jti: randomUUID() };
    const far = await ask(client, { claims: { ...claims, exp: now() + 1_000 } });
    assert.equal(far.status, 400);
    const forged = await ask(client, { claims, privateKey: OTHER_PAIR.privateKey });
    assert.equal(forged.status, 401);
    const again = await ask(client, { claims });
    assertRefused(again, [400, BAD, `Non-unique 'jti' claim in ${IN}`]);
  });

  test('is refused by check 14 when no public key is registered', async () => {
    const text =
      'You need to register a public key to use this authentication method - please contact support to configure';
    assertRefused(await ask(await sign().app()), [403, KEY_ERROR, text]);
  });

  test('is refused by check 15 when its keys cannot be had, and taken when they can', async () => {
    const unreachable = await sign().app({ jwksUrl: 'http://127.0.0.1:9/jwks' });
    const text = "The JWKS endpoint, for your client_assertion can't be reached";
    assertRefused(await ask(unreachable), [403, KEY_ERROR, text]);
    const server = createServer((_request, response) => response.end(JSON.stringify(JWKS)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const client = await sign().app({ jwksUrl: `http://127.0.0.1:${port}/jwks` });
    for (let n = 0; n < 2; n += 1) assert.equal((await ask(client)).status, 200);
    server.closeAllConnections();
    server.close();
    assert.equal((await ask(client, { header: { kid: 'test-2' } })).status, 401);
  });

  test('of the key of another application proves nothing', async () => {
    const other = await sign().app({ jwks: { keys: [OTHER_PAIR.jwk] } });
    const answer = await ask(other, { privateKey: PAIR.privateKey });
    assertRefused(answer, [401, KEY_ERROR, 'JWT signature verification failed']);
  });

  test('with the algorithm none, or our public key as a secret, is refused', async () => {
    const client = await app();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: client.key, sub: client.key, jti: randomUUID(), exp: now() + 60 };
    const unsigned = `${part({ alg: 'none', typ: 'JWT', kid: 'test-1' })}.${part(claims)}`;
    const alg = `Invalid 'alg' header in ${IN} - unsupported JWT algorithm - must be 'RS512'`;
    for (const token of [`${unsigned}.`, unsigned, `${unsigned}.AA`]) {
      const answer = await ask(client, {}, { client_assertion: token });
      assert.equal(answer.status, 400);
    }
    const input = `${part({ alg: 'HS512', typ: 'JWT', kid: 'test-1' })}.${part(claims)}`;
    const mac = createHmac('sha512', JSON.stringify(PAIR.jwk)).update(input).digest('base64url');
    const confused = await ask(client, {}, { client_assertion: `${input}.${mac}` });
    assertRefused(confused, [400, BAD, alg]);
  });

  test('of a clock that is five minutes off is refused either way, and of one that is right is not', async () => {
    const client = await app();
    const skewed = (seconds: number) =>
      ask(client, { claims: { exp: now() + 60 + seconds, iat: now() + seconds } });
    assert.equal((await skewed(-300)).status, 400);
    assert.equal((await skewed(300)).status, 400);
    assert.equal((await ask(client, { claims: { exp: now() + 299 } })).status, 200);
    assert.equal((await skewed(9)).status, 200);
  });

  test('with an issuer or jti of any length or content never breaks anything', async () => {
    const client = await app();
    for (const text of ['x'.repeat(100_000), 'a\u0000b', '\ud800', "' or 1=1 --"]) {
      const byJti = await ask(client, { claims: { jti: text } });
      assert.ok([200, 400].includes(byJti.status), `${byJti.status}`);
      const byIssuer = await ask(client, { claims: { iss: text, sub: text } });
      assert.equal(byIssuer.status, 401);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertRefused, type Refusal } from './checks.ts';
import {
  type App,
  assertion,
  ASSERTION_TYPE,
  JWKS,
  OTHER_PAIR,
  refreshForm,
  type Reply,
  testSignIn,
} from './sign-in.ts';

// Shows: Sign-in | token exchange: every row of the table of subject tokens

const sign = testSignIn();
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const IN = 'subject_token JWT';
const BAD = 'invalid_request';

const app = (): Promise<App> => sign().app({ jwks: JWKS });

async function ask(
  client: App,
  subject: string | undefined,
  fields: Readonly<Record<string, string | undefined>> = {},
): Promise<Reply> {
  return sign().post('/oauth2/token', {
    grant_type: EXCHANGE,
    subject_token_type: ID_TOKEN,
    subject_token: subject,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(client, sign().now()),
    ...fields,
  });
}

describe('token exchange', () => {
  test('gives tokens for the user of an identity token of CIS2', async () => {
    const client = await app();
    const { status, body, text } = await ask(client, await sign().cis2.idToken());
    assert.equal(status, 200, text);
    assert.equal(body.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
    assert.equal(body.expires_in, '599');
    assert.equal(body.refresh_count, '0');
    assert.equal(body.refresh_token_expires_in, '43199');
    const [identity] = sign().identities;
    const authorization = `Bearer ${body.access_token}`;
    const actor = await identity.verify({ authorization, roleProfile: undefined, at: new Date() });
    assert.ok(actor.ok);
    assert.equal(actor.value.userId, '656005750104');
    const again = await sign().post('/oauth2/token', refreshForm(client, body.refresh_token));
    assert.equal(again.body.refresh_count, '1');
  });

  test('handles whatever says that it brings an identity token, by any grant', async () => {
    const wrong: Refusal = [400, BAD, 'grant_type is invalid'];
    const client = await app();
    for (const grant of [undefined, 'client_credentials', 'authorization_code', 'x']) {
      const answer = await ask(client, await sign().cis2.idToken(), { grant_type: grant });
      assertRefused(answer, wrong);
    }
  });

  test('ignores a client_id beside the assertion', async () => {
    const fields = { client_id: 'somebody else' };
    assert.equal((await ask(await app(), await sign().cis2.idToken(), fields)).status, 200);
  });

  const type = `missing or invalid subject_token_type - must be '${ID_TOKEN}'`;
  for (const wrong of [undefined, 'urn:ietf:params:oauth:token-type:access_token']) {
    test(`is refused with the subject token type ${wrong}`, async () => {
      const fields = { subject_token_type: wrong };
      assertRefused(await ask(await app(), 'x', fields), [400, BAD, type]);
    });
  }

  test('looks at the assertion first', async () => {
    const fields = { client_assertion: undefined };
    assertRefused(await ask(await app(), 'x', fields), [400, BAD, 'Missing client_assertion']);
    const typed = { client_assertion_type: 'x', grant_type: 'x' };
    const text = `Missing or invalid client_assertion_type - must be '${ASSERTION_TYPE}'`;
    assertRefused(await ask(await app(), 'x', typed), [400, BAD, text]);
  });
});

describe('a subject token', () => {
  const now = Math.floor(Date.now() / 1000);
  type Row = readonly [string, { claims?: object; header?: object; privateKey?: string }, Refusal];
  const rows: readonly Row[] = [
    ['without kid', { header: { kid: undefined } }, [400, BAD, `Missing 'kid' header in ${IN}`]],
    [
      'without typ',
      { header: { typ: undefined } },
      [400, BAD, `Invalid 'typ' header in ${IN} - must be 'JWT'`],
    ],
    ['without exp', { claims: { exp: undefined } }, [400, BAD, `Missing 'exp' claim in ${IN}`]],
    [
      'with a text for exp',
      { claims: { exp: 'x' } },
      [400, BAD, `Invalid 'exp' claim in ${IN} - must be an integer`],
    ],
    [
      'that is over',
      { claims: { exp: now - 1 } },
      [400, BAD, `Invalid 'exp' claim in ${IN} - JWT has expired`],
    ],
    ['without iss', { claims: { iss: undefined } }, [400, BAD, `Missing 'iss' claim in ${IN}`]],
    ['without aud', { claims: { aud: undefined } }, [401, BAD, `Missing 'aud' claim in ${IN}`]],
    [
      'of a provider that nobody knows',
      { claims: { iss: 'https://elsewhere.invalid' } },
      [400, BAD, `Missing or non-matching 'iss' claim in ${IN}`],
    ],
    [
      'under a kid that nobody knows',
      { header: { kid: 'other' } },
      [401, BAD, `Invalid 'kid' header in ${IN} - no matching public key`],
    ],
    [
      'signed by somebody else',
      { privateKey: OTHER_PAIR.privateKey },
      [401, 'public_key error', 'JWT signature verification failed'],
    ],
    [
      'signed in another manner',
      { header: { alg: 'PS256' } },
      [401, 'public_key error', 'JWT signature verification failed'],
    ],
  ];
  for (const [name, { claims, header, privateKey }, refusal] of rows) {
    test(`${name} is refused`, async () => {
      const token = await sign().cis2.idToken({ ...claims }, { ...header }, privateKey);
      assertRefused(await ask(await app(), token), refusal);
    });
  }

  test('that is not there, or is none, is refused', async () => {
    assertRefused(await ask(await app(), undefined), [400, BAD, 'Missing subject_token']);
    assertRefused(await ask(await app(), 'x'), [400, BAD, 'Malformed JWT in subject_token']);
  });

  test('without alg is no JWT that anybody could read', async () => {
    const [, claims = '', signature = ''] = (await sign().cis2.idToken()).split('.');
    const header = Buffer.from(JSON.stringify({ typ: 'JWT', kid: 'x' })).toString('base64url');
    const answer = await ask(await app(), `${header}.${claims}.${signature}`);
    assertRefused(answer, [400, BAD, `Missing 'alg' header in ${IN}`]);
  });

  test('cannot be one of our own access tokens', async () => {
    const client = await app();
    const { body } = await ask(client, await sign().cis2.idToken());
    const answer = await ask(client, body.access_token);
    assert.equal(answer.status, 400);
  });

  test('of the wrong provider with the right name is refused: its signature tells', async () => {
    const { issuer } = sign().cis2.settings;
    const token = await sign().nhsLogin.idToken(
      { iss: issuer },
      {},
      sign().nhsLogin.keys.privateKey,
    );
    assert.equal((await ask(await app(), token)).status, 401);
  });

  test('cannot be checked while the provider hides its keys: nobody gets in', async () => {
    sign().nhsLogin.behaves('no-keys');
    const answer = await ask(await app(), await sign().nhsLogin.idToken());
    sign().nhsLogin.behaves('well');
    assert.equal(answer.status, 500);
    assert.equal(answer.body.error, 'unknown_error');
    assert.ok(answer.body.error_description.endsWith(answer.body.message_id));
  });
});

describe('somebody who acts for a patient', () => {
  const act = (claims = {}, header = {}) =>
    sign().nhsLogin.idToken({ nhs_number: '9912003072', ...claims }, header);
  const askAs = async (sub: unknown): Promise<Reply> =>
    ask(await app(), await sign().nhsLogin.idToken({ act: { sub } }));

  test('is named by a token in act.sub', async () => {
    const { status, body, text } = await askAs(await act());
    assert.equal(status, 200, text);
    const [, payload = ''] = body.access_token.split('.');
    assert.equal(
      JSON.parse(Buffer.from(payload, 'base64url').toString()).authentication.act,
      '9912003072',
    );
  });

  const rows = [
    ['kid', {}, { kid: undefined }, "Missing 'kid' header in act.sub JWT"],
    ['typ', {}, { typ: undefined }, "Missing 'typ' header in act.sub JWT"],
    ['exp', { exp: undefined }, {}, "Missing 'exp' claim in act.sub JWT"],
    [
      'a number for exp',
      { exp: 'x' },
      {},
      "Invalid 'exp' claim in act.sub JWT - must be an integer",
    ],
    ['iss', { iss: undefined }, {}, "Missing 'iss' claim in act.sub JWT"],
    ['aud', { aud: undefined }, {}, "Missing 'aud' claim in act.sub JWT"],
    ['nhs_number', { nhs_number: undefined }, {}, "Missing 'nhs_number' claim in act.sub JWT"],
  ] as const;
  for (const [name, claims, header, text] of rows) {
    test(`is refused without ${name}`, async () =>
      assertRefused(await askAs(await act(claims, header)), [400, BAD, text]));
  }

  test('is refused without alg, as nobody could say how it is signed', async () => {
    const [, claims = '', signature = ''] = (await act()).split('.');
    const header = Buffer.from(JSON.stringify({ typ: 'JWT', kid: 'x' })).toString('base64url');
    const answer = await askAs(`${header}.${claims}.${signature}`);
    assertRefused(answer, [400, BAD, "Missing 'alg' header in act.sub JWT"]);
  });

  test('is refused when act.sub is no JWT', async () => {
    assertRefused(await askAs('x.y.z'), [400, BAD, 'Malformed JWT in act.sub']);
  });
});

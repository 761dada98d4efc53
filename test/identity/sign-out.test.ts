import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { sql } from '../../src/platform/sql.ts';
import { until } from '../support/until.ts';
import { assertRefused, type Refusal } from './checks.ts';
import {
  type App,
  assertion,
  ASSERTION_TYPE,
  codeFor,
  codeForm,
  JWKS,
  OTHER_PAIR,
  refreshForm,
  type Reply,
  startSignIn,
  testSignIn,
} from './sign-in.ts';

// Shows: Sign-in | userinfo, log-out from behind, tokens that are given back

const sign = testSignIn();
const BAD = 'invalid_request';
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';

async function tokensFor(app: App, query = {}): Promise<Reply['body']> {
  const code = await codeFor(sign(), app, query);
  const { body, status, text } = await sign().post('/oauth2/token', codeForm(app, code));
  assert.equal(status, 200, text);
  return body;
}

const refresh = (app: App, token: string): Promise<Reply> =>
  sign().post('/oauth2/token', refreshForm(app, token));
/** Whether each datacentre takes it. */
const takenBy = async (token: string): Promise<boolean[]> => {
  const all = sign().identities.map(async ({ verify }) =>
    verify({ authorization: `Bearer ${token}`, roleProfile: undefined, at: new Date() }),
  );
  return (await Promise.all(all)).map(({ ok }) => ok);
};
const isGood = async (token: string): Promise<boolean> => (await takenBy(token)).every(Boolean);
/** A datacentre hears within seconds of what was done at the other. */
const untilOver = (token: string): Promise<void> =>
  until('no datacentre takes the token', async () => !(await takenBy(token)).some(Boolean));

describe('userinfo', () => {
  const ask = (authorization?: string): Promise<Reply> =>
    sign().ask(
      '/oauth2/userinfo',
      authorization === undefined ? {} : { headers: { authorization } },
    );

  test('is what CIS2 said at sign-in, also when CIS2 is away', async () => {
    const { access_token: token } = await tokensFor(await sign().app());
    sign().cis2.behaves('broken');
    const { status, body } = await ask(`Bearer ${token}`);
    sign().cis2.behaves('well');
    assert.equal(status, 200);
    assert.deepEqual(body, { sub: '656005750104', nhsid_useruid: '656005750104' });
  });

  test('is for combined authentication with CIS2 only', async () => {
    const app = await sign().app({ jwks: JWKS });
    const asserted = async () => ({
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(app, new Date()),
    });
    const own = await sign().post('/oauth2/token', {
      grant_type: 'client_credentials',
      ...(await asserted()),
    });
    const exchanged = await sign().post('/oauth2/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: await sign().cis2.idToken(),
      ...(await asserted()),
    });
    const patient = await tokensFor(await sign().app(), { scope: 'nhs-login' });
    for (const { access_token: token } of [own.body, exchanged.body, patient]) {
      const answer = await ask(`Bearer ${token}`);
      const text =
        'The Userinfo endpoint is only supported for Combined Auth integrations. Currently this is only for NHS CIS2 authentications - for more guidance see https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/user-restricted-restful-apis-nhs-cis2-combined-authentication-and-authorisation';
      assertRefused(answer, [400, BAD, text]);
    }
  });

  test('without a good token has the raw fault of the gateway', async () => {
    const { access_token: token } = await tokensFor(await sign().app());
    const rows = [
      [undefined, 'Invalid access token', 'oauth.v2.InvalidAccessToken'],
      ['Bearer ', 'Invalid access token', 'oauth.v2.InvalidAccessToken'],
      ['Bearer a.b.c', 'Invalid Access Token', 'keymanagement.service.invalid_access_token'],
    ] as const;
    for (const [authorization, faultstring, errorcode] of rows) {
      const { status, body } = await ask(authorization);
      assert.equal(status, 401);
      assert.deepEqual(body, { fault: { faultstring, detail: { errorcode } } });
    }
    sign().setTime(new Date(Date.now() + 700_000));
    const late = await ask(`Bearer ${token}`);
    sign().setTime(null);
    assert.equal(late.body.fault.faultstring, 'Access Token expired');
    assert.equal(late.body.fault.detail.errorcode, 'keymanagement.service.access_token_expired');
  });
});

describe('log-out from behind', () => {
  const out = (claims = {}) =>
    sign().cis2.idToken({ events: { [LOGOUT]: {} }, nonce: undefined, ...claims });
  const post = (token: string | undefined): Promise<Reply> =>
    sign().post('/oauth2/backchannel_logout', { logout_token: token });

  test('ends what came of that sign-in, everywhere, and nothing else', async () => {
    const app = await sign().app();
    const sid = randomUUID();
    sign().cis2.says({ claims: { sid } });
    const tokens = await tokensFor(app);
    sign().cis2.says({});
    const others = await tokensFor(app);
    const renewed = await refresh(app, tokens.refresh_token);
    assert.ok(await isGood(renewed.body.access_token));
    const { status, body } = await post(await out({ sid }));
    assert.equal(status, 200);
    assert.deepEqual(body, { success: true });
    assert.equal((await refresh(app, renewed.body.refresh_token)).status, 401);
    await untilOver(renewed.body.access_token);
    await untilOver(tokens.access_token);
    assert.ok(await isGood(others.access_token));
    assert.equal((await refresh(app, others.refresh_token)).status, 200);
  });

  test('that could not be done says so, and can be sent again', async () => {
    const app = await sign().app();
    const sid = randomUUID();
    sign().cis2.says({ claims: { sid } });
    const tokens = await tokensFor(app);
    sign().cis2.says({});
    const { database } = sign();
    await database.write(sql`
      create function identity.away() returns trigger language plpgsql as $$ begin raise 'away'; end $$`);
    await database.write(sql`
      create trigger away before update on identity.session execute function identity.away()`);
    const failed = await post(await out({ sid }));
    await database.write(sql`drop function identity.away() cascade`);
    assertRefused(failed, [501, 'not_implemented', 'Logout Failed']);
    assert.ok(await isGood(tokens.access_token));
    assert.deepEqual((await post(await out({ sid }))).body, { success: true });
  });

  const rows: readonly (readonly [string, object, Refusal])[] = [
    ['aud', { aud: 'x' }, [400, BAD, 'Missing/invalid aud claim in JWT']],
    ['aud', { aud: undefined }, [400, BAD, 'Missing/invalid aud claim in JWT']],
    ['iss', { iss: 'https://x.invalid' }, [400, BAD, 'Missing/invalid iss claim in JWT']],
    ['sid', { sid: undefined }, [400, BAD, 'Missing sid claim in JWT']],
    ['events', { events: undefined }, [400, BAD, 'Missing/invalid events claim in JWT']],
    ['events', { events: { x: {} } }, [400, BAD, 'Missing/invalid events claim in JWT']],
    ['nonce', { nonce: 'x' }, [400, BAD, 'Prohibited nonce claim in JWT']],
    ['all of them', { aud: 'x', sid: undefined }, [400, BAD, 'Missing/invalid aud claim in JWT']],
    ['an unknown sid', { sid: 'x' }, [501, 'not_implemented', 'SID not found']],
  ];
  for (const [name, claims, refusal] of rows) {
    test(`is refused for ${name}: ${JSON.stringify(claims)}`, async () =>
      assertRefused(await post(await out(claims)), refusal));
  }

  test('is refused when its signature, key or form is wrong', async () => {
    const claims = { events: { [LOGOUT]: {} }, nonce: undefined, sid: randomUUID() };
    const unverified: Refusal = [400, 'bad_request', 'Unable to verify JWT'];
    const { cis2 } = sign();
    assertRefused(await post(await cis2.idToken(claims, {}, OTHER_PAIR.privateKey)), unverified);
    assertRefused(await post(await cis2.idToken(claims, { kid: 'x' })), unverified);
    const malformed: Refusal = [400, 'bad_request', 'Malformed JWT in logout_token'];
    for (const token of [undefined, 'x', 'a.b.c']) assertRefused(await post(token), malformed);
  });

  test('is only for the addresses that the operator names', async () => {
    for (const [nets, status] of [
      [['10.0.0.0/8'], 403],
      [['10.0.0.0/8', '127.0.0.0/8'], 400],
      [[], 403],
    ] as const) {
      const other = await startSignIn({ logoutFrom: nets });
      const answer = await other.post('/oauth2/backchannel_logout', { logout_token: 'x' });
      await other.stop();
      assert.equal(answer.status, status, nets.join(' '));
    }
  });
});

describe('revoke', () => {
  const revoke = (app: App, token: string | undefined, changes = {}): Promise<Reply> =>
    sign().post('/oauth2/revoke', {
      client_id: app.key,
      client_secret: app.secret,
      token,
      ...changes,
    });

  test('takes an access token away, and leaves its session', async () => {
    const app = await sign().app();
    const tokens = await tokensFor(app);
    assert.equal((await revoke(app, tokens.access_token)).status, 200);
    await untilOver(tokens.access_token);
    const renewed = await refresh(app, tokens.refresh_token);
    assert.ok(await isGood(renewed.body.access_token));
  });

  test('of a refresh token ends the session, with an audit line', async () => {
    const app = await sign().app();
    const tokens = await tokensFor(app);
    assert.equal((await revoke(app, tokens.refresh_token)).status, 200);
    assert.equal((await refresh(app, tokens.refresh_token)).status, 401);
    await untilOver(tokens.access_token);
    const [, payload = ''] = tokens.access_token.split('.');
    const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const lines = await sign().database.all<{ line: string }>(sql`
      select interaction || ' ' || outcome as line from platform.audit where session = ${sid} order by id`);
    assert.deepEqual(
      lines.map(({ line }) => line),
      ['sign-in platform', 'token authorization_code', 'session-end signed-out'],
    );
  });

  test('does nothing for the token of another application, or of nobody, and says no more', async () => {
    const [app, other] = [await sign().app(), await sign().app()];
    const tokens = await tokensFor(app);
    for (const token of [tokens.access_token, tokens.refresh_token, 'x', 'a.b.c']) {
      assert.equal((await revoke(other, token)).status, 200);
    }
    await pause(2_500);
    assert.ok(await isGood(tokens.access_token));
    assert.equal((await refresh(app, tokens.refresh_token)).status, 200);
  });

  test('wants the application to prove who it is', async () => {
    const app = await sign().app();
    const wrong = await revoke(app, 'x', { client_secret: 'x' });
    assertRefused(wrong, [401, 'invalid_client', 'client_id or client_secret is invalid']);
    assertRefused(await revoke(app, undefined), [400, BAD, 'token is missing']);
  });
});

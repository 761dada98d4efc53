import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as client from 'openid-client';

import { testDatabase } from '../../../test/support/database.ts';
import { revokeRelyingParty } from './repository.ts';
import {
  aRelyingParty,
  ask,
  Browser,
  cardOf,
  discover,
  interactionsOf,
  openFace,
  REDIRECT,
  requestAt,
  SECRET,
  signedIn,
  signIn,
  type TwoFaces,
  twoFaces,
  USERS,
} from './testing.ts';

const database = testDatabase();

describe('the CIS2 face', () => {
  let two: TwoFaces;
  before(async () => {
    two = await twoFaces(database().url);
  });
  after(() => two.close());
  const aConfig = async (changes: Record<string, unknown> = {}): Promise<client.Configuration> =>
    discover(two.issuer, await aRelyingParty(database().database, changes));
  const opened = async (config: client.Configuration, more: Record<string, string>) =>
    new Browser(two.issuer).open((await ask(config, more)).url.href);
  const tokenRequest = async (config: client.Configuration, fields: Record<string, string>) => {
    const own = { client_id: config.clientMetadata().client_id, client_secret: SECRET };
    const body = new URLSearchParams({ ...own, redirect_uri: REDIRECT, ...fields });
    const answer = await fetch(config.serverMetadata().token_endpoint ?? '', {
      method: 'POST',
      body,
    });
    const { error = '' }: { error?: string } = JSON.parse(await answer.text());
    return { status: answer.status, error };
  };
  /** A code that its relying party has not yet used. */
  const aCode = async (config: client.Configuration) => {
    const { url, checks } = await ask(config);
    const browser = new Browser(two.issuer);
    const page = await browser.open(url.href);
    const { address } = await signIn(two, browser, page, cardOf(USERS.doctor));
    const { pkceCodeVerifier: verifier = '' } = checks;
    return { address, checks, verifier, code: address.searchParams.get('code') ?? '' };
  };

  for (const [what, redirect] of [
    ['another address', 'https://thief.invalid/callback'],
    ['its own address and a bit more', `${REDIRECT}/more`],
    ['its own address in other letters', REDIRECT.toUpperCase()],
    ['its own address with a query', `${REDIRECT}?next=https://thief.invalid`],
  ] as const) {
    test(`sends nobody to ${what}, not even with an error`, async () => {
      const answer = await opened(await aConfig(), { redirect_uri: redirect });
      assert.equal(answer.status, 400);
      assert.equal(answer.address.origin, new URL(two.issuer).origin);
      assert.match(answer.body, /redirect_uri/);
    });
  }

  test('knows no application that is not registered, or no longer', async () => {
    const config = await aConfig();
    const { client_id: id } = config.clientMetadata();
    const { tokens } = await signedIn(two, config);
    assert.ok(await revokeRelyingParty(database().database, id, new Date()));
    const answer = await opened(config, {});
    assert.equal(answer.status, 400);
    assert.match(answer.body, /invalid_client/);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    assert.equal((await tokenRequest(config, refresh)).status, 401);
  });

  for (const [field, value, error] of [
    ['response_type', 'token', 'unsupported_response_type'],
    ['response_type', 'code id_token', 'unsupported_response_type'],
    ['scope', 'profile', 'invalid_request'],
    ['state', '', 'invalid_request'],
    ['prompt', 'consent', 'invalid_request'],
    ['code_challenge_method', 'plain', 'invalid_request'],
  ] as const) {
    test(`refuses a request with ${field} ${value || 'missing'}, and says so to the application`, async () => {
      const { address } = await opened(await aConfig(), { [field]: value });
      assert.equal(`${address.origin}${address.pathname}`, REDIRECT);
      const answered = address.searchParams.get('error') ?? address.hash;
      assert.ok(answered.includes(error), address.href);
    });
  }

  test('gives nothing for a stolen code: the verifier, the secret and the address must fit', async () => {
    const config = await aConfig();
    const { code, verifier } = await aCode(config);
    const other = await aConfig();
    const grant = { grant_type: 'authorization_code', code };
    for (const [fields, by, error] of [
      [{ ...grant }, config, 'invalid_grant'],
      [{ ...grant, code_verifier: verifier.replace(/^./, '~') }, config, 'invalid_grant'],
      [{ ...grant, code_verifier: verifier }, other, 'invalid_grant'],
      [{ ...grant, code_verifier: verifier, client_secret: 'guess' }, config, 'invalid_client'],
      [
        { ...grant, code_verifier: verifier, redirect_uri: `${REDIRECT}/` },
        config,
        'invalid_grant',
      ],
    ] as const) {
      assert.equal((await tokenRequest(by, fields)).error, error, JSON.stringify(fields));
    }
  });

  test('takes a code once, and what came of it back when it is used again', async () => {
    const config = await aConfig();
    const { address, checks, code, verifier } = await aCode(config);
    const tokens = await client.authorizationCodeGrant(config, address, checks);
    const again = { grant_type: 'authorization_code', code, code_verifier: verifier };
    assert.equal((await tokenRequest(config, again)).error, 'invalid_grant');
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };
    assert.equal((await tokenRequest(config, refresh)).error, 'invalid_grant');
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, USERS.doctor));
  });

  test('gives one of twenty who bring the same code, or refresh token, at once', async () => {
    const config = await aConfig();
    const { code, verifier } = await aCode(config);
    const { tokens } = await signedIn(two, config);
    for (const fields of [
      { grant_type: 'authorization_code', code, code_verifier: verifier },
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' },
    ]) {
      const all = await Promise.all(Array.from({ length: 20 }, () => tokenRequest(config, fields)));
      const given = all.filter(({ status }) => status === 200);
      assert.ok(given.length <= 1, `${given.length} were given tokens`);
      assert.ok(all.every(({ status, error }) => status === 200 || error === 'invalid_grant'));
    }
  });

  test('does not let PKCE be left out of a code that has it, nor by an application that must', async () => {
    const strict = await aConfig({ pkceRequired: true });
    const bare = new URL((await ask(strict)).url);
    bare.searchParams.delete('code_challenge');
    bare.searchParams.delete('code_challenge_method');
    const { address } = await new Browser(two.issuer).open(bare.href);
    assert.equal(address.searchParams.get('error'), 'invalid_request');

    const lax = await aConfig();
    const without = new URL((await ask(lax)).url);
    without.searchParams.delete('code_challenge');
    without.searchParams.delete('code_challenge_method');
    const browser = new Browser(two.issuer);
    const page = await browser.open(without.href);
    const back = await signIn(two, browser, page, cardOf(USERS.doctor));
    const code = back.address.searchParams.get('code') ?? '';
    const downgraded = { grant_type: 'authorization_code', code, code_verifier: 'x'.repeat(43) };
    assert.equal((await tokenRequest(lax, downgraded)).error, 'invalid_grant');
  });

  test('names itself in its answer, so that an answer of another issuer is noticed', async () => {
    const config = await aConfig();
    const { address, checks } = await aCode(config);
    assert.equal(address.searchParams.get('iss'), two.issuer);
    address.searchParams.set('iss', 'https://mix-up.invalid');
    await assert.rejects(
      client.authorizationCodeGrant(config, address, checks),
      ({ cause }: Error) => String(cause).includes('"iss"'),
    );
  });

  test('takes no assertion and no hint that is not signed', async () => {
    const config = await aConfig();
    const { tokens } = await signedIn(two, config);
    const [, payload = ''] = (tokens.id_token ?? '').split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    const hint = await opened(config, { id_token_hint: `${header}.${payload}.` });
    assert.equal(hint.address.searchParams.get('error'), 'invalid_request');
    const own = { iss: 'x', sub: config.clientMetadata().client_id, jti: '1', aud: two.issuer };
    const assertion = `${header}.${Buffer.from(JSON.stringify(own)).toString('base64url')}.`;
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const answer = await tokenRequest(config, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
      client_secret: '',
      client_assertion: assertion,
      client_assertion_type: type,
    });
    assert.match(answer.error, /^invalid_(client|request)$/);
  });

  test('lets nobody finish the sign-in that another browser began, nor one that is over', async () => {
    const config = await aConfig();
    const attacker = new Browser(two.issuer);
    const victim = new Browser(two.issuer);
    const theirs = requestAt(attacker, await attacker.open((await ask(config)).url.href), 'signin');
    const own = requestAt(victim, await victim.open((await ask(config)).url.href), 'signin');
    const interactions = await interactionsOf(two);
    for (const asked of [
      { uid: theirs.uid, cookie: own.cookie },
      { uid: theirs.uid, cookie: undefined },
      { uid: theirs.uid, cookie: theirs.cookie.replace(/=./, '=~') },
    ]) {
      const refused = await interactions.signIn(asked, cardOf(USERS.doctor));
      assert.deepEqual(refused, { ok: false, error: 'RequestUnknown' });
    }
    const next = await interactions.signIn(own, cardOf(USERS.doctor));
    assert.ok(next.ok);
    const thief = await attacker.open(next.value);
    assert.equal(thief.status, 400, 'the address to go on to is good in that browser only');
    await victim.open(next.value);
    const over = await interactions.signIn(own, cardOf(USERS.doctor));
    assert.deepEqual(over, { ok: false, error: 'RequestUnknown' });
  });

  test('gives the browser a new session name at sign-in, so that one planted before is worth nothing', async () => {
    const config = await aConfig();
    const browser = new Browser(two.issuer);
    await signedIn(two, config, USERS.doctor, browser);
    const path = new URL(two.issuer).pathname;
    const before = browser.cookiesFor(path);
    const { url } = await ask(config, { prompt: 'login' });
    await signIn(two, browser, await browser.open(url.href), cardOf(USERS.doctor));
    const name = /cis2_session=[^;]+/;
    assert.notEqual(name.exec(browser.cookiesFor(path))?.[0], name.exec(before)?.[0]);
    const planted = await fetch((await ask(config, { prompt: 'none' })).url, {
      headers: { cookie: before },
      redirect: 'manual',
    });
    assert.match(planted.headers.get('location') ?? '', /error=login_required/);
  });

  test('signs nobody in who is not in the directory or has left', async () => {
    const config = await aConfig();
    const browser = new Browser(two.issuer);
    const asked = requestAt(browser, await browser.open((await ask(config)).url.href), 'signin');
    const interactions = await interactionsOf(two);
    for (const [userId, error] of [
      ['555000000000', 'UserUnknown'],
      [USERS.inactive, 'UserInactive'],
    ] as const) {
      assert.deepEqual(await interactions.signIn(asked, cardOf(userId)), { ok: false, error });
    }
  });

  test('tells its issuer to the letter, with a port that an address would drop', async () => {
    const issuer = 'https://am.invalid:443/openam/oauth2/realms/root';
    const { port, close } = await openFace(database().url, issuer);
    const path = '/openam/oauth2/realms/root/.well-known/openid-configuration';
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    const told: Record<string, string> = JSON.parse(await answer.text());
    assert.equal(told['issuer'], issuer);
    assert.equal(
      told['token_endpoint'],
      'https://am.invalid/openam/oauth2/realms/root/access_token',
    );
    await close();
  });

  test('believes no caller about its own address', async () => {
    const answer = await fetch(`${two.issuer}/.well-known/openid-configuration`, {
      headers: { 'x-forwarded-host': 'thief.invalid', 'x-forwarded-proto': 'https' },
    });
    const text = await answer.text();
    assert.equal(answer.status, 200);
    assert.ok(!text.includes('thief.invalid'));
  });
});

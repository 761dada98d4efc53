import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as client from 'openid-client';

import { testDatabase } from '../../../test/support/database.ts';
import {
  aRelyingParty,
  ask,
  Browser,
  cardOf,
  chooseRole,
  discover,
  interactionsOf,
  REDIRECT,
  requestAt,
  rolesAt,
  signedIn,
  signIn,
  type TwoFaces,
  twoFaces,
  USERS,
} from './testing.ts';

const database = testDatabase();

/** Every step of these goes to the other datacentre than the one before. */
describe('a relying party of the CIS2 face', () => {
  let two: TwoFaces;
  before(async () => {
    two = await twoFaces(database().url);
  });
  after(() => two.close());
  const aConfig = async (changes: Record<string, unknown> = {}): Promise<client.Configuration> =>
    discover(two.issuer, await aRelyingParty(database().database, changes));

  test('goes from discovery through code, tokens and userinfo to a new refresh token', async () => {
    const config = await aConfig();
    const browser = new Browser(two.issuer);
    const asked = { max_age: '300', acr_values: 'AAL3_ANY', prompt: 'login' };
    const { url, checks } = await ask(config, asked);
    const back = await signIn(two, browser, await browser.open(url.href), cardOf(USERS.doctor));
    const tokens = await client.authorizationCodeGrant(config, back.address, checks);
    const claims = tokens.claims();
    assert.ok(claims !== undefined);
    assert.equal(claims.sub, USERS.doctor);
    assert.equal(claims.iss, two.issuer);
    assert.equal(claims['acr'], 'AAL3_ANY');
    assert.deepEqual(claims['amr'], ['CIS2_SMARTCARD']);
    assert.equal(claims['authentication_assurance_level'], '3');
    assert.equal(claims['id_assurance_level'], '3');
    assert.equal(claims['selected_roleid'], '555900010102');
    assert.equal(claims['nhsid_nrbac_roles'], undefined, 'the roles are in userinfo only');
    assert.ok(typeof claims['sid'] === 'string' && typeof claims['auth_time'] === 'number');

    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(info['nhsid_useruid'], USERS.doctor);
    assert.deepEqual(info['nhsid_user_orgs'], [
      { org_name: 'MOORSIDE SURGERY (SYNTHETIC)', org_code: 'A83008' },
    ]);
    assert.deepEqual(info['nhsid_nrbac_roles'], [
      {
        person_orgid: '555900010103',
        person_roleid: '555900010102',
        org_code: 'A83008',
        role_name: '"Clinical":"Clinical Provision":"Clinical Practitioner Access Role"',
        role_code: 'S8000:G8000:R8000',
      },
    ]);
    assert.equal(info['gmc_id'], undefined, 'nobody asked for the registers');

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
    assert.equal(refreshed.claims()?.['selected_roleid'], '555900010102');
    assert.ok(two.answered.every((requests) => requests >= 3));
  });

  test('has its users choose a role of several, keeps the choice, and lets them change it', async () => {
    const config = await aConfig();
    const browser = new Browser(two.issuer);
    const first = await ask(config);
    const opened = await browser.open(first.url.href);
    const pages = await signIn(two, browser, opened, cardOf(USERS.locum));
    const [one = '', other = ''] = await rolesAt(two, browser, pages);
    const back = await chooseRole(two, browser, pages, one);
    const roleIn = async (address: URL, checks: client.AuthorizationCodeGrantChecks) =>
      (await client.authorizationCodeGrant(config, address, checks)).claims()?.['selected_roleid'];
    assert.equal(await roleIn(back.address, first.checks), one);

    const again = await ask(config);
    const kept = await browser.open(again.url.href);
    assert.equal(await roleIn(kept.address, again.checks), one);

    const change = await ask(config, { scope: 'openid changedrole' });
    const page = await browser.open(change.url.href);
    const changed = await chooseRole(two, browser, page, other);
    assert.equal(await roleIn(changed.address, change.checks), other);

    const login = await ask(config, { prompt: 'login' });
    const signInPage = await browser.open(login.url.href);
    const afresh = await signIn(two, browser, signInPage, cardOf(USERS.locum));
    assert.deepEqual(await rolesAt(two, browser, afresh), [one, other]);
  });

  test('is told no role of a user who has none', async () => {
    const { tokens } = await signedIn(two, await aConfig(), USERS.withoutRole);
    assert.equal(tokens.claims()?.sub, USERS.withoutRole);
    assert.equal(tokens.claims()?.['selected_roleid'], undefined);
  });

  test('gets userinfo signed when it is registered so', async () => {
    const config = await aConfig({ signedUserinfo: true });
    const { tokens } = await signedIn(two, config);
    const { userinfo_endpoint: endpoint = '' } = config.serverMetadata();
    const answer = await fetch(endpoint, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    assert.match(answer.headers.get('content-type') ?? '', /^application\/jwt/);
    const [, payload = ''] = (await answer.text()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    assert.equal(claims.iss, two.issuer);
    assert.equal(claims.nhsid_useruid, USERS.doctor);
  });

  test('authenticates by secret in the header, or by its own key, an assertion once', async () => {
    const basic = await discover(
      two.issuer,
      await aRelyingParty(database().database, { authMethod: 'client_secret_basic' }),
      client.ClientSecretBasic('a-secret-of-a-test-0123456789'),
    );
    assert.ok((await signedIn(two, basic)).tokens.access_token);

    const pair = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-512',
      },
      true,
      ['sign', 'verify'],
    );
    const { n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey);
    const keys = [{ kty: 'RSA', use: 'sig', alg: 'RS512', kid: 'test-1', n, e }];
    const keyed = { authMethod: 'private_key_jwt', secret: undefined, jwks: { keys } };
    const clientId = await aRelyingParty(database().database, keyed);
    const authentication = client.PrivateKeyJwt({ key: pair.privateKey, kid: 'test-1' });
    const config = await discover(two.issuer, clientId, authentication);
    const { tokens } = await signedIn(two, config);
    assert.ok(tokens.access_token);

    let assertion = '';
    config[client.customFetch] = (url, { body, ...options }) => {
      if (body instanceof URLSearchParams) assertion = body.get('client_assertion') ?? assertion;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the library calls it
      return fetch(url, { ...options, body } as RequestInit);
    };
    const { refresh_token: next = '' } = await client.refreshTokenGrant(
      config,
      tokens.refresh_token ?? '',
    );
    const replay = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: next,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    const token = config.serverMetadata().token_endpoint ?? '';
    const answer = await fetch(token, { method: 'POST', body: replay });
    assert.equal(answer.status, 401);
    assert.match(await answer.text(), /"error":"invalid_client"/);
  });

  test('is signed in to without a question while the session lasts, and silently refused without one', async () => {
    const { browser } = await signedIn(two, await aConfig());
    const other = await aConfig();
    const silent = await ask(other, { prompt: 'none' });
    const { address } = await browser.open(silent.url.href);
    const tokens = await client.authorizationCodeGrant(other, address, silent.checks);
    assert.equal(tokens.claims()?.sub, USERS.doctor);

    const stranger = await new Browser(two.issuer).open(silent.url.href);
    assert.equal(stranger.address.searchParams.get('error'), 'login_required');
    const old = await ask(other, { prompt: 'none', max_age: '0' });
    const tooOld = await browser.open(old.url.href);
    assert.equal(tooOld.address.searchParams.get('error'), 'login_required');
  });

  test('asks for a level: a stronger sign-in is enough, a weaker one is asked for more', async () => {
    const config = await aConfig();
    const browser = new Browser(two.issuer);
    const weak = await ask(config, { acr_values: 'AAL2_OR_AAL3_ANY' });
    const page = await browser.open(weak.url.href);
    const totp = { userId: USERS.doctor, authenticator: 'TOTP', card: null } as const;
    const back = await signIn(two, browser, page, totp);
    const weakly = await client.authorizationCodeGrant(config, back.address, weak.checks);
    assert.equal(weakly.claims()?.['acr'], 'AAL2_OR_AAL3_ANY');
    assert.equal(weakly.claims()?.['authentication_assurance_level'], '2');

    const strong = await ask(config);
    const asked = requestAt(browser, await browser.open(strong.url.href), 'signin');
    const interactions = await interactionsOf(two);
    const request = await interactions.signInRequest(asked);
    assert.ok(request.ok && request.value.userId === USERS.doctor);
    assert.ok(!request.value.authenticators.includes('TOTP'));
    const refused = await interactions.signIn(asked, totp);
    assert.deepEqual(refused, { ok: false, error: 'TooWeak' });

    const fido = await ask(config, { acr_values: 'AAL3_FIDO2' });
    const key = { userId: USERS.doctor, authenticator: 'FIDO2', card: null } as const;
    const keyPage = await browser.open(fido.url.href);
    const byKey = await signIn(two, browser, keyPage, key);
    const token = await client.authorizationCodeGrant(config, byKey.address, fido.checks);
    assert.equal(token.claims()?.['acr'], 'AAL3_FIDO2');
    assert.deepEqual(token.claims()?.['amr'], ['FIDO2']);
  });

  test('hears that the user would not sign in', async () => {
    const browser = new Browser(two.issuer);
    const { url } = await ask(await aConfig());
    const request = requestAt(browser, await browser.open(url.href), 'signin');
    const next = await (await interactionsOf(two)).giveUp(request);
    assert.ok(next.ok);
    const { address } = await browser.open(next.value);
    assert.equal(`${address.origin}${address.pathname}`, REDIRECT);
    assert.equal(address.searchParams.get('error'), 'access_denied');
  });
});

import assert from 'node:assert/strict';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { describe, test } from 'node:test';

import * as client from 'openid-client';

import { signInMaterial } from '../../src/local/sign-in/material.ts';
import { testPair } from '../nothing-lost/datacentres.ts';

// Shows: Sign-in | a client that nobody here wrote completes every flow

const pair = testPair();
const REDIRECT = 'http://localhost:3000/callback';

type Seeded = { readonly key: string; readonly secret: string };

async function credentialsOf(name: string): Promise<Seeded> {
  const { credentials } = await signInMaterial(pair().database);
  const found = credentials[name];
  assert.ok(found);
  return found;
}

/** What openid-client knows of the platform, whose addresses are on both datacentres in turn. */
async function configured(name: string, method: client.ClientAuth): Promise<client.Configuration> {
  const [a, b] = pair().addresses;
  const server = {
    issuer: 'https://openspine.invalid/oauth2',
    authorization_endpoint: `${a}/oauth2/authorize`,
    token_endpoint: `${b}/oauth2/token`,
    userinfo_endpoint: `${a}/oauth2/userinfo`,
    revocation_endpoint: `${b}/oauth2/revoke`,
  };
  const { key } = await credentialsOf(name);
  const config = new client.Configuration(server, key, undefined, method);
  client.allowInsecureRequests(config);
  return config;
}

/** Fills in the form of the mock provider, as a browser would, at the other datacentre each time. */
async function browse(url: URL, username: string): Promise<URL> {
  const [a, b] = pair().addresses;
  const start = await fetch(url, { redirect: 'manual' });
  const form = await fetch(start.headers.get('location') ?? '');
  const html = await form.text();
  assert.match(html, /<form id="kc-form-login" method="post"/);
  assert.deepEqual(html.match(/<input [^>]*name="[^"]*"/g)?.length, 1);
  assert.match(html, /<input [^>]*name="username"/);
  const [, action = ''] = /action="([^"]*)"/.exec(html) ?? [];
  const path = action.replaceAll('&#38;', '&');
  const body = new URLSearchParams({ username });
  const back = await fetch(`${b}${path}`, { method: 'POST', body, redirect: 'manual' });
  const callback = (back.headers.get('location') ?? '').replace(a, b);
  const end = await fetch(callback, { redirect: 'manual' });
  return new URL(end.headers.get('location') ?? '');
}

describe('openid-client', () => {
  test('signs a user in with a code and a proof, refreshes, reads userinfo and gives back', async () => {
    const { secret } = await credentialsOf('surgery');
    const config = await configured('surgery', client.ClientSecretPost(secret));
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'nhs-cis2',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    });
    const end = await browse(url, 'prescriber');
    const tokens = await client.authorizationCodeGrant(config, end, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, '555900010101');
    assert.equal(userinfo['nhsid_useruid'], '555900010101');
    const [role] = userinfo['nhsid_nrbac_roles'] as { person_roleid: string }[];
    assert.equal(role?.person_roleid, '555900010102');
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.notEqual(renewed.access_token, tokens.access_token);
    await assert.rejects(client.refreshTokenGrant(config, 'x'), { error: 'invalid_grant' });
    await assertWorks(renewed.access_token);
    await client.tokenRevocation(config, renewed.refresh_token ?? '');
    await assert.rejects(client.refreshTokenGrant(config, renewed.refresh_token ?? ''));
  });

  test('gets a token for an application by its key', async () => {
    const { system } = await signInMaterial(pair().database);
    const der = createPrivateKey(system.privateKey).export({ type: 'pkcs8', format: 'der' });
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };
    const key = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    const config = await configured(
      'system',
      client.PrivateKeyJwt(
        { key, kid: system.kid },
        {
          [client.modifyAssertion]: (header, payload) => {
            header['typ'] = 'JWT';
            payload['aud'] = config.serverMetadata().token_endpoint ?? '';
          },
        },
      ),
    );
    const tokens = await client.clientCredentialsGrant(config);
    assert.equal(tokens.token_type, 'bearer');
    await assertWorks(tokens.access_token);
  });
});

/** The token opens the tracker, at both datacentres. */
async function assertWorks(token: string): Promise<void> {
  const path = '/electronic-prescriptions/FHIR/R4/Task?patient:identifier=9990000018';
  for (const address of pair().addresses) {
    const headers = { authorization: `Bearer ${token}`, 'x-request-id': crypto.randomUUID() };
    const answer = await fetch(`${address}${path}`, { headers });
    assert.equal(answer.status, 200, await answer.text());
  }
}

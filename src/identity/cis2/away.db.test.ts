// Shows: Sign-in | the CIS2 face without its database answers 503 and when to come again

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type * as client from 'openid-client';

import { createDatabase } from '../../../test/support/database.ts';
import {
  aRelyingParty,
  ask,
  discover,
  REDIRECT,
  SECRET,
  signedIn,
  type TwoFaces,
  twoFaces,
} from './testing.ts';

describe('the CIS2 face whose database is away', () => {
  let two: TwoFaces;
  let config: client.Configuration;
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let tokens: Awaited<ReturnType<typeof signedIn>>['tokens'];
  before(async () => {
    made = await createDatabase();
    two = await twoFaces(made.url);
    config = await discover(two.issuer, await aRelyingParty(made.database));
    ({ tokens } = await signedIn(two, config));
    await made.drop();
  });
  after(() => two.close());

  /** What an application or a browser may ask for, but what it was told before. */
  const questions = async (): Promise<[string, RequestInit][]> => {
    const { userinfo_endpoint: userinfo = '', token_endpoint: token = '' } =
      config.serverMetadata();
    const { url } = await ask(config);
    const own = { client_id: config.clientMetadata().client_id, client_secret: SECRET };
    const grant = (fields: Record<string, string>): RequestInit => ({
      method: 'POST',
      body: new URLSearchParams({ ...own, redirect_uri: REDIRECT, ...fields }),
    });
    return [
      [url.href, {}],
      [token, grant({ grant_type: 'authorization_code', code: 'any' })],
      [token, grant({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' })],
      [userinfo, { headers: { authorization: `Bearer ${tokens.access_token}` } }],
    ];
  };

  test('answers 503, in its own form, and when to come again; in either datacentre', async () => {
    for (const [url, request] of await questions()) {
      for (const datacentre of ['one', 'the other']) {
        const answer = await fetch(url, { ...request, redirect: 'manual' });
        const { pathname } = new URL(url);
        assert.equal(answer.status, 503, `${pathname} at ${datacentre}`);
        assert.equal(answer.headers.get('retry-after'), '1');
        assert.equal(answer.headers.get('location'), null);
        const { error }: { error?: string } = JSON.parse(await answer.text());
        assert.equal(error, 'temporarily_unavailable');
      }
    }
  });

  test('still shows its keys, so that tokens can be checked', async () => {
    const { status } = await fetch(config.serverMetadata().jwks_uri ?? '');
    assert.equal(status, 200);
  });
});

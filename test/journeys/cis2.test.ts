import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { CIS2_PATH } from '../../src/platform/config.ts';
import { testSpine } from '../support/server.ts';

describe('a datacentre', () => {
  const spine = testSpine();

  test('serves the CIS2 face below the path of its issuer, with its pages in the frame of all pages', async () => {
    const issuer = `${spine().url}${CIS2_PATH}`;
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('x-served-by') ?? '', /openspine/);
    const text = await answer.text();
    const { issuer: told, authorization_endpoint: authorize }: Record<string, string> =
      JSON.parse(text);
    assert.equal(told, issuer);
    assert.equal(authorize, `${issuer}/authorize`);
    const stranger = await fetch(`${authorize}?client_id=nobody`, {
      headers: { accept: 'text/html' },
    });
    assert.equal(stranger.status, 400);
    assert.match(stranger.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.match(await stranger.text(), /nhsuk-heading-l">This sign-in cannot go on/);
  });
});

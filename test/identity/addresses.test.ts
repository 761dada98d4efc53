import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { askAuthorize, assertRefused, type Refusal } from './checks.ts';
import { codeFor, codeForm, testSignIn } from './sign-in.ts';

// Shows: Sign-in | wrong methods, unknown addresses, other origins, health

const sign = testSignIn();
const BAD = 'invalid_request';

describe('the addresses of the platform', () => {
  test('answer a wrong method with 405, an empty text and what is allowed', async () => {
    for (const [path, method, allow] of [
      ['/authorize', 'POST', 'GET'],
      ['/token', 'GET', 'POST'],
      ['/token', 'PUT', 'POST'],
      ['/token', 'DELETE', 'POST'],
      ['/callback', 'POST', 'GET'],
      ['/userinfo', 'POST', 'GET'],
      ['/revoke', 'GET', 'POST'],
    ] as const) {
      const answer = await sign().ask(`/oauth2${path}`, { method });
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.equal(answer.text, '');
      assert.equal(answer.headers.get('allow'), allow);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    }
  });

  test('answer anything else with 404', async () => {
    for (const path of ['/oauth2', '/oauth2/', '/oauth2/x', '/oauth2/token/x', '/oauth2-mock/x']) {
      assertRefused(await sign().ask(path), [404, BAD, 'Not Found']);
    }
  });

  test('let browsers of other origins ask', async () => {
    const headers = { origin: 'https://app.invalid', 'access-control-request-method': 'POST' };
    const answer = await sign().ask('/oauth2/token', { method: 'OPTIONS', headers });
    assert.equal(answer.status, 200);
    const said = (name: string) => answer.headers.get(`access-control-${name}`);
    assert.equal(said('allow-origin'), 'https://app.invalid');
    assert.equal(
      said('allow-headers'),
      'origin, x-requested-with, accept, content-type, authorization',
    );
    assert.equal(said('allow-methods'), 'GET, PUT, POST, DELETE');
    assert.equal(said('max-age'), '600');
  });

  test('keep codes, tokens and refusals out of every cache', async () => {
    const app = await sign().app();
    const code = await codeFor(sign(), app);
    const token = await sign().post('/oauth2/token', codeForm(app, code));
    for (const { headers } of [
      token,
      await askAuthorize(sign(), app),
      await askAuthorize(sign(), app, { client_id: 'x' }),
    ]) {
      assert.equal(headers.get('cache-control'), 'no-store');
    }
  });

  test('_ping needs no key, _status needs that of an application', async () => {
    const ping = await sign().ask('/oauth2/_ping');
    assert.deepEqual(Object.keys(ping.body), ['version', 'revision', 'releaseId', 'commitId']);
    assert.equal((await sign().ask('/oauth2/_ping', { method: 'HEAD' })).status, 200);
    const refusal: Refusal = [
      401,
      'Access Denied',
      'Invalid api key for _status monitoring endpoint',
    ];
    assertRefused(await sign().ask('/oauth2/_status'), refusal);
    assertRefused(await sign().ask('/oauth2/_status', { headers: { apikey: 'x' } }), refusal);
    const headers = { apikey: (await sign().app()).key };
    const wordsOf = async (): Promise<string[]> => {
      const { body } = await sign().ask('/oauth2/_status', { headers });
      return [body.status, body.checks['nhs-cis2'].status, body.checks['nhs-login'].status];
    };
    assert.deepEqual(await wordsOf(), ['pass', 'pass', 'pass']);
    sign().cis2.behaves('broken');
    assert.deepEqual(await wordsOf(), ['warn', 'fail', 'pass']);
    sign().nhsLogin.behaves('broken');
    assert.deepEqual(await wordsOf(), ['fail', 'fail', 'fail']);
    sign().cis2.behaves('well');
    sign().nhsLogin.behaves('well');
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type AskArguments, askWithAssertion, assertRefused } from './checks.ts';
import { type App, JWKS, OTHER_PAIR, type Reply, testSignIn } from './sign-in.ts';

// Shows: Sign-in | which applications get tokens, and how many

const sign = testSignIn();
const app = (changes = {}): Promise<App> => sign().app({ jwks: JWKS, ...changes });
const ask = (...args: AskArguments): Promise<Reply> => askWithAssertion(sign(), ...args);

describe('an application', () => {
  const rows = [
    [
      { status: 'revoked' },
      'The developer app associated with the API key is not approved or revoked',
    ],
    [
      { companyStatus: 'inactive' },
      'The company associated with the developer app that has the API key you are using has an inactive status',
    ],
    [
      { developerStatus: 'inactive' },
      'The developer who created the developer app that has the API key you are using has an inactive status',
    ],
    [
      { products: [] },
      'API Key supplied does not have access to this resource. Please check the API Key you are using belongs to an app which has sufficient access to access this resource.',
    ],
  ] as const;
  for (const [changes, text] of rows) {
    test(`that is ${JSON.stringify(changes)} gets no token`, async () => {
      assertRefused(await ask(await app(changes)), [401, 'access_denied', text]);
    });
  }

  test('without a scope for applications is told that the grant is not for it', async () => {
    const scopes = ['urn:nhsd:apim:user-nhs-id:aal3:x'];
    const text =
      'you have tried to request authorization but your application is not configured to use this authorization grant type';
    const client = await app({ products: [{ name: 'x', scopes }] });
    assertRefused(await ask(client), [401, 'unauthorized_client', text]);
  });

  test('beyond its own rate is told to wait; nobody can use its rate up for it', async () => {
    const client = await app({ rateLimitPerMinute: 2 });
    for (let n = 0; n < 10; n += 1) {
      assert.equal((await ask(client, { privateKey: OTHER_PAIR.privateKey })).status, 401);
    }
    // Of both datacentres together.
    const all = await Promise.all(Array.from({ length: 12 }, () => ask(client)));
    assert.equal(all.filter(({ status }) => status === 200).length, 2);
    const late = all.find(({ status }) => status === 429);
    assert.equal(late?.headers.get('retry-after'), '5');
    assert.equal((await ask(await app())).status, 200);
  });
});

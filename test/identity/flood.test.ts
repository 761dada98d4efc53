import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';

import { assertRefused } from './checks.ts';
import { codeFor, codeForm, refreshForm, testSignIn } from './sign-in.ts';

// Shows: Sign-in | a flood from one address makes that address wait, and nobody else

const sign = testSignIn();
const PER_MINUTE = 6_000;
const AT_ONCE = 50;

/** Asks from another address of this machine. */
function statusFrom(localAddress: string, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { localAddress }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a flood of requests to sign in', () => {
  test('from one address is held off, and no one else is locked out', async () => {
    const app = await sign().app();
    const form = codeForm(app, await codeFor(sign(), app));
    const { body: tokens } = await sign().post('/oauth2/token', form);
    const [a, b] = sign().addresses;
    const url = `${a}/oauth2/authorize`;
    const counts = new Map<number, number>();
    for (let sent = 0; sent < PER_MINUTE + 500; sent += AT_ONCE) {
      const statuses = await Promise.all(
        Array.from({ length: AT_ONCE }, () => statusFrom('127.0.0.9', url)),
      );
      for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    assert.ok((counts.get(429) ?? 0) > 0, JSON.stringify([...counts]));
    const atLeast = PER_MINUTE - PER_MINUTE / 32; // a share may be left unused
    assert.ok((counts.get(401) ?? 0) >= atLeast, 'nobody is held off before the limit');
    assert.equal(await statusFrom('127.0.0.9', url), 429);
    assert.equal(await statusFrom('127.0.0.9', `${a}/oauth2/_ping`), 200);
    assert.equal(await statusFrom('127.0.0.10', url), 401, 'another address');
    const elsewhere = [];
    for (let sent = 0; sent < PER_MINUTE / 16; sent += AT_ONCE) {
      const statuses = Array.from({ length: AT_ONCE }, () =>
        statusFrom('127.0.0.9', `${b}/oauth2/authorize`),
      );
      elsewhere.push(...(await Promise.all(statuses)));
    }
    assert.ok(elsewhere.includes(429), 'the other site counts with this one');
    const [identity] = sign().identities;
    const authorization = `Bearer ${tokens.access_token}`;
    const actor = await identity.verify({ authorization, roleProfile: undefined, at: new Date() });
    assert.ok(actor.ok, 'who is signed in works on');
    for (let n = 0; n < 2; n += 1) await codeFor(sign(), await sign().app());
    const again = await sign().post('/oauth2/token', refreshForm(app, tokens.refresh_token));
    assert.equal(again.status, 200, 'the same application, from another address');
    const wrong = await sign().ask(`${a}/oauth2/authorize`);
    assertRefused(wrong, [401, 'invalid_request', 'client_id is missing']);
  });
});

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';

import { until } from '../support/until.ts';
import { assertRefused, type Refusal } from './checks.ts';
import {
  type App,
  codeFor,
  codeForm,
  PATIENT_SCOPE,
  REDIRECT,
  refreshForm,
  type Reply,
  testSignIn,
  USER_SCOPE,
} from './sign-in.ts';

// Shows: Sign-in | codes and refresh tokens: every row of the table; each step at the other datacentre

const sign = testSignIn();
const post = (form: Readonly<Record<string, string | undefined>>): Promise<Reply> =>
  sign().post('/oauth2/token', form);
const CODE_WRONG: Refusal = [400, 'invalid_grant', 'authorization_code is invalid'];
const REFRESH_WRONG: Refusal = [401, 'invalid_grant', 'refresh_token is invalid'];

after(() => sign().setTime(null));

async function tokensFor(app: App, query = {}, more = {}): Promise<Reply> {
  const code = await codeFor(sign(), app, query);
  return post({ ...codeForm(app, code), ...more });
}

/** Who a token is, as a gateway of each datacentre sees it. */
async function actorsOf(token: string) {
  return Promise.all(
    sign().identities.map(async ({ verify }) =>
      verify({ authorization: `Bearer ${token}`, roleProfile: undefined, at: sign().now() }),
    ),
  );
}

/** A datacentre hears within seconds of what was done at the other. */
function untilOver(token: string): Promise<void> {
  return until('neither datacentre takes the token any more', async () =>
    (await actorsOf(token)).every(({ ok }) => !ok),
  );
}

describe('a code', () => {
  test('is changed into tokens for the user; all numbers are texts', async () => {
    const app = await sign().app({ asid: '999000000101' });
    const { status, body } = await tokensFor(app);
    assert.equal(status, 200);
    assert.deepEqual(
      { ...body, access_token: '', refresh_token: '' },
      {
        access_token: '',
        refresh_token: '',
        expires_in: '599',
        refresh_token_expires_in: '43199',
        refresh_count: '0',
        token_type: 'Bearer',
      },
    );
    for (const actor of await actorsOf(body.access_token)) {
      assert.ok(actor.ok);
      assert.equal(actor.value.userId, '656005750104');
      assert.equal(actor.value.roleProfile, '555254240100');
      assert.equal(actor.value.organisation, 'A83008');
      assert.deepEqual([...actor.value.scopes], [USER_SCOPE]);
      assert.equal(actor.value.application.id, app.applicationId);
    }
  });

  test('of NHS login is changed into tokens for the patient, which are refreshed for an hour', async () => {
    const { body } = await tokensFor(await sign().app(), { scope: 'nhs-login' });
    assert.equal(body.refresh_token_expires_in, '3599');
    const [actor] = await actorsOf(body.access_token);
    assert.ok(actor?.ok);
    assert.equal(actor.value.patient, '9912003071');
    assert.deepEqual([...actor.value.scopes], [PATIENT_SCOPE]);
  });

  test('works behind the twin of the platform too, and not across', async () => {
    const app = await sign().app();
    const code = await codeFor(sign(), app, {}, '/oauth2-mock');
    const answer = await sign().post('/oauth2-mock/token', codeForm(app, code));
    assert.equal(answer.status, 200);
    const payload: unknown = JSON.parse(
      Buffer.from(answer.body.access_token.split('.')[1], 'base64url').toString(),
    );
    assert.match(JSON.stringify(payload), /"auth_provider":"apim-mock-nhs-cis2"/);
  });

  const rows: readonly (readonly [Record<string, string | undefined>, Refusal])[] = [
    [{ client_id: undefined }, [401, 'invalid_request', 'client_id is missing']],
    [{ client_id: 'x' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
    [{ client_secret: undefined }, [401, 'invalid_request', 'client_secret is missing']],
    [{ client_secret: 'x' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
    [{ redirect_uri: undefined }, [400, 'invalid_request', 'redirect_uri is missing']],
    [{ redirect_uri: `${REDIRECT}/` }, [400, 'invalid_request', 'redirect_uri is invalid']],
    [{ code: undefined }, [400, 'invalid_request', 'authorization_code is missing']],
    [{ code: 'x' }, CODE_WRONG],
    [{ code: 'a\u0000b' }, CODE_WRONG],
    [{ grant_type: undefined }, [400, 'invalid_request', 'grant_type is missing']],
    [{ grant_type: 'password' }, [400, 'unsupported_grant_type', 'grant_type is invalid']],
    [{ grant_type: 'implicit' }, [400, 'unsupported_grant_type', 'grant_type is invalid']],
  ];
  for (const [changes, refusal] of rows) {
    test(`is refused with ${JSON.stringify(changes)}, and is not used up by it`, async () => {
      const app = await sign().app();
      const form = codeForm(app, await codeFor(sign(), app));
      assertRefused(await post({ ...form, ...changes }), refusal);
      assert.equal((await post(form)).status, 200);
    });
  }

  test('in another content type than a form is refused', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data']) {
      const answer = await sign().ask('/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': type },
        body: 'grant_type=password',
      });
      const text = 'Content-Type header must be application/x-www-form-urlencoded';
      assertRefused(answer, [415, 'invalid_request', text]);
    }
  });

  test('is over after 300 seconds', async () => {
    const app = await sign().app();
    const code = await codeFor(sign(), app);
    sign().setTime(new Date(Date.now() + 301_000));
    assertRefused(await post(codeForm(app, code)), CODE_WRONG);
    sign().setTime(null);
    assert.equal((await post(codeForm(app, code))).status, 200);
  });

  test('used a second time is refused, and ends what came of the first', async () => {
    const app = await sign().app();
    const code = await codeFor(sign(), app);
    const first = await post(codeForm(app, code));
    assertRefused(await post(codeForm(app, code)), CODE_WRONG);
    assertRefused(await post(refreshForm(app, first.body.refresh_token)), REFRESH_WRONG);
    await untilOver(first.body.access_token);
  });

  test('used twenty times at once gives tokens once at the most', async () => {
    const app = await sign().app();
    const code = await codeFor(sign(), app);
    const all = await Promise.all(Array.from({ length: 20 }, () => post(codeForm(app, code))));
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
  });

  test('that was stolen is of no use to another application, and not lost to its own', async () => {
    const [app, thief] = [await sign().app(), await sign().app()];
    const code = await codeFor(sign(), app);
    assertRefused(await post(codeForm(thief, code)), CODE_WRONG);
    assert.equal((await post(codeForm(app, code))).status, 200);
  });

  test('sent to one address of an application is not changed by way of another', async () => {
    const app = await sign().app({ redirectUris: [REDIRECT, 'https://other.invalid/'] });
    const form = codeForm(app, await codeFor(sign(), app));
    const answer = await post({ ...form, redirect_uri: 'https://other.invalid/' });
    assertRefused(answer, [400, 'invalid_request', 'redirect_uri is invalid']);
  });

  test('for a user without a scope of their level gets nothing', async () => {
    for (const [level, status] of [
      [3, 200],
      ['3', 200],
      [2, 401],
      ['1', 401],
      [undefined, 401],
    ] as const) {
      sign().cis2.says({ claims: { authentication_assurance_level: level } });
      assert.equal((await tokensFor(await sign().app())).status, status, String(level));
    }
    sign().cis2.says({});
  });

  test('for a user who is not active any more gets nothing', async () => {
    sign().cis2.says({ claims: { sub: '555900120101' } });
    assert.equal((await tokensFor(await sign().app())).status, 401);
    sign().cis2.says({});
  });
});

describe('the proof of a code', () => {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const S256 = { code_challenge: challenge, code_challenge_method: 'S256' };

  test('is its verifier', async () => {
    const app = await sign().app();
    const form = codeForm(app, await codeFor(sign(), app, S256));
    const wrong: Refusal = [400, 'invalid_grant', 'code_verifier is invalid'];
    assertRefused(await post(form), wrong);
    assertRefused(await post({ ...form, code_verifier: challenge }), wrong);
    assertRefused(await post({ ...form, code_verifier: 'x' }), wrong);
    assert.equal((await post({ ...form, code_verifier: verifier })).status, 200);
  });

  test('cannot be taken out on the way: a verifier without a challenge is refused', async () => {
    const app = await sign().app();
    const form = codeForm(app, await codeFor(sign(), app));
    const answer = await post({ ...form, code_verifier: verifier });
    assertRefused(answer, [400, 'invalid_grant', 'code_verifier is invalid']);
  });
});

describe('a refresh token', () => {
  test('is used once, counts, and lives ever shorter', async () => {
    const app = await sign().app();
    const start = Date.now();
    let { body } = await tokensFor(app);
    let left = Number(body.refresh_token_expires_in);
    for (let count = 1; count <= 3; count += 1) {
      sign().setTime(new Date(start + count * 1_000_000));
      const next = await post(refreshForm(app, body.refresh_token));
      assert.equal(next.status, 200, next.text);
      body = next.body;
      assert.equal(body.refresh_count, String(count));
      assert.ok(Number(body.refresh_token_expires_in) < left);
      assert.ok(Math.abs(43_199 - count * 1_000 - Number(body.refresh_token_expires_in)) < 10);
      left = Number(body.refresh_token_expires_in);
    }
    sign().setTime(new Date(start + 43_300_000));
    const text = 'refresh token refresh period has expired';
    assertRefused(await post(refreshForm(app, body.refresh_token)), [401, 'invalid_grant', text]);
    sign().setTime(null);
  });

  test('has the shorter lives that a test asks for', async () => {
    const app = await sign().app();
    const { body } = await tokensFor(app, {}, { _refresh_token_expiry_ms: '5000' });
    assert.equal(body.refresh_token_expires_in, '4');
    sign().setTime(new Date(Date.now() + 6_000));
    const text = 'refresh token refresh period has expired';
    assertRefused(await post(refreshForm(app, body.refresh_token)), [401, 'invalid_grant', text]);
    sign().setTime(null);
    const chain = await tokensFor(app, {}, { _refresh_tokens_validity_ms: '9000' });
    assert.equal(chain.body.refresh_token_expires_in, '8');
  });

  const rows: readonly (readonly [Record<string, string | undefined>, Refusal])[] = [
    [{ refresh_token: undefined }, [400, 'invalid_request', 'refresh_token is missing']],
    [{ refresh_token: 'x' }, REFRESH_WRONG],
    [{ client_id: undefined }, [401, 'invalid_request', 'client_id is missing']],
    [{ client_secret: undefined }, [401, 'invalid_request', 'client_secret is missing']],
    [{ client_secret: 'x' }, [401, 'invalid_client', 'client_id or client_secret is invalid']],
  ];
  for (const [changes, refusal] of rows) {
    test(`is refused with ${JSON.stringify(changes)}`, async () => {
      const app = await sign().app();
      const { body } = await tokensFor(app);
      const form = refreshForm(app, body.refresh_token);
      assertRefused(await post({ ...form, ...changes }), refusal);
      assert.equal((await post(form)).status, 200);
    });
  }

  test('used a second time ends the session: its newer tokens are refused too', async () => {
    const app = await sign().app();
    const { body: first } = await tokensFor(app);
    const { body: second } = await post(refreshForm(app, first.refresh_token));
    assertRefused(await post(refreshForm(app, first.refresh_token)), REFRESH_WRONG);
    assertRefused(await post(refreshForm(app, second.refresh_token)), REFRESH_WRONG);
    await untilOver(second.access_token);
  });

  test('used twenty times at once is used once at the most', async () => {
    const app = await sign().app();
    const { body } = await tokensFor(app);
    const form = refreshForm(app, body.refresh_token);
    const all = await Promise.all(Array.from({ length: 20 }, () => post(form)));
    assert.ok(all.filter(({ status }) => status === 200).length <= 1);
  });

  test('is changed while the identity provider is away: who is signed in stays so', async () => {
    const app = await sign().app();
    const { body } = await tokensFor(app);
    sign().cis2.behaves('broken');
    const { body: renewed } = await post(refreshForm(app, body.refresh_token));
    for (const actor of await actorsOf(renewed.access_token)) assert.ok(actor.ok);
    sign().cis2.behaves('well');
  });

  test('of another application is refused, and not used up', async () => {
    const [app, thief] = [await sign().app(), await sign().app()];
    const { body } = await tokensFor(app);
    assertRefused(await post(refreshForm(thief, body.refresh_token)), REFRESH_WRONG);
    assert.equal((await post(refreshForm(app, body.refresh_token))).status, 200);
  });
});

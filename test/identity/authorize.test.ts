import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { askAuthorize, assertRefused, type Refusal } from './checks.ts';
import {
  type App,
  atProvider,
  elsewhere,
  OTHER_PAIR,
  REDIRECT,
  type Reply,
  signedIn,
  testSignIn,
} from './sign-in.ts';

// Shows: Sign-in | authorize and callback: every row of the table, and a provider that misbehaves

const sign = testSignIn();
const BAD = 'invalid_request';

const ask = (app: App, changes: Record<string, string | undefined> = {}): Promise<Reply> =>
  askAuthorize(sign(), app, changes);

describe('authorize', () => {
  test('sends the user to CIS2, with a state of its own and what the platform asks for', async () => {
    const { status, headers } = await ask(await sign().app(), { scope: 'openid profile' });
    assert.equal(status, 302);
    const location = new URL(headers.get('location') ?? '');
    const { state, nonce, redirect_uri, ...query } = Object.fromEntries(location.searchParams);
    assert.equal(
      `${location.origin}${location.pathname}`,
      sign().cis2.settings.authorizationEndpoint,
    );
    assert.deepEqual(query, {
      response_type: 'code',
      client_id: 'cis2.apps.national',
      scope: 'openid nationalrbacaccess',
      max_age: '300',
      acr_values: 'AAL3_ANY',
    });
    assert.match(state ?? '', /^[\w-]{36}$/);
    assert.match(nonce ?? '', /^[\w-]{22}$/);
    assert.match(redirect_uri ?? '', /\/oauth2\/callback$/);
  });

  test('asks for the level that the caller wants, and goes to NHS login for its scope', async () => {
    const app = await sign().app();
    const query = async (changes: Record<string, string>) => {
      const { headers } = await ask(app, changes);
      return new URL(headers.get('location') ?? '');
    };
    const level = await query({ acr_values: 'AAL2_OR_AAL3_ANY' });
    assert.equal(level.searchParams.get('acr_values'), 'AAL2_OR_AAL3_ANY');
    const login = await query({ scope: 'nhs-login' });
    assert.equal(login.searchParams.get('scope'), 'openid profile');
    assert.equal(login.searchParams.get('acr_values'), null);
    assert.ok(login.href.startsWith(sign().nhsLogin.settings.authorizationEndpoint));
  });

  const direct: readonly (readonly [Record<string, string | undefined>, Refusal])[] = [
    [{ client_id: undefined }, [401, BAD, 'client_id is missing']],
    [{ client_id: 'x' }, [401, BAD, 'client_id is invalid']],
    [{ client_id: '\0' }, [401, BAD, 'client_id is invalid']],
    [{ redirect_uri: undefined }, [400, BAD, 'redirect_uri is missing']],
    ...[
      'https://evil.invalid/',
      `${REDIRECT}.evil.invalid`,
      `${REDIRECT}?x=1`,
      `${REDIRECT}/../x`,
      REDIRECT.toUpperCase(),
      `${REDIRECT}#x`,
      'javascript:alert(1)',
      '//evil.invalid',
    ].map((redirect_uri) => [{ redirect_uri }, [400, BAD, 'redirect_uri is invalid']] as const),
  ];
  for (const [changes, refusal] of direct) {
    test(`tells ${JSON.stringify(changes)} to the browser, and sends it nowhere`, async () => {
      const answer = await ask(await sign().app(), changes);
      assertRefused(answer, refusal);
      assert.equal(answer.headers.get('location'), null);
    });
  }

  const told: readonly (readonly [Record<string, string | undefined>, string])[] = [
    [{ state: undefined }, 'error=invalid_request&error_description=state%20is%20missing'],
    [
      { response_type: undefined },
      'error=invalid_request&error_description=response_type%20is%20missing&state=a%20state',
    ],
    [
      { response_type: 'token' },
      'error=unsupported_response_type&error_description=response_type%20is%20invalid&state=a%20state',
    ],
    [
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'error=invalid_request&error_description=code_challenge_method%20is%20invalid&state=a%20state',
    ],
    [
      { code_challenge: 'x'.repeat(43) },
      'error=invalid_request&error_description=code_challenge_method%20is%20invalid&state=a%20state',
    ],
    [
      { code_challenge: 'short', code_challenge_method: 'S256' },
      'error=invalid_request&error_description=code_challenge%20is%20invalid&state=a%20state',
    ],
    [
      { code_challenge_method: 'S256' },
      'error=invalid_request&error_description=code_challenge%20is%20missing&state=a%20state',
    ],
  ];
  for (const [changes, query] of told) {
    test(`tells ${JSON.stringify(changes)} to the application`, async () => {
      const { status, headers } = await ask(await sign().app(), changes);
      assert.equal(status, 302);
      assert.equal(headers.get('location'), `${REDIRECT}?${query}`);
    });
  }

  test('refuses an application that was revoked', async () => {
    const text = 'The developer app associated with the API key is not approved or revoked';
    assertRefused(await ask(await sign().app({ status: 'revoked' })), [401, 'access_denied', text]);
  });
});

describe('callback', () => {
  test('sends the user on with a code and the state that the application gave', async () => {
    const end = new URL(await signedIn(sign(), await sign().app(), { state: 'ä & b=?' }));
    assert.equal(`${end.origin}${end.pathname}`, REDIRECT);
    assert.equal(end.searchParams.get('state'), 'ä & b=?');
    assert.deepEqual([...end.searchParams.keys()], ['code', 'state']);
  });

  test('takes each state once, from the provider that it was made for, for 15 minutes', async () => {
    const refusal: Refusal = [400, BAD, 'Invalid state parameter.'];
    for (const state of ['x', '', 'a'.repeat(36), '\0', "' or 1=1 --"]) {
      const query = new URLSearchParams({ state, code: 'x' }).toString();
      assertRefused(await sign().ask(`/oauth2/callback?${query}`), refusal);
    }
    const back = elsewhere(await atProvider(sign(), await sign().app()));
    const twin = back.replace('/oauth2/', '/oauth2-mock/');
    assertRefused(await sign().ask(twin), refusal);
    assert.equal((await sign().ask(back)).status, 302);
    assertRefused(await sign().ask(back), refusal);
    const late = elsewhere(await atProvider(sign(), await sign().app()));
    sign().setTime(new Date(Date.now() + 901_000));
    assertRefused(await sign().ask(late), refusal);
    sign().setTime(null);
  });

  test('of a user who did not sign in tells the application so, in no words but known ones', async () => {
    const app = await sign().app();
    for (const [error, wanted] of [
      ['access_denied', 'access_denied'],
      ['<script>', 'server_error'],
    ] as const) {
      const back = new URL(await atProvider(sign(), app));
      const state = back.searchParams.get('state') ?? '';
      const query = new URLSearchParams({ state, error, error_description: '<script>' });
      const { headers } = await sign().ask(`/oauth2/callback?${query.toString()}`);
      const end = new URL(headers.get('location') ?? '');
      assert.equal(end.searchParams.get('error'), wanted);
      assert.equal(end.searchParams.get('state'), 'client state');
      assert.ok(!/<|%3C/i.test(end.href));
    }
  });

  const nowS = Math.floor(Date.now() / 1000);
  const rows: readonly (readonly [
    string,
    Parameters<ReturnType<typeof sign>['cis2']['says']>[0],
    Refusal,
  ])[] = [
    [
      'for another audience',
      { claims: { aud: 'somebody else' } },
      [400, BAD, "Invalid 'aud' claim in external ID token JWT"],
    ],
    [
      'of another issuer: the answer of a provider that was mixed up',
      { claims: { iss: 'https://nhs-login.invalid:443/realm' } },
      [400, BAD, 'Invalid iss claim in external ID token JWT'],
    ],
    [
      'with the nonce of another sign-in',
      { claims: { nonce: 'x' } },
      [400, BAD, "Invalid 'nonce' claim in external ID token JWT"],
    ],
    [
      'without nonce',
      { claims: { nonce: undefined } },
      [400, BAD, "Invalid 'nonce' claim in external ID token JWT"],
    ],
    [
      'of a provider whose clock is five minutes late',
      { claims: { iat: nowS - 600, exp: nowS - 300 } },
      [400, BAD, "Invalid 'exp' claim in external ID token JWT"],
    ],
    [
      'of a provider whose clock is five minutes early',
      { claims: { iat: nowS + 300, exp: nowS + 600 } },
      [400, BAD, "Invalid 'exp' claim in external ID token JWT"],
    ],
    [
      'without exp',
      { claims: { exp: undefined } },
      [400, BAD, "Invalid 'exp' claim in external ID token JWT"],
    ],
    [
      'of a sign-in of an hour ago',
      { claims: { auth_time: nowS - 3_600 } },
      [400, BAD, "Invalid 'auth_time' claim in external ID token JWT"],
    ],
    [
      'signed by somebody else',
      { privateKey: OTHER_PAIR.privateKey },
      [400, BAD, 'Invalid signature of external ID token JWT'],
    ],
    [
      'under an unknown kid',
      { header: { kid: 'x' } },
      [400, BAD, 'Invalid signature of external ID token JWT'],
    ],
  ];
  for (const [name, says, refusal] of rows) {
    test(`refuses an identity token ${name}`, async () => {
      const back = elsewhere(await atProvider(sign(), await sign().app()));
      sign().cis2.says(says);
      const answer = await sign().ask(back);
      sign().cis2.says({});
      assertRefused(answer, refusal);
    });
  }

  test('takes the issuer in any case, as the platform does', async () => {
    const back = elsewhere(await atProvider(sign(), await sign().app()));
    sign().cis2.says({ claims: { iss: sign().cis2.settings.issuer.toUpperCase() } });
    assert.equal((await sign().ask(back)).status, 302);
    sign().cis2.says({});
  });

  for (const [name, prepare] of [
    ['is broken', () => sign().cis2.behaves('broken')],
    ['speaks of somebody else', () => sign().cis2.says({ userinfo: { sub: 'x' } })],
  ] as const) {
    test(`says that it does not know why when the provider ${name}, and signs nobody in`, async () => {
      const back = elsewhere(await atProvider(sign(), await sign().app()));
      prepare();
      const { status, body } = await sign().ask(back);
      sign().cis2.behaves('well');
      sign().cis2.says({});
      assert.equal(status, 500);
      assert.equal(body.error, 'unknown_error');
      const words =
        'An unknown error occurred processing this request. Contact us for assistance diagnosing this issue: https://digital.nhs.uk/developer/help-and-support quoting Message ID';
      assert.equal(body.error_description, `${words} ${body.message_id}`);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { openCis2 } from '../../src/identity/cis2/index.ts';
import { Browser, cardOf, requestAt, USERS } from '../../src/identity/cis2/testing.ts';
import { findRelyingParty } from '../../src/identity/cis2/repository.ts';
import { ownCis2 } from '../../src/identity/platform/index.ts';
import { openKeyRing } from '../../src/identity/index.ts';
import { endSessions } from '../../src/identity/sessions/index.ts';
import { storeIn } from '../../src/identity/sessions/testing.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { type App, codeForm, elsewhere, REDIRECT, refreshForm, testSignIn } from './sign-in.ts';

// Shows: Sign-in | the platform signs users in at the installation's own CIS2 face, and hears of their log-out

const sign = testSignIn({ isOwnCis2: true });
const issuer = (): string => `${sign().addresses[0]}${CIS2_PATH}`;

/** Somebody signs in with their card, from the application through both faces and back. */
async function codeOf(app: App, userId: string): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.key,
    redirect_uri: REDIRECT,
    state: 'x',
  });
  const start = await sign().ask(`/oauth2/authorize?${query.toString()}`);
  const browser = new Browser(issuer());
  const page = await browser.open(start.headers.get('location') ?? '');
  const keys = await openKeyRing(sign().database);
  const { database } = sign();
  const face = openCis2({
    ...storeIn(database),
    clock: REAL_CLOCK,
    keys,
    issuer: issuer(),
    log: () => undefined,
  });
  const request = requestAt(browser, page, 'signin');
  const next = await (await face.interactions()).signIn(request, cardOf(userId));
  keys.close();
  assert.ok(next.ok, JSON.stringify(next));
  const back = await browser.open(next.value);
  const end = await sign().ask(elsewhere(back.address.href));
  const code = new URL(end.headers.get('location') ?? '').searchParams.get('code');
  assert.ok(code !== null, `${end.status} ${end.text}`);
  return code;
}

describe('the platform in front of our own CIS2 face', () => {
  test('signs a user in with a card, level 3, and shows their userinfo', async () => {
    const app = await sign().app();
    const form = codeForm(app, await codeOf(app, USERS.doctor));
    const { status, body, text } = await sign().post('/oauth2/token', form);
    assert.equal(status, 200, text);
    const [identity] = sign().identities;
    const authorization = `Bearer ${body.access_token}`;
    const actor = await identity.verify({ authorization, roleProfile: undefined, at: new Date() });
    assert.ok(actor.ok);
    assert.equal(actor.value.userId, USERS.doctor);
    assert.equal(actor.value.roleProfile, '555900010102');
    const userinfo = await sign().ask('/oauth2/userinfo', { headers: { authorization } });
    assert.equal(userinfo.body.sub, USERS.doctor);
    assert.equal(userinfo.body.nhsid_nrbac_roles[0].person_roleid, '555900010102');
  });

  test('ends their session when they log out there, or their card is revoked', async () => {
    const app = await sign().app();
    const form = codeForm(app, await codeOf(app, USERS.doctor));
    const { body } = await sign().post('/oauth2/token', form);
    const { card } = cardOf(USERS.doctor);
    await endSessions(sign().database, { card: card ?? '' }, 'card-revoked', new Date());
    for (const job of sign().identities[0].jobs) {
      if (await job.hasWork()) await job.run(() => Promise.resolve(true));
    }
    const refused = await sign().post('/oauth2/token', refreshForm(app, body.refresh_token));
    assert.equal(refused.status, 401);
    assert.equal(refused.body.error_description, 'refresh_token is invalid');
  });

  test('comes back to every address, though its processes started at the same moment', async () => {
    const addresses = Array.from({ length: 12 }, (_, n) => `https://site-${n}.invalid`);
    await Promise.all(
      addresses.map((url) =>
        ownCis2(sign().database, { issuer: issuer(), url, publicUrls: [url] }),
      ),
    );
    const party = await findRelyingParty(sign().database, '200000000000.apps.national');
    const kept = party?.metadata.redirect_uris ?? [];
    for (const url of [...addresses, ...sign().addresses]) {
      assert.ok(kept.includes(`${url}/oauth2/callback`), url);
    }
    assert.equal(new Set(kept).size, kept.length);
  });

  test('keeps the mock providers behind its twin', async () => {
    const app = await sign().app();
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: app.key,
      redirect_uri: REDIRECT,
      state: 'x',
    });
    const { headers } = await sign().ask(`/oauth2-mock/authorize?${query.toString()}`);
    const { authorizationEndpoint } = sign().cis2.settings;
    assert.ok(headers.get('location')?.startsWith(authorizationEndpoint));
    const login = await sign().ask(`/oauth2/authorize?${query.toString()}&scope=nhs-login`);
    assert.equal(login.status, 500, 'there is no NHS login here');
    assert.equal(login.body.error, 'unknown_error');
  });
});

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';

import { createDatabase, testDatabase } from '../../../test/support/database.ts';
import { freePort } from '../../../test/support/ports.ts';
import { changeCard, findCard } from '../cards/index.ts';
import { by, cardMaker } from '../cards/testing.ts';
import { rotateKeys } from '../keys/index.ts';
import { endSessions } from '../sessions/index.ts';
import {
  AFTER_SIGN_OUT,
  aRelyingParty,
  ask,
  Browser,
  cardOf,
  discover,
  signedIn,
  signIn,
  type TwoFaces,
  twoFaces,
  USERS,
} from './testing.ts';

const database = testDatabase();
const SEEN_WITHIN_MS = 5_000; // [RELIABILITY 7.4]

/** A relying party's ear: keeps what it is told, and answers as it is set to. */
async function anEar() {
  const heard: string[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      heard.push(new URLSearchParams(body).get('logout_token') ?? '');
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  server.unref(); // a test that fails before it closes it shall end all the same
  return {
    uri: `http://127.0.0.1:${port}/logout`,
    heard,
    answers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function within(ms: number, isSo: () => boolean): Promise<number> {
  const started = performance.now();
  while (!isSo() && performance.now() - started < ms) await pause(20);
  return performance.now() - started;
}

describe('the end of a session at the CIS2 face', () => {
  let two: TwoFaces;
  before(async () => {
    two = await twoFaces(database().url);
  });
  after(() => two.close());
  const aConfig = async (changes: Record<string, unknown> = {}): Promise<client.Configuration> =>
    discover(two.issuer, await aRelyingParty(database().database, changes));
  const refusedRefresh = (config: client.Configuration, token: string | undefined) =>
    assert.rejects(client.refreshTokenGrant(config, token ?? ''), { error: 'invalid_grant' });

  test('by the card: refresh and userinfo are refused at once, and the application is told within 5 s', async () => {
    const ear = await anEar();
    const config = await aConfig({ backchannelLogoutUri: ear.uri });
    const { tokens, browser } = await signedIn(two, config);
    const { card } = cardOf(USERS.doctor);
    await endSessions(database().database, { card: card ?? '' }, 'card-revoked', new Date());
    await refusedRefresh(config, tokens.refresh_token);
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, USERS.doctor));
    assert.ok((await within(SEEN_WITHIN_MS, () => ear.heard.length > 0)) < SEEN_WITHIN_MS);
    const { jwks_uri: uri = '' } = config.serverMetadata();
    const { payload, protectedHeader } = await jwtVerify(
      ear.heard[0] ?? '',
      createRemoteJWKSet(new URL(uri)),
      { issuer: two.issuer, audience: config.clientMetadata().client_id },
    );
    assert.equal(protectedHeader.alg, 'RS256');
    assert.equal(payload.sub, USERS.doctor);
    assert.equal(payload['sid'], tokens.claims()?.['sid']);
    assert.equal(payload['nonce'], undefined);
    assert.deepEqual(payload['events'], {
      'http://schemas.openid.net/event/backchannel-logout': {},
    });
    const { url } = await ask(config);
    const again = await browser.open(url.href);
    assert.match(again.address.pathname, /^\/signin\//, 'the browser has to sign in again');
    ear.close();
  });

  test('by revoking the card in mid-session: its holder is nobody in the next moment', async () => {
    const { cards, active } = cardMaker(database);
    const cardNumber = await active();
    const card = await findCard(database().database, cardNumber);
    const userId = card?.userId ?? '';
    const config = await aConfig();
    const browser = new Browser(two.issuer);
    const { url, checks } = await ask(config);
    const proof = { userId, authenticator: 'CIS2_SMARTCARD', card: cardNumber } as const;
    const back = await signIn(two, browser, await browser.open(url.href), proof);
    const tokens = await client.authorizationCodeGrant(config, back.address, checks);
    const { refresh_token: next } = await client.refreshTokenGrant(
      config,
      tokens.refresh_token ?? '',
    );
    const revoke = { kind: 'Revoke', reason: 'stolen' } as const;
    assert.ok((await changeCard(cards, cardNumber, revoke, { by })).ok);
    await refusedRefresh(config, next);
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, userId));
  });

  test('by sign-out at one application reaches the others, and goes back to where it came from', async () => {
    const ear = await anEar();
    const config = await aConfig();
    const other = await aConfig({ backchannelLogoutUri: ear.uri });
    const { browser, tokens } = await signedIn(two, config);
    const second = await signedIn(two, other, USERS.doctor, browser);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: AFTER_SIGN_OUT,
      state: 'kept',
    });
    const page = await browser.open(url.href);
    const [, action = ''] = /action="([^"]+)"/.exec(page.body) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.body) ?? [];
    const forged = await browser.open(action, new URLSearchParams({ xsrf: 'x', logout: 'yes' }));
    assert.equal(forged.status, 400);
    const out = await browser.open(action, new URLSearchParams({ xsrf, logout: 'yes' }));
    assert.equal(out.address.href, `${AFTER_SIGN_OUT}?state=kept`);
    await refusedRefresh(config, tokens.refresh_token);
    await refusedRefresh(other, second.tokens.refresh_token);
    assert.ok((await within(SEEN_WITHIN_MS, () => ear.heard.length > 0)) < SEEN_WITHIN_MS);
    ear.close();
  });

  test('does not send the browser to an address that is not registered', async () => {
    const config = await aConfig();
    const { browser, tokens } = await signedIn(two, config);
    const thief = 'https://thief.invalid/';
    const hint = { id_token_hint: tokens.id_token ?? '' };
    const url = client.buildEndSessionUrl(config, { ...hint, post_logout_redirect_uri: thief });
    const { status, body } = await browser.open(url.href);
    assert.equal(status, 400);
    assert.match(body, /post_logout_redirect_uri/);
  });

  test('is told again when the application does not answer, and not when it says it knows nothing', async () => {
    const slow = await anEar();
    slow.answers.push(503);
    const strange = await anEar();
    strange.answers.push(400, 400);
    const config = await aConfig({ backchannelLogoutUri: slow.uri });
    const other = await aConfig({ backchannelLogoutUri: strange.uri });
    const { browser } = await signedIn(two, config);
    await signedIn(two, other, USERS.doctor, browser);
    await endSessions(database().database, { user: USERS.doctor }, 'administrator', new Date());
    await within(15_000, () => slow.heard.length === 2);
    assert.equal(slow.heard.length, 2);
    assert.equal(strange.heard.length, 1);
    slow.close();
    strange.close();
  });

  test('is not a change of role: who signs in again stays signed in elsewhere', async () => {
    const ear = await anEar();
    const config = await aConfig({ backchannelLogoutUri: ear.uri });
    const other = await aConfig();
    const { browser, tokens } = await signedIn(two, config);
    const { url } = await ask(other, { prompt: 'login' });
    await signIn(two, browser, await browser.open(url.href), cardOf(USERS.doctor));
    assert.ok(await client.refreshTokenGrant(config, tokens.refresh_token ?? ''));
    await pause(2_500);
    assert.equal(ear.heard.length, 0);
    ear.close();
  });

  test('another person at the same browser ends it', async () => {
    const config = await aConfig();
    const { browser, tokens } = await signedIn(two, config);
    const { url } = await ask(config, { prompt: 'login', scope: 'openid' });
    const page = await signIn(two, browser, await browser.open(url.href), cardOf(USERS.locum));
    // The library signs the first person out through a form that sends itself.
    const fields = new URLSearchParams(
      [...page.body.matchAll(/name="(xsrf|logout)" value="([^"]+)"/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    );
    const [, action = ''] = /action="([^"]+)"/.exec(page.body) ?? [];
    const back = await browser.open(action, fields);
    assert.ok(back.address.searchParams.get('code') !== null, back.body);
    await refusedRefresh(config, tokens.refresh_token);
  });
});

describe('a session at the CIS2 face that lasts as long as it may', () => {
  let laterMs = 0;
  const securityNow = (): Date => new Date(Date.now() + laterMs);
  let two: TwoFaces;
  before(async () => {
    two = await twoFaces(database().url, { now: securityNow, securityNow });
  });
  after(() => two.close());

  test('is over by itself after ten hours, and its application is told within 5 s', async () => {
    const ear = await anEar();
    const party = await aRelyingParty(database().database, { backchannelLogoutUri: ear.uri });
    const config = await discover(two.issuer, party);
    const { tokens, browser } = await signedIn(two, config);
    laterMs = 599 * 60_000;
    const { refresh_token: next = '' } = await client.refreshTokenGrant(
      config,
      tokens.refresh_token ?? '',
    );
    await pause(2_500);
    assert.equal(ear.heard.length, 0, 'not before its time');
    laterMs = 600 * 60_000;
    assert.ok((await within(SEEN_WITHIN_MS, () => ear.heard.length > 0)) < SEEN_WITHIN_MS);
    assert.equal(decodeJwt(ear.heard[0] ?? '')['sid'], tokens.claims()?.['sid']);
    await assert.rejects(client.refreshTokenGrant(config, next), { error: 'invalid_grant' });
    const again = await browser.open((await ask(config)).url.href);
    assert.match(again.address.pathname, /^\/signin\//, 'the browser has to sign in again');
    await pause(2_500);
    assert.equal(ear.heard.length, 1, 'told once');
    ear.close();
  });
});

describe('the rotation of signing keys at the CIS2 face', () => {
  test('shows the next key before it signs, and no sign-in fails meanwhile', async () => {
    const own = await createDatabase();
    const two = await twoFaces(own.url);
    const config = await discover(two.issuer, await aRelyingParty(own.database));
    const kidOf = async (): Promise<string> => {
      const { tokens } = await signedIn(two, config, USERS.doctor, new Browser(two.issuer));
      const [header = ''] = (tokens.id_token ?? '').split('.');
      return JSON.parse(Buffer.from(header, 'base64url').toString()).kid;
    };
    const shown = async (): Promise<string[]> => {
      const answer = await fetch(config.serverMetadata().jwks_uri ?? '');
      const { keys }: { keys: { kid: string; d?: string }[] } = JSON.parse(await answer.text());
      assert.ok(keys.every((key) => key.d === undefined));
      return keys.map(({ kid }) => kid);
    };
    const first = await kidOf();
    const before = await shown();
    await rotateKeys(own.database, new Date());
    await pause(300);
    const second = await kidOf();
    assert.notEqual(second, first);
    assert.ok(before.includes(second), 'shown before its turn');
    assert.ok((await shown()).includes(first), 'still verifies');
    await two.close();
    await own.drop();
  });
});

// Shows: Signatures | the signing service: what it refuses, and that a request is signed once, by the card of the user whom it names
import assert from 'node:assert/strict';
import { randomUUID, verify, X509Certificate } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { changeCard } from '../../src/identity/cards/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { cardsOf } from '../support/cards.ts';
import { assertRefused, type Refusal } from './checks.ts';
import { BAD, IN, REFUSED } from './signing-rows.ts';
import {
  aDigest,
  aRequest,
  AUDIENCE,
  bring,
  type Changes,
  fetchSigned,
  type HeldCard,
  heldBy,
  send,
  tokenOf,
} from './signing.ts';
import { type App, JWKS, type Reply, testSignIn } from './sign-in.ts';

const sign = testSignIn();
const { userId } = PERSONAS.prescriber;
let app: App;
let token = '';
let card: HeldCard;

const jwt = (changes: Changes = {}, of = app): Promise<string> =>
  aRequest(of, { userId, at: sign().now() }, changes);
const ask = async (changes: Changes = {}): Promise<Reply> =>
  send(sign(), { token, body: await jwt(changes) });

type Item = { readonly id: string; readonly payload: string };

async function waiting(payloads: readonly Item[]): Promise<string> {
  const { status, text, body } = await ask({ claims: { payloads } });
  assert.equal(status, 200, text);
  return body.token;
}

async function signedBy(by: HeldCard, payloads: readonly Item[], request: string): Promise<object> {
  const certificate = by.signing.toString('base64');
  const signatures = [];
  for (const { id, payload } of payloads) {
    const value = await by.open.sign('signing', by.hash, Buffer.from(payload, 'base64'));
    signatures.push({ id, signature: value.toString('base64') });
  }
  return { request, certificate, signatures };
}

const items = (count = 2): Item[] =>
  Array.from({ length: count }, () => ({ id: randomUUID(), payload: aDigest() }));

describe('the signing service', () => {
  before(async () => {
    app = await sign().app({ jwks: JWKS });
    token = await tokenOf(sign(), app);
    card = await heldBy(sign(), userId);
  });

  describe('a signature request', () => {
    test('is given a token, and the address of a page of ours', async () => {
      const { status, body, headers } = await ask();
      assert.equal(status, 200);
      assert.match(body.token, /^[\w-]{43}$/);
      const places = sign().addresses.map((url) => `${url}/sign/${body.token}`);
      assert.ok(places.includes(body.redirectUri), body.redirectUri);
      assert.deepEqual(Object.keys(body), ['token', 'redirectUri']);
      assert.equal(headers.get('cache-control'), 'no-store');
    });

    test('may name the platform itself as its audience', async () => {
      const all = ['https://sign-in.invalid', 'https://sign-in.invalid/', `${AUDIENCE}/`];
      for (const aud of all) assert.equal((await ask({ claims: { aud } })).status, 200, aud);
    });

    for (const [what, changes, refusal] of REFUSED) {
      test(`with ${what} is refused`, async () => {
        assertRefused(await ask(changes), refusal);
      });
    }

    test('that is no text, is malformed or empty is refused', async () => {
      const json = { 'content-type': 'application/json' };
      const type = 'Content-Type header must be text/plain';
      assertRefused(await send(sign(), { token, body: await jwt(), headers: json }), [
        415,
        BAD,
        type,
      ]);
      const malformed = 'Malformed JWT in signature request';
      assertRefused(await send(sign(), { token, body: 'a.b.c' }), [400, BAD, malformed]);
      assertRefused(await send(sign(), { token, body: '' }), [400, BAD, `Missing ${IN}`]);
      const state = 'x'.repeat(2_001);
      const long: Refusal = [400, BAD, 'state is too long'];
      assertRefused(await send(sign(), { token, body: await jwt(), state }), long);
      const headers = { 'x-request-id': 'one' };
      const header = "Invalid value - 'one' in header 'X-Request-ID'";
      assertRefused(await send(sign(), { token, body: await jwt(), headers }), [400, BAD, header]);
    });

    test('needs the token of a user who may sign, which that application was given', async () => {
      const none = await send(sign(), { token: '', body: await jwt() });
      assert.deepEqual([none.status, none.body.fault.faultstring], [401, 'Invalid access token']);
      const wrong = await send(sign(), { token: 'a.b.c', body: await jwt() });
      assert.deepEqual([wrong.status, wrong.body.fault.faultstring], [401, 'Invalid Access Token']);
      const ofApp = await tokenOf(sign(), app, 'system');
      const text =
        'The signing service can only be accessed using the user-restricted access mode.';
      assertRefused(await send(sign(), { token: ofApp, body: await jwt() }), [
        403,
        'access_denied',
        text,
      ]);
      const other = await sign().app({ jwks: JWKS });
      const theirs = await send(sign(), { token, body: await jwt({}, other) });
      assertRefused(theirs, [401, BAD, `Invalid 'iss' claim in ${IN}`]);
      const pharmacist = await tokenOf(sign(), app, 'dispenser');
      const body = await jwt({ claims: { sub: PERSONAS.dispenser.userId } });
      assertRefused(await send(sign(), { token: pharmacist, body }), [
        403,
        'access_denied',
        'The user has no role today in which prescriptions are signed (B0420, B0440 or B0058).',
      ]);
    });

    test('comes from an application with a key, an address to come back to, and within its rate', async () => {
      const from = async (changes: object): Promise<Reply> => {
        const one = await sign().app({ jwks: JWKS, ...changes });
        return send(sign(), { token: await tokenOf(sign(), one), body: await jwt({}, one) });
      };
      const register =
        'You need to register a public key to use this authentication method - please contact support to configure';
      assertRefused(await from({ jwks: undefined }), [403, 'public_key error', register]);
      const unreachable = await from({ jwks: undefined, jwksUrl: 'http://127.0.0.1:9/jwks' });
      const reach = `The JWKS endpoint, for your ${IN} can't be reached`;
      assertRefused(unreachable, [403, 'public_key error', reach]);
      const back = 'Your application has no address to come back to - register a redirect URI';
      assertRefused(await from({ redirectUris: [] }), [400, BAD, back]);
      const revoked = 'The developer app associated with the API key is not approved or revoked';
      assertRefused(await from({ status: 'revoked' }), [401, 'access_denied', revoked]);
      const slow = await sign().app({ jwks: JWKS, rateLimitPerMinute: 2 });
      const sent = { token: await tokenOf(sign(), slow), body: await jwt({}, slow) };
      const all = await Promise.all(Array.from({ length: 8 }, () => send(sign(), sent)));
      assert.equal(all.filter(({ status }) => status === 200).length, 2);
      assert.equal(all.filter(({ status }) => status === 429).length, 6);
    });
  });

  describe('what a card has signed', () => {
    test('is fetched with its certificate, at either datacentre and more than once', async () => {
      const payloads = items(3);
      const request = await waiting(payloads);
      const pending: Refusal = [400, 'authorization_pending', 'The user has not signed yet'];
      assertRefused(await fetchSigned(sign(), token, request), pending);
      const { status, body, text } = await bring(sign(), await signedBy(card, payloads, request));
      assert.equal(status, 200, text);
      assert.deepEqual(body, { to: `/sign/${request}` });
      for (const _ of sign().addresses) {
        const fetched = await fetchSigned(sign(), token, request);
        assert.equal(fetched.status, 200, fetched.text);
        assert.deepEqual(Object.keys(fetched.body), ['signatures', 'certificate']);
        const { publicKey, subject } = new X509Certificate(
          Buffer.from(fetched.body.certificate, 'base64'),
        );
        assert.match(subject, new RegExp(`CN=${userId}_`));
        for (const [place, { id, payload }] of payloads.entries()) {
          const given = fetched.body.signatures[place];
          assert.equal(given.id, id);
          const value = Buffer.from(given.signature, 'base64');
          assert.ok(verify('sha256', Buffer.from(payload, 'base64'), publicKey, value));
        }
      }
      const { database } = sign();
      const lines = await database.all<{ outcome: string }>({
        text: `select outcome from platform.audit where interaction = 'signature' and user_id = $1 and outcome like $2`,
        values: [userId, `%${payloads[0]?.id}%`],
      });
      assert.equal(lines.length, 1);
    });

    test('by SHA-1 is for applications that ask for it', async () => {
      const payloads = [{ id: 'one', payload: aDigest('one', 'RS1') }];
      const asked = await ask({ claims: { payloads, algorithm: 'RS1' } });
      assert.equal(asked.status, 200, asked.text);
      const old = { ...card, hash: 'sha1' } as const;
      const sent = await signedBy(old, payloads, asked.body.token);
      assert.equal((await bring(sign(), sent)).status, 200);
    });

    test('is for the user and the application that asked', async () => {
      const payloads = items();
      const request = await waiting(payloads);
      await bring(sign(), await signedBy(card, payloads, request));
      const unknown: Refusal = [404, BAD, 'Unknown signature request'];
      const other = await sign().app({ jwks: JWKS });
      const theirs = await tokenOf(sign(), other);
      assertRefused(await fetchSigned(sign(), theirs, request), unknown);
      const colleague = await tokenOf(sign(), app, 'other-prescriber');
      assertRefused(await fetchSigned(sign(), colleague, request), unknown);
      assertRefused(await fetchSigned(sign(), token, 'x'.repeat(43)), unknown);
      assert.equal((await fetchSigned(sign(), '', request)).status, 401);
    });

    test('is taken once: of ten at both datacentres the first one stands', async () => {
      const payloads = items();
      const request = await waiting(payloads);
      const sent = await signedBy(card, payloads, request);
      const all = await Promise.all(Array.from({ length: 10 }, () => bring(sign(), sent)));
      assert.ok(all.every(({ status }) => status === 200));
      const lines = await sign().database.all({
        text: `select from platform.audit where interaction = 'signature' and outcome like $1`,
        values: [`%${payloads[0]?.id}%`],
      });
      assert.equal(lines.length, 1);
      const asked = await sign().ask('/card-agent/payloads', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ request }),
      });
      assert.deepEqual([asked.status, asked.body.error], [400, 'request_over']);
    });

    test('is not taken by the card of somebody else, of another key, in part or changed', async () => {
      const payloads = items();
      const request = await waiting(payloads);
      const good = await signedBy(card, payloads, request);
      const { signatures }: { signatures?: unknown } = good;
      assert.ok(Array.isArray(signatures));
      const colleague = await heldBy(sign(), PERSONAS.otherPrescriber.userId);
      const login = card.login.toString('base64');
      const refusals = [
        [await signedBy(colleague, payloads, request), 'uid_mismatch'],
        [{ ...good, certificate: login }, 'card_refused'],
        [{ ...good, certificate: 'AAAA' }, 'card_refused'],
        [{ ...good, signatures: signatures.slice(1) }, 'signature_invalid'],
        [{ ...good, signatures: signatures.toReversed() }, 'signature_invalid'],
        [{ ...good, signatures: [signatures[0], signatures[0]] }, 'signature_invalid'],
        [{ ...good, signatures: [7, null] }, 'signature_invalid'],
        [await signedBy(card, items(), request), 'signature_invalid'],
      ] as const;
      for (const [sent, error] of refusals) {
        const answer = await bring(sign(), sent);
        assert.deepEqual([answer.status, answer.body.error], [400, error], answer.text);
      }
      assert.equal((await bring(sign(), good)).status, 200);
    });

    test('can be fetched for ten minutes; what is not signed by then is over', async () => {
      const payloads = items();
      const [signed, forgotten] = [await waiting(payloads), await waiting(payloads)];
      const late = await signedBy(card, payloads, forgotten);
      assert.equal((await bring(sign(), await signedBy(card, payloads, signed))).status, 200);
      sign().setTime(new Date(Date.now() + 601_000));
      const fresh = await tokenOf(sign(), app);
      const over: Refusal = [
        400,
        'expired_token',
        'The signature request is older than 10 minutes',
      ];
      assertRefused(await fetchSigned(sign(), fresh, signed), over);
      assertRefused(await fetchSigned(sign(), fresh, forgotten), over);
      const answer = await bring(sign(), late);
      assert.deepEqual([answer.status, answer.body.error], [400, 'request_over']);
      sign().setTime(null);
    });

    test('is not taken from a card that was revoked meanwhile', async () => {
      const payloads = items();
      const request = await waiting(payloads);
      const sent = await signedBy(card, payloads, request);
      const by = { userId: null, at: new Date() };
      const revoke = { kind: 'Revoke', reason: 'lost' } as const;
      assert.ok((await changeCard(cardsOf(sign().database), card.cardNumber, revoke, { by })).ok);
      const answer = await bring(sign(), sent);
      assert.deepEqual([answer.status, answer.body.text], [400, 'This card was revoked']);
    });
  });

  test('says which version answers', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { status, text } = await sign().ask('/signing-service/_ping', { method });
      assert.equal(status, 200);
      assert.equal(method === 'GET' ? JSON.parse(text).version : text, method === 'GET' ? '0' : '');
    }
    assertRefused(await sign().ask('/signing-service/other'), [404, BAD, 'Not Found']);
  });
});

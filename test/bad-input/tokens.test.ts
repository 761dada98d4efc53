import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { describe, test } from 'node:test';

import {
  ACCESS_TOKEN_SECONDS,
  accessTokenVerifier,
  currentKey,
  type KeyRing,
  openKeyRing,
  type SigningKey,
  signAccessToken,
} from '../../src/identity/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { type Answer, LEGACY, testSpine } from '../support/server.ts';
import { assertIssue, changesNothing } from './checks.ts';
import { CLAIM, newFacts, ORDER, RELEASE_PATIENT, RETURN } from './kinds.ts';

// Shows: Access | nobody gets in without a valid token

const spine = testSpine();

const CODES = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';
const TOLERANCE_S = 60; // [RELIABILITY 7.4]

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

type Claims = Record<string, unknown>;

const now = (): number => Math.floor(Date.now() / 1000);

/** All that a good token of the prescriber says. */
function goodClaims(): Claims {
  const iat = now();
  return {
    ...claimsOf(PERSONAS.prescriber, null),
    iss: 'https://openspine.invalid/oauth2',
    aud: 'https://openspine.invalid/api',
    iat,
    exp: iat + ACCESS_TOKEN_SECONDS,
    jti: randomUUID(),
  };
}

function ownKey(): Promise<SigningKey> {
  return currentKey(spine().database);
}

/** Signed as ours are, with these claims and this header instead; undefined leaves one out. */
async function signed(changes: Claims, header: Claims = {}): Promise<string> {
  const { privateKey, kid } = await ownKey();
  return signedWith(privateKey, { alg: 'RS256', kid, ...header }, { ...goodClaims(), ...changes });
}

function signedWith(key: string, header: Claims, claims: Claims, hash = 'sha256'): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign(hash, Buffer.from(input), key).toString('base64url')}`;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const parts = (token: string): [string, string, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
};

function assertDenied(answer: Answer, diagnostics: string): void {
  const display = 'Access Denied - Unauthorised';
  const details = { coding: [{ system: CODES, version: '1', code: 'ACCESS_DENIED', display }] };
  assertIssue(answer, 401, { code: 'forbidden', severity: 'error', details, diagnostics });
}

/** Every door, so that none is forgotten. */
async function assertDeniedEverywhere(
  authorization: string | undefined,
  diagnostics: string,
): Promise<void> {
  await changesNothing(spine(), async () => {
    const headers = { authorization };
    for (const kind of [ORDER, RELEASE_PATIENT, RETURN, CLAIM]) {
      const body = kind.build(newFacts());
      assertDenied(await spine().call(`${LEGACY}${kind.path}`, { body, headers }), diagnostics);
    }
    const query = 'patient:identifier=9990000018';
    assertDenied(await spine().call(`${LEGACY}/Task?${query}`, { headers }), diagnostics);
  });
}

describe('a call without a token', () => {
  const token = (): string => spine().tokenFor('prescriber');
  const cases: readonly (readonly [name: string, header: () => string | undefined])[] = [
    ['that has no Authorization', () => undefined],
    ['whose Authorization is empty', () => ''],
    ['that has only the word', () => 'Bearer'],
    ['that has the word and a blank', () => 'Bearer '],
    ['with another scheme', () => `Basic ${Buffer.from('a:b').toString('base64')}`],
    ['that is not called Bearer', () => token()],
    ['with two tokens', () => `Bearer ${token()} ${token()}`],
    ['with a token of two parts', () => `Bearer ${parts(token()).slice(0, 2).join('.')}`],
    ['with a token whose signature is left off', () => `Bearer ${token().replace(/[^.]+$/, '')}`],
    ['with a token of four parts', () => `Bearer ${token()}.x`],
    ['with a word', () => 'Bearer secret'],
    ['with a token in another alphabet', () => `Bearer ${token().replace('.', '.+')}`],
  ];
  for (const [name, header] of cases) {
    test(`is denied: ${name}`, () => assertDeniedEverywhere(header(), 'Invalid access token'));
  }
});

const other = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('a token that is not ours', () => {
  test('differs from one that is: made in the same way, that one is let in', async () => {
    const headers = { authorization: `Bearer ${await signed({})}` };
    const body = ORDER.build(newFacts());
    assert.equal((await spine().call(`${LEGACY}${ORDER.path}`, { body, headers })).status, 200);
  });

  const forged: readonly (readonly [name: string, make: () => Promise<string>])[] = [
    ['of three words', () => Promise.resolve('a.b.c')],
    [
      'signed with another key under our name for ours',
      async () =>
        signAccessToken(
          { ...(await ownKey()), privateKey: other.privateKey },
          claimsOf(PERSONAS.prescriber, null),
          new Date(),
        ),
    ],
    [
      'that brings its own key along',
      async () => {
        const { kid } = await ownKey();
        const jwk = createPublicKey(other.publicKey).export({ format: 'jwk' });
        return signedWith(other.privateKey, { alg: 'RS256', kid, jwk }, goodClaims());
      },
    ],
    [
      'with the algorithm none and no signature to speak of',
      async () => `${part({ alg: 'none', kid: (await ownKey()).kid })}.${part(goodClaims())}.AA`,
    ],
    [
      'signed with our public key as a shared secret',
      async () => {
        const { kid, publicKey } = await ownKey();
        const input = `${part({ alg: 'HS256', kid })}.${part(goodClaims())}`;
        return `${input}.${createHmac('sha256', publicKey).update(input).digest('base64url')}`;
      },
    ],
    [
      'signed with another algorithm of the family',
      async () => {
        const { privateKey, kid } = await ownKey();
        return signedWith(privateKey, { alg: 'RS512', kid }, goodClaims(), 'sha512');
      },
    ],
    ['that names another algorithm than it is signed with', () => signed({}, { alg: 'PS256' })],
    ['under a key that nobody knows', () => signed({}, { kid: 'unknown' })],
    ['under no key', () => signed({}, { kid: undefined })],
    ['under a number for a key', () => signed({}, { kid: 7 })],
    ['under a path for a key', () => signed({}, { kid: '../../../../dev/null' })],
    ['under a statement for a key', () => signed({}, { kid: "' or 1=1 --" })],
    ['under a name of the prototype for a key', () => signed({}, { kid: 'constructor' })],
    ['that wants what we do not know', () => signed({}, { crit: ['exp'] })],
    ['for somebody else', () => signed({ aud: 'https://elsewhere.invalid/api' })],
    ['from somebody else', () => signed({ iss: 'https://elsewhere.invalid/oauth2' })],
    ['issued in the future', () => signed({ iat: now() + TOLERANCE_S + 30 })],
    ['that ends as a text', () => signed({ exp: '2999' })],
    ['that began as a text', () => signed({ iat: 'now' })],
    ['whose scope is a list', () => signed({ scope: ['x'] })],
    ['whose roles are a text', () => signed({ roles: 'R8000' })],
    ...['iss', 'aud', 'iat', 'exp', 'sub', 'scope', 'sid', 'jti', 'roles', 'auth_type'].map(
      (claim) => [`without ${claim}`, () => signed({ [claim]: undefined })] as const,
    ),
    [
      'with more scope than it was given',
      async () => {
        const [header, , signature] = parts(await signed({ scope: 'nothing' }));
        return `${header}.${part(goodClaims())}.${signature}`;
      },
    ],
    [
      'with the signature of another',
      async () => {
        const [header, payload] = parts(await signed({}));
        return `${header}.${payload}.${parts(await signed({ sid: 'other' }))[2]}`;
      },
    ],
  ];
  for (const [name, make] of forged) {
    test(`is denied: ${name}`, async () =>
      assertDeniedEverywhere(`Bearer ${await make()}`, 'Invalid Access Token'));
  }
});

describe('the time of a token', () => {
  test('is over a minute after it says so, for clocks differ', async () => {
    const expired = await signed({ iat: now() - 1_000, exp: now() - TOLERANCE_S - 5 });
    await assertDeniedEverywhere(`Bearer ${expired}`, 'Access Token expired');
    const late = await signed({ exp: now() - TOLERANCE_S + 30 });
    const headers = { authorization: `Bearer ${late}` };
    const body = ORDER.build(newFacts());
    assert.equal((await spine().call(`${LEGACY}${ORDER.path}`, { body, headers })).status, 200);
  });
});

describe('a token that was good a moment ago', () => {
  const verified = async (): Promise<[token: string, verify: ReturnType<typeof verifier>]> => {
    const ring = await openKeyRing(spine().database);
    ring.close();
    const token = signAccessToken(ring.current(), claimsOf(PERSONAS.prescriber, null), new Date());
    const verify = verifier(ring);
    assert.ok((await verify(token)).ok);
    return [token, verify];
  };
  const verifier = (ring: KeyRing) => {
    const verify = accessTokenVerifier(ring, { isRevoked: () => false });
    return (token: string, at = new Date()) =>
      verify({ authorization: `Bearer ${token}`, roleProfile: undefined, at });
  };

  test('is remembered, and expires all the same', async () => {
    const [token, verify] = await verified();
    const end = Date.now() + (ACCESS_TOKEN_SECONDS + TOLERANCE_S + 2) * 1000;
    assert.deepEqual(await verify(token, new Date(end)), {
      ok: false,
      error: 'Access Token expired',
    });
    assert.ok((await verify(token)).ok, 'and is good again when the clock is set back');
    const before = new Date(Date.now() - (TOLERANCE_S + 5) * 1000);
    assert.deepEqual(await verify(token, before), { ok: false, error: 'Invalid Access Token' });
  });

  test('is another token when one letter of it is changed', async () => {
    const [token, verify] = await verified();
    for (let at = 0; at < token.length; at += 7) {
      const letter = token.charAt(at) === 'A' ? 'B' : 'A';
      const changed = `${token.slice(0, at)}${letter}${token.slice(at + 1)}`;
      if (token.charAt(at) !== '.') assert.equal((await verify(changed)).ok, false, `letter ${at}`);
    }
    // Some last letters stand for the same bytes.
    for (const letter of BASE64URL) {
      const changed = `${token.slice(0, -1)}${letter}`;
      assert.equal((await verify(changed)).ok, changed === token, `last letter ${letter}`);
    }
    assert.ok((await verify(token)).ok);
  });

  test('is refused on the wire too, changed after its first use', async () => {
    const token = await signed({});
    const headers = { authorization: `Bearer ${token}` };
    const body = ORDER.build(newFacts());
    assert.equal((await spine().call(`${LEGACY}${ORDER.path}`, { body, headers })).status, 200);
    const [header, payload, signature] = parts(token);
    const claims: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const changed = `${header}.${part({ ...claims, sub: '1' })}.${signature}`;
    await assertDeniedEverywhere(`Bearer ${changed}`, 'Invalid Access Token');
  });
});

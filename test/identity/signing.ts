import assert from 'node:assert/strict';
import { hash, randomUUID } from 'node:crypto';

import { importPKCS8, SignJWT } from 'jose';

import {
  cardsOf as cardsOfUser,
  certificatesOf,
  type Hash,
  openCard,
  type OpenCard,
} from '../../src/identity/cards/index.ts';
import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { findPersona, TEST_PASSCODE } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { type SignatureAlgorithm, signedInfo } from '../../src/prescriptions/hl7v3/signed-info.ts';
import { cardsOf } from '../support/cards.ts';
import { type App, PAIR, type Reply, type SignIn } from './sign-in.ts';

export const AUDIENCE = 'https://sign-in.invalid/signing-service';

/** `digest` as $prepare answers it, of some prescription. */
export function aDigest(
  text: string = randomUUID(),
  algorithm: SignatureAlgorithm = 'RS256',
): string {
  const name = algorithm === 'RS1' ? 'sha1' : 'sha256';
  return Buffer.from(signedInfo(hash(name, text, 'base64'), algorithm)).toString('base64');
}

export type Changes = {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly privateKey?: string;
};

/** The JWT of a signature request as a good one is, but for what is said; undefined leaves a claim out. */
export async function aRequest(
  app: App,
  { userId, at }: { readonly userId: string; readonly at: Date },
  { claims = {}, header = {}, privateKey = PAIR.privateKey }: Changes = {},
): Promise<string> {
  const seconds = Math.floor(at.getTime() / 1000);
  const good = { iss: app.key, sub: userId, aud: AUDIENCE, iat: seconds, exp: seconds + 600 };
  const payloads = [{ id: randomUUID(), payload: aDigest() }];
  const protectedHeader = defined({ alg: 'RS512', typ: 'JWT', kid: 'test-1', ...header });
  const alg = String(protectedHeader['alg']);
  return new SignJWT(defined({ ...good, payloads, algorithm: 'RS256', ...claims }))
    .setProtectedHeader({ ...protectedHeader, alg })
    .sign(await importPKCS8(privateKey, alg));
}

function defined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

/** An access token that the application was given for a test person. */
export async function tokenOf(sign: SignIn, app: App, persona = 'prescriber'): Promise<string> {
  const found = findPersona(persona);
  assert.ok(found !== null, persona);
  const claims = { ...claimsOf(found, null), client: app.applicationId };
  return signAccessToken(await currentKey(sign.database), claims, sign.now());
}

export type Sent = {
  readonly token: string;
  readonly body: string;
  readonly state?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export function send(sign: SignIn, { token, body, state, headers = {} }: Sent): Promise<Reply> {
  const query = state === undefined ? '' : `?${new URLSearchParams({ state }).toString()}`;
  return sign.ask(`/signing-service/signaturerequest${query}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'text/plain',
      'x-request-id': randomUUID(),
      'x-correlation-id': randomUUID(),
      ...headers,
    },
    body,
  });
}

export function fetchSigned(sign: SignIn, token: string, request: string): Promise<Reply> {
  return sign.ask(`/signing-service/signatureresponse/${request}`, {
    headers: { authorization: `Bearer ${token}` },
  });
}

/** What a card agent sends when the card has signed. */
export function bring(sign: SignIn, sent: object): Promise<Reply> {
  return sign.ask('/card-agent/signatures', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
}

/** The card that a test person has from the start, open. */
export type HeldCard = {
  readonly cardNumber: string;
  readonly login: Buffer;
  readonly signing: Buffer;
  readonly open: OpenCard;
  readonly hash: Hash;
};

export async function heldBy(sign: SignIn, userId: string): Promise<HeldCard> {
  const cards = cardsOf(sign.database);
  const [card] = await cardsOfUser(sign.database, userId);
  assert.ok(card !== undefined, userId);
  const { cardNumber } = card;
  const opened = await openCard(cards, cardNumber, TEST_PASSCODE, { userId, at: new Date() });
  assert.ok(opened.ok, JSON.stringify(opened));
  const certificates = await certificatesOf(sign.database, cardNumber);
  const of = (wanted: string): Buffer =>
    certificates.find(({ purpose }) => purpose === wanted)?.der ?? Buffer.alloc(0);
  const [login, signing] = [of('login'), of('signing')];
  return { cardNumber, login, signing, open: opened.value, hash: 'sha256' };
}

import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import type { X509Certificate } from 'node:crypto';

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import { displayName, findUser } from '../people/index.ts';
import { isVouchedFor } from './attestation.ts';
import {
  type Asked,
  countUse,
  findKey,
  keepChallenge,
  keepKey,
  keysOf,
  noteRefusal,
  takeChallenge,
} from './repository.ts';
import { authenticatorOf, cardNameOf, type NewSecurityKey } from './security-key.ts';

export type KeyParts = {
  readonly database: Database;
  /** The domain that keys are bound to, and the addresses that browsers may show below it. */
  readonly domain: string;
  readonly origins: readonly string[];
  readonly roots: readonly X509Certificate[];
};

/** Nothing tells an attacker which of the checks a forged answer did not pass. */
export type KeyFault = 'AnswerRefused' | 'KeyUnknown' | 'CounterFell';

const ALGORITHMS = [-7, -257]; // ES256, RS256
const CHALLENGE_MS = 300_000;

/** What the browser asks a new key of this person. */
export async function askForNewKey(
  { database, domain }: KeyParts,
  userId: string,
  at: Date,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const user = await findUser(database, userId);
  const known = await keysOf(database, userId);
  const options = await generateRegistrationOptions({
    rpName: 'OpenSpine',
    rpID: domain,
    userName: userId,
    userID: new TextEncoder().encode(userId),
    userDisplayName: user === null ? userId : displayName(user),
    attestationType: 'direct',
    excludeCredentials: known
      .filter(({ revokedAt }) => revokedAt === null)
      .map(({ credentialId: id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  const asked = { challenge: options.challenge, purpose: 'register', subject: userId } as const;
  await keepChallenge(database, asked, new Date(at.getTime() + CHALLENGE_MS));
  return options;
}

export type NewKeyAnswer = {
  readonly userId: string;
  readonly name: string;
  readonly response: RegistrationResponseJSON;
};

export async function registerKey(
  parts: KeyParts,
  { userId, name, response }: NewKeyAnswer,
  at: Date,
): Promise<Result<NewSecurityKey, KeyFault>> {
  const { database, domain, origins, roots } = parts;
  const expectedChallenge = challengeIn(response);
  const asked: Asked = { challenge: expectedChallenge, purpose: 'register', subject: userId };
  if (!(await takeChallenge(database, asked, at))) return fail('AnswerRefused');
  const verified = await orNull(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge,
      expectedOrigin: [...origins],
      expectedRPID: domain,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (verified?.verified !== true) return fail('AnswerRefused');
  const { credential, credentialDeviceType, aaguid, attestationObject } = verified.registrationInfo;
  const chain = decodeAttestationObject(attestationObject).get('attStmt').get('x5c') ?? [];
  const key: NewSecurityKey = {
    credentialId: credential.id,
    userId,
    name,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: credential.transports ?? [],
    isSingleDevice: credentialDeviceType === 'singleDevice',
    aaguid,
    isAttested: isVouchedFor(chain, roots, at),
    registeredAt: at,
  };
  return (await keepKey(database, key)) ? ok(key) : fail('AnswerRefused');
}

/** What the browser asks whichever key is there; `subject` is the sign-in that it is for. */
export async function askForKey(
  { database, domain }: KeyParts,
  subject: string,
  at: Date,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({
    rpID: domain,
    userVerification: 'required',
    allowCredentials: [], // the key knows whose it is
  });
  const asked = { challenge: options.challenge, purpose: 'sign-in', subject } as const;
  await keepChallenge(database, asked, new Date(at.getTime() + CHALLENGE_MS));
  return options;
}

export type KeyProof = {
  readonly userId: string;
  readonly authenticator: 'FIDO2' | 'PASSKEY';
  readonly card: string;
};

/** Who holds the key that answered. */
export async function proveKey(
  { database, domain, origins }: KeyParts,
  { subject, response }: { subject: string; response: AuthenticationResponseJSON },
  at: Date,
): Promise<Result<KeyProof, KeyFault>> {
  const expectedChallenge = challengeIn(response);
  const asked: Asked = { challenge: expectedChallenge, purpose: 'sign-in', subject };
  if (!(await takeChallenge(database, asked, at))) return fail('AnswerRefused');
  const key = await findKey(database, response.id);
  if (key === null || key.revokedAt !== null) return fail('KeyUnknown');
  const credential = {
    id: key.credentialId,
    publicKey: new Uint8Array(key.publicKey),
    counter: 0, // looked at below, where of two uses at once one is the first
  };
  const verified = await orNull(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: [...origins],
      expectedRPID: domain,
      credential,
      requireUserVerification: true,
    }),
  );
  if (verified?.verified !== true) return fail('AnswerRefused');
  if (!(await countUse(database, key, verified.authenticationInfo.newCounter, at))) {
    await noteRefusal(database, key, at);
    return fail('CounterFell');
  }
  const card = cardNameOf(key.credentialId);
  return ok({ userId: key.userId, authenticator: authenticatorOf(key), card });
}

/** What a page sent as the answer of a key; null when it cannot be one. What is in it is checked later. */
export const readNewKey = answerReader<RegistrationResponseJSON>();
export const readProof = answerReader<AuthenticationResponseJSON>();

function answerReader<Answer>(): (text: string) => Answer | null {
  return (text) => {
    try {
      const value: unknown = JSON.parse(text);
      const response: unknown = isObject(value) ? Reflect.get(value, 'response') : null;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library looks at every member
      return isObject(response) ? (value as Answer) : null;
    } catch {
      return null;
    }
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What the browser says that the key answered to; it is checked with the rest. */
function challengeIn({ response }: { readonly response: { readonly clientDataJSON: string } }) {
  try {
    const said: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString());
    const challenge: unknown = isObject(said) ? Reflect.get(said, 'challenge') : '';
    return typeof challenge === 'string' ? challenge : '';
  } catch {
    return '';
  }
}

/** The library throws for whatever is wrong with an answer. */
async function orNull<Value>(verify: () => Promise<Value>): Promise<Value | null> {
  try {
    return await verify();
  } catch {
    return null;
  }
}

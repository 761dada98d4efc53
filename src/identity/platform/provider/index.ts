import { readFile } from 'node:fs/promises';

import {
  type CompactVerifyGetKey,
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
} from 'jose';

import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { PatientIssuer } from '../../../platform/config.ts';
import { checkSignature, type Claims, type KeyFault, readJwt } from '../jwt.ts';

/** Where a provider of identities is, and who we are to it. */
export type ProviderSettings = {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly userinfoEndpoint: string;
  readonly jwksUri: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

/** CIS2 or NHS login, spoken to as OpenID Connect says. */
export type Provider = ProviderSettings & {
  /** Whether this provider signed it. */
  checkSignature(token: string): Promise<Result<null, KeyFault>>;
  /** What a code stands for; fails when the provider does not answer as it should. */
  exchange(code: string, callback: string): Promise<Result<ProviderTokens, ProviderFault>>;
  /** Whether it answers. */
  probe(): Promise<{ readonly status: number | null; readonly isTimeout: boolean }>;
};

export type ProviderTokens = { readonly idToken: string; readonly userinfo: Claims };
export type ProviderFault = { readonly kind: 'ProviderBroken'; readonly status: number };

const ID_TOKEN_ALGORITHMS = ['RS256', 'RS512']; // [IDENTITY 3.2, Subject token]
const JWKS_CACHE_MS = 86_400_000; // 24 h, and again when a key is not known [IDENTITY 3.2]
const JWKS_AGAIN_AFTER_MS = 30_000;
const ANSWER_WITHIN_MS = 20_000; // [IDENTITY 3.2, _status]

export function openProvider(settings: ProviderSettings): Provider {
  const keys = keysAt(settings.jwksUri);
  return {
    ...settings,
    checkSignature: (token) => checkSignature(token, keys, ID_TOKEN_ALGORITHMS),
    exchange: (code, callback) => exchange(settings, code, callback),
    probe: () => probe(settings.jwksUri),
  };
}

function keysAt(uri: string): CompactVerifyGetKey {
  return createRemoteJWKSet(new URL(uri), {
    cacheMaxAge: JWKS_CACHE_MS,
    cooldownDuration: JWKS_AGAIN_AFTER_MS,
    timeoutDuration: ANSWER_WITHIN_MS,
  });
}

/** At which applications sign patients in by themselves: we only check what they bring [IDENTITY 3.2]. */
export type TrustedIssuer = Pick<Provider, 'issuer' | 'jwksUri' | 'checkSignature' | 'probe'> & {
  readonly audiences: readonly string[];
};

export function openTrustedIssuer({ issuer, jwks, audiences }: PatientIssuer): TrustedIssuer {
  const isFile = !jwks.includes('://');
  const keys = isFile ? keysIn(jwks) : keysAt(jwks);
  return {
    issuer,
    jwksUri: isFile ? '' : jwks,
    audiences,
    checkSignature: (token) => checkSignature(token, keys, ID_TOKEN_ALGORITHMS),
    probe: async () =>
      isFile ? { status: (await isReadable(jwks)) ? 200 : null, isTimeout: false } : probe(jwks),
  };
}

/** Read each time, so that a new key counts at once. */
function keysIn(file: string): CompactVerifyGetKey {
  return async (header, token) => {
    const keys: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isKeySet(keys)) throw new Error(`${file} holds no JWKS`);
    return createLocalJWKSet(keys)(header, token);
  };
}

async function isReadable(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

async function exchange(
  settings: ProviderSettings,
  code: string,
  callback: string,
): Promise<Result<ProviderTokens, ProviderFault>> {
  const tokens = await ask(settings.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      client_id: settings.clientId,
      client_secret: settings.clientSecret,
    }),
  });
  if (!tokens.ok) return tokens;
  const { id_token: idToken, access_token: accessToken } = tokens.value;
  if (typeof idToken !== 'string' || typeof accessToken !== 'string') return BROKEN;
  const userinfo = await ask(settings.userinfoEndpoint, {
    headers: { Authorization: `Bearer ${accessToken}` },
  });
  if (!userinfo.ok) return userinfo;
  // An answer about somebody else is no answer [IDENTITY 3.1, RP checks].
  if (readJwt(idToken)?.claims['sub'] !== userinfo.value['sub']) return BROKEN;
  return ok({ idToken, userinfo: userinfo.value });
}

const BROKEN = fail({ kind: 'ProviderBroken', status: 500 } as const);

async function ask(url: string, request: RequestInit): Promise<Result<Claims, ProviderFault>> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(url, { ...request, signal, redirect: 'error' });
    const body: unknown = await answer.json();
    return answer.status === 200 && isObject(body) ? ok(body) : BROKEN;
  } catch {
    return BROKEN; // not reached, too slow, or no JSON
  }
}

async function probe(url: string): ReturnType<Provider['probe']> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await answer.arrayBuffer();
    return { status: answer.status, isTimeout: false };
  } catch (error) {
    return { status: null, isTimeout: error instanceof Error && error.name === 'TimeoutError' };
  }
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  return isObject(value) && Array.isArray(value['keys']);
}

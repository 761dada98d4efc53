import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';

import { importPKCS8, SignJWT } from 'jose';

import { parseClientFile } from '../../src/identity/clients/parse.ts';
import { importClients } from '../../src/identity/clients/repository.ts';
import { aClient, aKeyPair, type KeyPair } from '../../src/identity/clients/testing.ts';
import { type Identity, openIdentity } from '../../src/identity/index.ts';
import { isSignedInfo } from '../../src/prescriptions/index.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { type HttpServer, startHttp } from '../../src/platform/http.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type Provider, startProvider } from './provider.ts';

export const API = 'electronic-prescription-service-api';
export const USER_SCOPE = `urn:nhsd:apim:user-nhs-id:aal3:${API}:prescribing`;
export const APP_SCOPE = `urn:nhsd:apim:app:level3:${API}:tracker`;
export const PATIENT_SCOPE = 'urn:nhsd:apim:user-nhs-login:P9:personal-demographics-service';
export const REDIRECT = 'https://client.invalid/callback';

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly body: any;
};

export type App = {
  readonly key: string;
  readonly secret: string;
  readonly applicationId: string;
  readonly name: string;
};

/** Sign-in of two datacentres over one database, in front of identity providers that say what a test wants. */
export type SignIn = TestDatabase & {
  readonly addresses: readonly [a: string, b: string];
  readonly identities: readonly [Identity, Identity];
  readonly cis2: Provider;
  readonly nhsLogin: Provider;
  /** Business and security time; null: real time. */
  setTime(at: Date | null): void;
  now(): Date;
  /** Asks one datacentre, and the other one next time. */
  ask(path: string, request?: RequestInit): Promise<Reply>;
  post(
    path: string,
    form: Readonly<Record<string, string | undefined>>,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  /** Registers an application; `changes` as in its file. */
  app(changes?: Readonly<Record<string, unknown>>): Promise<App>;
};

export type SignInOptions = {
  readonly logoutFrom?: readonly string[];
  /** The installation's own CIS2 face stands behind `/oauth2`; the other providers only behind its twin. */
  readonly isOwnCis2?: boolean;
  /** A database that somebody else has; else one of its own. */
  readonly over?: TestDatabase;
};

export async function startSignIn({
  logoutFrom = ['127.0.0.1'],
  isOwnCis2 = false,
  over,
}: SignInOptions = {}): Promise<SignIn & { stop(): Promise<void> }> {
  const made = over === undefined ? await createDatabase() : { ...over, drop: async () => {} };
  const [cis2, nhsLogin] = [await startProvider('cis2'), await startProvider('nhs-login')];
  let time: Date | null = null;
  const now = (): Date => time ?? new Date();
  const clock = { now, securityNow: now };
  const providers = { cis2: cis2.settings, nhsLogin: nhsLogin.settings, patients: null };
  const main = isOwnCis2 ? ({ cis2: 'own', nhsLogin: null, patients: null } as const) : providers;
  let cis2Issuer: string | null = null;
  const start = async (): Promise<Process> => {
    const http = await startHttp('127.0.0.1', 0, () => ({ status: 503, body: '' }));
    const url = `http://127.0.0.1:${http.port}`;
    if (isOwnCis2) cis2Issuer ??= `${url}${CIS2_PATH}`;
    const identity = await openIdentity({
      database: made.database,
      clock,
      log: () => undefined,
      version: '0',
      isSignedInfo,
      publicUrls: [url, 'https://sign-in.invalid'],
      logoutFrom,
      url,
      cis2Issuer,
      host: '127.0.0.1',
      cardPort: null,
      cardAgent: null,
      securityKeyRoots: null,
      operators: [],
      sessionMinutes: testConfig('postgres://unused').sessionMinutes,
      pkiUrl: 'http://pki.invalid',
      testCards: null,
      datacentre: 'a',
      requestsPerMinute: null,
      providers: { main, mock: providers },
    });
    await http.serve({
      routes: identity.routes,
      mounts: identity.mounts(() => ''),
      headers: () => ({}),
      onFailure: (request, failure) =>
        identity.onFailure(request, failure, '') ?? { status: 500, body: failure.kind },
    });
    return { http, url, identity };
  };
  const [a, b] = [await start(), await start()];
  let turn = 0;
  const ask: SignIn['ask'] = async (path, request = {}) => {
    turn += 1;
    const url = path.startsWith('http') ? path : `${turn % 2 === 0 ? b.url : a.url}${path}`;
    const answer = await fetch(url, { redirect: 'manual', ...request });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
  };
  return {
    ...made,
    addresses: [a.url, b.url],
    identities: [a.identity, b.identity],
    cis2,
    nhsLogin,
    now,
    setTime: (at) => {
      time = at;
    },
    ask,
    post: (path, form, headers = {}) => {
      const fields = Object.entries(form).filter(
        (field): field is [string, string] => field[1] !== undefined,
      );
      return ask(path, { method: 'POST', headers, body: new URLSearchParams(fields) });
    },
    app: (changes) => register(made, changes),
    stop: async () => {
      for (const { http, identity } of [a, b]) {
        await identity.close();
        await http.close();
      }
      await Promise.all([cis2.stop(), nhsLogin.stop()]);
      await made.drop();
    },
  };
}

type Process = { readonly http: HttpServer; readonly url: string; readonly identity: Identity };

/** This test file's own. */
export function testSignIn(options: SignInOptions = {}): () => SignIn {
  let made: Awaited<ReturnType<typeof startSignIn>> | null = null;
  before(async () => {
    made = await startSignIn(options);
  });
  after(async () => {
    await made?.stop();
  });
  return () => {
    if (made === null) throw new Error('sign-in is there only while tests run');
    return made;
  };
}

/** Registers an application; `changes` as in its file. */
export async function register(
  { database }: Pick<TestDatabase, 'database'>,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<App> {
  const products = [{ name: 'test', scopes: [USER_SCOPE, APP_SCOPE, PATIENT_SCOPE] }];
  const entry = aClient({ redirectUris: [REDIRECT], products, ...changes });
  const file = parseClientFile({ clients: [entry] });
  if (!file.ok) throw new Error(file.error.join('; '));
  await importClients(database, file.value, new Date());
  const [app] = file.value;
  if (app === undefined) throw new Error('no application');
  const { key, secret, applicationId, name } = app;
  return { key, secret, applicationId, name };
}

export const PAIR: KeyPair = aKeyPair();
export const OTHER_PAIR: KeyPair = aKeyPair();
export const JWKS = { keys: [PAIR.jwk] };
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export const TOKEN_URL = 'https://sign-in.invalid/oauth2/token';

export type AssertionChanges = {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly privateKey?: string;
};

/** A client assertion as a good one is, but for what is said; undefined leaves a claim out. */
export async function assertion(
  { key }: App,
  at: Date,
  changes: AssertionChanges = {},
): Promise<string> {
  const seconds = Math.floor(at.getTime() / 1000);
  const good = { iss: key, sub: key, aud: TOKEN_URL, jti: randomUUID(), exp: seconds + 60 };
  const header = { alg: 'RS512', typ: 'JWT', kid: 'test-1', ...changes.header };
  return new SignJWT(defined({ ...good, ...changes.claims }))
    .setProtectedHeader(defined(header) as typeof header)
    .sign(await importPKCS8(changes.privateKey ?? PAIR.privateKey, header.alg));
}

function defined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}

/** Signs a user in and answers the code that came; every step at the other datacentre. */
export async function codeFor(
  sign: SignIn,
  app: App,
  query: Readonly<Record<string, string>> = {},
  base = '/oauth2',
): Promise<string> {
  const location = await signedIn(sign, app, query, base);
  const code = new URL(location).searchParams.get('code');
  if (code === null) throw new Error(`no code came: ${location}`);
  return code;
}

/** Where the browser ends up: at the application, with a code or an error. */
export async function signedIn(
  sign: SignIn,
  app: App,
  query: Readonly<Record<string, string>> = {},
  base = '/oauth2',
): Promise<string> {
  const back = await atProvider(sign, app, query, base);
  const answer = await sign.ask(elsewhere(back));
  const end = answer.headers.get('location');
  if (end === null) throw new Error(`${answer.status} ${answer.text}`);
  return end;
}

/** Where the identity provider sends the browser back to. */
export async function atProvider(
  sign: SignIn,
  app: App,
  query: Readonly<Record<string, string>> = {},
  base = '/oauth2',
): Promise<string> {
  const words = new URLSearchParams({
    response_type: 'code',
    client_id: app.key,
    redirect_uri: REDIRECT,
    state: 'client state',
    ...query,
  });
  const start = await sign.ask(`${base}/authorize?${words.toString()}`);
  const location = start.headers.get('location') ?? '';
  const back = (await sign.ask(location)).headers.get('location');
  if (back === null) throw new Error(`${start.status} ${start.text}`);
  return back;
}

/** The path of an address: whoever asks it next asks the datacentre whose turn it is. */
export function elsewhere(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

/** The fields with which an application changes a code into tokens. */
export function codeForm(app: App, code: string): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    client_id: app.key,
    client_secret: app.secret,
    redirect_uri: REDIRECT,
    code,
  };
}

export function refreshForm(app: App, refreshToken: string): Record<string, string> {
  return {
    grant_type: 'refresh_token',
    client_id: app.key,
    client_secret: app.secret,
    refresh_token: refreshToken,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request as forward } from 'node:http';

import { freePort } from '../../../test/support/ports.ts';
import { startHttp } from '../../platform/http.ts';
import { CIS2_PATH } from '../../platform/config.ts';
import { REAL_CLOCK } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { startJobs } from '../../platform/jobs.ts';
import * as client from 'openid-client';

import { openShell } from '../../pages/index.ts';
import { openKeyRing } from '../keys/index.ts';
import { type Cis2, type Interactions, openCis2, type Proof } from './index.ts';
import { IDENTITY_VIEWS } from '../pages/index.ts';
import { storeIn } from '../sessions/testing.ts';
import { parseRelyingPartyFile } from './relying-party.ts';
import { importRelyingParties } from './repository.ts';

/** For tests: two processes of the CIS2 face over one database, and a balancer that changes between them at every request. */
export type TwoFaces = {
  readonly issuer: string;
  readonly faces: readonly [Cis2, Cis2];
  /** How many requests each has answered. */
  readonly answered: readonly [number, number];
  close(): Promise<void>;
};

export async function twoFaces(url: string, clock = REAL_CLOCK): Promise<TwoFaces> {
  const balancer = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => balancer.listen(port, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${port}${CIS2_PATH}`;
  const first = await openFace(url, issuer, clock);
  const second = await openFace(url, issuer, clock);
  const answered: [number, number] = [0, 0];
  let turn = 0;
  balancer.on('request', (request: IncomingMessage, response) => {
    turn = 1 - turn;
    answered[turn] = (answered[turn] ?? 0) + 1;
    const to = turn === 0 ? first.port : second.port;
    const { method, headers, url: path } = request;
    const sent = forward({ host: '127.0.0.1', port: to, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  return {
    issuer,
    faces: [first.face, second.face],
    answered,
    close: async () => {
      balancer.closeAllConnections();
      balancer.close();
      await first.close();
      await second.close();
    },
  };
}

export async function openFace(url: string, issuer: string, clock = REAL_CLOCK) {
  const database: Database = openDatabase({ url, connections: 2 });
  const keys = await openKeyRing(database, 50);
  const shell = openShell({
    database,
    pages: [],
    views: [IDENTITY_VIEWS],
    secret: Buffer.alloc(32),
    datacentre: 'a',
    version: 'test',
    helpContact: '',
    showsNhsLogo: false,
    environment: () => null,
  });
  const face = openCis2({
    ...storeIn(database),
    clock,
    keys,
    issuer,
    log: (entry) => process.stderr.write(`${JSON.stringify(entry)}\n`),
  });
  const http = await startHttp('127.0.0.1', 0, () => ({ status: 503, body: '' }));
  await http.serve({
    routes: [],
    mounts: [face.mount(shell.html)],
    headers: () => ({}),
    onFailure: (_request, { kind }) => ({ status: kind === 'NotFound' ? 404 : 500, body: kind }),
  });
  const jobs = startJobs(database, face.jobs, ({ name }, error) => {
    process.stderr.write(`${name}: ${String(error)}\n`);
  });
  return {
    face,
    port: http.port,
    close: async () => {
      await jobs.close();
      await http.close();
      keys.close();
      await database.close();
    },
  };
}

/** For tests: the browser of one person, which follows addresses and keeps cookies. */
export class Browser {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>();
  readonly #origin: string;

  constructor(issuer: string) {
    this.#origin = new URL(issuer).origin;
  }

  /** Opens an address of the CIS2 face and follows it to where it leaves: a page of ours, or the application. */
  async open(address: string, form?: URLSearchParams): Promise<Opened> {
    const { origin, pathname } = new URL(address, this.#origin);
    if (origin !== this.#origin || !pathname.startsWith(CIS2_PATH)) {
      return { address: new URL(address, this.#origin), status: 303, body: '' };
    }
    const answer = await fetch(new URL(address, this.#origin), {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: this.cookiesFor(pathname), accept: 'text/html' },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie);
    const body = await answer.text();
    const location = answer.headers.get('location');
    if (location !== null) return this.open(location);
    return { address: new URL(address, this.#origin), status: answer.status, body };
  }

  cookiesFor(path: string): string {
    return [...this.#cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  #keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ');
    const path = attributes.find((one) => one.startsWith('path='))?.slice(5) ?? '/';
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(name.length + 1);
    if (value === '') this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path });
  }
}

export type Opened = { readonly address: URL; readonly status: number; readonly body: string };

/** People of the test system: one role, two roles, none, no longer active. */
export const USERS = {
  doctor: '555900010101',
  locum: '555900130101',
  withoutRole: '555900070101',
  inactive: '555900120101',
} as const;

export function cardOf(userId: string): Proof {
  return { userId, authenticator: 'CIS2_SMARTCARD', card: `card of ${userId}` };
}

export const SECRET = 'a-secret-of-a-test-0123456789';
export const REDIRECT = 'http://127.0.0.1:1/callback';
export const AFTER_SIGN_OUT = 'http://127.0.0.1:1/out';

let count = 0;

/** A relying party that a test changes only in what it is about; answers its id. */
export async function aRelyingParty(
  database: Database,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  count += 1;
  const clientId = `${String(count).padStart(12, '9')}.apps.national`;
  const entry = {
    clientId,
    name: `Clinical system ${count}`,
    secret: SECRET,
    redirectUris: [REDIRECT],
    postLogoutRedirectUris: [AFTER_SIGN_OUT],
    authMethod: 'client_secret_post',
    refresh: true,
    ...changes,
  };
  const file = parseRelyingPartyFile(JSON.parse(JSON.stringify({ relyingParties: [entry] })));
  assert.ok(file.ok, JSON.stringify(file));
  await importRelyingParties(database, file.value, new Date());
  return clientId;
}

export function discover(
  issuer: string,
  clientId: string,
  authentication = client.ClientSecretPost(SECRET),
): Promise<client.Configuration> {
  return client.discovery(
    new URL(issuer),
    clientId,
    { [client.clockTolerance]: 5 },
    authentication,
    { execute: [client.allowInsecureRequests] },
  );
}

export type Asked = { readonly url: URL; readonly checks: client.AuthorizationCodeGrantChecks };

/** Where a relying party sends a browser, and what it will check when the browser comes back. */
export async function ask(
  config: client.Configuration,
  more: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'openid profile nhsperson nationalrbacaccess associatedorgs selectedrole',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  });
  const maxAge = more['max_age'] === undefined ? {} : { maxAge: Number(more['max_age']) };
  return { url, checks: { pkceCodeVerifier, expectedState, expectedNonce, ...maxAge } };
}

let turn: 0 | 1 = 0;

/** The door of the pages, in one datacentre and then in the other. */
export function interactionsOf({ faces }: TwoFaces): Promise<Interactions> {
  turn = turn === 0 ? 1 : 0;
  return faces[turn].interactions();
}

/** What the page that a browser came to is asked for. */
export function requestAt(
  browser: Browser,
  { address, body }: Opened,
  page: 'signin' | 'roles',
): { readonly uid: string; readonly cookie: string } {
  const { pathname } = address;
  assert.match(pathname, new RegExp(`^/${page}/`), body);
  return { uid: pathname.split('/').at(-1) ?? '', cookie: browser.cookiesFor(pathname) };
}

export async function signIn(
  two: TwoFaces,
  browser: Browser,
  at: Opened,
  proof: Proof,
): Promise<Opened> {
  const request = requestAt(browser, at, 'signin');
  const next = await (await interactionsOf(two)).signIn(request, proof);
  assert.ok(next.ok, JSON.stringify(next));
  return browser.open(next.value);
}

export async function rolesAt(two: TwoFaces, browser: Browser, at: Opened): Promise<string[]> {
  const roles = await (await interactionsOf(two)).roleRequest(requestAt(browser, at, 'roles'));
  assert.ok(roles.ok, JSON.stringify(roles));
  return roles.value.roles.map(({ roleProfileId }) => roleProfileId);
}

export async function chooseRole(
  two: TwoFaces,
  browser: Browser,
  at: Opened,
  role: string,
): Promise<Opened> {
  const request = requestAt(browser, at, 'roles');
  const next = await (await interactionsOf(two)).chooseRole(request, role);
  assert.ok(next.ok, JSON.stringify(next));
  return browser.open(next.value);
}

export type SignedIn = {
  readonly config: client.Configuration;
  readonly browser: Browser;
  readonly back: Opened;
  readonly tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>;
};

/** Somebody signs in to a relying party, all the way to its tokens. */
export async function signedIn(
  two: TwoFaces,
  config: client.Configuration,
  userId: string = USERS.doctor,
  browser = new Browser(two.issuer),
): Promise<SignedIn> {
  const { url, checks } = await ask(config);
  const opened = await browser.open(url.href);
  const isSignIn = opened.address.pathname.startsWith('/signin/');
  const back = isSignIn ? await signIn(two, browser, opened, cardOf(userId)) : opened;
  const tokens = await client.authorizationCodeGrant(config, back.address, checks);
  return { config, browser, back, tokens };
}

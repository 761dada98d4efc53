import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { identityPages } from '../../src/identity/pages/index.ts';
import { openLimiter } from '../../src/identity/rate-limit/index.ts';
import {
  endSessions,
  readSession,
  type Session,
  startSession,
} from '../../src/identity/sessions/index.ts';
import { aSession, storeIn } from '../../src/identity/sessions/testing.ts';
import { findPersona, TEST_PASSCODE } from '../../src/local/personas.ts';
import { newBrowser, sealsWith } from '../../src/pages/seals.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { sharedSecret } from '../../src/platform/secrets.ts';
import { sql } from '../../src/platform/sql.ts';
import { userIdOf } from '../pages/people.ts';
import { cardsOf } from '../support/cards.ts';
import { startSpine, type TestSpine } from '../support/server.ts';

// Shows: Sign-in | no form of any page is taken from another site, another browser or without its token, and no page sends anybody elsewhere

let spine: TestSpine;
let seals: ReturnType<typeof sealsWith>;
before(async () => {
  spine = await startSpine();
  seals = sealsWith(await sharedSecret(spine.database, 'pages'));
});
after(() => spine.stop());

/** Somebody who is signed in, and what their browser shows and knows. */
async function windowOf(name: string) {
  const userId = userIdOf(name);
  const store = storeIn(spine.database);
  await endSessions(spine.database, { user: userId }, 'administrator', new Date());
  const session = await startSession(store, aSession({ userId }), new Date());
  await spine.database.write(sql`
    update identity.session set role_profile = ${roleOf(name)} where id = ${session.id}`);
  const browser = newBrowser();
  const cookie = seals.sessionCookie(session.id, { headers: { host: host() } }).split(';')[0] ?? '';
  const shown = { browser, session: cookie.slice(cookie.indexOf('=') + 1) };
  return {
    session,
    cookie: `${cookie}; spine-browser=${browser}`,
    token: seals.formToken(shown, browser),
  };
}

function roleOf(name: string): string {
  const persona = findPersona(name);
  assert.ok(persona?.kind === 'person', name);
  return persona.roleProfileId;
}

const host = (): string => new URL(spine.url).host;

/** Addresses to which pages send forms, each with parts that are there. */
function formAddresses(): string[] {
  const { database } = spine;
  const basis = {
    ...storeIn(database),
    limiter: openLimiter(database),
    clock: REAL_CLOCK,
    cards: cardsOf(database),
    testCards: { passcode: TEST_PASSCODE },
    cardAgent: null,
    operators: [],
  };
  const keys = { database, roots: [], domain: 'localhost', origins: [] };
  const door = {
    interactions: () => Promise.reject(new Error('nobody asks')),
    cardUrl: null,
    keys,
  };
  return identityPages(basis, door)
    .filter(({ method }) => method === 'POST')
    .map(({ path }) => path.replace(':user', userIdOf('nurse')).replaceAll(/:\w+/g, 'A83008'));
}

type Sent = { readonly cookie?: string; readonly form?: object; readonly headers?: object };

function send(path: string, { cookie = '', form = {}, headers = {} }: Sent): Promise<Response> {
  return fetch(`${spine.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, accept: 'text/html', ...headers },
    body: new URLSearchParams({ ...form }),
  });
}

async function isSignedIn({ id }: Session): Promise<boolean> {
  return (await readSession(spine.database, id, new Date())).ok;
}

async function auditLines(): Promise<number> {
  const [row] = await spine.database.all<{ lines: number }>(sql`
    select count(*)::integer as lines from platform.audit`);
  return row?.lines ?? 0;
}

describe('a form', () => {
  test('of any page is refused when another site sends it, or another browser, or nobody knows who', async () => {
    const [manager, other] = [await windowOf('ra-manager'), await windowOf('nurse')];
    const { cookie, token } = manager;
    const mine = { 'form-token': token };
    const attacks: readonly Sent[] = [
      { cookie },
      { cookie, form: { 'form-token': other.token } },
      { cookie, form: { 'form-token': '' } },
      { cookie: other.cookie, form: mine },
      { form: mine },
      { cookie, form: mine, headers: { origin: 'https://evil.example' } },
      { cookie, form: mine, headers: { origin: 'null' } },
      { cookie, form: mine, headers: { origin: `http://evil.${host()}` } },
      { cookie, form: mine, headers: { 'sec-fetch-site': 'cross-site' } },
      { cookie, form: mine, headers: { 'sec-fetch-site': 'same-site' } },
    ];
    const before = await auditLines();
    const addresses = formAddresses();
    assert.ok(addresses.length > 20, addresses.join(' '));
    for (const path of addresses) {
      for (const [n, attack] of attacks.entries()) {
        const answer = await send(path, attack);
        assert.equal(answer.status, 403, `${path} ${n}`);
        assert.match(await answer.text(), /This form is out of date/, `${path} ${n}`);
      }
    }
    assert.equal(await auditLines(), before);
    assert.ok((await isSignedIn(manager.session)) && (await isSignedIn(other.session)));
  });

  test('of a page is taken with its token from its own browser', async () => {
    const { cookie, token, session } = await windowOf('ra-manager');
    const form = { 'form-token': token };
    const headers = { origin: spine.url, 'sec-fetch-site': 'same-origin' };
    assert.equal((await send('/signout', { cookie, form, headers })).status, 303);
    assert.ok(!(await isSignedIn(session)));
  });
});

const ELSEWHERE = [
  'https://evil.example',
  '//evil.example',
  String.raw`/\evil.example`,
  String.raw`\\evil.example`,
  '/\t/evil.example',
  '/\n/evil.example',
  '///evil.example',
  '/.//evil.example',
  'http:evil.example',
  'evil.example',
  'javascript:alert(1)',
  '@evil.example',
  '/%0d%0aLocation: https://evil.example',
];

describe('the page to come back to', () => {
  /** Where a browser would go. */
  function isHere(answer: Response): boolean {
    const to = answer.headers.get('location') ?? '';
    return to !== '' && new URL(to, spine.url).origin === spine.url;
  }

  test('is one of this installation, whatever an address asks for', async () => {
    const { cookie } = await windowOf('ra-manager');
    for (const place of ELSEWHERE) {
      for (const page of ['signin', 'roles', 'sessions']) {
        const url = `${spine.url}/${page}?return=${encodeURIComponent(place)}`;
        const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
        assert.equal(answer.status, 303, `${page} ${place}`);
        assert.ok(isHere(answer), `${page} ${place}`);
      }
      for (const page of ['signin', 'card', 'signedout', 'roles/change']) {
        const url = `${spine.url}/${page}?return=${encodeURIComponent(place)}`;
        const headers = page === 'signin' ? {} : { cookie };
        const html = await (await fetch(url, { redirect: 'manual', headers })).text();
        const leads = [...html.matchAll(/(?:href|action|value)="([^"]*evil[^"]*)"/g)];
        for (const [, lead = ''] of leads) {
          assert.equal(new URL(lead, spine.url).origin, spine.url, `${page} ${place}: ${lead}`);
        }
      }
    }
  });

  test('is one of this installation, whatever a form asks for', async () => {
    const { cookie, token } = await windowOf('ra-manager');
    for (const place of ELSEWHERE) {
      const form = { 'form-token': token, return: place };
      for (const path of ['/signin/other', '/sessions']) {
        assert.ok(isHere(await send(path, { cookie, form })), `${path} ${place}`);
      }
    }
    // Last, as whoever chooses a role has another session from then on.
    for (const place of ELSEWHERE) {
      const mine = await windowOf('ra-manager');
      const form = { 'form-token': mine.token, return: place, role: roleOf('ra-manager') };
      assert.ok(isHere(await send('/roles', { cookie: mine.cookie, form })), place);
    }
  });
});

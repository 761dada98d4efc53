import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ORDER, RELEASE_NOMINATED, newFacts } from '../bad-input/kinds.ts';
import { LEGACY, startSpine, type TestSpine } from '../support/server.ts';
import { type App, codeFor, codeForm, refreshForm, type SignIn, startSignIn } from './sign-in.ts';

// Shows: Sign-in | sign-in away for ten minutes: 200 live sessions work on, and nobody signs in again

const SESSIONS = 200;
const AT_ONCE = 20;
const API = 'electronic-prescription-service-api';
const SCOPES = ['prescribing', 'dispensing'].map(
  (half) => `urn:nhsd:apim:user-nhs-id:aal3:${API}:${half}`,
);
const ASID = '999000000101';

type Live = {
  accessToken: string;
  refreshToken: string;
  readonly kind: typeof ORDER;
};

describe('ten minutes without sign-in', () => {
  let spine: TestSpine;
  let sign: SignIn & { stop(): Promise<void> };
  let app: App;
  const live: Live[] = [];
  const start = new Date();

  before(async () => {
    spine = await startSpine();
    sign = await startSignIn({ over: { url: '', database: spine.database } });
    app = await sign.app({ asid: ASID, products: [{ name: 'eps', scopes: SCOPES }] });
    await timeIs(0);
  });
  after(async () => {
    await sign.stop();
    await spine.stop();
  });

  /** Of the gateway and of sign-in, in seconds after the start. */
  async function timeIs(seconds: number): Promise<void> {
    const at = new Date(start.getTime() + seconds * 1_000);
    sign.setTime(at);
    const body = { instant: at.toISOString(), frozen: true, security: true };
    const { status } = await spine.call('/_local/clock', { method: 'PUT', body });
    assert.equal(status, 200);
  }

  async function inTurns<Item>(
    items: readonly Item[],
    act: (item: Item) => Promise<void>,
  ): Promise<void> {
    for (let from = 0; from < items.length; from += AT_ONCE) {
      await Promise.all(items.slice(from, from + AT_ONCE).map(act));
    }
  }

  /** Each sends a prescription or downloads; the answers by their status. */
  async function work(): Promise<Record<number, number>> {
    const counts: Record<number, number> = {};
    await inTurns(live, async ({ accessToken, kind }) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      const body = kind.build(newFacts({ authoredAt: sign.now() }));
      const { status } = await spine.call(`${LEGACY}${kind.path}`, { body, headers });
      counts[status] = (counts[status] ?? 0) + 1;
    });
    return counts;
  }

  test('200 people sign in', async () => {
    const iat = Math.floor(start.getTime() / 1000);
    for (let n = 0; n < SESSIONS; n += 1) {
      const isPrescriber = n % 2 === 0;
      const sub = isPrescriber ? '555900010101' : '555900040101';
      sign.cis2.says({ claims: { sub, iat, auth_time: iat, exp: iat + 300 } });
      const { body } = await sign.post('/oauth2/token', codeForm(app, await codeFor(sign, app)));
      live.push({
        accessToken: body.access_token,
        refreshToken: body.refresh_token,
        kind: isPrescriber ? ORDER : RELEASE_NOMINATED,
      });
    }
    assert.equal(live.length, SESSIONS);
  });

  test('sign-in goes away; all that they send is taken until their tokens and their grace are over', async () => {
    sign.cis2.behaves('broken');
    await sign.stop();
    await assert.rejects(sign.ask('/oauth2/_ping'));
    for (const seconds of [0, 200, 400, 598, 655]) {
      await timeIs(seconds);
      assert.deepEqual(await work(), { 200: SESSIONS }, `after ${seconds} s`);
    }
    await timeIs(670);
    assert.deepEqual(await work(), { 401: SESSIONS });
  });

  test('sign-in comes back, though the identity provider has not: nobody signs in again', async () => {
    sign = await startSignIn({ over: { url: '', database: spine.database } });
    sign.cis2.behaves('broken');
    await timeIs(700);
    await inTurns(live, async (session) => {
      const form = refreshForm(app, session.refreshToken);
      const { status, body, text } = await sign.post('/oauth2/token', form);
      assert.equal(status, 200, text);
      session.accessToken = body.access_token;
      session.refreshToken = body.refresh_token;
    });
    assert.deepEqual(await work(), { 200: SESSIONS });
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import {
  type AccessTokenClaims,
  accessTokenVerifier,
  currentKey,
  openKeyRing,
  signAccessToken,
} from '../../src/identity/index.ts';
import { endSessions, openRevocations, startSession } from '../../src/identity/sessions/index.ts';
import { aSession, storeIn } from '../../src/identity/sessions/testing.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { newFacts, ORDER } from '../bad-input/kinds.ts';
import { testPair } from '../nothing-lost/datacentres.ts';

// Shows: Access | what is revoked is refused at both sites within 5 s

const pair = testPair();
const { prescriber } = PERSONAS;

async function tokenWith(changes: Partial<AccessTokenClaims>): Promise<string> {
  const claims = { ...claimsOf(prescriber, null), ...changes };
  return signAccessToken(await currentKey(pair().database), claims, new Date());
}

/** What each datacentre answers to a question of the tracker. */
function ask(token: string, headers: Record<string, string> = {}): Promise<number[]> {
  const path = '/electronic-prescriptions/FHIR/R4/Task?patient:identifier=9990000018';
  return Promise.all(
    pair().addresses.map(async (address) => {
      const answer = await fetch(`${address}${path}`, {
        headers: {
          authorization: `Bearer ${token}`,
          'x-request-id': randomUUID(),
          ...headers,
        },
      });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
}

async function secondsUntil(token: string, statuses: readonly number[]): Promise<number> {
  const from = performance.now();
  for (;;) {
    const now = await ask(token);
    const seconds = (performance.now() - from) / 1000;
    if (now.every((status, at) => status === statuses[at])) return seconds;
    assert.ok(seconds < 10, `after ${seconds} s still ${now.join(', ')}`);
    await pause(50);
  }
}

describe('a session that an administrator ends', () => {
  test('is over at both sites within five seconds, and no other is', async () => {
    const { database } = pair();
    const session = await startSession(
      storeIn(database),
      aSession({ kind: 'platform' }),
      new Date(),
    );
    const token = await tokenWith({ sid: session.id });
    const other = await tokenWith({});
    assert.deepEqual(await ask(token), [200, 200]);
    await endSessions(database, { session: session.id }, 'administrator', new Date());
    const seconds = await secondsUntil(token, [401, 401]);
    assert.ok(seconds < 5, `${seconds} s`);
    assert.deepEqual(await ask(other), [200, 200]);
  });
});

describe('a role that ends', () => {
  const role = (id: string, until?: number) => ({
    id,
    organisation: 'A83008',
    job: 'S8000:G8000:R8000',
    activities: [],
    ...(until === undefined ? {} : { until }),
  });

  test('is taken out of tokens that are out already; the other roles of its user stay', async () => {
    const token = await tokenWith({ roles: [role('555900070001'), role('555900070002')] });
    const inRole = (id: string) => ask(token, { 'nhsd-session-urid': id });
    assert.deepEqual(await inRole('555900070001'), [200, 200]);
    assert.deepEqual(await ask(token), [400, 400], 'of two roles one has to be named');
    const which = { roleProfile: '555900070001' };
    await endSessions(pair().database, which, 'role-ended', new Date());
    const seconds = await secondsUntil(token, [200, 200]);
    assert.ok(seconds < 5, `${seconds} s: the one that is left needs no name`);
    assert.deepEqual(await inRole('555900070001'), [400, 400]);
    assert.deepEqual(await inRole('555900070002'), [200, 200]);
  });

  test('by its date is not even waited for', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = await tokenWith({ roles: [role('555900070003', now + 1)] });
    const inRole = (id: string) => ask(token, { 'nhsd-session-urid': id });
    assert.deepEqual(await inRole('555900070003'), [200, 200]);
    await pause(1_500);
    assert.deepEqual(await inRole('555900070003'), [400, 400]);
  });
});

describe('the algorithm of $prepare', () => {
  test('is by the application of the token; no header changes it', async () => {
    const order = ORDER.build(newFacts());
    const prepare = async (token: string): Promise<string> => {
      const answer = await fetch(`${pair().addresses[0]}/fhir-prescribing/FHIR/R4/$prepare`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'x-request-id': randomUUID(),
          'content-type': 'application/fhir+json',
          'nhsd-application-id': 'an application that signs with SHA-1',
        },
        body: JSON.stringify(order),
      });
      const { parameter } = (await answer.json()) as {
        parameter: { name: string; valueString: string }[];
      };
      return parameter.find(({ name }) => name === 'algorithm')?.valueString ?? '';
    };
    assert.equal(await prepare(await tokenWith({ sha1: false })), 'RS256');
    assert.equal(await prepare(await tokenWith({ sha1: true })), 'RS1');
  });
});

describe('the check of a token that was seen before', () => {
  test('takes less than 50 microseconds, with things revoked and not', async () => {
    const { database } = pair();
    const ring = await openKeyRing(database);
    await endSessions(database, { user: 'somebody' }, 'administrator', new Date());
    const revocations = await openRevocations(database, REAL_CLOCK);
    const verify = accessTokenVerifier(ring, revocations);
    const request = {
      authorization: `Bearer ${await tokenWith({})}`,
      roleProfile: undefined,
      at: new Date(),
    };
    const CHECKS = 20_000;
    const microseconds = async (): Promise<number> => {
      const before = process.cpuUsage();
      for (let n = 0; n < CHECKS; n += 1) await verify(request);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / CHECKS;
    };
    assert.ok((await verify(request)).ok);
    const best = Math.min(await microseconds(), await microseconds(), await microseconds());
    ring.close();
    revocations.close();
    assert.ok(best < 50, `${best} microseconds`);
  });
});

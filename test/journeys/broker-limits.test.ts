import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';

import { findPersona, PERSONAS } from '../../src/local/personas.ts';
import { sql } from '../../src/platform/sql.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import * as broker from '../support/broker.ts';
import { aCard } from '../support/cards.ts';

// Shows: Spine Security Broker (2014) | who asks too often is told that the service is overloaded, not that card or user is at fault

const pair = testPair();
const MINUTE_MS = 60_000;
const SHARE = 1 / 32; // what a process has of a limit before it asks how much is left

/** All of this minute and of the one before has been used, wherever. */
async function useUp(key: string, perMinute: number): Promise<void> {
  const minute = Math.floor(Date.now() / MINUTE_MS);
  await pair().database.write(sql`
    insert into identity.rate (key, period_ms, period, taken, taken_before)
    values (${key}, ${MINUTE_MS}, ${minute + 1}::bigint, ${perMinute}, ${perMinute})
    on conflict (key, period_ms) do update set period = excluded.period, taken = excluded.taken,
      taken_before = excluded.taken_before`);
}

function assertOverloaded({ status, headers, text }: broker.Said): void {
  assert.equal(status, 503, text);
  assert.equal(headers.get('retry-after'), '1');
  assert.match(text, /name="error_code">overloaded</);
  assert.match(text, /name="error_concerns">service</);
  assert.match(text, /Card and user are not at fault/);
}

/** How the broker answers an activation from an address of this machine. */
function statusFrom(localAddress: string, site: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', localAddress };
    const sent = request(`${site}/login/authactivate`, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the broker', () => {
  test('lets a card that has used its rate up wait, and no other card', async () => {
    const [a, b] = pair().addresses;
    const [card, other] = [
      await aCard(pair().database, PERSONAS.dispenser.userId, { type: 'p256' }),
      await aCard(pair().database, PERSONAS.prescriber.userId, { type: 'p256' }),
    ];
    await useUp(`card ${card.cardNumber}`, 600);
    let last = await broker.logIn([a, b], card);
    for (let n = 0; last.status === 200 && n < 600 * SHARE; n += 1) {
      last = await broker.logIn([a, b], card);
    }
    assertOverloaded(last);
    assert.equal((await broker.logIn([a, b], other)).status, 200);
    const noted = await pair().database.all<{ outcome: string }>(sql`
      select outcome from platform.audit where user_id = ${card.userId} and outcome = 'broker: overloaded'`);
    assert.equal(noted.length, 1, 'in the audit');
  });

  test('lets an address that asks for too much wait, and no other address', async () => {
    const [a] = pair().addresses;
    await useUp('broker 127.0.0.9', 60_000);
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < 60_000 * SHARE + 100; sent += 50) {
      const some = Array.from({ length: 50 }, () => statusFrom('127.0.0.9', a));
      for (const status of await Promise.all(some)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    assert.deepEqual(new Set(statuses.keys()), new Set([403, 503]));
    assert.equal(await statusFrom('127.0.0.10', a), 403, 'bad_request, but listened to');
  });

  test('has so many cards judged at once, and asks the others to come again', async () => {
    const [a] = pair().addresses;
    const persona = findPersona('other-dispenser');
    assert.ok(persona?.kind === 'person');
    const card = await aCard(pair().database, persona.userId, { type: 'p256' });
    const ready = await Promise.all(
      Array.from({ length: 160 }, async () => {
        const login = broker.newLogin();
        return broker.validation(card, login, await broker.activate(a, login));
      }),
    );
    const said = await Promise.all(ready.map((parameters) => broker.validate(a, parameters)));
    const late = said.filter(({ status }) => status !== 200);
    assert.ok(said.length - late.length >= 64, `${late.length} had to wait`);
    assert.ok(late.length > 0, 'all at once');
    for (const answer of late) assertOverloaded(answer);
    const [first] = ready.filter((_, index) => said[index]?.status === 503);
    assert.ok(first);
    assert.equal((await broker.validate(a, first)).status, 200, 'the same again, a moment later');
  });
});

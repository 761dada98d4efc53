// Shows: Spine Security Broker (2014) | a card that is locked, suspended, expired or revoked, and a user who may not, each by its code
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { type CardCommand, changeCard, findCard } from '../../src/identity/cards/index.ts';
import { findPersona, PERSONAS } from '../../src/local/personas.ts';
import { sql } from '../../src/platform/sql.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import * as broker from '../support/broker.ts';
import { aCard, cardsOf, type TestCard } from '../support/cards.ts';
import { startSpine } from '../support/server.ts';

const pair = testPair();
const { prescriber, otherPrescriber, nurse, dispenser, otherDispenser, receptionist } = PERSONAS;

async function change(card: TestCard, command: CardCommand): Promise<void> {
  const by = { userId: null, at: new Date() };
  const done = await changeCard(cardsOf(pair().database), card.cardNumber, command, { by });
  assert.ok(done.ok, JSON.stringify(done));
}

const codeAtLogin = async (card: TestCard, changes: broker.Parameters = {}): Promise<string> =>
  broker.codeOf(await broker.logIn(pair().addresses, card, changes));

async function signedIn(card: TestCard): Promise<string> {
  const reply = await broker.logIn(pair().addresses, card);
  assert.equal(reply.status, 200, reply.text);
  return broker.textIn(reply, 'sso_ticket');
}

/** At both datacentres. */
async function codesOf(ticket: string): Promise<string[]> {
  const answers = pair().addresses.map((site) => broker.assertion(site, ticket));
  return (await Promise.all(answers)).map(broker.codeOf);
}

describe('of a card the broker says what is the matter', () => {
  const REVOKE = { kind: 'Revoke', reason: 'lost' } as const;
  const CASES = [
    ['locked', { kind: 'Lock' }, 'card_locked', prescriber, ''],
    ['suspended', { kind: 'Suspend' }, 'card_suspended', otherPrescriber, 'card_suspended'],
    ['expired', { kind: 'EndNow' }, 'cert_expired', nurse, 'cert_expired'],
    ['revoked', REVOKE, 'cert_revoked', dispenser, 'cert_revoked'],
    ['of an old series', { kind: 'Block' }, 'card_blocked', dispenser, 'card_blocked'],
  ] as const;
  for (const [what, command, code, persona, inSession] of CASES) {
    const then = inSession === '' ? 'goes on' : 'is over';
    test(`when it is ${what}; a session that it began ${then} at both datacentres`, async () => {
      const card = await aCard(pair().database, persona.userId);
      const ticket = await signedIn(card);
      assert.deepEqual(await codesOf(ticket), ['', '']);
      await change(card, command);
      assert.equal(await codeAtLogin(card), code);
      assert.deepEqual(await codesOf(ticket), [inSession, inSession]);
    });
  }

  test('when its certificate is not valid yet or no more', async () => {
    const { database, addresses } = pair();
    const card = await aCard(database, receptionist.userId);
    const setClock = (setting: object) =>
      fetch(`${addresses[0]}/_local/clock`, { method: 'PUT', body: JSON.stringify(setting) });
    try {
      for (const years of [-1, 3]) {
        const instant = new Date(Date.now() + years * 366 * 86_400_000).toISOString();
        await setClock({ instant, frozen: true, security: true });
        assert.equal(await codeAtLogin(card), 'cert_expired');
      }
    } finally {
      await setClock({ real: true });
    }
    assert.equal(await codeAtLogin(card), '');
    assert.equal(await codeAtLogin(card, { uid: dispenser.userId }), 'uid_mismatch');
  });

  test('when its holder has not taken it into use', async () => {
    const { database } = pair();
    const administrator = findPersona('administrator');
    assert.ok(administrator?.kind === 'person');
    const card = await aCard(database, administrator.userId);
    await database.write(sql`
      update identity.card set status = 'Issued' where card_number = ${card.cardNumber}`);
    assert.equal(await codeAtLogin(card), 'card_not_active');
  });

  test('and nobody can lock it from outside, whatever they send', async () => {
    const { database } = pair();
    const card = await aCard(database, otherDispenser.userId);
    for (let n = 0; n < 30; n += 1) {
      const guessed = { ...card, sign: () => randomBytes(256) };
      assert.equal(await codeAtLogin(guessed), 'cms_invalid');
    }
    const kept = await findCard(database, card.cardNumber);
    assert.deepEqual([kept?.status, kept?.wrongPins, kept?.lockedAt], ['Active', 0, null]);
    assert.equal(await codeAtLogin(card), '');
  });
});

describe('of a user the broker says what is the matter', () => {
  for (const name of ['no-role', 'ended-role']) {
    test(`when there is no role that is open: ${name}`, async () => {
      const persona = findPersona(name);
      assert.ok(persona?.kind === 'without-role');
      assert.equal(await codeAtLogin(await aCard(pair().database, persona.userId)), 'no_roles');
    });
  }

  test('when they are inactive, and their sessions are over at both datacentres', async () => {
    const { database } = pair();
    const persona = findPersona('locum');
    assert.ok(persona?.kind === 'person');
    const card = await aCard(database, persona.userId);
    const ticket = await signedIn(card);
    await database.write(sql`
      update identity.person set status = 'inactive' where user_id = ${persona.userId}`);
    assert.equal(await codeAtLogin(card), 'user_inactive');
    assert.deepEqual(await codesOf(ticket), ['user_inactive', 'user_inactive']);
  });

  test("when the role is another person's, or ended meanwhile", async () => {
    const { database, addresses } = pair();
    const persona = findPersona('two-organisations');
    assert.ok(persona?.kind === 'person');
    const ticket = await signedIn(await aCard(database, persona.userId));
    const choose = async (role: string): Promise<string> =>
      broker.codeOf(await broker.chooseRole(addresses[1], ticket, role));
    assert.equal(await choose(prescriber.roleProfileId), 'role_unknown');
    assert.equal(await choose('999999999999'), 'role_unknown');
    assert.equal(await choose(persona.roleProfileId), '');
    assert.deepEqual(await codesOf(ticket), ['', '']);
    await database.write(sql`
      update identity.role_profile set ends_on = '2024-01-31' where role_profile_id = ${persona.roleProfileId}`);
    assert.deepEqual(await codesOf(ticket), ['role_unknown', 'role_unknown']);
  });
});

test('with the database away every step says that it is the service, and when to come again', async () => {
  const spine = await startSpine();
  try {
    const card = await aCard(spine.database, dispenser.userId);
    const login = broker.newLogin();
    const given = await broker.activate(spine.url, login);
    const whole = await broker.validation(card, login, given);
    const ticket = broker.textIn(await broker.logIn([spine.url, spine.url], card), 'sso_ticket');
    await spine.drop();
    const answers = [
      await broker.validate(spine.url, whole),
      await broker.chooseRole(spine.url, ticket, dispenser.roleProfileId),
      await broker.assertion(spine.url, ticket),
      await broker.logOut(spine.url, ticket, dispenser.userId),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 503, answer.text);
      assert.equal(answer.headers.get('retry-after'), '1');
      assert.equal(broker.codeOf(answer), 'overloaded');
      assert.equal(broker.textIn(answer, 'error_concerns'), 'service');
    }
    assert.equal((await broker.activate(spine.url, login)).status, 200, 'needs no database');
  } finally {
    await spine.stop();
  }
});

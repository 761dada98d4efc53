// Shows: Spine Security Broker (2014) | log-in with a card, role, assertion and log-out, each step at the other datacentre
// Shows: Spine Security Broker (2014) | a card that is revoked in mid-session, an administrator or ten hours end it everywhere
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { changeCard } from '../../src/identity/cards/index.ts';
import { rotateKeys } from '../../src/identity/index.ts';
import { endSessions } from '../../src/identity/sessions/index.ts';
import { findPersona, PERSONAS } from '../../src/local/personas.ts';
import { sql } from '../../src/platform/sql.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import * as broker from '../support/broker.ts';
import { aCard, cardsOf, type TestCard } from '../support/cards.ts';

const pair = testPair();
const { dispenser } = PERSONAS;
const both = findPersona('two-organisations');
assert.ok(both?.kind === 'person');
const [secondRole] = both.furtherRoles ?? [];
assert.ok(secondRole !== undefined);

const cards = new Map<string, Promise<TestCard>>();
/** One card a person, made when it is first wanted. */
function cardOf(userId: string): Promise<TestCard> {
  const card = cards.get(userId) ?? aCard(pair().database, userId);
  cards.set(userId, card);
  return card;
}

/** What an assertion says, in its order. */
function attributesOf({ text }: broker.Said): [name: string, values: string[]][] {
  const found = text.matchAll(
    /<saml:Attribute AttributeName="(\w+)"[^>]*>(.*?)<\/saml:Attribute>/g,
  );
  return [...found].map(([, name = '', inner = '']) => [
    name,
    [...inner.matchAll(/<saml:AttributeValue>(.*?)<\/saml:AttributeValue>/g)].map(
      ([, value = '']) => value,
    ),
  ]);
}

const isSuccess = ({ text }: broker.Said): boolean => text.includes('Value="samlp:Success"');

for (const first of [0, 1] as const) {
  const sites = (): readonly [string, string] => {
    const [a, b] = pair().addresses;
    return first === 0 ? [a, b] : [b, a];
  };

  describe(`a log-in that begins at datacentre ${'ab'[first]} and takes each step at the other one`, () => {
    test('ends with a ticket that is good at both, until it is given back', async () => {
      const [here, there] = sites();
      const card = await cardOf(dispenser.userId);
      const reply = await broker.logIn([here, there], card);
      assert.equal(reply.status, 200, reply.text);
      const ticket = broker.textIn(reply, 'sso_ticket');
      assert.ok(ticket.endsWith(first === 0 ? '@AAJTSQACMDI=#' : '@AAJTSQACMDE=#'), ticket);
      const role = dispenser.roleProfileId;
      assert.equal(
        (await broker.chooseRole(here, ticket, role)).text,
        '<HTML><STATUS>OK</STATUS></HTML>',
      );
      for (const site of [there, here]) assert.ok(isSuccess(await broker.assertion(site, ticket)));
      assert.match((await broker.logOut(there, ticket, card.userId)).text, /OK/);
      for (const site of [here, there]) {
        const answer = await broker.assertion(site, ticket);
        assert.equal(broker.codeOf(answer), 'ticket_ended');
        assert.doesNotMatch(answer.text, /saml:Assertion|samlp:Success/);
      }
      assert.equal(broker.codeOf(await broker.chooseRole(here, ticket, role)), 'ticket_ended');
      assert.match((await broker.logOut(here, ticket, card.userId)).text, /OK/, 'again');
    });

    test('of a user with two roles asks for one, and keeps to it', async () => {
      const [here, there] = sites();
      const reply = await broker.logIn([here, there], await cardOf(both.userId));
      const ticket = broker.textIn(reply, 'sso_ticket');
      const roles = ['nhsjobrole0', 'nhsjobrole1'].map((name) => reply.parameters.get(name));
      assert.deepEqual(
        roles.map((role) => role?.attributes),
        [
          { id: both.roleProfileId, orgcode: both.organisation.ods },
          { id: secondRole.roleProfileId, orgcode: secondRole.organisation.ods },
        ],
      );
      assert.equal(
        roles[0]?.text,
        `${both.organisation.name}, "Scientific, Therapeutic and Technical":"Pharmacy":"Pharmacist"`,
      );
      assert.equal(broker.codeOf(await broker.assertion(here, ticket)), 'role_not_chosen');
      const choose = (site: string, role: string) => broker.chooseRole(site, ticket, role, '1');
      assert.match((await choose(here, secondRole.roleProfileId)).text, /OK/);
      assert.match((await choose(there, secondRole.roleProfileId)).text, /OK/, 'the same again');
      assert.equal(broker.codeOf(await choose(there, both.roleProfileId)), 'role_chosen');
      const told = new Map(attributesOf(await broker.assertion(there, ticket)));
      assert.deepEqual(told.get('ssbSessionRoleUid'), [secondRole.roleProfileId]);
      assert.deepEqual(told.get('ssbMode'), ['1']);
    });
  });
}

describe('what the broker says', () => {
  test('of a log-in has the parameters of 2014, in their order', async () => {
    const [a, b] = pair().addresses;
    const login = broker.newLogin();
    const card = await cardOf(dispenser.userId);
    const given = await broker.activate(a, login);
    assert.deepEqual(
      [...given.parameters.keys()],
      ['log_session_id', 'challenge', 'signature', 'reply_url'],
    );
    assert.equal(given.headers.get('cache-control'), 'no-store');
    assert.match(given.text, /<!DOCTYPE USER SYSTEM "gpOBJECT.DTD">/);
    const reply = await broker.validate(b, await broker.validation(card, login, given));
    const said = Object.fromEntries([...reply.parameters].map(([name, { text }]) => [name, text]));
    const { sso_ticket: ticket, nhsjobrole0: role, ...rest } = said;
    assert.match(ticket ?? '', /^AQIC5/);
    assert.ok(role?.startsWith(`${dispenser.organisation.name}, "`));
    assert.deepEqual(rest, {
      log_session_id: login,
      gas_version: '5.2.7',
      error_url: `${b}/login/error`,
      server_ip: '127.0.0.1',
      cn: 'Synthetic-Station Tomasz Mr',
      sso_domain: '127.0.0.1',
      sso_session_url: `${b}/saml/RoleAssertion`,
      sso_keep_alive: 'false',
      sso_session_time: '600',
      sso_max_session_time: '600',
      sso_logout_url: `${b}/login/authlogout`,
      auth_method: '3',
      app_url: 'NHST',
      service: 'AUTHENTICATION',
    });
  });

  test('of a role is the assertion of 2014: its shape, its times, its attributes in order', async () => {
    const [a, b] = pair().addresses;
    const ticket = broker.textIn(
      await broker.logIn([a, b], await cardOf(dispenser.userId)),
      'sso_ticket',
    );
    const answer = await broker.assertion(a, ticket);
    const { text } = answer;
    assert.deepEqual(
      attributesOf(answer).map(([name]) => name),
      [
        'ssbAssertionVersion',
        'cn',
        'uid',
        'ssbSessionRoleUid',
        'ssbMode',
        'nhsIdCode',
        'o',
        'nhsBusinessFunctions',
        'nhsBusinessFunctionsCodes',
        'nhsJobRole',
        'uniqueIdentifier',
        'nhsJobRoleCode',
      ],
    );
    const told = new Map(attributesOf(answer));
    assert.deepEqual(told.get('nhsIdCode'), [dispenser.organisation.ods]);
    assert.deepEqual(told.get('nhsBusinessFunctionsCodes'), [...dispenser.activities]);
    assert.deepEqual(told.get('nhsJobRoleCode'), [dispenser.jobRole.code]);
    assert.deepEqual(told.get('ssbSessionRoleUid'), [dispenser.roleProfileId], 'chosen by itself');
    assert.ok(text.includes(`uid=${dispenser.userId},ou=People,o=nhs`));
    assert.ok(text.includes(`>${ticket}</saml:SubjectConfirmationData>`));
    assert.ok(text.includes(`Issuer="${a}"`));
    assert.match(text, /ResponseID="null" InResponseTo="null"/);
    assert.match(text, /AuthenticationMethod="urn:com:sun:identity:ExtendedLoginModule"/);
    assert.match(text, /Recipient="127\.0\.0\.1"/);
    const [, from = '', until = ''] = /NotBefore="([^"]+)" NotOnOrAfter="([^"]+)"/.exec(text) ?? [];
    assert.equal(Date.parse(until) - Date.parse(from), 240_000);
    assert.ok(Math.abs(Date.parse(until) - Date.now() - 60_000) < 10_000);
  });

  test('of everything that somebody did is in the audit', async () => {
    const { database, addresses } = pair();
    const [a, b] = addresses;
    const ticket = broker.textIn(
      await broker.logIn([a, b], await cardOf(both.userId)),
      'sso_ticket',
    );
    await broker.chooseRole(b, ticket, dispenser.roleProfileId);
    await broker.chooseRole(b, ticket, both.roleProfileId);
    await broker.logIn([b, a], await cardOf(both.userId), { uid: dispenser.userId });
    await broker.logOut(a, ticket, both.userId);
    const lines = await database.all<{ line: string }>(sql`
      select concat_ws(' ', interaction, outcome, user_id, role_profile, session is not null) as line
      from platform.audit where interaction in ('sign-in', 'role-choice', 'session-end') order by id desc limit 5`);
    assert.deepEqual(
      lines.map(({ line }) => line),
      [
        `session-end signed-out ${both.userId} t`,
        `sign-in broker: uid_mismatch ${dispenser.userId} f`,
        `role-choice broker ${both.userId} ${both.roleProfileId} t`,
        `role-choice broker: role_unknown ${both.userId} ${dispenser.roleProfileId} t`,
        `sign-in broker ${both.userId} t`,
      ],
    );
  });
});

describe('a session at the broker', () => {
  const signedIn = async (of: string | TestCard = dispenser.userId): Promise<string> => {
    const card = typeof of === 'string' ? await cardOf(of) : of;
    const ticket = broker.textIn(await broker.logIn(pair().addresses, card), 'sso_ticket');
    for (const site of pair().addresses) assert.ok(isSuccess(await broker.assertion(site, ticket)));
    return ticket;
  };

  test('is over at both datacentres as soon as its card is revoked at one', async () => {
    const { database, addresses } = pair();
    const card = await aCard(database, PERSONAS.otherDispenser.userId);
    const ticket = await signedIn(card);
    const revoke = { kind: 'Revoke', reason: 'stolen' } as const;
    const by = { userId: null, at: new Date() };
    assert.ok((await changeCard(cardsOf(database), card.cardNumber, revoke, { by })).ok);
    for (const site of addresses) {
      assert.equal(broker.codeOf(await broker.assertion(site, ticket)), 'cert_revoked');
    }
    assert.equal(broker.codeOf(await broker.logIn(addresses, card)), 'cert_revoked');
  });

  test('goes on while the secret is rotated, and so does a log-in that has begun', async () => {
    const { database, addresses } = pair();
    const [a, b] = addresses;
    const card = await cardOf(dispenser.userId);
    const ticket = await signedIn();
    const login = broker.newLogin();
    const given = await broker.activate(a, login);
    const answer = await broker.validation(card, login, given);
    assert.ok(await rotateKeys(database, new Date()));
    assert.equal((await broker.validate(b, answer)).status, 200, 'a challenge from before');
    // No process has been told: one may hear of the new secret two seconds before the other.
    for (let n = 0; n < 30; n += 1) {
      const sites = n % 2 === 0 ? ([a, b] as const) : ([b, a] as const);
      const now = broker.textIn(await broker.logIn(sites, card), 'sso_ticket');
      for (const site of addresses) {
        for (const one of [ticket, now]) assert.ok(isSuccess(await broker.assertion(site, one)));
      }
      await pause(100);
    }
    const [row] = await database.all<{ hours: number }>(sql`
      select extract(epoch from opens_until - now()) / 3600 as hours from identity.broker_secret
      where opens_until is not null order by generation desc limit 1`);
    assert.ok(Number(row?.hours) > 9.9, 'as long as a session can last');
  });

  test('is over when an administrator ends it', async () => {
    const { database, addresses } = pair();
    const ticket = await signedIn();
    await endSessions(database, { user: dispenser.userId }, 'administrator', new Date());
    for (const site of addresses) {
      assert.equal(broker.codeOf(await broker.assertion(site, ticket)), 'ticket_ended');
    }
  });

  test('lives ten hours and no longer', async () => {
    const ticket = await signedIn();
    const moved = async (minutes: number): Promise<string[]> => {
      const instant = new Date(Date.now() + minutes * 60_000).toISOString();
      await setClock({ instant, frozen: true, security: true });
      return Promise.all(
        pair().addresses.map(async (site) => broker.codeOf(await broker.assertion(site, ticket))),
      );
    };
    try {
      assert.deepEqual(await moved(599), ['', '']);
      assert.deepEqual(await moved(601), ['ticket_ended', 'ticket_ended']);
    } finally {
      await setClock({ real: true });
    }
  });

  test('is good where nobody has heard of it: the ticket says it all', async () => {
    const { database, addresses } = pair();
    const given = broker.textIn(
      await broker.logIn(addresses, await cardOf(both.userId)),
      'sso_ticket',
    );
    await database.write(sql`delete from identity.session where user_id = ${both.userId}`);
    assert.match((await broker.chooseRole(addresses[0], given, both.roleProfileId)).text, /OK/);
    assert.ok(isSuccess(await broker.assertion(addresses[1], given)));
    await database.write(sql`delete from identity.session where user_id = ${both.userId}`);
    await broker.logOut(addresses[0], given, both.userId);
    assert.equal(broker.codeOf(await broker.assertion(addresses[1], given)), 'ticket_ended');
  });
});

async function setClock(setting: object): Promise<void> {
  const [a] = pair().addresses;
  const answer = await fetch(`${a}/_local/clock`, { method: 'PUT', body: JSON.stringify(setting) });
  assert.equal(answer.status, 200, await answer.text());
}

// Shows: Spine Security Broker (2014) | every refusal has its code, and says whether card, user, session or service is the matter
import assert from 'node:assert/strict';
import { randomBytes, sign } from 'node:crypto';
import { describe, test } from 'node:test';

import { makeChallenge } from '../../src/identity/broker/challenge.ts';
import { REFUSALS, type RefusalCode } from '../../src/identity/broker/refusals.ts';
import { ownCard } from '../../src/identity/broker/testing.ts';
import { sealTicket } from '../../src/identity/broker/ticket.ts';
import { certificatesOf } from '../../src/identity/cards/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { sql } from '../../src/platform/sql.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import * as broker from '../support/broker.ts';
import { aCard, type TestCard } from '../support/cards.ts';

const pair = testPair();
const { dispenser, otherDispenser, nurse } = PERSONAS;

const cards = new Map<string, Promise<TestCard>>();
function cardOf(userId: string): Promise<TestCard> {
  const card = cards.get(userId) ?? aCard(pair().database, userId);
  cards.set(userId, card);
  return card;
}

/** A challenge given at one datacentre and answered at the other, with something changed. */
async function refusedWith(
  card: TestCard,
  changes: (given: broker.Said) => Promise<broker.Parameters> | broker.Parameters,
): Promise<string> {
  const [a, b] = pair().addresses;
  const login = broker.newLogin();
  const given = await broker.activate(a, login);
  const whole = await broker.validation(card, login, given);
  const answer = await broker.validate(b, { ...whole, ...(await changes(given)) });
  if (answer.status === 200) return 'logged in';
  return refusalOf(answer);
}

/** The code of an answer that says all that a refusal must say. */
function refusalOf(answer: broker.Said): string {
  const code = broker.codeOf(answer);
  assert.ok(Object.hasOwn(REFUSALS, code), answer.text);
  const { concerns, text } = REFUSALS[code as RefusalCode];
  assert.equal(answer.status, concerns === 'service' ? 503 : 403);
  assert.equal(broker.textIn(answer, 'error_concerns'), concerns);
  assert.ok(broker.textIn(answer, 'error_text').startsWith(text));
  assert.match(broker.textIn(answer, 'error_url'), new RegExp(`/login/error\\?code=${code}$`));
  assert.doesNotMatch(answer.text, /OK|sso_ticket/);
  return code;
}

const challengeIn = (given: broker.Said): Buffer =>
  Buffer.from(broker.textIn(given, 'challenge'), 'base64');

async function setClock(setting: object): Promise<void> {
  const [a] = pair().addresses;
  const answer = await fetch(`${a}/_local/clock`, { method: 'PUT', body: JSON.stringify(setting) });
  assert.equal(answer.status, 200, await answer.text());
}

async function at<Value>(offsetS: number, work: () => Promise<Value>): Promise<Value> {
  const instant = new Date(Date.now() + offsetS * 1000).toISOString();
  await setClock({ instant, frozen: true, security: true });
  try {
    return await work();
  } finally {
    await setClock({ real: true });
  }
}

describe('a log-in request that is not as the protocol has it is a bad_request', () => {
  const WRONG: Readonly<Record<string, readonly (string | null)[]>> = {
    auth_method: [null, '', '2', '33'],
    app_url: [null, 'nhst', 'http://example.org/'],
    log_session_id: [null, '', 'x', 'a'.repeat(41), '<x>'],
    device_id: [null, '', '10.1.2.3', 'abc,ClientIP=', "a,ClientIP=10.0.0.1' or 1=1"],
    service: [null, 'ACTIVATION', 'LOGOUT', 'authentication'],
    challenge: [null, '', '???', 'AAA', 'A'.repeat(300)],
    signature: [null, '', '???', 'AAA'],
    uid: [null, '', '1', '1234567890123', '55590004010a', '*', '555900040101)(uid=*'],
    card_type: [null, 'p12', ''],
    mobility: [null, '2', ''],
    response: [null, ''],
  };
  for (const [name, values] of Object.entries(WRONG)) {
    test(`when ${name} is missing or something else`, async () => {
      const card = await cardOf(dispenser.userId);
      for (const value of values) {
        assert.equal(await refusedWith(card, () => ({ [name]: value })), 'bad_request', `${value}`);
      }
    });
  }

  test('when it is no gpOBJECT, at whichever step', async () => {
    const [a] = pair().addresses;
    for (const path of ['/login/authactivate', '/login/authvalidate', '/login/authlogout']) {
      for (const body of ['', 'auth_method=3', '<gpOBJECT/>', '<a>', '{"uid":1}', '\0\0\0']) {
        assert.equal(refusalOf(await broker.postText(a, path, body)), 'bad_request');
      }
    }
  });

  test('when a parameter of an address is missing, doubled or something else', async () => {
    const [a, b] = pair().addresses;
    const ticket = encodeURIComponent(
      broker.textIn(await broker.logIn([a, b], await cardOf(dispenser.userId)), 'sso_ticket'),
    );
    const role = `selectedRoleUid=${dispenser.roleProfileId}`;
    const rest = 'ssbMode=0&fallbackStatus=0&gacVersion=1';
    for (const query of [
      `token=${ticket}&${rest}`,
      `${role}&${rest}`,
      `token=${ticket}&token=${ticket}&${role}&${rest}`,
      `token=${ticket}&${role}&${role}&${rest}`,
      `token=${ticket}&selectedRoleUid=abc&${rest}`,
      `token=${ticket}&${role}&ssbMode=2&fallbackStatus=0&gacVersion=1`,
    ]) {
      const answer = await fetch(`${b}/saml/RoleSelectionGP.jsp?${query}`);
      assert.match(await answer.text(), /error_code">bad_request</);
      assert.equal(answer.status, 403);
    }
    for (const query of ['', '?token=', `?token=${ticket}&token=${ticket}`]) {
      const text = await (await fetch(`${b}/saml/RoleAssertion${query}`)).text();
      assert.match(text, /<error_code>bad_request</);
      assert.doesNotMatch(text, /samlp:Success|saml:Assertion/);
    }
  });
});

describe('a challenge is challenge_not_ours', () => {
  test('when another installation gave it, or nobody', async () => {
    const card = await cardOf(dispenser.userId);
    const random = randomBytes(20);
    const facts = { random, at: new Date(), login: broker.newLogin() };
    const other = makeChallenge(randomBytes(32), facts);
    for (const challenge of [other.challenge, randomBytes(48), randomBytes(3)]) {
      const code = await refusedWith(card, async () => ({
        log_session_id: facts.login,
        challenge: challenge.toString('base64'),
        signature: other.signature.toString('base64'),
        response: await broker.responseOf(card, challenge),
      }));
      assert.equal(code, 'challenge_not_ours');
    }
  });

  test('when it was given for another log-in, or its signature for another challenge', async () => {
    const [a] = pair().addresses;
    const card = await cardOf(dispenser.userId);
    const other = await broker.activate(a, broker.newLogin());
    for (const changes of [
      { log_session_id: broker.newLogin() },
      { signature: broker.textIn(other, 'signature') },
    ]) {
      assert.equal(await refusedWith(card, () => changes), 'challenge_not_ours');
    }
  });
});

describe('a challenge is challenge_stale', () => {
  for (const [what, offsetS] of [
    ['after two minutes', 122],
    ['when the clock is five minutes on', 300],
    ['when the clock is five minutes back', -300],
  ] as const) {
    test(what, async () => {
      const [a, b] = pair().addresses;
      const card = await cardOf(dispenser.userId);
      const login = broker.newLogin();
      const whole = await broker.validation(card, login, await broker.activate(a, login));
      const late = await at(offsetS, () => broker.validate(b, whole));
      assert.equal(refusalOf(late), 'challenge_stale');
    });
  }

  test('when it was answered before, here or there, even by twenty at once', async () => {
    const { addresses, database } = pair();
    const card = await cardOf(dispenser.userId);
    const login = broker.newLogin();
    const whole = await broker.validation(card, login, await broker.activate(addresses[0], login));
    const [before] = await database.all<{ n: number }>(
      sql`select count(*) as n from identity.session`,
    );
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => broker.validate(addresses[n % 2 === 0 ? 0 : 1], whole)),
    );
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    for (const answer of answers.filter((one) => !good.includes(one))) {
      assert.equal(refusalOf(answer), 'challenge_stale');
    }
    const [after] = await database.all<{ n: number }>(
      sql`select count(*) as n from identity.session`,
    );
    assert.equal(Number(after?.n), Number(before?.n) + 1);
  });
});

describe("a card's answer is cms_invalid", () => {
  test('when it signs something else, or nothing', async () => {
    const card = await cardOf(dispenser.userId);
    const other = await cardOf(otherDispenser.userId);
    const answers: Readonly<Record<string, (given: broker.Said) => Promise<string> | string>> = {
      'another content': () => broker.responseOf(card, randomBytes(48)),
      'an older challenge': async () => {
        const older = await broker.activate(pair().addresses[0], broker.newLogin());
        return broker.responseOf(card, challengeIn(older));
      },
      'with the key of another card': (given) =>
        broker.responseOf({ ...card, sign: other.sign }, challengeIn(given)),
      'the hash of another kind': (given) =>
        broker.responseOf({ ...card, digest: 'sha1' }, challengeIn(given)),
      'no MIME part': () => Buffer.from('hello').toString('base64'),
      'no base64': () => 'MIME-Version: 1.0',
      'a MIME part with something else': () =>
        Buffer.from(
          'Content-Type: application/x-pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA',
        ).toString('base64'),
    };
    for (const [what, make] of Object.entries(answers)) {
      const code = await refusedWith(card, async (given) => ({ response: await make(given) }));
      assert.equal(code, 'cms_invalid', what);
    }
  });
});

describe('a certificate is cert_untrusted', () => {
  test('when it was not issued here, or for signing prescriptions', async () => {
    const card = await cardOf(dispenser.userId);
    const made = await ownCard(dispenser.userId);
    const code = await refusedWith(card, async (given) => ({
      response: await broker.responseOf(
        {
          ...card,
          certificate: made.certificate,
          sign: (bytes) => sign('sha256', bytes, made.key),
        },
        challengeIn(given),
      ),
    }));
    assert.equal(code, 'cert_untrusted');
    const certificates = await certificatesOf(pair().database, card.cardNumber);
    const signing = certificates.find(({ purpose }) => purpose === 'signing');
    assert.ok(signing !== undefined);
    const other = { ...card, certificate: signing.der, sign: card.signForPrescriptions };
    const asSigning = await refusedWith(card, async (given) => ({
      response: await broker.responseOf(other, challengeIn(given)),
    }));
    assert.equal(asSigning, 'cert_untrusted');
  });
});

describe('a ticket is ticket_invalid', () => {
  test('when it was altered, or sealed by another installation', async () => {
    const [a, b] = pair().addresses;
    const { userId } = nurse;
    const ticket = broker.textIn(await broker.logIn([a, b], await cardOf(userId)), 'sso_ticket');
    const facts = { session: crypto.randomUUID(), userId, card: '9', certificate: 'a' };
    const forged = { ...facts, loggedInAt: new Date(), site: '01' };
    const others = [
      sealTicket(randomBytes(32), forged, randomBytes(12)),
      ticket.replace('AAJTSQACMDI=', 'AAJTSQACMDE='),
      `${ticket.slice(0, 40)}${ticket[40] === 'A' ? 'B' : 'A'}${ticket.slice(41)}`,
      ticket.slice(0, -1),
      'AQIC5wM2LY4Sfcwr=@AAJTSQACMDE=#',
    ];
    for (const other of others) {
      assert.equal(broker.codeOf(await broker.assertion(a, other)), 'ticket_invalid');
      const choice = await broker.chooseRole(b, other, nurse.roleProfileId);
      assert.equal(refusalOf(choice), 'ticket_invalid');
      assert.equal(refusalOf(await broker.logOut(a, other, userId)), 'ticket_invalid');
    }
    assert.equal(broker.codeOf(await broker.assertion(b, ticket)), '', 'the real one lives on');
    const byOther = await broker.logOut(a, ticket, dispenser.userId);
    assert.equal(refusalOf(byOther), 'uid_mismatch');
    assert.equal(broker.codeOf(await broker.assertion(b, ticket)), '');
  });
});

// Shows: Identity | a card's life: three wrong passcodes lock it, however many come at once; unlock, renew, suspend, revoke, replace
import assert from 'node:assert/strict';
import { verify, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';

import { openDatabase } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { testDatabase } from '../../../test/support/database.ts';
import {
  activateCard,
  changeCard,
  changePin,
  certificatesOf,
  findCard,
  issueCard,
  openCard,
  renewCard,
  replaceCard,
  stateOf,
  unlockCard,
} from './index.ts';
import { by, cardMaker, kindOf, later, NOW, PIN, TYPES } from './testing.ts';

const database = testDatabase();
const WRONG = '111111';
const { cards, person, issued, active } = cardMaker(database);

const open = (cardNumber: string, pin = PIN) => openCard(cards, cardNumber, pin, by);
async function stateNow(cardNumber: string, at = NOW): Promise<string> {
  const card = await findCard(cards.database, cardNumber);
  assert.ok(card);
  return stateOf(card, at);
}
async function eventsOf(cardNumber: string): Promise<string[]> {
  const rows = await cards.database.all<{ kind: string }>(sql`
    select kind from identity.card_event where card_number = ${cardNumber} order by version`);
  return rows.map(({ kind }) => kind);
}

describe('a card', () => {
  test('is its holders after its passcode was entered for the first time', async () => {
    const cardNumber = await issued();
    assert.match(cardNumber, /^9\d{11}$/);
    assert.deepEqual(await open(cardNumber), {
      ok: false,
      error: { kind: 'CardInState', state: 'Issued' },
    });
    const wrong = await activateCard(cards, cardNumber, WRONG, by);
    assert.deepEqual(wrong, { ok: false, error: { kind: 'PinWrong', left: 2 } });
    assert.ok((await activateCard(cards, cardNumber, PIN, by)).ok);
    assert.ok((await open(cardNumber)).ok);
    assert.deepEqual(await eventsOf(cardNumber), ['Issued', 'Activated']);
  });

  test('signs with each of its keys, as its certificates say', async () => {
    const cardNumber = await active();
    const opened = await open(cardNumber);
    assert.ok(opened.ok);
    for (const { purpose, der } of await certificatesOf(cards.database, cardNumber)) {
      const data = Buffer.from('to be signed');
      const signature = await opened.value.sign(purpose, 'sha256', data);
      assert.ok(verify('sha256', data, new X509Certificate(der).publicKey, signature), purpose);
    }
  });

  test('is one a person, but for temporary ones', async () => {
    const userId = await person();
    await active(userId);
    const keys = { pin: PIN, types: TYPES };
    assert.equal(kindOf(await issueCard(cards, { userId, keys }, by)), 'HasCard');
    const until = new Date(NOW.getTime() + 8 * 3_600_000);
    const shift = await issueCard(cards, { userId, keys, temporaryUntil: until }, by);
    assert.ok(shift.ok && shift.value.isTemporary);
    assert.equal(await stateNow(shift.value.cardNumber, until), 'Expired');
    for (const { notAfter } of await certificatesOf(cards.database, shift.value.cardNumber)) {
      assert.deepEqual(notAfter, until);
    }
  });

  test('is nobodys who is not known, and has a passcode of six to eight digits', async () => {
    const userId = await person();
    for (const pin of ['12345', '123456789', 'abcdef', '']) {
      const keys = { pin, types: TYPES };
      assert.equal(kindOf(await issueCard(cards, { userId, keys }, by)), 'PinMalformed');
    }
    const keys = { pin: PIN, types: TYPES };
    assert.equal(kindOf(await issueCard(cards, { userId: '1', keys }, by)), 'UserNotKnown');
    const inactive = { userId: '555900120101', keys };
    assert.equal(kindOf(await issueCard(cards, inactive, by)), 'UserInactive');
    assert.equal(kindOf(await open('900000000000')), 'CardNotKnown');
  });
});

describe('the passcode of a card', () => {
  test('locks it when it is wrong for the third time, and a right one starts again', async () => {
    const cardNumber = await active();
    assert.deepEqual(await open(cardNumber, WRONG), {
      ok: false,
      error: { kind: 'PinWrong', left: 2 },
    });
    assert.ok((await open(cardNumber)).ok);
    for (const left of [2, 1, 0]) {
      const refused = await open(cardNumber, WRONG);
      assert.deepEqual(refused, { ok: false, error: { kind: 'PinWrong', left } });
    }
    const locked = { ok: false, error: { kind: 'CardInState', state: 'Locked' } };
    assert.deepEqual(await open(cardNumber), locked);
    assert.equal((await eventsOf(cardNumber)).at(-1), 'Locked');
  });

  test('counts three times exactly when 1,000 wrong ones come at once, from two processes', async () => {
    const cardNumber = await active();
    const other = openDatabase({ url: database().url, connections: 4 });
    try {
      const pools = [cards, { pkiUrl: cards.pkiUrl, database: other }];
      const answers = await Promise.all(
        Array.from({ length: 1_000 }, (_, n) =>
          openCard(pools[n % 2] ?? cards, cardNumber, WRONG, by),
        ),
      );
      const kinds = answers.map((answer) => (answer.ok ? 'ok' : answer.error.kind));
      assert.equal(kinds.filter((kind) => kind === 'PinWrong').length, 3);
      assert.equal(kinds.filter((kind) => kind === 'CardInState').length, 997);
      assert.deepEqual(await eventsOf(cardNumber), ['Issued', 'Activated', 'Locked']);
      assert.equal(await stateNow(cardNumber), 'Locked');
    } finally {
      await other.close();
    }
  });

  test('is taken from as many as come at once when it is right', async () => {
    const cardNumber = await active();
    const answers = await Promise.all(Array.from({ length: 12 }, () => open(cardNumber)));
    assert.ok(answers.every(({ ok }) => ok));
    assert.equal((await findCard(cards.database, cardNumber))?.wrongPins, 0);
  });

  test('that was being judged when the power failed counts as wrong', async () => {
    const cardNumber = await active();
    await cards.database.write(sql`
      update identity.card set wrong_pins = 3 where card_number = ${cardNumber}`);
    assert.deepEqual(await open(cardNumber), {
      ok: false,
      error: { kind: 'CardInState', state: 'Locked' },
    });
  });

  test('is given anew by an agent, or changed by whoever knows it', async () => {
    const cardNumber = await active();
    assert.ok((await changeCard(cards, cardNumber, { kind: 'Lock' }, { by })).ok);
    assert.equal(kindOf(await open(cardNumber)), 'CardInState');
    assert.equal(kindOf(await unlockCard(cards, cardNumber, '1', by)), 'PinMalformed');
    assert.ok((await unlockCard(cards, cardNumber, '135790', by)).ok);
    assert.equal(kindOf(await open(cardNumber)), 'PinWrong');
    const change = { pin: '135790', newPin: '112233' };
    assert.ok((await changePin(cards, cardNumber, change, by)).ok);
    assert.equal(kindOf(await changePin(cards, cardNumber, change, by)), 'PinWrong');
    assert.ok((await open(cardNumber, '112233')).ok);
  });
});

describe('a card and time', () => {
  test('is renewed by its holder in the last 90 days, and in person after its end', async () => {
    const cardNumber = await active();
    const holder = (days: number) =>
      renewCard(cards, cardNumber, { by: later(days), isInPerson: false });
    assert.equal(kindOf(await holder(600)), 'RenewalTooEarly');
    assert.ok((await holder(650)).ok);
    assert.equal((await certificatesOf(cards.database, cardNumber)).length, 4);
    assert.equal(await stateNow(cardNumber, later(900).at), 'Active');
    assert.equal(await stateNow(cardNumber, later(1_400).at), 'Expired');
    assert.equal(kindOf(await holder(1_400)), 'CardExpired');
    const agent = await renewCard(cards, cardNumber, { by: later(1_400), isInPerson: true });
    assert.ok(agent.ok);
    assert.ok((await openCard(cards, cardNumber, PIN, later(1_400))).ok);
  });

  test('is at its end when somebody says so, for tests of what follows', async () => {
    const cardNumber = await active();
    assert.ok((await changeCard(cards, cardNumber, { kind: 'EndNow' }, { by })).ok);
    assert.equal(kindOf(await open(cardNumber)), 'CardExpired');
  });
});

describe('a card that is no more', () => {
  test('stays so: nothing can be done with it', async () => {
    const cardNumber = await active();
    await changeCard(cards, cardNumber, { kind: 'Revoke', reason: 'left' }, { by });
    for (const kind of ['Activate', 'Suspend', 'Resume', 'Lock', 'EndNow'] as const) {
      assert.equal(kindOf(await changeCard(cards, cardNumber, { kind }, { by })), 'CardIsFinal');
    }
    assert.equal(kindOf(await open(cardNumber)), 'CardIsFinal');
    assert.equal(kindOf(await unlockCard(cards, cardNumber, PIN, by)), 'CardIsFinal');
    const audit = await cards.database.all<{ outcome: string; userId: string }>(sql`
      select outcome, user_id as "userId" from platform.audit
      where interaction = 'card' and outcome like ${`%${cardNumber}%`} order by id`);
    assert.deepEqual(
      audit.map(({ outcome, userId }) => [outcome.split(':')[0], userId]),
      ['Issued', 'Activated', 'Revoked'].map((kind) => [kind, by.userId]),
    );
  });

  test('is replaced by another one, which is its holders only card', async () => {
    const old = await active();
    const keys = { pin: '987654', types: TYPES };
    const replaced = await replaceCard(cards, old, { keys }, by);
    assert.ok(replaced.ok);
    const { cardNumber } = replaced.value;
    assert.equal((await findCard(cards.database, old))?.replacedBy, cardNumber);
    assert.equal(kindOf(await replaceCard(cards, old, { keys }, by)), 'CardIsFinal');
    assert.ok((await activateCard(cards, cardNumber, '987654', by)).ok);
    const [certificate] = await certificatesOf(cards.database, old);
    assert.equal(certificate?.revocationReason, 4);
  });
});

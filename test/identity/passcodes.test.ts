import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { findCard, issueCard } from '../../src/identity/cards/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { sql } from '../../src/platform/sql.ts';
import { aCard, cardsOf, handIn, PIN } from '../support/cards.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';

// Shows: Sign-in | nobody locks another person's card from outside: live, no passcode is taken from strangers; in a test installation wrong ones count in their own browser alone, and what comes too fast is not looked at

const PER_MINUTE = 120;
const WRONG = '999999';

let made: Awaited<ReturnType<typeof createDatabase>>;
let here: Datacentre;
let live: Datacentre;
let card: Awaited<ReturnType<typeof aCard>>;
/** Of a card that nobody has accepted yet. */
let fresh = '';

before(async () => {
  made = await createDatabase();
  here = await startDatacentre(testConfig(made.url), () => undefined);
  const cis2Issuer = `https://sign-in.invalid:443${CIS2_PATH}`;
  live = await startDatacentre(testConfig(made.url, { mode: 'live', cis2Issuer }), () => undefined);
  card = await aCard(made.database, PERSONAS.prescriber.userId);
  fresh = await issued(PERSONAS.dispenser.userId);
});
after(async () => {
  await here.close();
  await live.close();
  await made.drop();
});

async function issued(userId: string): Promise<string> {
  const cards = cardsOf(made.database);
  await handIn(cards, userId);
  const keys = { pin: PIN, types: { login: 'p256', signing: 'p256' } } as const;
  const done = await issueCard(cards, { userId, keys }, { userId: null, at: new Date() });
  assert.ok(done.ok, JSON.stringify(done));
  return done.value.cardNumber;
}

const kept = () => findCard(made.database, card.cardNumber);

type Reply = {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
};

/** Sends a form, or asks for a page, from an address of this machine. */
function ask(
  url: string,
  { from = '127.0.0.1', cookie = '', form }: { from?: string; cookie?: string; form?: object } = {},
): Promise<Reply> {
  const body = form === undefined ? undefined : new URLSearchParams({ ...form }).toString();
  const headers = {
    cookie,
    accept: 'text/html',
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return new Promise((resolve, reject) => {
    const options = { method: body === undefined ? 'GET' : 'POST', localAddress: from, headers };
    const sent = request(url, options, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => {
        text += part.toString();
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A browser on a page with a form. */
async function browserAt(url: string) {
  const page = await ask(url);
  const cookie = (page.headers['set-cookie'] ?? '').toString().split(';')[0] ?? '';
  const [, token = ''] = /name="form-token" value="([^"]+)"/.exec(page.text) ?? [];
  return { cookie, token };
}

describe('wrong passcodes from outside', () => {
  test('have no door at a live installation, whatever card they name', async () => {
    const { cookie, token } = await browserAt(`${live.url}/signin`);
    const form = { 'form-token': token, card: card.cardNumber, pin: WRONG, act: 'accept' };
    const more = { terms: 'accepted', 'old-pin': WRONG, 'new-pin': WRONG, 'unlock-pin': WRONG };
    for (const path of [
      '/signin',
      '/signin/a-request-that-somebody-made-up',
      '/sign/a-request-that-somebody-made-up',
      `/signin/card/${card.cardNumber}`,
      '/card',
      `/ra/cards/${card.cardNumber}`,
    ]) {
      for (let n = 0; n < 4; n += 1) {
        await ask(`${live.url}${path}`, { cookie, form: { ...form, ...more } });
      }
    }
    assert.equal((await kept())?.wrongPins, 0);
    assert.equal((await kept())?.lockedAt, null);
  });

  test('that come too fast from one address are not looked at, and count against no card', async () => {
    const { cookie, token } = await browserAt(`${here.url}/signin`);
    const enter = (cardNumber: string, from = '127.0.0.7') => {
      const form = { 'form-token': token, card: cardNumber, pin: WRONG };
      return ask(`${here.url}/signin`, { cookie, from, form });
    };
    for (let n = 0; n < PER_MINUTE; n += 1) {
      const { status, text } = await enter('900000000000');
      if (status === 429) break;
      assert.equal(status, 400);
      assert.match(text, /Nobody knows a card with this number/);
    }
    const held = await enter(card.cardNumber);
    assert.equal(held.status, 429, held.text);
    assert.equal(held.headers['retry-after'], '5');
    assert.match(held.text, /Too many passcodes came from this place/);
    assert.equal((await kept())?.wrongPins, 0);
    assert.match((await enter(card.cardNumber, '127.0.0.8')).text, /You have 2 tries left/);
  });
});

describe('wrong passcodes at the form of a test installation', () => {
  /** Somebody at the form, with a browser of their own. */
  async function somebody(from: string) {
    const { cookie, token } = await browserAt(`${here.url}/signin`);
    const send = (path: string, more: object) =>
      ask(`${here.url}${path}`, { cookie, from, form: { 'form-token': token, ...more } });
    return {
      enter: (pin: string) => send('/signin', { card: card.cardNumber, pin }),
      accept: (pin: string) =>
        send(`/signin/card/${fresh}`, { act: 'accept', terms: 'accepted', pin }),
      unlock: () => send(`/signin/card/${card.cardNumber}`, { act: 'try-again' }),
    };
  }

  test('lock the browser that they come from, and neither the card nor its holder', async () => {
    const [stranger, holder] = [await somebody('127.0.0.21'), await somebody('127.0.0.22')];
    for (const words of [/2 tries left/, /1 try left/, /The card is locked now/]) {
      assert.match((await stranger.enter(WRONG)).text, words);
    }
    const { text } = await stranger.enter(PIN);
    assert.match(text, /This card is locked/);
    assert.equal((await kept())?.wrongPins, 0);
    assert.equal((await kept())?.lockedAt, null);
    assert.equal((await holder.enter(PIN)).status, 303);
  });

  test('that come a hundred at once are judged three times, and count against no card', async () => {
    const stranger = await somebody('127.0.0.23');
    const answers = await Promise.all(Array.from({ length: 100 }, () => stranger.enter(WRONG)));
    const judged = answers.filter(({ text }) => text.includes('The passcode is wrong'));
    assert.equal(judged.length, 3);
    assert.equal((await kept())?.wrongPins, 0);
  });

  test('are forgiven where the browser is unlocked, and after a day', async () => {
    const stranger = await somebody('127.0.0.24');
    for (let n = 0; n < 3; n += 1) await stranger.enter(WRONG);
    assert.equal((await stranger.unlock()).status, 303);
    assert.match((await stranger.enter(WRONG)).text, /2 tries left/);
    assert.equal((await stranger.enter(PIN)).status, 303);
    for (let n = 0; n < 3; n += 1) await stranger.enter(WRONG);
    await made.database.write(sql`
      update identity.form_entry set last_at = last_at - interval '25 hours'`);
    assert.match((await stranger.enter(WRONG)).text, /2 tries left/);
  });

  test('keep nobody from accepting a new card, either', async () => {
    const [stranger, holder] = [await somebody('127.0.0.25'), await somebody('127.0.0.26')];
    for (let n = 0; n < 4; n += 1) await stranger.accept(WRONG);
    assert.equal((await stranger.accept(PIN)).status, 400);
    assert.equal((await holder.accept(PIN)).status, 303);
  });
});

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { findCard } from '../../src/identity/cards/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { aCard } from '../support/cards.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';

// Shows: Sign-in | nobody locks another person's card from outside: a live installation takes no passcode from strangers, and passcodes that come too fast are not looked at

const PER_MINUTE = 120;
const WRONG = '999999';

let made: Awaited<ReturnType<typeof createDatabase>>;
let here: Datacentre;
let live: Datacentre;
let card: Awaited<ReturnType<typeof aCard>>;

before(async () => {
  made = await createDatabase();
  here = await startDatacentre(testConfig(made.url), () => undefined);
  const cis2Issuer = `https://sign-in.invalid:443${CIS2_PATH}`;
  live = await startDatacentre(testConfig(made.url, { mode: 'live', cis2Issuer }), () => undefined);
  card = await aCard(made.database, PERSONAS.prescriber.userId);
});
after(async () => {
  await here.close();
  await live.close();
  await made.drop();
});

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
    assert.equal((await kept())?.wrongPins, 1);
  });
});

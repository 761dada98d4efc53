import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Page } from 'playwright-core';

import { TEST_PASSCODE } from '../../src/local/personas.ts';
import { checkPage, pageTest, tabTo, testBrowser } from './browser.ts';
import { giveCard, revoke, type WantedCard } from './cards.ts';
import { pagesSpine } from './spine.ts';
import { KNOWN_INCIDENT, statusOfKnownIncident } from './known-incident.ts';
import { userIdOf } from './people.ts';

// Shows: Web pages | sign in with a card in every state of it; renew it, change its passcode

const browser = testBrowser();

const CARDS: Readonly<Record<string, Omit<WantedCard, 'userId'>>> = {
  prescriber: {},
  'two-organisations': {},
  nurse: { days: 30 },
  dispenser: { after: null },
  'locked-card': { after: [{ kind: 'Lock' }] },
  'expired-card': { after: [{ kind: 'EndNow' }] },
  'revoked-card': { after: [{ kind: 'Revoke', reason: 'lost' }] },
  receptionist: { after: [{ kind: 'Suspend' }] },
  sponsor: { after: [{ kind: 'Block' }] },
  'other-dispenser': {},
  'other-prescriber': {},
};

const numbers = new Map<string, string>();

const spine = pagesSpine(
  async (database) => {
    for (const [name, card] of Object.entries(CARDS)) {
      numbers.set(name, await giveCard(database, { userId: userIdOf(name), ...card }));
    }
  },
  async () => ({ status: await statusOfKnownIncident() }),
);

function numberOf(name: string): string {
  return numbers.get(name) ?? '';
}

async function enter(page: Page, name: string, pin: string): Promise<void> {
  await page.locator(`input[value="${numberOf(name)}"]`).check();
  await page.fill('#pin', pin);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('signing in with a card', () => {
  pageTest('works with the keyboard alone, and leads to the page that was wanted', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/roles/change`);
    assert.equal(await page.title(), 'Sign in with your smartcard - OpenSpine');
    await checkPage(page);
    await tabTo(page, 'input[name=card]');
    await page.keyboard.press('Space');
    const shown = await page.locator('input[name=card]').count();
    for (let n = 0; n < shown; n += 1) {
      const value = await page
        .locator('input[name=card]:checked')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
      if (value[0] === numberOf('prescriber')) break;
      await page.keyboard.press('ArrowDown');
    }
    await tabTo(page, '#pin');
    await page.keyboard.type(TEST_PASSCODE);
    await page.keyboard.press('Enter');
    await page.waitForURL(/roles\/change/);
    assert.equal(await page.title(), 'Change your role - OpenSpine');
  });

  pageTest('works without scripts, each step at another datacentre', async () => {
    const { a, b } = spine();
    const page = await browser.open({ script: false });
    await page.goto(`${a}/signin`);
    await page.goto(page.url().replace(a, b));
    await enter(page, 'two-organisations', TEST_PASSCODE);
    assert.equal(await page.title(), 'Select your role - OpenSpine');
    await page.goto(page.url().replace(b, a));
    await page
      .getByRole('button', { name: /Use this role/ })
      .first()
      .click();
    assert.equal(await page.title(), 'You are signed in - OpenSpine');
  });

  pageTest('with no card, no passcode or one that cannot be, says what to do', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.match(await page.locator('.nhsuk-error-summary').innerText(), /Choose a card/);
    await checkPage(page);
    await enter(page, 'other-prescriber', '12ab');
    assert.match(await page.locator('#pin-error').innerText(), /6 to 8 digits/);
    assert.ok(await page.locator(`input[value="${numberOf('other-prescriber')}"]`).isChecked());
    await checkPage(page);
  });

  pageTest('of a number that nobody knows is refused', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin`);
    await page.locator('#card-other').check();
    await page.fill('#other', '999 999 999 999');
    await page.fill('#pin', TEST_PASSCODE);
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.match(await page.locator('#card-error').innerText(), /Nobody knows a card/);
    await checkPage(page);
  });
});

describe('a wrong passcode', () => {
  pageTest(
    'counts at both datacentres, the third locks the card in this browser, and it can be unlocked',
    async () => {
      const { a, b } = spine();
      const page = await browser.open();
      for (const [url, words] of [
        [a, /You have 2 tries left/],
        [b, /You have 1 try left/],
        [a, /The card is locked now/],
      ] as const) {
        await page.goto(`${url}/signin`);
        await enter(page, 'other-dispenser', '999999');
        assert.match(await page.locator('#pin-error').innerText(), words);
        await checkPage(page);
      }
      await page.getByRole('link', { name: 'Unlock the card' }).click();
      assert.equal(await page.title(), 'This card is locked - OpenSpine');
      await checkPage(page);
      assert.match(await page.locator('main').innerText(), /only this browser is locked/);
      await page.getByRole('button', { name: 'Unlock the card' }).click();
      assert.match(await page.locator('main').innerText(), /The card can be used again/);
      await checkPage(page);
      await enter(page, 'other-dispenser', TEST_PASSCODE);
      assert.equal(await page.title(), 'You are signed in - OpenSpine');
    },
  );
});

describe('a card that', () => {
  for (const [name, words, link] of [
    ['locked-card', /This card is locked/, 'Unlock the card'],
    ['expired-card', /This card is out of date/, 'Renew the card'],
    ['revoked-card', /This card was revoked/, 'What to do about a revoked card'],
    ['receptionist', /This card is suspended/, 'What to do about a suspended card'],
    ['sponsor', /This card is of an old series/, 'What to do about a card of an old series'],
    ['dispenser', /This card is new/, 'Accept the card'],
  ] as const) {
    pageTest(
      `${words.source.slice(10)}: the right passcode opens nothing, and help is there`,
      async () => {
        const { a } = spine();
        const page = await browser.open();
        await page.goto(`${a}/signin?return=%2Froles%2Fchange`);
        await enter(page, name, TEST_PASSCODE);
        assert.match(await page.locator('#card-error').innerText(), words);
        await checkPage(page);
        await page.getByRole('link', { name: link }).click();
        await checkPage(page);
      },
    );
  }

  pageTest('is locked gets a new passcode and works again', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin/card/${numberOf('locked-card')}`);
    assert.equal(await page.title(), 'This card is locked - OpenSpine');
    await page.fill('#pin', '12');
    await page.getByRole('button', { name: 'Unlock the card' }).click();
    assert.match(await page.title(), /^Error: /);
    await checkPage(page);
    await page.fill('#pin', '24681357');
    await page.getByRole('button', { name: 'Unlock the card' }).click();
    await enter(page, 'locked-card', '24681357');
    assert.equal(await page.title(), 'You are signed in - OpenSpine');
  });

  pageTest('is out of date is renewed in person and works again', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin/card/${numberOf('expired-card')}`);
    await page.getByRole('button', { name: 'Renew the card' }).click();
    await enter(page, 'expired-card', TEST_PASSCODE);
    assert.equal(await page.title(), 'You are signed in - OpenSpine');
  });

  pageTest('is new is accepted with its terms, and then opens without asking again', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin/card/${numberOf('dispenser')}?return=%2Fcard`);
    await page.fill('#pin', TEST_PASSCODE);
    await page.getByRole('button', { name: /Accept the card/ }).click();
    assert.match(await page.locator('.nhsuk-error-summary').innerText(), /Tick the box/);
    await checkPage(page);
    await page.locator('#terms').check();
    await page.fill('#pin', TEST_PASSCODE);
    await page.getByRole('button', { name: /Accept the card/ }).click();
    assert.equal(await page.title(), 'Your card - OpenSpine');
    await checkPage(page);
  });

  pageTest('runs out within 90 days is offered for renewal at the sign-in', async () => {
    const { a } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin`);
    await enter(page, 'nurse', TEST_PASSCODE);
    assert.equal(await page.title(), 'Your card - OpenSpine');
    await checkPage(page);
    await page.fill('#pin', '999999');
    await page.getByRole('button', { name: 'Renew the card' }).click();
    assert.match(await page.locator('#pin-error').innerText(), /You have 2 tries left/);
    await checkPage(page);
    await page.fill('#pin', TEST_PASSCODE);
    await page.getByRole('button', { name: 'Renew the card' }).click();
    assert.equal(await page.title(), 'You are signed in - OpenSpine');
    await page.goto(`${a}/card`);
    assert.match(await page.locator('main').innerText(), /in its last 90 days/);
    await page.fill('#old-pin', TEST_PASSCODE);
    await page.fill('#new-pin', '1');
    await page.getByRole('button', { name: 'Change the passcode' }).click();
    assert.match(await page.locator('#new-pin-error').innerText(), /6 to 8 digits/);
    await page.fill('#old-pin', TEST_PASSCODE);
    await page.fill('#new-pin', '87654321');
    await page.getByRole('button', { name: 'Change the passcode' }).click();
    assert.match(await page.locator('main').innerText(), /Your passcode is changed/);
    await checkPage(page);
  });

  pageTest('is taken away ends the sessions that began with it', async () => {
    const { a, b, database } = spine();
    const page = await browser.open();
    await page.goto(`${a}/signin`);
    await enter(page, 'other-prescriber', TEST_PASSCODE);
    assert.equal(await page.title(), 'You are signed in - OpenSpine');
    await revoke(database, numberOf('other-prescriber'));
    await page.goto(`${b}/`);
    assert.match(await page.title(), /because your access changed/);
  });
});

describe('when an incident touches signing in', () => {
  pageTest('its number and next update are told where it is, and only there', async () => {
    const { a, b } = spine();
    const page = await browser.open();
    await page.goto(`${b}/signin`);
    const told = page.getByRole('region', { name: 'Known problem' });
    assert.match(
      await told.innerText(),
      /incident INC-20260301-01\. The next update comes by 1 March 2026, 2:30pm\.[^]*no need to restart/,
    );
    assert.equal(await told.getByRole('link').getAttribute('href'), KNOWN_INCIDENT.url);
    await checkPage(page);
    await page.goto(`${a}/signin`);
    assert.equal(await told.count(), 0);
  });
});

describe('when the database is away', () => {
  test('the sign-in says that it is a fault of the service, not of the card', async () => {
    const { a, drop } = spine();
    await drop();
    const answer = await fetch(`${a}/signin`, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 503);
    assert.notEqual(answer.headers.get('retry-after'), null);
    assert.match(await answer.text(), /not of your card or your passcode/);
    const touched = await fetch(`${spine().b}/signin`, { headers: { accept: 'text/html' } });
    assert.equal(touched.status, 503);
    assert.match(await touched.text(), /INC-20260301-01/);
  });
});

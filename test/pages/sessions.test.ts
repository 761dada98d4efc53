import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';

import { checkPage, pageTest, tabTo, testBrowser } from './browser.ts';
import { userIdOf } from './people.ts';
import { pagesSpine } from './spine.ts';

// Shows: Web pages | choose a role, one session at a time, a warning before the time-out

const spine = pagesSpine();
const browser = testBrowser();

describe('the role in which somebody works', () => {
  pageTest('is not asked for when there is one, and is said on every page', async () => {
    const { a, b, signIn } = spine();
    const page = await browser.open();
    await signIn(page, userIdOf('dispenser'));
    await page.goto(`${a}/`);
    await checkPage(page);
    await page.goto(`${b}/roles/change`);
    assert.match(await page.locator('main').innerText(), /You have no other role today/);
    await checkPage(page);
    assert.match(
      await page.getByLabel('Where you are and as whom').innerText(),
      /Pharmacist, STATION ROAD PHARMACY.* \(ODS FA565\)/,
    );
  });

  pageTest('is chosen from cards, with the keyboard alone, at either datacentre', async () => {
    const { a, b, signIn } = spine();
    const page = await browser.open();
    const first = await signIn(page, userIdOf('two-organisations'));
    await page.goto(`${a}/roles?return=%2Froles%2Fchange`);
    assert.equal(await page.title(), 'Select your role - OpenSpine');
    await checkPage(page);
    await page.goto(page.url().replace(a, b));
    await tabTo(page, 'main button');
    await page.keyboard.press('Enter');
    await page.waitForURL(/roles\/change/);
    assert.equal(await page.title(), 'Change your role - OpenSpine');
    await checkPage(page);
    const cookies = await page.context().cookies();
    assert.ok(
      cookies.every(({ value }) => !value.startsWith(first)),
      'the session has a new id',
    );
  });

  pageTest('is none: the page says whom to ask', async () => {
    const { a, signIn } = spine();
    for (const name of ['no-role', 'ended-role']) {
      const page = await browser.open();
      await signIn(page, userIdOf(name));
      await page.goto(`${a}/`);
      assert.equal(await page.title(), 'You have no role today - OpenSpine', name);
      await checkPage(page);
    }
  });
});

describe('a session', () => {
  pageTest(
    'that is not there leads to the sign-in, and back to the page that was wanted',
    async () => {
      const { a } = spine();
      const answer = await fetch(`${a}/roles/change`, { redirect: 'manual' });
      assert.equal(answer.headers.get('location'), '/signin?return=%2Froles%2Fchange');
    },
  );

  pageTest(
    'is one at a time: a second one asks, and the first window says why it ended',
    async () => {
      const { a, b, signIn } = spine();
      const [one, two] = [await browser.open(), await browser.open()];
      await signIn(one, userIdOf('nurse'));
      await one.goto(`${a}/`);
      await signIn(two, userIdOf('nurse'));
      await two.goto(`${b}/`);
      assert.equal(await two.title(), 'You are already signed in - OpenSpine');
      await checkPage(two);
      await two.getByRole('button', { name: 'Continue here' }).click();
      assert.equal(await two.title(), 'You are signed in - OpenSpine');
      await one.goto(`${b}/roles/change`);
      assert.match(await one.title(), /because you signed in elsewhere/);
      await checkPage(one);
    },
  );

  pageTest('that waits may be closed, and the other goes on', async () => {
    const { a, b, signIn } = spine();
    const [one, two] = [await browser.open(), await browser.open()];
    await signIn(one, userIdOf('prescriber'));
    await one.goto(`${a}/`);
    await signIn(two, userIdOf('prescriber'));
    await two.goto(`${b}/`);
    await two.getByRole('button', { name: 'Close this and keep the other' }).click();
    assert.match(await two.title(), /^You have signed out/);
    await one.goto(`${b}/`);
    assert.equal(await one.title(), 'You are signed in - OpenSpine');
  });

  pageTest('ends when its user signs out, at both datacentres', async () => {
    const { a, b, signIn } = spine();
    const page = await browser.open();
    await signIn(page, userIdOf('receptionist'));
    await page.goto(`${a}/`);
    const cookies = await page.context().cookies();
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    assert.match(await page.title(), /^You have signed out/);
    await checkPage(page);
    await page.context().addCookies(cookies);
    await page.goto(`${b}/`);
    assert.match(page.url(), /signedout\?reason=you/);
  });

  pageTest('of a person whose access was taken away ends with that reason', async () => {
    const { a, signIn } = spine();
    const page = await browser.open();
    await signIn(page, userIdOf('inactive'));
    await page.goto(`${a}/`);
    assert.match(await page.title(), /because your access changed/);
    await checkPage(page);
  });
});

const MINUTE_MS = 60_000;

describe('a session that nobody uses', () => {
  afterEach(() => spine().setClock(null));

  pageTest(
    'warns two minutes before its end, keeps the focus, and goes on when asked',
    async () => {
      const { a, b, signIn, setClock } = spine();
      const page = await browser.open();
      await page.clock.install();
      await signIn(page, userIdOf('other-dispenser'));
      await page.goto(`${a}/roles/change`);
      await page.locator('a[href="/"]').first().focus();
      await setClock(new Date(Date.now() + 13 * MINUTE_MS + 5_000));
      await page.clock.fastForward(13 * MINUTE_MS + 5_000);
      await page.waitForSelector('dialog[open]');
      assert.match(
        await page.locator('#time-out-count').innerText(),
        /^1 minute \d+ seconds? left$/,
      );
      await checkPage(page);
      for (let n = 0; n < 4; n += 1) {
        await page.keyboard.press('Tab');
        const outside = page.locator('header :focus, main :focus, footer :focus');
        assert.equal(await outside.count(), 0, 'the focus stays in the dialog');
      }
      await page.clock.fastForward(20_000);
      assert.match(await page.locator('#time-out-spoken').innerText(), /^You are signed out in /);
      await page.getByRole('button', { name: 'Stay signed in' }).click();
      await page.waitForSelector('dialog:not([open])', { state: 'attached' });
      assert.equal(await page.locator('a[href="/"]:focus').count(), 1, 'the focus comes back');
      await page.goto(`${b}/`);
      assert.equal(await page.title(), 'You are signed in - OpenSpine');
      await setClock(null);
    },
  );

  pageTest('ends by itself, and the page to return to is kept', async () => {
    const { a, b, signIn, setClock } = spine();
    const page = await browser.open();
    await signIn(page, userIdOf('other-prescriber'));
    await page.goto(`${a}/`);
    await setClock(new Date(Date.now() + 15 * MINUTE_MS));
    await page.goto(`${b}/roles/change`);
    assert.match(await page.title(), /because nothing was done for a while/);
    await checkPage(page);
    const again = page.getByRole('button', { name: 'Sign in again' });
    assert.equal(await again.getAttribute('href'), '/signin?return=%2Froles%2Fchange');
  });
});

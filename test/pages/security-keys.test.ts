// Shows: Web pages | sign in with a security key, also to our own pages, where its level is enough
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import type { Page } from 'playwright-core';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { importRelyingParties } from '../../src/identity/cis2/repository.ts';
import { parseRelyingPartyFile } from '../../src/identity/cis2/relying-party.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';
import { startBalancer } from './balancer.ts';
import { checkPage, main, pageTest, press, testBrowser } from './browser.ts';
import { aFileCard, PIN } from './holders.ts';

const CLIENT_ID = '969567331415.apps.national';

/** Both datacentres behind one name: a key is bound to a name, not to a number. */
describe('a security key on our pages', () => {
  const browser = testBrowser();
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let front = '';
  const closers: (() => Promise<void> | void)[] = [];
  before(async () => {
    made = await createDatabase();
    closers.push(() => made.drop());
    const port = await freePort();
    front = `http://localhost:${port}`;
    const started: Datacentre[] = [];
    for (const datacentre of ['a', 'b'] as const) {
      const config = testConfig(made.url, { datacentre, cis2Issuer: `${front}${CIS2_PATH}` });
      const one = await startDatacentre(config, ({ outcome }) =>
        process.stderr.write(`${outcome ?? ''}\n`),
      );
      started.push(one);
      closers.push(() => one.close());
    }
    const balancer = await startBalancer(port, () => started.map(({ url }) => url));
    closers.push(() => balancer.close());
    const parties = parseRelyingPartyFile({
      relyingParties: [
        {
          clientId: CLIENT_ID,
          name: 'Ward site',
          secret: 'a-secret-of-a-test-0123456789',
          redirectUris: [`${front}/callback`],
        },
      ],
    });
    assert.ok(parties.ok);
    await importRelyingParties(made.database, parties.value, new Date());
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });

  const authorize = (page: Page, acr: string) =>
    page.goto(
      `${front}${CIS2_PATH}/authorize?${new URLSearchParams({
        client_id: CLIENT_ID,
        redirect_uri: `${front}/callback`,
        response_type: 'code',
        scope: 'openid',
        state: 'kept',
        acr_values: acr,
        prompt: 'login',
      }).toString()}`,
    );

  pageTest(
    'is registered by somebody with a card, signs in where it is enough, and is taken away',
    async () => {
      const { cardNumber, userId } = await aFileCard(made.database);
      const page = await browser.open();
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('WebAuthn.enable');
      await cdp.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'usb',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      });
      await page.goto(`${front}/signin?return=/security-keys`);
      await page.locator('label', { hasText: cardNumber }).click();
      await page.locator('[name=pin]').fill(PIN);
      await page.locator('main button', { hasText: /^Sign in$/ }).click();
      await page.waitForURL(`${front}/security-keys`);
      await checkPage(page);
      await page.locator('[name=name]').fill('Blue key');
      await page.locator('button', { hasText: 'Register' }).click();
      await page.locator('h2', { hasText: 'Blue key' }).waitFor();
      assert.match(await page.locator('main').innerText(), /Level 2/, 'no maker is trusted here');
      await checkPage(page);

      await authorize(page, 'AAL2_OR_AAL3_ANY');
      await page.locator('button', { hasText: 'Use a security key' }).click();
      await page.waitForURL(/\/callback\?code=.*state=kept/);

      await authorize(page, 'AAL3_ANY');
      await page.locator('button', { hasText: 'Use a security key' }).click();
      await page.locator('.nhsuk-error-summary').waitFor();
      assert.match(await page.locator('main').innerText(), /a stronger way to sign in/);

      await page.goto(`${front}/security-keys`);
      await press(page, 'Sign out');
      await page.goto(`${front}/signin?return=/security-keys`);
      await press(page, 'Use a card reader or a security key');
      await press(page, 'Use a security key');
      await page.locator('.nhsuk-error-summary').waitFor();
      assert.match(await main(page), /a stronger way to sign in/, 'nor do our own pages take it');
      await made.database.write({
        text: 'update identity.security_key set is_attested = true where user_id = $1',
        values: [userId],
      });
      await press(page, 'Use a security key');
      await page.waitForURL(`${front}/security-keys`);
      assert.match(await main(page), /Level 3/);

      await page.locator('button', { hasText: 'Take away' }).click();
      await page.waitForURL(/\/signedout\?reason=access/); // what began with the key ends with it
      await authorize(page, 'AAL2_OR_AAL3_ANY');
      await page.locator('button', { hasText: 'Use a security key' }).click();
      await page.locator('.nhsuk-error-summary').waitFor();
      assert.match(
        await page.locator('main').innerText(),
        /Nobody has registered this security key/,
      );
    },
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { changeCard } from '../../src/identity/cards/index.ts';
import { importRelyingParties } from '../../src/identity/cis2/repository.ts';
import { parseRelyingPartyFile } from '../../src/identity/cis2/relying-party.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';
import { cannotServe, type Site, startSite } from './apache.ts';
import { startBalancer } from './balancer.ts';
import { cannotBrowse, checkPage, launchBrowser } from './browser.ts';
import { aChipCard, aFileCard, cardsIn, PIN, tlsFiles } from './holders.ts';

const SECRET = 'a-secret-of-a-test-0123456789';
const CLIENT_ID = '969567331415.apps.national';
const skip = cannotBrowse() || cannotServe();

/** Both datacentres behind one address, and a relying party that no one here wrote. */
describe('a web site whose users sign in at the CIS2 face', { skip, timeout: 240_000 }, () => {
  let browser: Browser;
  let site: Site;
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let folder = '';
  let cardOrigin = '';
  let answered: readonly number[] = [];
  const closers: (() => Promise<void> | void)[] = [];

  before(async () => {
    browser = await launchBrowser();
    closers.push(() => browser.close());
    made = await createDatabase();
    closers.push(() => made.drop());
    folder = await mkdtemp(join(tmpdir(), 'openspine-card-port-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const [front, cardPort, sitePort] = [await freePort(), await freePort(), await freePort()];
    const issuer = `http://127.0.0.1:${front}${CIS2_PATH}`;
    cardOrigin = `https://127.0.0.1:${cardPort}`;
    const card = { ...tlsFiles(folder), url: cardOrigin };
    const started: Datacentre[] = [];
    for (const [datacentre, port] of [
      ['a', cardPort],
      ['b', await freePort()],
    ] as const) {
      const own = { datacentre, cardPort: { ...card, port } };
      const config = testConfig(made.url, { ...own, cis2Issuer: issuer });
      const one = await startDatacentre(config, ({ outcome }) =>
        process.stderr.write(`${outcome ?? ''}\n`),
      );
      started.push(one);
      closers.push(() => one.close());
    }
    const balancer = await startBalancer(front, () => started.map(({ url }) => url));
    answered = balancer.answered;
    closers.push(() => balancer.close());
    const parties = parseRelyingPartyFile({
      relyingParties: [
        {
          clientId: CLIENT_ID,
          name: 'Ward site',
          secret: SECRET,
          authMethod: 'client_secret_basic',
          redirectUris: [`http://127.0.0.1:${sitePort}/oidc/callback`],
          pkceRequired: true,
        },
      ],
    });
    assert.ok(parties.ok);
    await importRelyingParties(made.database, parties.value, new Date());
    const party = { issuer, clientId: CLIENT_ID, secret: SECRET };
    site = await startSite({ port: sitePort, ...party });
    closers.push(() => site.close());
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });

  type Certificate = { readonly cert: Buffer; readonly key: Buffer };
  const open = async (card?: Certificate): Promise<Page> => {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      ...(card === undefined ? {} : { clientCertificates: [{ origin: cardOrigin, ...card }] }),
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(site.url);
    return page;
  };
  test('lets them choose a card on our page, and comes back with who they are', async () => {
    const { userId, roles, cardNumber } = await aFileCard(made.database);
    const page = await open();
    assert.match(page.url(), /\/signin\//);
    assert.match(await page.locator('main').innerText(), /Ward site asks you to sign in/);
    await checkPage(page);
    await page.locator('label', { hasText: cardNumber }).click();
    await page.locator('[name=pin]').fill('000000');
    await page.locator('main button', { hasText: /^Sign in$/ }).click();
    assert.match(await page.locator('main').innerText(), /The passcode is wrong/);
    await page.locator('[name=pin]').fill(PIN);
    await page.locator('main button', { hasText: /^Sign in$/ }).click();
    await page.waitForURL(`${site.url}/**`);
    const text = await page.locator('body').innerText();
    assert.match(text, new RegExp(`user ${userId}`));
    assert.ok(text.includes(`role ${roles[0] ?? ''}`));
    assert.match(text, /by CIS2_SMARTCARD/);
    assert.match(text, /name Dr Tess Synthetic-Test/);
    assert.ok(
      answered.every((requests) => requests > 3),
      'both datacentres answered',
    );
  });

  test('is told when somebody does not want to sign in', async () => {
    const page = await open();
    await page.locator('button', { hasText: 'Do not sign in' }).click();
    await page.waitForURL(`${site.url}/**`);
    assert.match(await page.locator('body').innerText(), /access_denied|error/i);
  });

  test('lets a card in the reader be shown by the browser, and a role of two be chosen', async () => {
    const { userId, card, roles } = await aChipCard(made.database);
    const page = await open(card);
    await page.locator('a', { hasText: 'Let this browser read your card' }).click();
    await page.waitForURL(/\/roles\//);
    await checkPage(page);
    await page.locator('main form button').last().click();
    await page.waitForURL(`${site.url}/**`);
    const text = await page.locator('body').innerText();
    assert.match(text, new RegExp(`user ${userId}`));
    assert.ok(
      roles.some((id) => text.includes(`role ${id}`)),
      text,
    );
  });

  test('has a browser without a card, or with one that was revoked, told so on the page', async () => {
    const page = await open();
    await page.locator('a', { hasText: 'Let this browser read your card' }).click();
    await page.waitForURL(/card=CertificateMissing/);
    assert.match(await page.locator('main').innerText(), /Your browser showed no card/);
    const { card, cardNumber, by } = await aChipCard(made.database);
    const revoke = { kind: 'Revoke', reason: 'lost' } as const;
    const done = await changeCard(cardsIn(made.database), cardNumber, revoke, { by });
    assert.ok(done.ok, JSON.stringify(done));
    const other = await open(card);
    await other.locator('a', { hasText: 'Let this browser read your card' }).click();
    await other.waitForURL(/card=CertificateRevoked/);
    assert.match(await other.locator('main').innerText(), /This card was revoked/);
  });
});

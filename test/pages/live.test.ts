import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';

import type { Page } from 'playwright-core';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { CIS2_PATH } from '../../src/platform/config.ts';
import type { Database } from '../../src/platform/database.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { freePort } from '../support/ports.ts';
import { checkPage, main, pageTest, press, testBrowser } from './browser.ts';
import { aChipCard, tlsFiles } from './holders.ts';
import { userIdOf } from './people.ts';
import { giveSession } from './spine.ts';

// Shows: Web pages | live: signing in with a card in a reader, in the browser that began, to the page that was wanted; a file of people waits for a second person

const browser = testBrowser();
const MANAGER = 'S0080:G0450:R5080';

describe('a live installation', () => {
  let url = '';
  let without = '';
  let cardOrigin = '';
  let database: Database;
  const closers: (() => Promise<void>)[] = [];
  before(async () => {
    const made = await createDatabase();
    database = made.database;
    const folder = await mkdtemp(join(tmpdir(), 'openspine-live-'));
    closers.push(
      () => made.drop(),
      () => rm(folder, { recursive: true, force: true }),
    );
    const [port, cardPort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    cardOrigin = `https://127.0.0.1:${cardPort}`;
    const start = async (config: ReturnType<typeof testConfig>): Promise<Datacentre> => {
      const one = await startDatacentre(config, ({ outcome }) =>
        process.stderr.write(`${outcome ?? ''}\n`),
      );
      closers.push(() => one.close());
      return one;
    };
    const cards = { ...tlsFiles(folder), url: cardOrigin, port: cardPort };
    const live = { mode: 'live', cis2Issuer: null, cardPort: null } as const;
    await start(
      testConfig(made.url, { ...live, port, cis2Issuer: `${url}${CIS2_PATH}`, cardPort: cards }),
    );
    without = (await start(testConfig(made.url, { ...live, datacentre: 'b' }))).url;
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });

  const withCard = (card: { readonly cert: Buffer; readonly key: Buffer }): Promise<Page> =>
    browser.open({ certificates: [{ origin: cardOrigin, ...card }] });

  pageTest(
    'shows no cards, and lets a card in a reader sign in to the page that was wanted',
    async () => {
      const { card } = await aChipCard(database, [MANAGER]);
      const page = await withCard(card);
      await page.goto(`${url}/ra`);
      assert.match(page.url(), /\/signin\?return=%2Fra$/);
      assert.equal(await page.locator('input[name=card]').count(), 0);
      await checkPage(page);
      await press(page, 'Start');
      assert.match(page.url(), /\/signin\/[\w-]{43}$/);
      await checkPage(page);
      const began = page.url();
      // Whoever is led to a sign-in that somebody else began is not signed in by it.
      const other = await withCard(card);
      await other.goto(began);
      assert.match(await main(other), /began in another window/);
      await page.locator('a', { hasText: 'Let this browser read your card' }).click();
      await page.waitForURL(`${url}/ra`);
      assert.match(await main(page), /Import people and organisations/);
      const role = await page.locator('.app-strip').innerText();
      assert.match(role, /Registration Authority Manager/);
      await page.goto(began);
      assert.match(await main(page), /it is finished/, 'it is good once');
    },
  );

  pageTest(
    'takes a file of people when a second person has looked at it and approves',
    async () => {
      const { userId } = await aChipCard(database, [MANAGER]);
      const page = await browser.open();
      await giveSession(database, page, { userId, url });
      await page.goto(`${url}/ra/import`);
      const joiner = '556999000101';
      const person = (id: string, profile: string) => ({
        userId: id,
        given: 'Ina',
        family: 'Synthetic-Live',
        synthetic: true,
        roleProfiles: [{ id: profile, organisation: 'A83008', jobRole: 'S8001:G8002:R8009' }],
      });
      for (const [id, words] of [
        [userId, /Nobody asks for or approves/],
        [joiner, /Asked for: 0 organisations, 1 person/],
      ] as const) {
        await page.fill('#content', JSON.stringify({ people: [person(id, '556999000102')] }));
        await press(page, 'Ask for the import');
        assert.match(await main(page), words);
      }
      await checkPage(page);
      await page.goto(`${url}/ra/users/${joiner}`);
      assert.match(await page.title(), /Page not found/, 'nothing is there before it is approved');
      await page.goto(`${url}/ra/requests`);
      await press(page, /^Approve/);
      assert.match(await main(page), /another person must/);

      const agent = await browser.open();
      await giveSession(database, agent, { userId: userIdOf('ra-agent'), url: without });
      await agent.goto(`${without}/ra/requests`);
      assert.match(await main(agent), /Import: 0 organisations, 1 person, 1 role profile/);
      await agent.getByRole('link', { name: /Look at it/ }).click();
      assert.match(
        await main(agent),
        /Ina Synthetic-Live[\s\S]*new[\s\S]*Receptionist Access Role, A83008/,
      );
      await checkPage(agent);
      await agent.goto(`${without}/ra/requests`);
      await press(agent, /^Approve/);
      assert.match(await main(agent), /Approved/);
      await agent.goto(`${without}/ra/users/${joiner}`);
      assert.match(await main(agent), /Receptionist Access Role/);
    },
  );

  pageTest('lets nobody choose where the sign-in leads to', async () => {
    const { card } = await aChipCard(database, [MANAGER]);
    const page = await withCard(card);
    for (const elsewhere of ['https://elsewhere.example/', '//elsewhere.example', '/\\elsewhere']) {
      await page.goto(`${url}/signin?return=${encodeURIComponent(elsewhere)}`);
      assert.equal(await page.locator('input[name=return]').inputValue(), '/');
    }
    await press(page, 'Start');
    await page.locator('a', { hasText: 'Let this browser read your card' }).click();
    await page.waitForURL(`${url}/`);
    assert.equal(await page.title(), 'You are signed in - OpenSpine');
  });

  pageTest('without a place where cards are shown says so, and whom to ask', async () => {
    const page = await browser.open();
    await page.goto(`${without}/signin`);
    assert.match(await main(page), /Nobody can sign in to these pages here/);
    await checkPage(page);
    const other = await page.request.post(`${without}/signin/other`, { form: {} });
    assert.equal(other.status(), 404);
  });
});

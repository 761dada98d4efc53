import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { sql } from '../../src/platform/sql.ts';
import { cardsOf, handIn } from '../support/cards.ts';
import { checkPage, fillDay, main, pageTest, press, testBrowser } from './browser.ts';
import { giveCard } from './cards.ts';
import { userIdOf } from './people.ts';
import { pagesSpine, windowsOf } from './spine.ts';

// Shows: Web pages | registration authority: people, cards, access for which it takes two, reports, import

let card = '';
const spine = pagesSpine(async (database) => {
  card = await giveCard(database, { userId: userIdOf('nurse'), days: 20, after: null });
});
const windowOf = windowsOf(spine, testBrowser());

describe('the pages of the registration authority', () => {
  pageTest('are shut to others, whatever they ask for', async () => {
    const { a } = spine();
    const page = await windowOf('dispenser');
    await page.goto(`${a}/`);
    assert.equal(await page.getByRole('link', { name: 'Registration Authority' }).count(), 0);
    for (const path of [
      '',
      '/users',
      '/users/new',
      `/users/${userIdOf('nurse')}`,
      `/users/${userIdOf('nurse')}/request`,
      `/cards/${card}`,
      '/requests',
      '/positions',
      '/reports',
      '/reports/unused',
      '/import',
    ]) {
      const answer = await page.goto(`${a}/ra${path}`);
      assert.equal(answer?.status(), 403, path);
      assert.match(await page.title(), /^Your role does not allow this/);
    }
    await checkPage(page);
    const manager = await windowOf('ra-agent');
    assert.equal((await manager.goto(`${a}/ra/import`))?.status(), 403, 'an agent is no manager');
  });

  pageTest('are there for agents, with the search of people', async () => {
    const { a, b } = spine();
    const page = await windowOf('ra-agent');
    await page.goto(`${a}/ra`);
    await checkPage(page);
    await page.fill('#word', 'synthetic-fell');
    await press(page, 'Search');
    await checkPage(page);
    await page.getByRole('link', { name: 'Ms Grace Synthetic-Fell' }).click();
    await checkPage(page);
    await page.goto(`${b}/ra/users?word=nobodyatall`);
    assert.match(await main(page), /Nobody is found/);
    await checkPage(page);
  });
});

describe('access', () => {
  pageTest(
    'is asked for by a sponsor and approved by another person, at either datacentre',
    async () => {
      const { a, b, database } = spine();
      const agent = await windowOf('ra-agent');
      const manager = await windowOf('ra-manager');
      await agent.goto(`${a}/ra/users/new`);
      await press(agent, 'Add the person');
      await checkPage(agent);
      await agent.fill('#given', 'Nora');
      await agent.fill('#family', 'Synthetic-Joiner');
      for (const kind of ['Passport', 'Bank statement', 'Utility bill']) {
        await agent.getByLabel(kind).check();
      }
      await press(agent, 'Add the person');
      assert.match(await main(agent), /The person is added/);
      await checkPage(agent);
      const [, joiner = ''] = /\/ra\/users\/(\d+)/.exec(agent.url()) ?? [];

      await agent.goto(`${b}/ra/positions`);
      await agent.fill('#ods', 'A83008');
      await agent.fill('#name', 'Reception desk');
      await press(agent, 'Add the position');
      assert.match(await agent.locator('#role-error').innerText(), /Choose a staff group/);
      await checkPage(agent);
      await agent.selectOption('#group', 'S8001:G8002');
      await agent.selectOption('#role', 'R8009');
      await press(agent, 'Add the position');
      assert.match(await main(agent), /The position is added/);

      await manager.goto(`${a}/ra/users/${userIdOf('ra-agent')}`);
      await manager.getByText('Name as a sponsor').click();
      await manager.fill('#ods', 'a83008');
      await press(manager, 'Name as sponsor');
      assert.match(await main(manager), /can now ask for access/);

      await agent.goto(`${b}/ra/users/${joiner}/request`);
      await press(agent, 'Send the request');
      assert.match(await agent.locator('#position-error').innerText(), /Choose a position/);
      await checkPage(agent);
      await agent.getByLabel('Reception desk, A83008').check();
      await fillDay(agent, 'ends-on', '6 August');
      await press(agent, 'Send the request');
      assert.match(
        await agent.locator('#ends-on-error').innerText(),
        /Last day must be a real day/,
      );
      await fillDay(agent, 'ends-on', '6 8 2099');
      await press(agent, 'Send the request');
      assert.match(await main(agent), /waits for another person/);

      await agent.goto(`${a}/ra/requests`);
      await press(agent, /Approve/);
      assert.match(await agent.locator('.nhsuk-error-summary').innerText(), /another person must/);
      await checkPage(agent);
      await manager.goto(`${b}/ra/requests`);
      await press(manager, /Approve/);
      assert.match(await main(manager), /Approved/);
      await checkPage(manager);
      await manager.goto(`${a}/ra/users/${joiner}`);
      assert.match(await main(manager), /Receptionist Access Role[\s\S]*6 August 2099[\s\S]*holds/);

      const lines = await database.all<{ outcome: string; role: string | null }>(sql`
      select outcome, role_profile as role from platform.audit
      where interaction like 'ra-%' order by at`);
      assert.ok(lines.length >= 5, JSON.stringify(lines));
      assert.ok(
        lines.every(({ role }) => role !== null),
        'the audit names the role of who did it',
      );
    },
  );
});

describe('a card', () => {
  pageTest('comes into every state with a button, and each step is in its history', async () => {
    const { a, b } = spine();
    const page = await windowOf('ra-agent');
    await page.goto(`${a}/ra/cards/${card}`);
    const state = (): Promise<string> => page.locator('.nhsuk-summary-list .nhsuk-tag').innerText();
    assert.equal(await state(), 'New');
    await checkPage(page);
    for (const [button, after] of [
      ['Accept it for the holder', 'In use'],
      ['Suspend the card', 'Suspended'],
      ['Put the card back in use', 'In use'],
      ['Lock it', 'Locked'],
    ] as const) {
      await press(page, button);
      assert.equal(await state(), after);
      await checkPage(page);
      await page.goto(page.url().includes(a) ? page.url().replace(a, b) : page.url().replace(b, a));
    }
    await press(page, 'Unlock the card');
    assert.match(await page.locator('#unlock-pin-error').innerText(), /6 to 8 digits/);
    await page.fill('#unlock-pin', '246813');
    await press(page, 'Unlock the card');
    assert.equal(await state(), 'In use');
    await press(page, 'Let it run out');
    assert.equal(await state(), 'Out of date');
    await checkPage(page);
    await press(page, 'Renew the card');
    assert.equal(await state(), 'In use');
    await page.fill('#replace-pin', '13');
    await press(page, 'Replace the card');
    assert.equal(await state(), 'In use', 'no new card, so the old one stays');
    await page.fill('#replace-pin', '135791');
    await press(page, 'Replace the card');
    assert.equal(await state(), 'New');
    await press(page, 'Revoke the card');
    assert.match(await page.locator('#reason-error').innerText(), /Choose why/);
    await page.getByLabel('Stolen').check();
    await press(page, 'Revoke the card');
    assert.equal(await state(), 'Revoked');
    await checkPage(page);
    await page.goto(`${a}/ra/cards/${card}`);
    assert.equal(await state(), 'Replaced');
    assert.match(await main(page), /Renewed, by Mr Arun Synthetic-Issuer/);
    await checkPage(page);
  });

  pageTest('is issued with a passcode of the holder, one for each person', async () => {
    const { a, database } = spine();
    await handIn(cardsOf(database), userIdOf('receptionist'));
    const page = await windowOf('ra-agent');
    await page.goto(`${a}/ra/users/${userIdOf('receptionist')}`);
    for (const [pin, words] of [
      ['12', /6 to 8 digits/],
      ['864213', /The card is issued/],
      ['864213', /a person has one/],
    ] as const) {
      if (!(await page.locator('#pin').isVisible())) await page.getByText('Issue a card').click();
      await page.fill('#pin', pin);
      await press(page, 'Issue the card');
      assert.match(await main(page), words);
    }
    await checkPage(page);
    await page.locator('a[href^="/ra/cards/"]').first().click();
    await press(page, 'Let its series be one that is not used any more');
    assert.equal(await page.locator('.nhsuk-summary-list .nhsuk-tag').innerText(), 'Old series');
    await checkPage(page);
  });
});

describe('reports and import', () => {
  pageTest('show what runs out and what nobody uses', async () => {
    const { a, database } = spine();
    const page = await windowOf('ra-agent');
    await giveCard(database, { userId: userIdOf('sponsor'), days: 20 });
    for (const [days, count] of [
      [90, 1],
      [30, 1],
      [7, 0],
    ] as const) {
      await page.goto(`${a}/ra/reports?days=${days}`);
      assert.equal(
        await page.getByRole('link', { name: 'Dr Sadia Synthetic-Vouch' }).count(),
        count,
      );
      await checkPage(page);
    }
    await page.goto(`${a}/ra/reports/unused`);
    assert.match(await page.title(), /nobody has used for 90 days/);
    await checkPage(page);
  });

  pageTest('take people with their roles from a file, all of it or nothing', async () => {
    const { a } = spine();
    const page = await windowOf('ra-manager');
    await page.goto(`${a}/ra/import`);
    await checkPage(page);
    const role = { id: '556999000002', organisation: 'A83008', jobRole: 'S8001:G8002:R8009' };
    const person = {
      userId: '556999000001',
      given: 'Ina',
      family: 'Synthetic-File',
      synthetic: true,
      roleProfiles: [role],
    };
    for (const [people, words] of [
      [[{ ...person, given: '<b>' }], /given/],
      [[{ ...person, roleProfiles: [{ ...role, organisation: 'ZZZ99' }] }], /known as ZZZ99/],
      [[person], /Imported: 0 organisations, 1 person\./],
    ] as const) {
      await page.fill('#content', JSON.stringify({ people }));
      await press(page, 'Import');
      assert.match(await main(page), words);
      await checkPage(page);
    }
    await page.goto(`${a}/ra/users/556999000001`);
    assert.match(await main(page), /Receptionist Access Role/);
    await page.goto(`${a}/ra/import`);
    await page.setInputFiles('#file', {
      name: 'people.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{ not json'),
    });
    await press(page, 'Import');
    assert.match(await main(page), /The content is not JSON/);
  });
});

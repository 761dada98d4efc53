import assert from 'node:assert/strict';
import { describe } from 'node:test';

import type { Page } from 'playwright-core';

import { addPosition, nameSponsor } from '../../src/identity/registration/index.ts';
import { checkPage, fillDay, main, pageTest, press, testBrowser } from './browser.ts';
import { userIdOf } from './people.ts';
import { pagesSpine, windowsOf } from './spine.ts';

// Shows: Web pages | registration authority: organisations, their sponsors and positions, opening and closing; a role is ended, a request refused

const AT = new Date();
const spine = pagesSpine(async (database) => {
  const by = (name: string) => ({ userId: userIdOf(name), at: AT });
  const rights = { areasOfWork: [], activities: [], workgroups: [] };
  const jobRoleName = '"Support":"Administration":"Receptionist Access Role"';
  const role = { ods: 'A83008', jobRole: 'S8001:G8002:R8009', jobRoleName, ...rights };
  const desk = await addPosition(database, { ...role, name: 'Front desk' }, by('ra-agent'));
  assert.ok(desk.ok);
  const named = await nameSponsor(database, userIdOf('sponsor'), 'A83008', by('ra-manager'));
  assert.ok(named.ok);
});
const windowOf = windowsOf(spine, testBrowser());

const nurse = userIdOf('nurse');
const rolesOf = (page: Page): Promise<string> =>
  page.getByRole('region', { name: 'Roles' }).innerText();

describe('a request of a sponsor', () => {
  pageTest('to end a role ends it when another person approves, at once', async () => {
    const { a, b } = spine();
    const sponsor = await windowOf('sponsor');
    const agent = await windowOf('ra-agent');
    const worker = await windowOf('nurse');
    await worker.goto(`${a}/`);
    assert.equal(await worker.title(), 'You are signed in - OpenSpine');
    await sponsor.goto(`${a}/ra/users/${nurse}`);
    await sponsor
      .getByRole('link', { name: /Ask to end it/ })
      .first()
      .click();
    assert.match(await sponsor.title(), /^Ask to end a role of/);
    await checkPage(sponsor);
    await press(sponsor, 'Send the request');
    assert.match(await main(sponsor), /waits for another person/);
    assert.match(await rolesOf(sponsor), /holds/, 'nothing ends before somebody has approved');
    await agent.goto(`${b}/ra/requests`);
    assert.match(await main(agent), /End: Nurse Access Role \(A83008\)/);
    await checkPage(agent);
    await press(agent, /^Approve/);
    assert.match(await main(agent), /Approved/);
    await agent.goto(`${a}/ra/users/${nurse}`);
    assert.match(await rolesOf(agent), /does not hold/);
    await worker.goto(`${b}/`);
    assert.match(await worker.title(), /because your access changed/);
  });

  pageTest('that is refused changes nothing and waits no longer', async () => {
    const { a, b } = spine();
    const sponsor = await windowOf('sponsor');
    const agent = await windowOf('ra-agent');
    const before = await (async () => {
      await agent.goto(`${a}/ra/users/${nurse}`);
      return rolesOf(agent);
    })();
    await sponsor.goto(`${b}/ra/users/${nurse}/request`);
    await sponsor.getByLabel('Front desk, A83008').check();
    await press(sponsor, 'Send the request');
    assert.match(await main(sponsor), /waits for another person/);
    await sponsor.goto(`${a}/ra/requests`);
    assert.match(await main(sponsor), /Give: Front desk \(A83008\)/);
    assert.equal(await sponsor.getByRole('button', { name: /^Approve/ }).count(), 0);
    await agent.goto(`${b}/ra/requests`);
    await press(agent, /^Refuse/);
    assert.match(await main(agent), /Refused\. Nothing was changed[\s\S]*Nothing waits/);
    await checkPage(agent);
    await agent.goto(`${a}/ra/users/${nurse}`);
    assert.equal(await rolesOf(agent), before);
  });
});

describe('the page of an organisation', () => {
  pageTest(
    'is found, shows its positions and sponsors, and lets a manager change these',
    async () => {
      const { a, b } = spine();
      const agent = await windowOf('ra-agent');
      const manager = await windowOf('ra-manager');
      await agent.goto(`${a}/ra/organisations`);
      await agent.fill('#word', 'moorside');
      await press(agent, 'Search');
      await checkPage(agent);
      await agent.getByRole('link', { name: /MOORSIDE/ }).click();
      assert.match(await main(agent), /Front desk[\s\S]*Sadia Synthetic-Vouch/);
      assert.equal(await agent.getByRole('button', { name: /Take away/ }).count(), 0);
      await checkPage(agent);
      await agent.getByRole('link', { name: 'Add a position' }).click();
      assert.equal(await agent.inputValue('#ods'), 'A83008');
      await manager.goto(`${b}/ra/organisations/A83008`);
      await manager.fill('#user', '12');
      await press(manager, 'Name as sponsor');
      assert.match(await manager.locator('#user-error').innerText(), /Nobody knows this user id/);
      await checkPage(manager);
      await manager.fill('#user', userIdOf('prescriber'));
      await press(manager, 'Name as sponsor');
      assert.match(await main(manager), /can now ask for access/);
      await press(manager, /Take away.*Synthetic-Moor/);
      assert.match(await main(manager), /can no longer ask/);
      assert.match(
        (await agent.goto(`${a}/ra/organisations/nowhere`))?.status().toString() ?? '',
        /404/,
      );
      const stranger = await windowOf('dispenser');
      for (const path of ['', '/new', '/A83008']) {
        const answer = await stranger.goto(`${a}/ra/organisations${path}`);
        assert.equal(answer?.status(), 403, path);
      }
      assert.equal((await agent.goto(`${a}/ra/organisations/new`))?.status(), 403);
    },
  );

  pageTest('is made, and closes: with its last day its roles are over', async () => {
    const { a, b } = spine();
    const manager = await windowOf('ra-manager');
    await manager.goto(`${a}/ra/organisations/new`);
    await manager.fill('#ods', '!');
    await manager.fill('#postcode', 'nowhere');
    await press(manager, 'Add the organisation');
    const errors = await manager.locator('.nhsuk-error-summary').innerText();
    assert.match(errors, /ODS code[\s\S]*name of up to[\s\S]*postcode/);
    await checkPage(manager);
    await manager.fill('#ods', 'ZZ901');
    await manager.fill('#name', 'HILLTOP SURGERY (SYNTHETIC)');
    await manager.fill('#addressLines', '1 EXAMPLE STREET\nUPPER VILLAGE');
    await manager.fill('#postcode', 'zz99 1aa');
    await press(manager, 'Add the organisation');
    assert.match(await main(manager), /is added[\s\S]*1 EXAMPLE STREET, UPPER VILLAGE, ZZ99 1AA/);
    await checkPage(manager);
    await manager.goto(`${b}/ra/organisations/A83008`);
    await fillDay(manager, 'closed-on', '31 2 2026');
    await press(manager, 'Keep the days');
    assert.match(
      await manager.locator('#closed-on-error').innerText(),
      /Last day must be a real day/,
    );
    await checkPage(manager);
    await fillDay(manager, 'closed-on', '31 1 2026');
    await press(manager, 'Keep the days');
    assert.match(await main(manager), /31 January 2026/);
    await manager.goto(`${a}/ra/users/${userIdOf('prescriber')}`);
    assert.match(await rolesOf(manager), /31 January 2026\s+does not hold/);
  });
});

// Shows: Operations | every page of the status site, in each of its states, by keyboard, at 320 pixels and without script
import assert from 'node:assert/strict';
import { describe } from 'node:test';

import {
  changeIncident,
  incidentsIn,
  openIncident,
  planMaintenance,
  changeMaintenance,
} from '../../src/operations/record.ts';
import { subscriptionsIn } from '../../src/operations/subscriptions/record.ts';
import { anOpening } from '../../src/operations/testing.ts';
import { testStatus } from '../operations/status.ts';
import { checkPage, main, pageTest, press, tabTo, testBrowser } from './browser.ts';

const status = testStatus({
  OPENSPINE_SMTP_URL: 'smtp://127.0.0.1:9',
  OPENSPINE_MAIL_FROM: 'status@spine.example',
});
const browser = testBrowser();

describe('the status site', () => {
  pageTest('at its beginning, when nobody looks, and when all is well', async () => {
    await status().refresh();
    const page = await browser.open();
    await page.goto(`${status().url}/`);
    assert.match(await main(page), /We are checking the service for the first time\s+… Checking/);
    await checkPage(page);
    status().pass(3);
    await status().refresh();
    await page.reload();
    assert.match(await main(page), /Nothing is known of the service at the moment/);
    await checkPage(page);
    await status().round();
    const plain = await browser.open({ script: false });
    await plain.goto(`${status().url}/`);
    assert.match(await main(plain), /All parts of the service work/);
    await page.reload();
    await checkPage(page);
    for (const path of ['/history/', '/maintenance/', '/suppliers/', '/subscribe/']) {
      await page.goto(`${status().url}${path}`);
      await checkPage(page);
    }
  });

  pageTest('shows a draft, an incident with advice, a late update, the end', async () => {
    const page = await browser.open();
    await status().round([['sign-in', 'a']]);
    await status().round([['sign-in', 'a']]);
    await page.goto(`${status().url}/`);
    assert.match(await main(page), /calculated, being confirmed/);
    await checkPage(page);
    const at = status().now();
    const { store } = status().site;
    const opened = openIncident(
      store,
      anOpening({ at, beganAt: at, symptom: 'Claims are refused' }),
    );
    assert.ok(opened.ok);
    const { number } = opened.value;
    const common = { at, by: 'technical', version: null } as const;
    const advice = { todo: 'Go on.', notTodo: 'Do not restart.', fallback: 'Use paper.' };
    const update = {
      ...common,
      ...advice,
      kind: 'Update',
      stage: 'fixing',
      text: 'We repair it.',
      extent: null,
      nextUpdateAt: null,
    } as const;
    assert.ok(changeIncident(store, number, update).ok);
    status().pass(31);
    await status().round();
    await page.goto(`${status().url}/incidents/${number}/`);
    assert.match(await main(page), /Update is late/);
    assert.match(await main(page), /Do not restart\./);
    await checkPage(page);
    const end = {
      ...common,
      at: status().now(),
      kind: 'Resolve',
      text: 'It works.',
      check: 'Look.',
    } as const;
    assert.ok(changeIncident(store, number, end).ok);
    await status().refresh();
    await page.reload(); // what was read may be shown for 30 seconds without asking again
    assert.match(await main(page), /resolved/);
    await checkPage(page);
    const report =
      '# A\n\n## Timeline\n\n| When | What |\n|---|---|\n| 7:12am | It fails |\n\n- One\n';
    const words = { kind: 'Review', text: 'We know why.', report } as const;
    assert.ok(changeIncident(store, number, { ...common, ...words }).ok);
    await status().refresh();
    await page.goto(`${status().url}/history/severity/1/`);
    await checkPage(page);
    await page.getByRole('link', { name: `Report of ${number}` }).click();
    assert.match(await main(page), /Timeline\s+When\s+What\s+7:12am\s+It fails\s+One/);
    await checkPage(page);
  });

  pageTest('shows maintenance in each state, and that it is out of date', async () => {
    const page = await browser.open();
    const { store } = status().site;
    const at = status().now();
    const plan = () => {
      const hour = (hours: number) => new Date(at.getTime() + hours * 3_600_000);
      const planned = planMaintenance(store, {
        at,
        title: 'New tracker',
        effect: 'No tracker for ten minutes',
        from: hour(1),
        until: hour(2),
        cells: [{ component: 'tracker', datacentre: 'a' }],
        users: ['practices'],
      });
      assert.ok(planned.ok);
      return planned.value.number;
    };
    const [one, two, three] = [plan(), plan(), plan(), plan()];
    for (const number of [one, two]) changeMaintenance(store, number ?? '', { at, kind: 'Start' });
    changeMaintenance(store, two ?? '', { at, kind: 'End' });
    changeMaintenance(store, three ?? '', { at, kind: 'Cancel', reason: 'An incident is open.' });
    await status().round();
    await page.goto(`${status().url}/maintenance/`);
    for (const words of ['Under way', 'Planned', 'Cancelled', 'Done']) {
      assert.match(await main(page), new RegExp(words));
    }
    await checkPage(page);
    await page.goto(`${status().url}/`);
    assert.match(await main(page), /Next maintenance/);
    await checkPage(page);
    status().pass(4);
    // Another reader: who has read it may show it for 30 seconds without asking again.
    const late = await browser.open();
    await late.goto(`${status().url}/`);
    assert.match(await late.locator('body').innerText(), /This page may be out of date\./);
    await checkPage(late);
  });

  pageTest('is subscribed to by keyboard; mistakes lead to their field', async () => {
    const page = await browser.open();
    await page.goto(`${status().url}/subscribe/`);
    await tabTo(page, '#channel');
    await page.keyboard.press('Space');
    await tabTo(page, '#address');
    await page.keyboard.type('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('There is a problem').waitFor();
    await checkPage(page);
    await page.fill('#address', 'pharmacist@example.com');
    await press(page, 'Send me the link');
    await page.getByText('Look for the link that we sent').waitFor();
    await checkPage(page);
    const [asked] = status().site.store.sql.prepare('select id from subscription').all();
    await page.goto(`${status().url}/subscribe/leave?id=${String(asked?.['id'])}&token=wrong`);
    assert.match(await main(page), /This link is not in use/);
    await checkPage(page);
    const number = incidentsIn(status().site.store).at(-1)?.number ?? '';
    await page.goto(`${status().url}/incidents/${number}/`);
    await page.getByLabel('By a webhook').check();
    await tabTo(page, '#address');
    await page.keyboard.type('https://10.0.0.1/');
    await page.keyboard.press('Enter');
    await page.getByText('There is a problem').waitFor();
    assert.match(await main(page), new RegExp(`of ${number} and of`));
    await checkPage(page);
    await page.fill('#address', 'https://hooks.example.com/spine');
    await press(page, 'Send me the link');
    await page.getByText('Look for the link that we sent').waitFor();
    const [latest] = subscriptionsIn(status().site.store).toReversed();
    assert.equal(latest?.wanted.incident, number);
  });
});

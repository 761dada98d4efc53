import assert from 'node:assert/strict';

import { localTime } from '../../src/operations/london-fields.ts';
import { changeIncident, changeMaintenance, incidentsIn } from '../../src/operations/record.ts';
import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import type { TestStatus } from '../operations/status.ts';
import { checkPage, main, pageTest, press, tabTo } from './browser.ts';
import { userIdOf } from './people.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

/** Of incidents and maintenance; the last of them leaves the installation without its status site. */
export function showIncidents(
  spine: () => PagesSpine,
  windowOf: ReturnType<typeof windowsOf>,
  status: () => TestStatus,
): void {
  const publicPage = async (number: string): Promise<string> => {
    await status().refresh();
    return (await fetch(`${status().url}/incidents/${number}/`)).text();
  };

  pageTest('open an incident, say how it stands and that it is over, by keyboard', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/incidents`);
    assert.match(await main(page), /No incident is open/);
    await checkPage(page);
    await tabTo(page, 'a[href="/ops/incidents/new"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/new/);
    await checkPage(page);
    await press(page, 'Tell everybody');
    await page
      .getByRole('link', { name: /The text cannot be shown as it is: it is empty/ })
      .click();
    await page.locator('#open-symptom:focus').waitFor();
    await page.keyboard.type('Claims are refused');
    await press(page, 'Tell everybody');
    await page.getByRole('link', { name: /Name at least one component/ }).waitFor();
    await checkPage(page);
    assert.equal(await page.inputValue('#open-symptom'), 'Claims are refused');
    await page.getByLabel('Claim', { exact: true }).check();
    await press(page, 'Tell everybody');
    await page.waitForURL(/INC-/);
    const [incident] = incidentsIn(status().site.store).toReversed();
    const number = incident?.number ?? '';
    assert.match(await main(page), new RegExp(`${number}\\s+Claims are refused`));
    assert.match(await publicPage(number), /Claims are refused/);
    await checkPage(page);
    await page.fill('#update-text', 'It was 999 000 0018');
    await press(page, 'Say it');
    await page.getByRole('link', { name: /it has what looks like an NHS number/ }).waitFor();
    await checkPage(page);
    await page.fill('#update-text', 'We know why.');
    await page.fill('#update-notTodo', 'Do not send again.');
    await press(page, 'Say it');
    await page.getByText('What not to do: Do not send again.').waitFor();
    assert.match(await publicPage(number), /Do not send again\./);
    const said = { at: new Date(), by: 'technical', version: null, kind: 'Confirm' } as const;
    assert.ok(
      changeIncident(status().site.store, number, { ...said, severity: 2, reason: null }).ok,
    );
    await page.fill('#resolve-text', 'Claims go through.');
    await press(page, 'Resolve');
    await page.getByRole('link', { name: 'Somebody else has changed it since' }).waitFor();
    assert.equal(await page.inputValue('#resolve-text'), 'Claims go through.');
    assert.match(await main(page), new RegExp(`the number to quote: ${number}\\.`));
    await press(page, 'Resolve');
    await page.getByText('resolved').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Resolve' }).count(), 0);
    assert.match(await main(page), /Its report is due by \d+ \w+ \d{4}, five working days/);
    await checkPage(page);
    assert.deepEqual(
      [...new Set((await actsOf(database)).map(({ interaction }) => interaction))],
      ['incident-open', 'incident-update', 'incident-resolve'],
    );
    assert.equal((await page.goto(`${a}/ops/incidents/INC-20000101-01`))?.status(), 404);
  });

  pageTest('plan maintenance, begin it, end it, and cancel another, which stays told', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    const london = (days: number): string => localTime(new Date(Date.now() + days * 86_400_000));
    const fill = async (title: string, component: string): Promise<void> => {
      await page.fill('#title', title);
      await page.fill('#effect', 'No tracker for ten minutes');
      await page.fill('#from', london(1));
      await page.fill('#until', london(2));
      await page.getByLabel(component, { exact: true }).check();
    };
    const announced = async (): Promise<string> => {
      await press(page, 'Announce it');
      await page.waitForURL(/MNT-/);
      return /MNT-\d+-\d+/.exec(page.url())?.[0] ?? '';
    };
    await page.goto(`${a}/ops/incidents`);
    await tabTo(page, 'a[href="/ops/maintenance/new"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/new/);
    await checkPage(page);
    await press(page, 'Announce it');
    await page.getByRole('link', { name: 'Enter a date and a time in London' }).click();
    await page.locator('#from:focus').waitFor();
    await checkPage(page);
    await fill('New tracker', 'Tracker');
    await page.fill('#until', london(-1));
    await press(page, 'Announce it');
    await page.getByRole('link', { name: 'The window cannot be: it ends before' }).waitFor();
    await page.fill('#until', london(2));
    const number = await announced();
    const seen = async (): Promise<string> => {
      await status().refresh();
      return (await fetch(`${status().url}/maintenance/`)).text();
    };
    assert.match(await seen(), new RegExp(`${number}[\\s\\S]*New tracker`));
    await checkPage(page);
    await press(page, 'It has begun');
    await page.getByRole('button', { name: 'It is over' }).waitFor();
    const over = { at: new Date(), kind: 'End' } as const;
    assert.ok(changeMaintenance(status().site.store, number, over).ok);
    await press(page, 'It is over');
    await page.getByRole('link', { name: 'It has not begun, or is over' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Cancel the maintenance' }).count(), 0);
    await checkPage(page);
    await page.goto(`${a}/ops/maintenance/new`);
    await fill('Another claim', 'Claim');
    const other = await announced();
    await press(page, 'Cancel the maintenance');
    await page.getByRole('link', { name: /it is empty/ }).click();
    await page.locator('#reason:focus').waitFor();
    await page.keyboard.type('An incident is open.');
    await press(page, 'Cancel the maintenance');
    await page.getByText('cancelled', { exact: true }).waitFor();
    await checkPage(page);
    assert.match(await seen(), /Another claim[\s\S]*An incident is open\./);
    const acts = await database.all(sql`
      select distinct interaction, split_part(outcome, ', ', 2) as number from platform.audit
      where interaction like 'maintenance-%' and user_id = ${userIdOf('administrator')}`);
    assert.deepEqual(
      new Set(acts),
      new Set([
        { interaction: 'maintenance-plan', number: '' },
        { interaction: 'maintenance-start', number },
        { interaction: 'maintenance-end', number },
        { interaction: 'maintenance-cancel', number: other },
      ]),
    );
    assert.equal((await page.goto(`${a}/ops/maintenance/MNT-20000101-01`))?.status(), 404);
  });

  pageTest(
    'show a draft that probes found, and take the severity that a person confirms',
    async () => {
      const { b } = spine();
      const page = await windowOf('administrator');
      await status().round();
      await status().round([['sign-in', 'a']]);
      await status().round([['sign-in', 'a']]);
      await page.goto(`${b}/ops/incidents`);
      const open = page.getByRole('region', { name: 'Open incidents' });
      assert.match(await open.innerText(), /Draft: confirm it/);
      await checkPage(page);
      await open.getByRole('link').first().click();
      await checkPage(page);
      await page.selectOption('#confirm-severity', '3');
      await press(page, 'Confirm and publish');
      await page.getByRole('link', { name: 'A lower severity needs a reason' }).waitFor();
      await checkPage(page);
      await page.fill('#confirm-reason', 'Only a test meets it');
      await press(page, 'Confirm and publish');
      await page.getByText('Confirmed as severity 3. Only a test meets it').waitFor();
      await page.goto(`${b}/ops/incidents`);
      assert.match(await open.innerText(), /by \S+\s+(?:1 day|23 hours).* left/);
      await page.goto(`${b}/ops`);
      assert.match(await open.innerText(), /INC-\d+-\d+ [\s\S]*Severity 3[\s\S]* left/);
      const states = await page.getByRole('region', { name: 'Components' }).innerText();
      assert.match(states, /Smartcard and sign-in\s+\S Full outage\s+\S Operational/);
      await checkPage(page);
      await tabTo(page, 'a[href="/ops/probes"]');
      await page.keyboard.press('Enter');
      await page.waitForURL(/probes/);
      const probes = await page.getByRole('region', { name: 'Probes' }).innerText();
      assert.match(
        probes,
        /sign-in\s+A\s+\S Full outage\s+failed\s+\d+ ms[^\n]*\n[\s\S]*sign-in\s+B/,
      );
      await checkPage(page);
      await status().restart(); // at another address
      await page.reload();
      assert.match(await main(page), /No answer The status site, which sends the probes/);
      await page.goto(`${b}/ops`);
      assert.match(await main(page), /No answer The status site does not answer this process/);
      await page.goto(`${b}/ops/incidents`);
      assert.match(await main(page), /No answer The status site does not answer this process/);
      await checkPage(page);
    },
  );
}

function actsOf(database: Database): Promise<{ readonly interaction: string }[]> {
  return database.all(sql`
    select interaction from platform.audit
    where interaction like 'incident-%' and user_id = ${userIdOf('administrator')} order by id`);
}

import assert from 'node:assert/strict';

import { keepOrganisations } from '../../src/directory/index.ts';
import { localFaultsIn } from '../../src/operations/suppliers/record.ts';
import { aMinute } from '../../src/operations/testing.ts';
import { sql } from '../../src/platform/sql.ts';
import type { TestStatus } from '../operations/status.ts';
import { checkPage, main, pageTest, press, tabTo } from './browser.ts';
import { userIdOf } from './people.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

const HOOK = 'https://hooks.pharmacy.example/spine';

/** Of what fails for one site or supplier alone, before any incident is open. */
export function showSuppliers(
  spine: () => PagesSpine,
  windowOf: ReturnType<typeof windowsOf>,
  status: () => TestStatus,
): void {
  pageTest('name where a site is told of what fails for it alone, by keyboard', async () => {
    const { a } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/incidents`);
    await tabTo(page, 'a[href="/ops/contacts"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/contacts/);
    assert.match(await main(page), /No address is named/);
    await checkPage(page);
    await press(page, 'Ask this address');
    await page.getByRole('link', { name: /Enter an ODS code, an ASID/ }).click();
    await page.locator('#whose:focus').waitFor();
    await checkPage(page);
    await page.keyboard.type('fa565');
    await page.fill('#address', 'it@pharmacy.example');
    await press(page, 'Ask this address');
    await page.getByRole('link', { name: /No mail server is set/ }).waitFor();
    assert.equal(await page.inputValue('#whose'), 'fa565');
    await page.fill('#address', 'https://10.0.0.1/');
    await press(page, 'Ask this address');
    await page.getByRole('link', { name: /can be reached from the internet/ }).waitFor();
    await page.fill('#address', HOOK);
    await press(page, 'Ask this address');
    await page.getByText('Has not said yes yet').waitFor();
    await checkPage(page);
  });

  pageTest(
    'show what fails for one site alone, and whom to ring where nobody was told',
    async () => {
      const { b, database } = spine();
      await database.write(keepOrganisations([PHARMACY], new Date()));
      const { store } = status().site;
      const failuresBy = { 'ods:FA565': 50 };
      store.observed.keepMinute(aMinute(status().now(), { failures: 50, failuresBy }));
      await status().round();
      const page = await windowOf('administrator');
      await page.goto(`${b}/ops/incidents`);
      const faults = page.getByRole('region', { name: 'Faults of one site or supplier' });
      const [fault] = localFaultsIn(store, status().now());
      assert.match(
        await faults.innerText(),
        new RegExp(
          `${fault?.number}\\s+Requests fail\\s+Goes on\\s+ODS code FA565\\s+Dispense notification \\(A\\)\\s+50`,
        ),
      );
      assert.match(
        await faults.innerText(),
        /Not told No address has said yes for them\.\s+Ring: STATION ROAD PHARMACY \(FA565\), 0113 496 0000/,
      );
      assert.match(await main(page), /No incident is open/);
      await checkPage(page);
    },
  );

  pageTest('take an address away, and leave each of these acts in the audit trail', async () => {
    const { b, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${b}/ops/contacts`);
    await press(page, `Remove ${HOOK} of ODS code FA565`);
    await page.getByText('No address is named').waitFor();
    const acts = await database.all(sql`
      select interaction, outcome, count(*)::int as count from platform.audit
      where interaction like 'contact-%' and user_id = ${userIdOf('administrator')}
      group by interaction, outcome order by interaction, outcome`);
    assert.deepEqual(acts, [
      { interaction: 'contact-add', outcome: 'asked for', count: 1 },
      { interaction: 'contact-add', outcome: 'asked for, ods:FA565', count: 3 },
      { interaction: 'contact-remove', outcome: 'asked for, ods:FA565', count: 1 },
    ]);
  });
}

const PHARMACY = {
  ods: 'FA565',
  name: 'STATION ROAD PHARMACY',
  addressLines: ['1 Station Road'],
  city: 'LEEDS',
  postcode: 'LS1 1AA',
  telephone: '0113 496 0000',
  openedOn: null,
  closedOn: null,
};

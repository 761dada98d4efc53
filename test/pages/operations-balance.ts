import assert from 'node:assert/strict';

import { checkPage, main, pageTest, tabTo } from './browser.ts';
import { loseMessage } from './measured.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

/** Of the reconciliation, and of certificates. */
export function showBalance(spine: () => PagesSpine, windowOf: ReturnType<typeof windowsOf>): void {
  pageTest('show the balance of a time, its proof, and what sites should look at', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/reconciliation`);
    assert.match(await main(page), /Nothing was lost received (\d+) = stored \1 \+ rejected 0/);
    assert.match(await main(page), /Nothing: all that was accepted went its way/);
    await checkPage(page);
    const message = await loseMessage(database);
    await page.reload();
    assert.match(await main(page), /Something is missing received \d+ ≠ stored \d+ \+ rejected 0/);
    const lost = page.getByRole('region', { name: 'Received, but neither stored nor rejected' });
    assert.match(
      await lost.innerText(),
      new RegExp(`A83008\\s+999000000101\\s+444444-A83008-44444.\\s+${message}`),
    );
    await checkPage(page);
    const file = await page
      .getByRole('link', { name: 'All rows as a file (CSV)' })
      .getAttribute('href');
    const rows = await page.request.get(`${a}${file}`);
    assert.match(
      rows.headers()['content-disposition'] ?? '',
      /^attachment; filename="reconciliation\.csv"$/,
    );
    assert.match(
      await rows.text(),
      new RegExp(`^concern,site,.*\r\nunbalanced,A83008,.*${message}`),
    );
    await tabTo(page, '#site');
    await page.keyboard.type('vne51');
    await page.keyboard.press('Enter');
    await page.waitForURL(/site=vne51/);
    assert.match(await main(page), /received 0 = stored 0/);
    await page.goto(`${a}/ops/reconciliation?since=2026-03-01T00:00&until=yesterday`);
    assert.match(await page.title(), /^Error: Reconciliation/);
    await page.getByRole('link', { name: 'Enter a date and a time in London' }).click();
    await page.locator('#until:focus').waitFor();
    await checkPage(page);
    await page.goto(`${a}/ops/reconciliation?since=2026-03-01T00:00&until=2026-03-02T00:01`);
    assert.match(await main(page), /At most 24 hours at once; spine reconcile takes any time/);
  });

  pageTest('show what runs out, the first to end first', async () => {
    const { a } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/certificates`);
    assert.match(
      await page.getByRole('region', { name: 'Certificates' }).innerText(),
      /Good\s+this service\s+authority/,
    );
    await checkPage(page);
  });
}

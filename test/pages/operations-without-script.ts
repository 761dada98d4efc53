import assert from 'node:assert/strict';

import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import { main, pageTest, press, type testBrowser } from './browser.ts';
import { userIdOf } from './people.ts';
import type { PagesSpine } from './spine.ts';

/** Whoever signs in next is asked about no other window. */
export async function forget(database: Database): Promise<void> {
  const user = userIdOf('administrator');
  await database.write(sql`delete from identity.active_session where user_id = ${user}`);
}

/** All of it once more, in a browser that runs no script; the status site is away. */
export function showWithoutScript(
  spine: () => PagesSpine,
  browser: ReturnType<typeof testBrowser>,
): void {
  pageTest('shows and takes all without a script, and says how old it is', async () => {
    const { a, database, signIn } = spine();
    const page = await browser.open({ script: false });
    await forget(database);
    await signIn(page, userIdOf('administrator'));
    const reload = /As of .* Reload the page for newer numbers/;
    for (const [path, shown] of [
      ['', reload],
      ['/incidents', /No answer/],
      ['/probes', /No answer/],
      ['/datacentres', reload],
      ['/backups', /Last base backup/],
      ['/migration', /LOADED/],
      ['/jobs', reload],
      ['/sites?silent=yes', /FLM49/],
      ['/audit/check', /The audit trail/],
    ] as const) {
      await page.goto(`${a}/ops${path}`);
      assert.match(await main(page), shown, path);
    }
    assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0);
    await page.goto(`${a}/ops/audit`);
    await page.fill('#organisation', 'a83008');
    await press(page, 'Search');
    await page.getByRole('region', { name: 'Lines' }).waitFor();
    await page.goto(`${a}/ops/maintenance/new`);
    await page.fill('#title', 'New tracker');
    await press(page, 'Announce it');
    assert.match(await main(page), /The status site does not answer: nothing was changed/);
    assert.equal(await page.inputValue('#title'), 'New tracker');
  });
}

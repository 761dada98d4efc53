import assert from 'node:assert/strict';

import { sql } from '../../src/platform/sql.ts';
import { checkPage, main, pageTest, press, tabTo } from './browser.ts';
import { LOST_MESSAGE } from './measured.ts';
import { userIdOf } from './people.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

/** Of jobs, and of what no supplier took; `queues` has what waits be known. */
export function showJobs(
  spine: () => PagesSpine,
  windowOf: ReturnType<typeof windowsOf>,
  queues: () => Promise<void>,
): void {
  pageTest('show jobs that are late, what waits, and what no supplier took', async () => {
    const { a } = spine();
    const page = await windowOf('administrator');
    await queues();
    await page.goto(`${a}/ops`);
    await tabTo(page, 'a[href="/ops/jobs"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ops\/jobs/);
    assert.match(
      await page.getByRole('region', { name: 'Queues' }).innerText(),
      /outbox: test\s+7\s+\d+ minutes/,
    );
    assert.match(
      await page.getByRole('region', { name: 'Jobs' }).innerText(),
      /due\s+C\s+1 second[\s\S]*Late/,
    );
    assert.match(await main(page), /A83008-900101[\s\S]*given-up\s+ECONNREFUSED/);
    await checkPage(page);
    await tabTo(page, `a[href="/ops/jobs/lost/${LOST_MESSAGE}"]`);
    await page.keyboard.press('Enter');
    await page.waitForURL(/lost/);
    await checkPage(page);
    await press(page, 'Send it again');
    await page.getByRole('link', { name: 'Say why it will be taken now: it is empty' }).click();
    await page.locator('#reason:focus').waitFor();
    await checkPage(page);
    await page.keyboard.type('Its endpoint is back');
    await page.keyboard.press('Enter');
    await page.waitForURL(/jobs$/);
    assert.match(await main(page), /There are none/);
    const { database } = spine();
    const [line] = await database.all(sql`
      select user_id as "userId", outcome from platform.audit where message_id = ${LOST_MESSAGE}::uuid`);
    const userId = userIdOf('administrator');
    assert.deepEqual(line, { userId, outcome: 'requeued: Its endpoint is back' });
    assert.equal((await page.goto(`${a}/ops/jobs/lost/${LOST_MESSAGE}`))?.status(), 404);
  });
}

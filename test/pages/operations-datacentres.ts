import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import {
  type Answered,
  type Control,
  openControl,
  type Order,
  socketOf,
} from '../../src/installation/control.ts';
import { MOVE_DRILL } from '../../src/operations/datacentres/judge.ts';
import { keepFinding } from '../../src/operations/measures/repository.ts';
import { sql } from '../../src/platform/sql.ts';
import { checkPage, main, pageTest, press, tabTo } from './browser.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

const PORT_BASE = 40_000 + (process.pid % 20_000);
const NODE = { state: 'running', position: 1, timeline: 1 };

/** Where the pages find whoever runs both datacentres. */
export const CONTROL = socketOf(PORT_BASE);

/** Of datacentres: with a program that takes their orders, and without. */
export function showDatacentres(
  spine: () => PagesSpine,
  windowOf: ReturnType<typeof windowsOf>,
): void {
  const given: Order[] = [];
  let control: Control | null = null;
  const obey = (order: Order): Promise<Answered> => {
    if (order.do !== 'status') given.push(order);
    if (order.do === 'promote') return Promise.resolve({ problem: 'B has not all of it yet' });
    const isDrained = given.at(-1)?.do === 'drain';
    const sites = { a: { ...NODE, role: 'primary' }, b: { ...NODE, role: 'standby' } } as const;
    const databases = { sites, primary: 'a', isDurableInBoth: true, canTakeOver: 'b' } as const;
    const processes = { a: isDrained ? 'drained' : 'running', b: 'running' } as const;
    return Promise.resolve({ status: { processes, databases } });
  };
  before(async () => {
    control = await openControl(PORT_BASE, obey);
  });
  after(() => control?.close());

  pageTest('show both datacentres, and do what is typed in words', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/datacentres`);
    const both = page.getByRole('region', { name: 'Datacentres' });
    assert.match(
      await both.innerText(),
      /A\s+running\s+primary, running[\s\S]*B\s+running\s+standby/,
    );
    assert.match(await main(page), /In both Datacentre B can take over: it has every commit/);
    assert.match(await main(page), /the writes are of epoch \d+/);
    assert.match(await main(page), /Overdue Nobody has tried to move the writes/);
    await checkPage(page);
    const drill = { from: 'a', tookMs: 9_000, pauseMs: 820, acknowledged: 240, lost: 0 } as const;
    const at = new Date().toISOString();
    const lookedAt = new Date();
    await keepFinding(database, MOVE_DRILL, { lookedAt, found: { ...drill, at, problem: null } });
    const server = { server: '192.0.2.11:5432', isStandby: true, isChecked: true, failures: 2 };
    const servers = [{ ...server, lookedAt: at, seenAt: at }];
    await keepFinding(database, 'damaged-pages-b', { lookedAt, found: { servers } });
    const disk = { server: 'b at 192.0.2.11', isStandby: true, ms: 51.2, slowLooks: 2 };
    await keepFinding(database, 'disks', { lookedAt, found: { disks: [disk] } });
    await page.reload();
    const slow = await page.getByRole('region', { name: 'Disks of the databases' }).innerText();
    assert.match(slow, /b at 192\.0\.2\.11\s+standby\s+Slow\s+a flush takes 51 ms/);
    const damaged = await page.getByRole('region', { name: 'Pages of the databases' }).innerText();
    assert.match(damaged, /192\.0\.2\.11:5432\s+standby\s+Damaged\s+2 times a damaged page/);
    assert.match(await main(page), /Good \d+ seconds? ago[^.]*A and back\. [^.]*0\.8 s at most/);
    await press(page, 'Do it');
    await page.getByRole('link', { name: 'Type one of the orders in the list' }).click();
    await page.locator('#order:focus').waitFor();
    await checkPage(page);
    await page.keyboard.type('fail over to b');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'B has not all of it yet' }).waitFor();
    await page.fill('#order', '');
    await tabTo(page, '#order');
    await page.keyboard.type('Drain  A');
    await page.keyboard.press('Enter');
    await page.getByText('drained').waitFor();
    await checkPage(page);
    const orders = given.map((one) => [one.do, one.site]);
    assert.deepEqual(orders, [
      ['promote', 'b'],
      ['drain', 'a'],
    ]);
    const lines = await database.all(sql`
      select interaction, outcome from platform.audit where interaction like 'dc-%' order by id`);
    assert.deepEqual(lines, [
      { interaction: 'dc-promote', outcome: 'asked for, b' },
      { interaction: 'dc-drain', outcome: 'asked for, a' },
    ]);
    await control?.close();
    control = null;
    await page.reload();
    assert.match(await main(page), /No answer The program that runs both datacentres/);
    await checkPage(page);
  });
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe } from 'node:test';

import { keepFinding } from '../../src/operations/measures/repository.ts';
import type { Flow, Queues } from '../../src/operations/measures/findings.ts';
import { sql } from '../../src/platform/sql.ts';
import { testStatus } from '../operations/status.ts';
import { checkPage, main, pageTest, press, tabTo, testBrowser } from './browser.ts';
import { prepare, QUEUES, START } from './measured.ts';
import { showAudit } from './operations-audit.ts';
import { showBackups } from './operations-backups.ts';
import { showBalance } from './operations-balance.ts';
import { CONTROL, showDatacentres } from './operations-datacentres.ts';
import { showIncidents } from './operations-incidents.ts';
import { showJobs } from './operations-jobs.ts';
import { showMigration } from './operations-migration.ts';
import { showSuppliers } from './operations-suppliers.ts';
import { forget, showWithoutScript } from './operations-without-script.ts';
import { userIdOf } from './people.ts';
import { pagesSpine, windowsOf } from './spine.ts';

// Shows: Web pages | operations: now, each interface with charts and the same numbers as tables, prescription flow with what is stuck, sites and suppliers, jobs, certificates, reconciliation, a migration, the audit trail, incidents and maintenance, what fails for one site alone and whom to tell, probes, datacentres, backups, messages that nobody took; with and without a script, for system administrators of the operator alone

const folder = mkdtempSync(join(tmpdir(), 'openspine-pages-'));
const keyFile = join(folder, 'key.pem');
after(() => rmSync(folder, { recursive: true, force: true }));
const status = testStatus();
const spine = pagesSpine(prepare, async () => ({
  audit: { keyFile, folder },
  control: CONTROL,
  status: { url: status().url, key: 'key-of-the-test' },
}));
const browser = testBrowser();
const windowOf = windowsOf(spine, browser);

/** As if it had just been looked up, so that no process looks by itself. */
async function found(flow: Flow, queues: Queues): Promise<void> {
  const { database } = spine();
  const lookedAt = new Date(Date.now() + 600_000);
  await keepFinding(database, 'flow', { lookedAt, found: flow });
  await keepFinding(database, 'queues', { lookedAt, found: queues });
}

const NO_FLOW: Flow = { at: new Date().toISOString(), counts: [], waiting: [], held: [] };

describe('the pages of operations', () => {
  pageTest(
    'are for system administrators of the operator, and are in nobody else’s menu',
    async () => {
      const { a } = spine();
      for (const name of ['dispenser', 'ra-manager']) {
        const page = await windowOf(name);
        for (const path of [
          '',
          '/components/hl7v3',
          '/flow',
          '/flow/held',
          '/sites',
          '/jobs',
          '/certificates',
          '/migration',
          '/reconciliation',
          '/reconciliation/rows',
          '/audit',
          '/audit/rows',
          '/audit/patient',
          '/audit/check',
          '/datacentres',
          '/backups',
          '/incidents',
          '/incidents/new',
          '/contacts',
          '/jobs/lost/x',
          '/maintenance/new',
        ]) {
          const answer = await page.request.get(`${a}/ops${path}`);
          assert.equal(answer.status(), 403, `${name} ${path}`);
        }
        await page.goto(`${a}/ops`);
        assert.match(await main(page), /Local System Administration \(B0062\)/);
        assert.equal(await page.getByRole('link', { name: 'Operations' }).count(), 0);
      }
      await checkPage(await windowOf('dispenser'));
      const stranger = await browser.open();
      await stranger.goto(`${a}/ops`);
      assert.match(stranger.url(), /\/signin\?return=%2Fops$/);
    },
  );

  pageTest(
    'show the service now: numbers, interfaces by datacentre, processes that are late',
    async () => {
      const { a } = spine();
      const page = await windowOf('administrator');
      await page.goto(a);
      await page.locator('main').getByRole('link', { name: 'Operations' }).click();
      assert.equal(await page.title(), 'Operations - OpenSpine');
      const text = await main(page);
      assert.match(text, /Sent a minute/);
      assert.match(text, /Spine Directory Service/);
      assert.match(
        await page.getByRole('region', { name: 'Processes' }).innerText(),
        /C\s[\s\S]*Stale/,
      );
      assert.match(await page.getByRole('region', { name: 'Interfaces' }).innerText(), /\? Stale/);
      await checkPage(page);
    },
  );

  pageTest('show an interface as charts, and as tables of the same numbers', async () => {
    const { b } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${b}/ops/components/sds`);
    assert.equal(await page.title(), 'Spine Directory Service: last hour - OpenSpine');
    const table = page.getByRole('region', { name: 'By time' });
    assert.equal(await table.locator('tbody tr').count(), 60);
    const told = await table.locator('tbody td:nth-child(2)', { hasNotText: /^0$/ }).count();
    const [requests] = await page.locator('svg.app-chart').all();
    assert.equal(await requests?.locator('.app-chart__bar').count(), told);
    assert.equal(await requests?.locator('.app-chart__bad').count(), told);
    assert.match(
      await page.getByRole('region', { name: 'By interaction' }).innerText(),
      /Device\s+120\s+8\s+12\s+20 ms\s+143 ms/,
    );
    assert.match(
      await page.getByRole('region', { name: 'By rule' }).innerText(),
      /SENDER_UNKNOWN\s+4/,
    );
    await checkPage(page);
    await page.getByRole('link', { name: 'Last 24 hours' }).click();
    assert.match(await main(page), /180 requests, 12 refused/);
    assert.equal(await page.locator('svg.app-chart').count(), 2);
    await checkPage(page);
    await page.getByRole('link', { name: 'Last 30 days' }).click();
    assert.equal(
      await page.getByRole('region', { name: 'By time' }).locator('tbody tr').count(),
      30,
    );
    await page.goto(`${b}/ops/components/pki`);
    assert.match(await main(page), /Nobody asked/);
    assert.equal((await page.goto(`${b}/ops/components/nothing`))?.status(), 404);
  });

  pageTest('show where prescriptions are, and which of them do not go on', async () => {
    const { a } = spine();
    const page = await windowOf('administrator');
    const at = new Date().toISOString();
    await found(
      { at, counts: [], waiting: [], held: [] },
      { ...QUEUES, waiting: { byAge: [0, 0, 0, 0, 0, 0], oldestAt: null } },
    );
    await page.goto(`${a}/ops/flow/held`);
    assert.match(await main(page), /There are none/);
    const since = new Date(START.getTime() - 9 * 86_400_000).toISOString();
    const stuck = (prescriptionId: string, organisation: string) => ({
      prescriptionId,
      organisation,
      since,
    });
    await found(
      {
        at,
        counts: [
          { status: '0001', count: 15 },
          { status: '0002', count: 4 },
        ],
        waiting: [stuck('111111-A83008-11111A', 'FQQ11'), stuck('222222-A83008-22222B', 'FXX99')],
        held: [stuck('333333-A83008-33333C', 'FQQ11')],
      },
      QUEUES,
    );
    await page.goto(`${a}/ops/flow`);
    const text = await main(page);
    assert.match(text, /15 wait, the first of them for 5 days/);
    assert.match(text, /To Be Dispensed \(0001\)\s+15/);
    assert.match(text, /Sent\s+12\d\s+0/);
    await checkPage(page);
    await page.getByRole('link', { name: /2 that have waited/ }).click();
    const list = await page.getByRole('region', { name: 'Prescriptions' }).innerText();
    assert.match(list, /111111-A83008-11111A\s+FQQ11[\s\S]*9 days\s+Is there/);
    assert.match(list, /FXX99[\s\S]*Silent for a day/);
    await checkPage(page);
    await page.getByRole('link', { name: 'FXX99' }).click();
    assert.match(await main(page), /Nothing was heard of such a site/);
  });

  pageTest('show sites and suppliers, all or those that are silent', async () => {
    const { a } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/sites`);
    const sites = () => page.getByRole('region', { name: 'Sites' }).innerText();
    assert.match(
      await sites(),
      /FQQ11\s+999000000299\s+FHIR dispensing\s+10\s+10%\s+0\s+0[^\n]+Dispensary\/7\.2\s+none/,
    );
    await checkPage(page);
    await tabTo(page, '#word');
    await page.keyboard.type('flm49');
    await page.keyboard.press('Enter');
    await page.waitForURL(/word=flm49/);
    assert.match(await sites(), /FLM49[\s\S]*3 days ago Silent/);
    assert.doesNotMatch(await sites(), /FQQ11/);
    await page.goto(`${a}/ops/sites?silent=yes`);
    assert.doesNotMatch(await sites(), /FQQ11/);
    await checkPage(page);
  });

  showJobs(spine, windowOf, () => found(NO_FLOW, QUEUES));
  showBalance(spine, windowOf);
  showAudit(spine, windowOf, keyFile);
  showSuppliers(spine, windowOf, status);
  showIncidents(spine, windowOf, status);
  showDatacentres(spine, windowOf);
  showBackups(spine, windowOf);
  showMigration(spine, windowOf);
});

describe('a page of operations that is left open', () => {
  pageTest('brings itself up to date until it is paused, and says when it cannot', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/jobs`);
    const add = (job: string) =>
      database.write(sql`
        insert into operations.job (job, datacentre, every_ms, turned_at, outcome, failures)
        values (${job}, 'c', 1000, now(), 'failed', 1)`);
    await add('job-of-the-test');
    const jobs = page.getByRole('region', { name: 'Jobs' });
    await jobs.getByText('job-of-the-test').waitFor();
    await press(page, 'Pause');
    assert.match(await page.getByRole('status').first().innerText(), /Paused/);
    await checkPage(page);
  });

  pageTest('does not keep its reader signed in', async () => {
    const { a, database, signIn } = spine();
    const page = await browser.open();
    await forget(database);
    await signIn(page, userIdOf('administrator'));
    await page.goto(`${a}/ops`); // the only role is chosen, and the session goes on under another id
    const mine = sql`id = (select session_id from identity.active_session
      where user_id = ${userIdOf('administrator')} and kind = 'pages')`;
    await database.write(sql`
      update identity.session set last_used_at = now() - interval '5 minutes' where ${mine}`);
    const used = async (): Promise<number> => {
      const [row] = await database.all<{ ago: number }>(sql`
        select extract(epoch from now() - last_used_at)::int as ago from identity.session where ${mine}`);
      return row?.ago ?? 0;
    };
    const refreshed = await page.request.get(`${a}/ops`, { headers: { 'x-refresh': 'true' } });
    assert.equal(refreshed.status(), 200);
    assert.ok((await used()) >= 300);
    assert.equal((await page.goto(`${a}/ops`))?.status(), 200);
    assert.ok((await used()) < 60);
  });

  showWithoutScript(spine, browser);
});

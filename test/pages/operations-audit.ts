import assert from 'node:assert/strict';

import { sealNext } from '../../src/platform/audit/jobs.ts';
import { openSealKey } from '../../src/platform/audit/key.ts';
import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import { checkPage, main, pageTest, tabTo } from './browser.ts';
import { userIdOf } from './people.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

const PATIENT = '9000000009';

/** Of the audit trail; the installation seals it with the key in `keyFile`. */
export function showAudit(
  spine: () => PagesSpine,
  windowOf: ReturnType<typeof windowsOf>,
  keyFile: string,
): void {
  const looks = () => looksOf(spine().database);

  pageTest('find who did or saw what, by keyboard, and the look is found too', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await read(database, 3);
    const before = await looks();
    await page.goto(`${a}/ops/audit`);
    await checkPage(page);
    assert.deepEqual(await looks(), before); // nothing was looked for
    await tabTo(page, '#patient');
    await page.keyboard.type('900 000 0009');
    await page.keyboard.press('Enter');
    await page.waitForURL(/patient=900/);
    const lines = page.getByRole('region', { name: 'Lines' });
    const [own, ...others] = await lines.locator('tbody tr').allInnerTexts();
    const who = userIdOf('administrator');
    assert.match(
      own ?? '',
      new RegExp(`${who}\\s+\\S+\\s+127\\.0\\.0\\.1\\s+audit-search\\s+read\\s+900\\s000\\s0009`),
    );
    assert.equal(others.length, 3);
    assert.match(others[0] ?? '', /555086689106\s+A83008\s+patient-retrieve\s+read 3/);
    await checkPage(page);
    const file = await page.getByRole('link', { name: /as a file/ }).getAttribute('href');
    const answer = await page.request.get(`${a}${file}`);
    assert.match(answer.headers()['content-disposition'] ?? '', /filename="audit\.csv"/);
    assert.match(await answer.text(), /^id,recordedAt,.*\r\n(?:.*\r\n){2}.*,A83008,.*read 3\r\n/);
    assert.equal((await looks()).length, before.length + 2);
    await page.goto(`${a}/ops/audit?organisation=nobody`);
    assert.match(await main(page), /There is no such line/);
    await checkPage(page);
    await page.goto(
      `${a}/ops/audit?patient=123&request=x&since=2026-03-02T00:00&until=2026-03-01T00:00`,
    );
    assert.match(await page.title(), /^Error: Audit/);
    await page.getByRole('link', { name: 'Enter an NHS number, such as 999 000 0018' }).click();
    await page.locator('#patient:focus').waitFor();
    assert.match(await main(page), /The end must come after the beginning/);
    await checkPage(page);
    assert.equal((await page.request.get(`${a}/ops/audit/rows?patient=123`)).status(), 404);
  });

  pageTest('show a patient’s list of those who looked, with the one who looks now', async () => {
    const { b, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${b}/ops/audit/patient`);
    await checkPage(page);
    await page.fill('#number', '900 000 0008');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Enter an NHS number' }).waitFor();
    await checkPage(page);
    await read(database, 1);
    await page.fill('#number', PATIENT);
    await page.keyboard.press('Enter');
    await page.waitForURL(/number=9000000009/);
    const rows = await page.getByRole('region', { name: 'Who looked' }).innerText();
    assert.match(rows, new RegExp(`${userIdOf('administrator')}\\s+\\d+\\s+audit-patient`));
    assert.match(rows, /555086689106\s+patient-retrieve\s+read 1/);
    await checkPage(page);
  });

  pageTest('say whether the trail is as it was sealed, and what was tampered with', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await read(database, 2);
    while ((await sealNext(database, await openSealKey(keyFile))) > 0);
    await page.goto(`${a}/ops/audit`);
    assert.match(await main(page), /Sealed Seal \d+ was made at/);
    await page.getByRole('link', { name: 'Check the newest seals' }).click();
    assert.match(await main(page), /As it was sealed \d+ lines under seals 1 to \d+/);
    await checkPage(page);
    const say = (outcome: string) =>
      database.write(sql`update platform.audit set outcome = ${outcome}
        where id = (select max(id) from platform.audit where interaction = 'patient-retrieve')`);
    await say('read nothing');
    await page.reload();
    assert.match(await main(page), /Tampered with 1 finding in/);
    const findings = page.getByRole('region', { name: 'Findings' });
    assert.match(await findings.innerText(), /changed\s+\d+\s+\d+\s+\d+/);
    await checkPage(page);
    await say('read 2');
  });
}

/** Somebody reads the record of a patient so many times. */
async function read(database: Database, times: number): Promise<void> {
  for (let n = 1; n <= times; n += 1) {
    await database.write(sql`
      insert into platform.audit (at, interaction, request_id, user_id, organisation, nhs_number, outcome)
      values (now(), 'patient-retrieve', gen_random_uuid(), '555086689106', 'A83008', ${PATIENT}, ${`read ${n}`})`);
  }
}

function looksOf(database: Database): Promise<object[]> {
  return database.all(sql`
    select id from platform.audit where interaction in ('audit-search', 'audit-patient') order by id`);
}

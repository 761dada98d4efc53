import assert from 'node:assert/strict';

import { sql } from '../../src/platform/sql.ts';
import { checkPage, main, pageTest } from './browser.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

const ENDED = /On its way\s+500 of about 2000 ids; nobody works on it: run the same command again/;

const FOLLOWED =
  /300 of 1300 changes; nobody[\s\S]*old store\s+1000 changes, 10 min; its feed went up to 1300[\s\S]*switch\s+ready, done when all gates/;

/** Of a migration: none, a load that was ended on its way, and a store that is behind the old one. */
export function showMigration(
  spine: () => PagesSpine,
  windowOf: ReturnType<typeof windowsOf>,
): void {
  pageTest('says that nothing is moved, or how much came, is held or kept apart', async () => {
    const { a, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${a}/ops/migration`);
    assert.match(await main(page), /Nothing is moved here/);
    const exportId = '5f0d9e0e-3f3c-4d0b-9d53-0c8f3f1f2a10';
    await database.write(sql`
      insert into migration.export (export_id, source, as_of, manifest_digest, change_seq, ids_expected)
      values (${exportId}, 'the first Spine', now(), sha256('a'), 0, 2000)`);
    await database.write(sql`
      insert into migration.unit (export_id, part, first_row, first_place, ids, rows, digest)
      values (${exportId}, 1, 0, 'A', 500, '{"ISSUE":[612,7]}', sha256('a'))`);
    await database.write(sql`
      insert into migration.dirty (export_id, class, place) values (${exportId}, 'D12', 'A')`);
    await page.goto(`${a}/ops/migration`);
    const text = await main(page);
    for (const shown of [
      /LOADING/,
      ENDED,
      /Behind the old store\s+not known/,
      /ISSUE\s+612\s+605\s+7/,
      /D12\s+returned by administrators/,
    ]) {
      assert.match(text, shown);
    }
    assert.match(text, /do not add up while a load/);
    await checkPage(page);
    await database.write(sql`update migration.export set loaded_at = now(), change_seq = 300`);
    await database.write(sql`
      insert into migration.catch_up (export_id, began_at, from_seq, reached_at, applied_commit_at,
        last_seq, last_commit_at, looked_at)
      values (${exportId}, now() - interval '10 seconds', 100, now(), '2014-08-24T01:00:00Z',
        1300, '2014-08-24T01:10:00Z', now())`);
    await page.reload();
    assert.match(await main(page), FOLLOWED);
    await checkPage(page);
  });
}

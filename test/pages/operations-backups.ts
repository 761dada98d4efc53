import assert from 'node:assert/strict';

import { BACKUPS } from '../../src/operations/backups/handle.ts';
import { keepFinding } from '../../src/operations/measures/repository.ts';
import type { BackupFacts } from '../../src/platform/backup/index.ts';
import { checkPage, main, pageTest } from './browser.ts';
import type { PagesSpine, windowsOf } from './spine.ts';

const HOUR_MS = 3_600_000;

function factsAt(now: number): BackupFacts {
  const at = (hours: number): string => new Date(now - hours * HOUR_MS).toISOString();
  return {
    isEncrypted: true,
    bases: 3,
    newest: { id: '20260301T120000Z', endedAt: at(20), sizeBytes: 62_000_000 },
    restorableFrom: at(70),
    logAt: at(0),
    drill: { at: at(800), isGood: false, restoreSeconds: 90, checkSeconds: 30, behindSeconds: 1 },
  };
}

/** Of backups: none, and what is in time and what is overdue. */
export function showBackups(spine: () => PagesSpine, windowOf: ReturnType<typeof windowsOf>): void {
  pageTest('show how backups are, and what is overdue', async () => {
    const { b, database } = spine();
    const page = await windowOf('administrator');
    await page.goto(`${b}/ops/backups`);
    assert.match(await main(page), /Overdue No backup of this database has ever told of itself/);
    await checkPage(page);
    const now = Date.now();
    await keepFinding(database, BACKUPS, { lookedAt: new Date(now), found: factsAt(now) });
    await page.reload();
    const rows = await page.getByRole('region', { name: 'Backups' }).innerText();
    assert.match(rows, /Last base backup\s+20 hours ago\s+at most 2 days\s+Good/);
    assert.match(rows, /lost with both datacentres\s+\d+ seconds?\s+at most 60 seconds\s+Good/);
    assert.match(rows, /Last restore test\s+33 days ago\s+at most 31 days\s+Overdue/);
    assert.match(rows, /Restored and checked in\s+2 minutes\s+at most 4 hours\s+Good/);
    assert.match(rows, /What the test found\s+not all of it was right\s+Wrong/);
    assert.match(await main(page), /3 base backups, encrypted for three of five people/);
    await checkPage(page);
  });
}

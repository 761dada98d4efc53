import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { EXIT } from '../../cli/command.ts';
import { ranOn } from '../../cli/testing.ts';
import { londonDate } from '../../kernel/london.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import { directoryCommands } from '../cli.ts';
import { findSites } from '../index.ts';
import { odsDesk } from './desk/testing.ts';
import { importOds } from './handle.ts';
import { aCsvLine, anOrdRecord, ordOf } from './testing.ts';

// Shows: Organisations | one that closes is reported with who took over and what points at it; days to come; dispensing practices; an import that is broken off goes on

const made = testDatabase();
const { ods, show, spine, folder } = odsDesk(() => made().url);

describe('a closing', () => {
  test('is told with who took over and what points at it; the day before it is open', async () => {
    await ods('before.json', JSON.stringify([anOrdRecord(), ordOf('FA900')]));
    const closed = ordOf('FA900', {
      LastChangeDate: '2026-03-01',
      Status: 'Inactive',
      Date: [{ Type: 'Operational', Start: '2001-01-01', End: '2026-02-28' }],
    });
    const { data } = await ods('closed.json', JSON.stringify(closed));
    assert.deepEqual(data.closings, [
      {
        ods: 'FA900',
        name: 'SECOND PHARMACY (SYNTHETIC)',
        closedOn: '2026-02-28',
        successors: ['FA002'],
      },
    ]);
    assert.deepEqual(data.references, [{ ods: 'FA900', what: 'nominations (P1)', count: 14 }]);
    const text = await ranOn(made().url, directoryCommands([]), [
      'ods',
      'import',
      join(folder(), 'closed.json'),
    ]);
    assert.match(text.stdout, /closed.json: 1 rows; 0 added, 0 changed, 0 refused/);
    assert.equal((await show('FA900')).isOpen, false);
  });

  test('of the future is inert until its day', async () => {
    await ods('edispensary.csv', aCsvLine({ 1: 'FA020', 11: '20300101', 12: '20301231', 13: 'A' }));
    for (const [day, isOpen] of [
      ['2029-12-31', false],
      ['2030-01-01', true],
      ['2030-12-31', true],
      ['2031-01-01', false],
    ] as const) {
      const { isOpen: found, sites } = await show('FA020', '--on', day);
      assert.deepEqual([day, found, sites], [day, isOpen, isOpen ? ['P1'] : []]);
    }
  });
});

describe('a dispensing practice', () => {
  test('is a site by what somebody says, between the days that they say', async () => {
    const practice = aCsvLine({ 1: 'A83901', 2: 'PRACTICE (SYNTHETIC)', 14: 'B', 15: '', 26: '4' });
    await ods('epraccur.csv', practice);
    assert.equal(
      (
        await spine(
          'organisation',
          'site',
          'A83901',
          '--type',
          'P3',
          '--from',
          '2026-01-01',
          '--until',
          '2026-12-31',
        )
      ).code,
      EXIT.ok,
    );
    const sitesOn = async (day: string) => (await show('A83901', '--on', day)).sites;
    assert.deepEqual(
      [await sitesOn('2025-12-31'), await sitesOn('2026-06-01'), await sitesOn('2027-01-01')],
      [[], ['P3'], []],
    );
    assert.equal(
      (await spine('organisation', 'site', 'NONE99', '--type', 'P3')).code,
      EXIT.refused,
    );
    assert.equal((await spine('organisation', 'site', 'A83901')).code, EXIT.wrongUse);
    assert.equal((await spine('organisation', 'show', 'NONE99')).code, EXIT.refused);
    assert.equal(
      (await findSites(made().database, ['A83901', 'NONE99'], londonDate(new Date('2026-06-01'))))
        .length,
      1,
    );
    const listed = await spine('organisation', 'list', '--word', 'A83901');
    assert.equal(listed.data[0].name, 'PRACTICE (SYNTHETIC)');
  });
});

describe('an import that is broken off', () => {
  const CODES = Array.from({ length: 6_000 }, (_, at) => `G${String(at).padStart(5, '0')}`);

  test('goes on behind what was kept, and only one is at it', async () => {
    const path = join(folder(), 'many.json');
    await writeFile(path, CODES.map((code) => JSON.stringify(ordOf(code))).join('\n'));
    const file = { path, name: 'many.json', form: 'json' } as const;
    const at = new Date();
    const first = await openBulkLoad(made().url);
    const second = await openBulkLoad(made().url);
    try {
      const breakOff = (): void => {
        throw new Error('broken off');
      };
      await assert.rejects(importOds(first, [file], { at, onProgress: breakOff }), /broken off/);
      assert.equal(await added(), 5_000);
      const busy = await importOds(second, [file], { at, onProgress: () => undefined });
      assert.deepEqual(busy, { ok: false, error: 'AnotherIsRunning' });
      await first.close();
      const done = await importOds(second, [file], { at, onProgress: () => undefined });
      assert.ok(done.ok);
      const [imported] = done.value.files;
      assert.deepEqual(
        [imported?.resumedAfter, imported?.rows, imported?.added],
        [5_000, 6_000, 6_000],
      );
      assert.equal(await added(), 6_000);
    } finally {
      await second.close();
    }
    const audit = await made().database.all<{ outcome: string }>({
      text: `select outcome from platform.audit where interaction = 'ods-import' and outcome like '%00 added%' order by id`,
      values: [],
    });
    assert.deepEqual(
      audit.map(({ outcome }) => outcome),
      [
        'rows 1 to 5000: 5000 added, 0 changed, 0 refused',
        'rows 5001 to 6000: 1000 added, 0 changed, 0 refused',
      ],
    );
  });
});

async function added(): Promise<number> {
  const [row] = await made().database.all<{ count: number }>({
    text: `select count(*)::int as count from directory.organisation where ods like 'G_____'`,
    values: [],
  });
  return row?.count ?? 0;
}

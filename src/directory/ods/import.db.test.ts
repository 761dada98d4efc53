import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { testDatabase } from '../../../test/support/database.ts';
import { EXIT } from '../../cli/command.ts';
import { odsDesk } from './desk/testing.ts';
import { aCsvLine, anAffiliation, anOrdRecord, anOrganization, ordOf } from './testing.ts';

// Shows: Organisations | files of the Organisation Data Service: CSV reports, ORD and FHIR; again, broken off, closed, succeeded, refused row by row

const made = testDatabase();
const { ods, show, spine, folder } = odsDesk(() => made().url);

const HEADQUARTERS = aCsvLine({ 1: 'PXY01', 2: 'HEADQUARTERS (SYNTHETIC)', 14: '', 15: '' });
const COMMISSIONER = {
  Organisation: {
    ...anOrdRecord().Organisation,
    Name: 'ICB (SYNTHETIC)',
    OrgId: { extension: 'QE1' },
    Rels: undefined,
    Succs: undefined,
    Roles: { Role: [{ id: 'RO98', uniqueRoleId: 1, primaryRole: true, Status: 'Active' }] },
  },
};
const succession = (type: string, code: string) => ({
  Succs: { Succ: [{ uniqueSuccId: 1, Type: type, Target: { OrgId: { extension: code } } }] },
});

describe('a report', () => {
  test('adds organisations, with roles; what they are to others waits until both are known', async () => {
    const first = await ods(
      'edispensary.csv',
      [aCsvLine(), aCsvLine({ 1: 'fa004', 14: 'RO94', 15: 'QE1' })].join('\r\n'),
    );
    assert.equal(first.code, EXIT.ok, first.stderr);
    const [file] = first.data.files;
    assert.deepEqual([file.rows, file.added, file.changed, file.refused], [2, 2, 0, []]);
    assert.deepEqual(
      first.data.waiting.map(({ ods: from, target }: { ods: string; target: string }) => [
        from,
        target,
      ]),
      [
        ['FA001', 'PXY01'],
        ['FA004', 'QE1'],
      ],
    );
    assert.deepEqual((await ods('epharmacyhq.csv', HEADQUARTERS)).data.waiting.length, 1);
    assert.deepEqual((await ods('icb.json', JSON.stringify(COMMISSIONER))).data.waiting, []);
    const pharmacy = await show('FA001');
    assert.deepEqual(
      [pharmacy.name, pharmacy.isOpen, pharmacy.sites],
      ['HIGH STREET PHARMACY (SYNTHETIC)', true, ['P1']],
    );
    assert.deepEqual(pharmacy.relations, [{ relationId: 'RE6', target: 'PXY01', isActive: true }]);
    const contractor = await show('fa004');
    assert.deepEqual(
      [contractor.sites, contractor.relations],
      [['P2'], [{ relationId: 'RE4', target: 'QE1', isActive: true }]],
    );
  });

  test('that comes again changes nothing', async () => {
    const before = await everything();
    const again = await ods(
      'edispensary.csv',
      [aCsvLine(), aCsvLine({ 1: 'fa004', 14: 'RO94', 15: 'QE1' })].join('\r\n'),
    );
    assert.deepEqual([again.data.files[0].added, again.data.files[0].changed], [0, 0]);
    assert.deepEqual(await everything(), before);
  });

  test('moves a pharmacy to another owner, and the former one is kept as ended', async () => {
    await ods(
      'epharmacyhq.csv',
      aCsvLine({ 1: 'PXY02', 2: 'NEW OWNER (SYNTHETIC)', 14: '', 15: '' }),
    );
    await ods('edispensary.csv', aCsvLine({ 15: 'PXY02', 16: '20260101' }));
    assert.deepEqual((await show('FA001')).relations, [
      { relationId: 'RE6', target: 'PXY02', isActive: true },
      { relationId: 'RE6', target: 'PXY01', isActive: false },
    ]);
  });

  test('is Latin-1, or UTF-8 when it begins with its mark', async () => {
    const line = aCsvLine({ 1: 'FA005', 2: 'CAFÉ PHARMACY (SYNTHETIC)' });
    await ods('edispensary.csv', Buffer.from(line, 'latin1'));
    assert.equal((await show('FA005')).name, 'CAFÉ PHARMACY (SYNTHETIC)');
    const marked = `\uFEFF${line.replace('FA005', 'FA006')}\n`;
    const broken = Buffer.concat([
      Buffer.from(marked),
      Buffer.from(line.replace('FA005', 'FA007'), 'latin1'),
    ]);
    const { data } = await ods('edispensary.csv', broken);
    assert.deepEqual([data.files[0].added, data.files[0].refused[0].row], [1, 2]);
    assert.equal((await show('FA006')).name, 'CAFÉ PHARMACY (SYNTHETIC)');
  });

  test('with wrong rows is taken without them, and each is reported', async () => {
    const rows = [
      aCsvLine({ 1: 'FA010' }),
      aCsvLine({ 1: 'FA010', 2: 'THE SAME CODE AGAIN' }),
      aCsvLine({ 1: "FA';--" }),
      '"FA011","unfinished',
      aCsvLine({ 1: 'FA012', 13: 'X' }),
      'x'.repeat(20_000),
      '\0\u0001\u0002',
      aCsvLine({ 1: 'FA013', 2: "'); drop table directory.organisation; --" }),
    ];
    const { code, data } = await ods('week.csv', rows.join('\n'), '--report', 'edispensary');
    assert.equal(code, EXIT.ok);
    const [{ added, refused }] = data.files;
    assert.equal(added, 2);
    assert.deepEqual(
      refused.map(({ row, ods: whose }: { row: number; ods: string | null }) => [row, whose]),
      [
        [2, 'FA010'],
        [3, null],
        [4, null],
        [5, 'FA012'],
        [6, null],
        [7, null],
      ],
    );
    assert.equal((await show('FA013')).name, "'); drop table directory.organisation; --");
    assert.equal((await show('FA010')).name, 'HIGH STREET PHARMACY (SYNTHETIC)');
  });
});

describe('records of ORD and FHIR', () => {
  test('are taken in any order and form; numbers of roles take the place of none', async () => {
    const ord = await ods(
      'ord.json',
      JSON.stringify([anOrdRecord(), ordOf('FA900'), ordOf('FA001')]),
    );
    assert.equal(ord.code, EXIT.ok, ord.stderr);
    assert.deepEqual([ord.data.files[0].added, ord.data.files[0].changed], [2, 1]);
    const fhir = {
      resourceType: 'Bundle',
      entry: [anAffiliation(), anOrganization()].map((resource) => ({ resource })),
    };
    assert.equal((await ods('fhir.json', JSON.stringify(fhir, null, 1))).data.files[0].added, 1);
    assert.deepEqual((await show('FA003')).relations, [
      { relationId: 'RE6', target: 'PXY01', isActive: true },
    ]);
    assert.deepEqual((await show('FA001')).roles, [
      { roleId: 'RO182', isPrimary: true, isActive: true },
    ]);
    assert.deepEqual((await show('FA002')).predecessors, ['FA900']);
    assert.deepEqual((await show('FA900')).successors, ['FA002']);
  });

  test('that are not newer change nothing; the newer one counts', async () => {
    const at = (day: string, name: string) =>
      JSON.stringify(ordOf('FA002', { LastChangeDate: day, Name: name }));
    for (const day of ['2026-01-31', '2025-12-31']) {
      assert.equal((await ods('old.json', at(day, 'OLDER'))).data.files[0].changed, 0);
    }
    const { data } = await ods(
      'new.json',
      `${at('2026-02-01', 'NEWER')}\n${at('2026-02-02', 'NEWEST')}\n${at('2026-02-01', 'NEWER')}`,
    );
    assert.deepEqual(
      [data.files[0].changed, data.files[0].refused[0].reason],
      [1, 'this code came before in the file'],
    );
    assert.equal((await show('FA002')).name, 'NEWEST');
    assert.equal((await show('FA002')).predecessors.length, 1);
  });

  test('whose successions lead in a circle are taken without them', async () => {
    const records = [
      ordOf('FB001', succession('Successor', 'FB002')),
      ordOf('FB002', succession('Successor', 'FB003')),
      ordOf('FB003', succession('Successor', 'FB001')),
      ordOf('FB004', succession('Predecessor', 'FB001')),
    ];
    const { data } = await ods('circle.json', JSON.stringify(records));
    const [{ added, refused }] = data.files;
    assert.equal(added, 4);
    assert.deepEqual(
      refused.map(({ ods: whose, reason }: { ods: string; reason: string }) => [
        whose,
        reason.endsWith('leads back to itself'),
      ]),
      [
        ['FB001', true],
        ['FB002', true],
        ['FB003', true],
      ],
    );
    assert.deepEqual((await show('FB001')).successors, ['FB004']);
  });

  test('none of which can be taken are a refusal, and what is no file is wrong use', async () => {
    assert.equal((await ods('bad.json', '[{"resourceType":"Patient"},{')).code, EXIT.refused);
    assert.equal((await ods('empty.json', '[]')).code, EXIT.ok);
    for (const words of [[], [folder()], [join(folder(), 'none.csv')]]) {
      assert.equal((await spine('ods', 'import', ...words)).code, EXIT.wrongUse);
    }
    assert.match((await ods('other.csv', aCsvLine())).stderr, /which report is/);
  });
});

async function everything(): Promise<unknown> {
  const rows = [];
  for (const table of [
    'organisation',
    'organisation_role',
    'organisation_relation',
    'organisation_succession',
    'waiting_link',
  ]) {
    rows.push(
      await made().database.all({
        text: `select to_jsonb(t) - 'changed_at' as row from directory.${table} t order by 1`,
        values: [],
      }),
    );
  }
  return rows;
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readCsvRow, type Report } from './read-csv.ts';
import { readJsonValue } from './read-json.ts';
import { aCsvLine, anOrdRecord } from './testing.ts';

const csv = (changes: Parameters<typeof aCsvLine>[0] = {}, report: Report = 'edispensary') =>
  readCsvRow(aCsvLine(changes), report);
const json = (value: unknown) => readJsonValue(Buffer.from(JSON.stringify(value)));

describe('a line of a report', () => {
  test('is an organisation with its role and its parent', () => {
    const read = csv();
    assert.ok(read.ok);
    assert.deepEqual(read.value, {
      record: {
        ods: 'FA001',
        name: 'HIGH STREET PHARMACY (SYNTHETIC)',
        recordClass: 1,
        isActive: true,
        addressLines: ['1 HIGH STREET'],
        city: 'TESTWICK',
        county: 'TESTSHIRE',
        postcode: 'ZZ99 3AA',
        country: '',
        telephone: '01632 960199',
        contacts: [],
        openedOn: '2005-04-01',
        closedOn: null,
        lastChangedOn: null,
        roles: [
          {
            roleId: 'RO182',
            uniqueId: 'RO182',
            isPrimary: true,
            isActive: true,
            startsOn: '2005-04-01',
            endsOn: null,
          },
        ],
      },
      links: [
        {
          kind: 'relation',
          ods: 'FA001',
          uniqueId: 'csv:PXY01',
          relationId: null,
          target: 'PXY01',
          isActive: true,
          startsOn: '2010-01-01',
          endsOn: null,
        },
      ],
      refused: [],
    });
  });

  for (const [what, report, changes, roles] of [
    ['a pharmacy', 'edispensary', { 14: 'RO182' }, ['RO182']],
    ['an appliance contractor', 'edispensary', { 14: 'RO94' }, ['RO94']],
    ['a headquarters of pharmacies', 'epharmacyhq', { 14: '' }, ['RO181']],
    ['a GP practice by number', 'epraccur', { 14: 'B', 26: '4' }, ['RO177', 'RO76']],
    ['a GP practice by role', 'epraccur', { 14: 'B', 26: 'RO76' }, ['RO177', 'RO76']],
    ['a walk-in centre', 'epraccur', { 14: 'Z', 26: '1' }, ['RO177', 'RO87']],
    ['out-of-hours', 'epraccur', { 14: 'Z', 26: '2' }, ['RO177', 'RO80']],
    ['another cost centre', 'epraccur', { 14: 'Z', 26: '99' }, ['RO177']],
    ['a branch surgery', 'ebranchs', {}, ['RO96']],
  ] as const) {
    test(`can be ${what}`, () => {
      const read = csv(changes, report);
      assert.ok(read.ok);
      assert.deepEqual(
        read.value.record?.roles.map(({ roleId }) => roleId),
        roles,
      );
      assert.equal(read.value.record?.roles[0]?.isPrimary, true);
    });
  }

  for (const [status, isActive, close] of [
    ['A', true, ''],
    ['ACTIVE', true, ''],
    ['C', false, '20200331'],
    ['CLOSED', false, '20200331'],
    ['D', false, ''],
    ['P', false, ''],
  ] as const) {
    test(`with status ${status} is ${isActive ? '' : 'not '}active`, () => {
      const read = csv({ 13: status, 12: close });
      assert.ok(read.ok);
      assert.deepEqual(
        [read.value.record?.isActive, read.value.record?.closedOn],
        [isActive, close === '' ? null : '2020-03-31'],
      );
    });
  }

  for (const [what, changes, reason] of [
    ['a code that is none', { 1: 'F!1' }, /no ODS code/],
    ['no name', { 2: '' }, /no name/],
    ['a status that is none', { 13: 'X' }, /column 13: "X" is no status/],
    ['a closed one without a day', { 13: 'C' }, /no day says when/],
    ['a day that is none', { 11: '20230229' }, /a day/],
    ['a day in another form', { 11: '01/04/2005' }, /a day/],
    [
      'a close before its opening',
      { 12: '20010101', 13: 'C' },
      /closes \(2001-01-01\) before it opens/,
    ],
    ['neither role of a dispenser', { 14: 'RO177' }, /neither RO182 .* nor RO94/],
    ['a control of the terminal', { 2: 'A\u001B[2J' }, /control characters/],
    ['letters of another encoding', { 2: 'CAF\u0089' }, /control characters/],
    ['a name without end', { 2: 'A'.repeat(201) }, /longer than 200/],
  ] as const) {
    test(`with ${what} is refused`, () => {
      const read = csv(changes);
      assert.equal(read.ok, false);
      assert.match(read.ok ? '' : read.error.reason, reason);
    });
  }

  test('of other columns, or with a quote out of place, is refused', () => {
    const line = aCsvLine();
    for (const [text, reason] of [
      [`${line},""`, /28 columns/],
      [line.slice(0, -3), /26 columns/],
      ['"FA001"', /1 columns/],
      [line.replace('"HIGH', 'HIGH'), /quote/],
      [line.slice(0, 20), /quote/],
      ['', /1 columns/],
    ] as const) {
      const read = readCsvRow(text, 'edispensary');
      assert.match(read.ok ? '' : read.error.reason, reason);
    }
  });

  test('keeps quotes, commas and what tries to be SQL as they are', () => {
    const name = `O'BRIEN, "THE" PHARMACY'); drop table directory.organisation --`;
    const read = csv({ 2: name });
    assert.equal(read.ok && read.value.record?.name, name);
  });

  test('whose parent is itself is taken without it', () => {
    const read = csv({ 15: 'FA001' });
    assert.ok(read.ok);
    assert.deepEqual([read.value.links.length, read.value.refused.length], [0, 1]);
  });
});

describe('a record of ORD', () => {
  test('is an organisation with all its roles, relations and successions', () => {
    const read = json(anOrdRecord());
    assert.ok(read.ok);
    const { record, links } = read.value;
    assert.deepEqual(
      [record?.ods, record?.recordClass, record?.openedOn, record?.closedOn, record?.lastChangedOn],
      ['FA002', 1, '2005-04-01', null, '2026-01-31'],
    );
    assert.deepEqual(
      [record?.addressLines, record?.city, record?.telephone],
      [['2 HIGH STREET'], 'TESTWICK', '01632 960200'],
    );
    assert.deepEqual(record?.contacts, [{ kind: 'http', value: 'https://pharmacy.example' }]);
    assert.deepEqual(record?.roles, [
      {
        roleId: 'RO182',
        uniqueId: '8001',
        isPrimary: true,
        isActive: true,
        startsOn: '2005-04-01',
        endsOn: null,
      },
    ]);
    assert.deepEqual(
      links.map(({ kind, ods, target, relationId }) => [kind, ods, target, relationId]),
      [
        ['relation', 'FA002', 'PXY01', 'RE6'],
        ['succession', 'FA900', 'FA002', null],
      ],
    );
  });

  const organisation = (changes: object) => ({
    Organisation: { ...anOrdRecord().Organisation, ...changes },
  });
  const [role] = anOrdRecord().Organisation.Roles.Role;
  const [owner] = anOrdRecord().Organisation.Rels.Rel;
  for (const [what, changes, reason] of [
    [
      'no primary role',
      { Roles: { Role: [{ ...role, primaryRole: false }] } },
      /^0 of its roles are primary/,
    ],
    ['two primary roles', { Roles: { Role: [role, role] } }, /^2 of its roles are primary/],
    ['no role', { Roles: undefined }, /has no role/],
    ['a status that is none', { Status: 'Dormant' }, /Organisation.Status/],
    ['an end that is missing', { Status: 'Inactive' }, /no operational period/],
    ['a day that is none', { LastChangeDate: '2026-02-30' }, /LastChangeDate must be a day/],
    ['a code that is none', { OrgId: { extension: 'A-1' } }, /extension must be an ODS code/],
    ['roles that are none', { Roles: { Role: 7 } }, /Role must be a list/],
    ['a name that is a number', { Name: 5 }, /Name must be/],
  ] as const) {
    test(`with ${what} is refused`, () => {
      const read = json(organisation(changes));
      assert.match(read.ok ? '' : read.error.reason, reason);
    });
  }

  test('of a pharmacy has one owner: of two that count the later one', () => {
    const later = {
      ...owner,
      uniqueRelId: 72,
      Date: [{ Type: 'Operational', Start: '2020-01-01' }],
      Target: { OrgId: { extension: 'PXY02' } },
    };
    const read = json(organisation({ Rels: { Rel: [owner, later] }, Succs: undefined }));
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.links.map(({ target }) => target),
      ['PXY02'],
    );
    assert.deepEqual(read.value.refused, [
      'a second owner at the same time (RE6, PXY01) is left out',
    ]);
  });

  test('that succeeds itself is taken without that', () => {
    const itself = {
      uniqueSuccId: 1,
      Type: 'Successor',
      Target: { OrgId: { extension: 'FA002' } },
    };
    const read = json(organisation({ Succs: { Succ: [itself] } }));
    assert.ok(read.ok);
    assert.deepEqual(read.value.refused, ['a succession of it to itself is left out']);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readJsonValue } from './read-json.ts';
import { anAffiliation, anOrganization } from './testing.ts';

const json = (value: unknown) => readJsonValue(Buffer.from(JSON.stringify(value)));

describe('a resource of FHIR', () => {
  test('is the same organisation', () => {
    const read = json({ fullUrl: 'x', resource: anOrganization() });
    assert.ok(read.ok);
    const { record } = read.value;
    assert.deepEqual(
      [record?.ods, record?.recordClass, record?.openedOn, record?.lastChangedOn],
      ['FA003', 1, '2005-04-01', '2026-01-31'],
    );
    assert.deepEqual(record?.roles, [
      {
        roleId: 'RO182',
        uniqueId: '8003',
        isPrimary: true,
        isActive: true,
        startsOn: '2005-04-01',
        endsOn: null,
      },
    ]);
    assert.deepEqual(
      [record?.telephone, record?.postcode, record?.county],
      ['01632 960201', 'ZZ99 3AC', 'TESTSHIRE'],
    );
  });

  test('tells of a relation', () => {
    const read = json(anAffiliation());
    assert.ok(read.ok);
    const [link] = read.value.links;
    assert.deepEqual(
      [link?.ods, link?.target, link?.relationId, link?.isActive, link?.startsOn],
      ['FA003', 'PXY01', 'RE6', true, '2010-01-01'],
    );
  });

  for (const [what, value, reason] of [
    ['of another kind', { resourceType: 'Patient' }, /neither a record of ORD nor/],
    ['that is no object', 7, /neither/],
    ['that is null', null, /neither/],
    ['without its code', { ...anOrganization(), identifier: [] }, /no ODS code/],
    ['without a role', { ...anOrganization(), extension: [] }, /has no role/],
    [
      'of organisations without code',
      { ...anAffiliation(), organization: {} },
      /not named by ODS codes/,
    ],
    ['of a relation that is none', { ...anAffiliation(), code: [] }, /no relation/],
    [
      'of an organisation with itself',
      { ...anAffiliation(), organization: { reference: 'Organization/FA003' } },
      /with itself/,
    ],
  ] as const) {
    test(`${what} is refused`, () => {
      const read = json(value);
      assert.match(read.ok ? '' : read.error.reason, reason);
    });
  }

  test('that is no JSON or no UTF-8 is refused', () => {
    for (const [bytes, reason] of [
      [Buffer.from('{"a":'), /no JSON/],
      [Buffer.from('{"Organisation":{"Name":"CAF\xe9"}}', 'latin1'), /not UTF-8/],
    ] as const) {
      const read = readJsonValue(bytes);
      assert.match(read.ok ? '' : read.error.reason, reason);
    }
  });
});

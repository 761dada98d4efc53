import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { readJsonValue } from '../ods/read-json.ts';
import { generateOrganisations } from './organisations.ts';

describe('generated organisations', () => {
  test('are the same on every machine', () => {
    const text = JSON.stringify([...generateOrganisations(2_000, 7)]);
    assert.equal(createHash('sha256').update(text).digest('hex'), DIGEST);
    assert.notEqual(JSON.stringify([...generateOrganisations(2_000, 8)]), text);
  });

  test('are records that the import takes, of every kind, each code once, each target among them', () => {
    const all = [...generateOrganisations(2_000, 1)].map((one) =>
      readJsonValue(Buffer.from(JSON.stringify(one))),
    );
    const items = all.flatMap((read) => (read.ok ? [read.value] : []));
    assert.equal(items.length, 2_000);
    const codes = new Set(items.map(({ record }) => record?.ods));
    assert.equal(codes.size, 2_000);
    assert.equal(
      items.flatMap(({ links }) => links).every(({ target }) => codes.has(target)),
      true,
    );
    const roles = new Set(
      items.flatMap(({ record }) => record?.roles.map(({ roleId }) => roleId) ?? []),
    );
    assert.deepEqual([...roles].toSorted(), [
      'RO101',
      'RO177',
      'RO181',
      'RO182',
      'RO76',
      'RO94',
      'RO98',
    ]);
    assert.equal(
      items.every(({ record }) => record?.name.endsWith('(SYNTHETIC)')),
      true,
    );
  });

  test('keep their codes apart', () => {
    const codes = new Set<string>();
    let count = 0;
    for (const { Organisation } of generateOrganisations(20_000, 1)) {
      count += 1;
      codes.add(JSON.stringify(Organisation['OrgId']));
    }
    assert.equal(codes.size, count);
  });
});

const DIGEST = '3a77e5bbf60b2cc638e98e9cbbcd0577c77234949aee026897ee067f602bcc90';

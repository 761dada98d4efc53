import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createDatabase } from '../../test/support/database.ts';
import { findSites } from '../directory/index.ts';
import { londonDate } from '../kernel/london.ts';
import { seedDirectory, TEST_RECORDS } from './directory.ts';

// Shows: Organisations | a test installation has practices, pharmacies, an appliance contractor and a dispensing practice from the start, the same each time

test('the organisations of a test installation dispense as their roles and settings say; a restart changes none', async () => {
  const made = await createDatabase();
  try {
    const everything = () =>
      made.database.all({
        text: `select o.ods, o.name, o.postcode, array_agg(distinct r.role_id) as roles, array_agg(distinct l.target_ods) as owners
          from directory.organisation o join directory.organisation_role r on r.ods = o.ods
          left join directory.organisation_relation l on l.ods = o.ods group by o.ods order by o.ods`,
        values: [],
      });
    await seedDirectory(made.url);
    const first = await everything();
    assert.equal(first.length, TEST_RECORDS.length);
    await made.database.write({
      text: `update directory.organisation set name = 'CHANGED' where ods = 'FT094'`,
      values: [],
    });
    await seedDirectory(made.url);
    const names = (await everything()).map((row) => ('name' in row ? row.name : ''));
    assert.deepEqual(
      names.filter((name) => name === 'CHANGED'),
      ['CHANGED'],
    );
    const codes = ['FA565', 'VNE51', 'FT094', 'A99001', 'A83008', '9TT01'];
    const sites = await findSites(made.database, codes, londonDate(new Date()));
    assert.deepEqual(Object.fromEntries(sites.map((one) => [one.ods, one.sites])), {
      FA565: ['P1'],
      VNE51: ['P1'],
      FT094: ['P2'],
      A99001: ['P3'],
      A83008: [],
      '9TT01': [],
    });
  } finally {
    await made.drop();
  }
});

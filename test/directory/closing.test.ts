import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { directoryCommands } from '../../src/directory/cli.ts';
import { aCsvLine } from '../../src/directory/ods/testing.ts';
import { ranOn } from '../../src/cli/testing.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { ALL_PATIENTS } from '../../src/local/patients.ts';
import { REFERENCES } from '../../src/references.ts';
import { testDatabase } from '../support/database.ts';

// Shows: Organisations | an import says how many patients have a pharmacy nominated that it closes, and leaves their nominations

const made = testDatabase();

test('a pharmacy that an import closes is told with the nominations that stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openspine-closing-'));
  const importing = async (line: string) => {
    await writeFile(join(folder, 'edispensary.csv'), line);
    const words = ['ods', 'import', join(folder, 'edispensary.csv')];
    return ranOn(made().url, directoryCommands(REFERENCES), words);
  };
  try {
    await importing(aCsvLine({ 1: 'FA565' }));
    await keepTestPatients(made().database);
    const patients = ALL_PATIENTS.filter(({ nominated }) => nominated === 'FA565').length;
    const closed = aCsvLine({ 1: 'FA565', 12: '20260228', 13: 'C' });
    const { code, stdout, stderr } = await importing(closed);
    assert.equal(code, 0, stderr);
    const [, place = '', counted = ''] = stdout.split('\n').slice(-4);
    assert.equal(place, '  FA565 HIGH STREET PHARMACY (SYNTHETIC): last day 2026-02-28');
    assert.equal(counted, `    ${patients} patients' nominations (P1)`);
    const kept = await made().database.all<{ count: number }>({
      text: `select count(*)::int as count from demographics.nomination where ods = 'FA565' and ended is null`,
      values: [],
    });
    assert.deepEqual(kept, [{ count: patients }]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { COVERED } from '../test/faults/covered.ts';
import { FAULTS } from '../test/faults/scenarios/index.ts';
import { faultsPage, printedPage } from './faults.ts';

const ROWS = Array.from({ length: 39 }, (_, n) => `F${n + 1}`); // of the fault table

test('the page of the faults says what is done and tested (node tools/faults.ts prints it again)', () => {
  assert.equal(printedPage(), faultsPage());
});

test('each row of the fault table is shown by a fault of a run, or by tests that are there', () => {
  assert.deepEqual(Object.keys(COVERED), ROWS);
  const ids = new Set(FAULTS.map(({ id }) => id));
  const unshown = ROWS.filter((id) => !ids.has(id) && COVERED[id]?.tests.length === 0);
  assert.deepEqual(unshown, []);
  const absent = Object.values(COVERED)
    .flatMap(({ tests }) => tests)
    .filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)));
  assert.deepEqual(absent, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readmeWithTable } from './readme.ts';

test('the README says what the tests show (npm run readme prints it again)', () => {
  const { is, shouldBe } = readmeWithTable();
  assert.equal(is, shouldBe);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lifecyclePage } from './lifecycle.ts';

test('the lifecycle page says what the tables say (node tools/lifecycle.ts prints it again)', () => {
  const { is, shouldBe } = lifecyclePage();
  assert.equal(is, shouldBe);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lifecyclePage, printedPage } from './lifecycle.ts';

test('the page of the life cycle says what the tables say (node tools/lifecycle.ts prints it again)', () => {
  assert.equal(printedPage(), lifecyclePage());
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { printedPage, validationPage } from './validation.ts';

test('the page of validation rules is the catalogue (node tools/validation.ts prints it again)', () => {
  assert.equal(printedPage(), validationPage());
});

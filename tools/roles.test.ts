import assert from 'node:assert/strict';
import { test } from 'node:test';

import { printedRolesPage, rolesPage } from './roles.ts';

test('the page of roles says what the tables say (node tools/roles.ts prints it again)', () => {
  assert.equal(printedRolesPage(), rolesPage());
});

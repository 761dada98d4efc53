import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';

import { ALONE, filesOf, sharesOf } from './tests.ts';

describe('npm run tests', () => {
  const files = filesOf();

  test('runs every file of tests, once', () => {
    assert.ok(files.length > 200, String(files.length));
    assert.deepEqual(sharesOf(files).flat().sort(), files);
  });

  test('knows no file that is gone', () => {
    const gone = ALONE.filter((pattern) => globSync(pattern).length === 0);
    assert.deepEqual(gone, []);
  });

  test('begins with what takes longest, each in a process of its own', () => {
    const [first, second] = sharesOf([
      'test/a.test.ts',
      'test/pages/cis2.test.ts',
      'src/b.test.ts',
    ]);
    assert.deepEqual(first, ['test/pages/cis2.test.ts']);
    assert.deepEqual(second, ['src/b.test.ts', 'test/a.test.ts']);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { AXE_TAGS } from '../test/pages/looked.ts';
import { axeVersion, findingsOf, printedFindings } from './accessibility.ts';

describe('the accessibility statement', () => {
  test('is of a run with the axe-core and the rules that are used now', () => {
    const { axe, rules, states, testedOn } = printedFindings();
    assert.deepEqual([axe, rules], [axeVersion(), AXE_TAGS], 'run: npm run accessibility');
    assert.ok(states > 0);
    assert.match(testedOn, /^\d{4}-\d\d-\d\d$/);
  });

  test('lists what fails, each once', () => {
    const looked = [
      { title: 'Roles', path: '/roles', faults: ['color-contrast'] },
      { title: 'Roles', path: '/roles', faults: ['color-contrast', 'label'] },
      { title: 'Home', path: '/', faults: [] },
    ];
    const { states, failures } = findingsOf(looked, '2026-11-29');
    assert.equal(states, 3);
    assert.deepEqual(failures, [
      { page: 'Roles', what: 'color-contrast' },
      { page: 'Roles', what: 'label' },
    ]);
  });
});

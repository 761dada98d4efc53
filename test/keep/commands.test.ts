import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { COMMAND_GROUPS, commandsFor } from '../../src/commands.ts';

describe('the commands', () => {
  test('are found under the first word of their names', async () => {
    for (const { words, load } of COMMAND_GROUPS) {
      const first = (await load()).map(({ name }) => name.split(' ')[0] ?? '');
      assert.deepEqual([...new Set(first)].toSorted(), words.toSorted());
    }
  });

  test('are all there for who names none of them', async () => {
    const all = new Set((await commandsFor(['--help'])).map(({ name }) => name));
    assert.equal(
      (await commandsFor(['fault', 'scenario'])).every(({ name }) => all.has(name)),
      true,
    );
    assert.ok(all.size > 60);
    assert.equal(
      (await commandsFor(['nothing-of-that-name'])).length,
      (await commandsFor([])).length,
    );
  });
});

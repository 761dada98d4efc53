import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Command } from './command.ts';
import { joined } from './joined.ts';
import { aCommand, ran } from './testing.ts';

const scenario = (word: string, code: number, flag: string): Command =>
  aCommand('fault scenario', {
    usage: `<${word}>`,
    options: [
      { flag, value: 'n', help: flag },
      { flag: 'port', value: 'n', help: 'a port', default: '4400' },
    ],
    run: async () => code,
  });
const commands = joined([
  scenario('flood', 5, 'water'),
  aCommand('up'),
  scenario('fire', 4, 'wood'),
]);

test('commands of one name are told apart by their first word, with the options of all', async () => {
  assert.deepEqual(
    commands.map(({ name }) => name),
    ['fault scenario', 'up'],
  );
  assert.equal((await ran(commands, ['fault', 'scenario', 'flood', '--wood', '1'])).code, 5);
  assert.equal((await ran(commands, ['fault', 'scenario', 'fire', '--port', '1'])).code, 4);
});

test('a word that none of them has is refused with those there are', async () => {
  const { code, stderr } = await ran(commands, ['fault', 'scenario', 'storm']);
  assert.equal(code, 2);
  assert.match(stderr, /^spine fault scenario: name one of flood, fire\n/);
});

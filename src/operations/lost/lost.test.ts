import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { ranOn } from '../../cli/testing.ts';
import { lostCommands } from './cli.ts';

const NOWHERE = 'postgres://127.0.0.1:9/nobody'; // nothing is asked of it

test('what nobody took is not sent again without a reason, by a wrong id, or for what is of a patient', async () => {
  const id = randomUUID();
  for (const [argv, said] of [
    [[id], /say why: --reason/],
    [['x', '--reason', 'r'], /is a UUID/],
    [['--reason', 'r'], /name messages, or a party/],
    [[id, '--reason', 'of 999 000 0018'], /looks like an NHS number/],
  ] as const) {
    const { code, stderr } = await ranOn(NOWHERE, lostCommands, ['delivery', 'requeue', ...argv]);
    assert.equal(code, 2);
    assert.match(stderr, said);
  }
});

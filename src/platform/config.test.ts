import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseConfig } from './config.ts';

test('a card agent is on the machine of its user, or not offered at all', () => {
  const agentOf = (text: string) => {
    const config = parseConfig({ DATABASE_URL: 'postgres://x', OPENSPINE_CARD_AGENT: text });
    return config.ok ? config.value.cardAgent : config.error;
  };
  assert.equal(agentOf('none'), null);
  assert.equal(agentOf('http://localhost:5000'), 'http://localhost:5000');
  for (const text of ['http://10.0.0.1:4410', 'https://agent.example', 'http://127.0.0.1', '']) {
    const problem = agentOf(text);
    assert.match(String(problem), /OPENSPINE_CARD_AGENT must be none, or an address such as/);
  }
});

import assert from 'node:assert/strict';

import { type Config, parseConfig } from '../../src/platform/config.ts';

/** A process of a test: on any free port, with the defaults of a test installation but for what is said. */
export function testConfig(databaseUrl: string, more: Partial<Config> = {}): Config {
  const config = parseConfig({ DATABASE_URL: databaseUrl, OPENSPINE_PORT: '0' });
  assert.ok(config.ok);
  return { ...config.value, ...more };
}

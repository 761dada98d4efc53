// Shows: Start | a process that comes before its database answers 503 and begins by itself
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { testConfig } from '../support/config.ts';
import { execute, withDatabase } from '../support/global-setup.ts';
import { freePort } from '../support/ports.ts';

const server = process.env['OPENSPINE_TEST_DATABASE'] ?? '';
const name = `test_${randomUUID().replaceAll('-', '')}`;
let datacentre: Promise<Datacentre> | null = null;

after(async () => {
  await (await datacentre)?.close();
  await execute(server, `drop database if exists ${name} with (force)`);
});

async function start(
  databaseUrl: string,
  signal?: AbortSignal,
): Promise<{ url: string; begun: Promise<Datacentre> }> {
  const port = await freePort();
  const config = testConfig(databaseUrl, { datacentre: 'b', port });
  return {
    url: `http://127.0.0.1:${port}/electronic-prescriptions/_ping`,
    begun: startDatacentre(config, () => undefined, signal),
  };
}

async function untilListening(url: string): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

test('a process whose database is not there, then not migrated, says so until it is', async () => {
  const { url, begun } = await start(withDatabase(server, name));
  datacentre = begun;
  const withoutDatabase = await untilListening(url);
  assert.equal(withoutDatabase.status, 503);
  assert.equal(withoutDatabase.headers.get('retry-after'), '1');
  assert.match(withoutDatabase.headers.get('x-served-by') ?? '', /^b; /);
  await execute(server, `create database ${name}`);
  assert.equal((await fetch(url)).status, 503);
  await migrate(withDatabase(server, name), SCHEMAS);
  await begun;
  assert.equal((await fetch(url)).status, 200);
});

test('a process that is told to end while it waits, ends', async () => {
  const stopping = new AbortController();
  const { url, begun } = await start('postgres://nobody@127.0.0.1:1/none', stopping.signal);
  assert.equal((await untilListening(url)).status, 503);
  stopping.abort();
  await assert.rejects(begun, { name: 'AbortError' });
  await assert.rejects(fetch(url));
});

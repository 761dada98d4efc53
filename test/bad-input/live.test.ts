import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { type LocalParts, localRoutes } from '../../src/local/index.ts';
import { type MockParts, mockProviderRoutes } from '../../src/local/sign-in/mock-provider.ts';
import { parseConfig } from '../../src/platform/config.ts';
import { createDatabase } from '../support/database.ts';
import { PRESCRIBING, testSpine } from '../support/server.ts';
import { newFacts, ORDER } from './kinds.ts';

// Shows: Access | live: no test helper is loaded

const live = testSpine({ mode: 'live' });
const local = testSpine();

const DATABASE_URL = 'postgres://localhost/openspine';

function configOf(env: Record<string, string>) {
  const config = parseConfig({ DATABASE_URL, ...env });
  assert.ok(config.ok);
  return config.value;
}

describe('mode=live', () => {
  test('is strict unless the operator says otherwise', () => {
    const { organisationCheck, roleCheck, holderCheck } = configOf({ OPENSPINE_MODE: 'live' });
    assert.deepEqual({ organisationCheck, roleCheck, holderCheck }, STRICT);
    const lax = configOf({ OPENSPINE_MODE: 'live', OPENSPINE_ORGANISATION_CHECK: 'compatible' });
    assert.equal(lax.organisationCheck, 'compatible');
    assert.equal(lax.holderCheck, 'strict');
  });

  test('is not what it is by default, and no word but these two is a mode', () => {
    assert.equal(configOf({}).mode, 'test');
    assert.equal(configOf({}).organisationCheck, 'compatible');
    for (const mode of ['Live', 'prod', 'live ', '']) {
      const config = parseConfig({ DATABASE_URL, OPENSPINE_MODE: mode });
      assert.deepEqual(config, { ok: false, error: ['OPENSPINE_MODE must be one of test, live'] });
    }
  });

  test('has all of the service unless the operator switches a part off', () => {
    assert.deepEqual(configOf({ OPENSPINE_MODE: 'live' }).switchedOff, []);
    const off = { OPENSPINE_DISPENSE_ENABLED: 'false', OPENSPINE_RELEASE_ENABLED: 'false' };
    assert.deepEqual(configOf(off).switchedOff, ['Dispensing', 'Release']);
    assert.equal(configOf({ OPENSPINE_REQUESTS_PER_MINUTE: '9600' }).requestsPerMinute, 9600);
    const none = parseConfig({ DATABASE_URL, OPENSPINE_REQUESTS_PER_MINUTE: '0' });
    const least = 'OPENSPINE_REQUESTS_PER_MINUTE must be a number from 1 to 1000000';
    assert.deepEqual(none, { ok: false, error: [least] });
    const config = parseConfig({ DATABASE_URL, OPENSPINE_PRESCRIBE_ENABLED: 'no' });
    const problem = 'OPENSPINE_PRESCRIBE_ENABLED must be one of true, false';
    assert.deepEqual(config, { ok: false, error: [problem] });
  });

  test('serves nothing of what only a test installation serves', async () => {
    // The list is made, not asked: none of the parts is needed for that.
    const routes = localRoutes({
      routes: mockProviderRoutes({} as MockParts),
    } as unknown as LocalParts);
    assert.ok(routes.length >= 5);
    for (const { method, path } of routes) {
      const body = method === 'GET' ? {} : { body: {} };
      const here = await local().call(path, { method, ...body });
      assert.ok([200, 400, 401, 503].includes(here.status), `${method} ${path}: ${here.status}`);
      for (const variant of [path, `${path}/`, path.replace('_local', '_LOCAL'), `/${path}`]) {
        const there = await live().call(variant, { method, ...body });
        assert.equal(there.status, 404, `${method} ${variant}: ${there.text}`);
        assert.deepEqual(there.body, { error: 'There is nothing at this address.' });
      }
    }
  });

  test('does not say that it is a test installation', async () => {
    const [there, here] = await Promise.all(
      [live(), local()].map((spine) => spine.call('/fhir-prescribing/_ping')),
    );
    assert.equal(there?.headers.get('x-environment'), null);
    assert.match(here?.headers.get('x-environment') ?? '', /^test; signing=real/);
  });

  test('takes a prescription as a test installation does', async () => {
    const path = `${PRESCRIBING}/$process-message`;
    const answer = await live().call(path, { body: ORDER.build(newFacts()) });
    assert.equal(answer.status, 200, answer.text);
  });

  test('shows nobody its cards, nor what is the matter with one', async () => {
    const read = { headers: { accept: 'text/html' } };
    const there = await live().call('/signin', read);
    assert.equal(there.status, 200);
    assert.match(there.text, /Nobody can sign in to these pages here/);
    assert.doesNotMatch(there.text, /passcode is|Test system/);
    assert.match((await local().call('/signin', read)).text, /choose one of its cards/);
    for (const [path, method] of [
      ['/signin', 'POST'],
      ['/signin/card/900000000001', 'GET'],
      ['/signin/card/900000000001', 'POST'],
    ] as const) {
      const body = method === 'GET' ? {} : { body: {} };
      const answer = await live().call(path, { ...read, ...body, method });
      assert.equal(answer.status, 404, `${method} ${path}`);
    }
  });

  test('has nothing to try messages with', async () => {
    for (const door of ['$validate', '$convert']) {
      const path = `${PRESCRIBING}/${door}`;
      const body = ORDER.build(newFacts());
      assert.equal((await live().call(path, { body })).status, 500); // as for any path that it does not know
      assert.equal((await local().call(path, { body })).status, 200);
    }
  });

  test('takes no header that is for trying things out', async () => {
    const body = ORDER.build(newFacts());
    const path = `${PRESCRIBING}/$process-message`;
    const headers = { 'x-raw-response': 'true', 'x-skip-validation': 'true' };
    const answer = await live().call(path, { body, headers });
    assert.equal(answer.status, 403);
    assert.deepEqual(answer.body.issue, [
      {
        code: 'invalid',
        severity: 'error',
        details: {
          coding: [
            {
              system: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode',
              code: 'MISSING_OR_INVALID_HEADER',
              display: 'There is a header missing or invalid',
            },
          ],
        },
        diagnostics: 'Invalid headers: x-skip-validation, x-raw-response.',
      },
    ]);
    assert.equal((await local().call(path, { body, headers })).status, 200);
  });

  test('is not moved by a clock that somebody has set in its database', async () => {
    await live().database.all({
      text: `insert into platform.clock (version, instant, set_at, frozen, security)
        values (1, '2001-01-01T00:00:00Z', now(), true, true)`,
      values: [],
    });
    const path = `${PRESCRIBING}/$process-message`;
    const answer = await live().call(path, { body: ORDER.build(newFacts()) });
    const year = answer.body.meta.lastUpdated.slice(0, 4);
    assert.equal(year, String(new Date().getUTCFullYear()));
  });
});

const STRICT = { organisationCheck: 'strict', roleCheck: 'strict', holderCheck: 'strict' };

/** Tells of every module that a process loads. */
const WATCH = `data:text/javascript,${encodeURIComponent(`
  import { appendFileSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      appendFileSync(process.env.LOADED_FILE, url + '\\n');
      return next(url, context);
    },
  });`)}`;

/** Starts `spine serve` in this mode until it is ready, and answers what it has loaded. */
async function modulesOf(mode: 'test' | 'live'): Promise<string[]> {
  const made = await createDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'openspine-loaded-'));
  const file = join(folder, 'loaded');
  try {
    const child = fork(fileURLToPath(new URL('../../bin/spine.ts', import.meta.url)), ['serve'], {
      execArgv: ['--import', WATCH],
      env: {
        ...process.env,
        LOADED_FILE: file,
        OPENSPINE_MODE: mode,
        OPENSPINE_PORT: '0',
        DATABASE_URL: made.url,
      },
    });
    const [message] = await once(child, 'message');
    assert.deepEqual(message, { ready: true });
    child.disconnect();
    await once(child, 'exit');
    return (await readFile(file, 'utf8')).split('\n');
  } finally {
    await rm(folder, { recursive: true });
    await made.drop();
  }
}

describe('a process of a datacentre', () => {
  test('in mode=live has no test helper in it', async () => {
    const loaded = await modulesOf('live');
    assert.ok(loaded.some((url) => url.endsWith('/src/datacentre.ts')));
    assert.deepEqual(
      loaded.filter((url) => /\/src\/local\/|\/testing\.ts$|\.test\.ts$|\/src\/cli\//.test(url)),
      [],
    );
  });

  test('in test mode has: the watch sees what there is to see', async () => {
    const loaded = await modulesOf('test');
    assert.ok(loaded.some((url) => url.endsWith('/src/local/index.ts')));
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { localCommands } from '../../src/local/cli.ts';
import { sql } from '../../src/platform/sql.ts';
import { testPair } from '../nothing-lost/datacentres.ts';

// Shows: Sign-in | spine token signs people in as a client does

const pair = testPair();

const spine = (...argv: readonly string[]) =>
  ran(localCommands(), ['token', ...argv, '--at', pair().addresses[0]]);

async function decoded(...argv: readonly string[]) {
  const { stdout, stderr } = await spine(...argv, '--decode', '-o', 'json');
  assert.equal(stderr, '');
  const { payload } = JSON.parse(stdout);
  return payload;
}

describe('spine token', () => {
  test('is a sign-in by the addresses of the platform, with its session and audit', async () => {
    const payload = await decoded('--as', 'dispenser');
    assert.equal(payload.sub, '555900040101');
    assert.deepEqual(payload.roles, [
      {
        id: '555900040102',
        organisation: 'FA565',
        job: 'S0050:G0200:R1290',
        activities: ['B0570', 'B0068', 'B0572', 'B0401'],
      },
    ]);
    assert.equal(payload.authentication.auth_provider, 'nhs-cis2');
    const lines = await pair().database.all<{ line: string }>(sql`
      select interaction || ' ' || outcome as line from platform.audit
      where session = ${payload.sid} order by id`);
    assert.deepEqual(
      lines.map(({ line }) => line),
      ['sign-in platform', 'token authorization_code'],
    );
  });

  test('of a user by id, through an application by name, with fewer scopes', async () => {
    const scope = 'urn:nhsd:apim:user-nhs-id:aal3:fhir-prescribing';
    const payload = await decoded('--as', '656005750106', '--app', 'surgery', '--scope', scope);
    assert.equal(payload.sub, '656005750106');
    assert.equal(payload.roles.length, 2);
    assert.equal(payload.scope, scope);
    const more = await spine('--as', '656005750106', '--app', 'surgery', '--scope', 'urn:x');
    assert.equal(more.code, 1);
  });

  test('of an application that works by itself is by its key', async () => {
    const payload = await decoded('--as', 'system');
    assert.equal(payload.auth_type, 'app');
    assert.equal(payload.organisation, 'FA565');
  });

  test('of a patient is by NHS login, at the level of the patient', async () => {
    const levels = ['9912003071', '9912003072', '9912003073'].map(async (name) => {
      const payload = await decoded('--as', name);
      assert.match(payload.sub, /^[0-9a-f-]{36}$/);
      return [payload.authentication.nhs_number === name, payload.authentication.auth_level];
    });
    assert.deepEqual(await Promise.all(levels), [
      [true, 'p9'],
      [true, 'p5'],
      [true, 'p0'],
    ]);
  });

  test('is refused for whoever may not sign in, with the reason', async () => {
    const rows = [
      [['--as', 'inactive'], /cannot sign in/],
      [['--as', '555999999999'], /cannot sign in/],
      [['--as', 'nobody'], /There is no persona 'nobody'/],
      [['--as', 'prescriber', '--app', 'x'], /there is no application 'x'/],
      [['--as', '656005750109', '--app', 'surgery'], /not configured to use this authorization/],
    ] as const;
    for (const [argv, text] of rows) {
      const { code, stderr, stdout } = await spine(...argv);
      assert.equal(code, 1, argv.join(' '));
      assert.match(`${stderr}${stdout}`, text);
    }
  });
});

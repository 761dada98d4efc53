import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import pg from 'pg';

import { keepEndpoints } from '../../src/directory/index.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { type Call, testPds } from './spine.ts';

// Shows: Personal Demographics Service | who may ask for what: tokens, modes, systems, rates, and how long a write is waited for

const pds = testPds({
  pds: { requestsPerSecond: 4, createsPerSecond: 2, ethnicityFor: [] },
});
const { adult, child, older } = PATIENTS;
/** Counted apart from all others. */
const alone = (): Call => ({ client: randomUUID() });

async function told(path: string, call: Call = {}) {
  const { status, headers, body } = await pds().ask(path, { ...alone(), ...call });
  const [issue] = body.issue ?? [];
  const { code = '', display = '' } = issue?.details.coding[0] ?? {};
  return { status, code, display, diagnostics: issue?.diagnostics ?? null, headers, body };
}

const UNAUTHORISED = {
  status: 401,
  code: 'ACCESS_DENIED',
  display: 'Access Denied - Unauthorised',
};

describe('without a token that counts', () => {
  for (const [authorization, diagnostics] of [
    [null, 'Missing Authorization header'],
    ['', 'Empty Authorization header'],
    ['Bearer', 'Missing access token'],
    ['Basic abc', "Invalid token type 'Basic', must be 'Bearer'"],
    ['Bearer abc', 'Invalid Access Token'],
  ] as const) {
    test(`${authorization} is answered with ${diagnostics}`, async () => {
      const { status, code, display, ...answer } = await told(`/Patient/${adult.nhsNumber}`, {
        headers: { authorization },
      });
      assert.deepEqual({ status, code, display }, UNAUTHORISED);
      assert.equal(answer.diagnostics, diagnostics);
    });
  }
});

describe('the system that asks', () => {
  const { asid } = TEST_SYSTEMS.surgery;

  test('needs an ASID', async () => {
    const { status, code, diagnostics } = await told(`/Patient/${adult.nhsNumber}`, { asid: null });
    assert.deepEqual(
      [status, code, diagnostics],
      [400, 'MISSING_VALUE', 'No ASID is associated with your app. Please contact support.'],
    );
  });

  test('is refused what the directory does not accredit it for, and nothing else', async () => {
    const one = {
      asid,
      ods: 'A83008',
      clientOds: null,
      partyKey: TEST_SYSTEMS.surgery.partyKey,
      manufacturerOds: null,
      interactions: ['urn:nhs:names:services:pdsquery:PatientRetrieve'],
    };
    await keepEndpoints(pds().database, { systems: [one], handlers: [] }, new Date());
    const own: Call = { asid, as: `C:${adult.nhsNumber}` };
    assert.equal((await told(`/Patient/${adult.nhsNumber}`, own)).status, 200);
    const query = { 'subscriber:identifier': adult.nhsNumber };
    const { status, code, display, diagnostics } = await told('/Coverage', { ...own, query });
    assert.deepEqual({ status, code, display }, UNAUTHORISED);
    assert.match(diagnostics, /pdsquery:CoverageRetrieve/);
  });
});

describe('modes', () => {
  test('of an application and a patient do not poll; a healthcare worker finds nothing there', async () => {
    const of = async (as: string) => {
      const { status, code, display } = await told('/_poll/123', { as });
      return [status, code, display];
    };
    assert.deepEqual(await of('A'), [
      403,
      'ACCESS_DENIED',
      'Cannot GET resource with application-restricted access token',
    ]);
    assert.deepEqual(await of(`C:${adult.nhsNumber}`), [
      403,
      'ACCESS_DENIED',
      'Patient cannot perform this action',
    ]);
    assert.deepEqual(await of('H'), [404, 'RESOURCE_NOT_FOUND', 'Resource not found']);
  });

  test('of an application are refused each write', async () => {
    for (const [as, mode] of [
      ['A', 'application-restricted'],
      ['P', 'privileged-application-restricted'],
    ] as const) {
      const patch = { method: 'PATCH', headers: { 'if-match': 'W/"1"' }, body: { patches: [] } };
      const update = await told(`/Patient/${adult.nhsNumber}`, { as, ...patch });
      assert.deepEqual(
        [update.status, update.code, update.display, update.diagnostics],
        [
          403,
          'INVALID_METHOD',
          `Cannot update resource with ${mode} access token`,
          'Your app has insufficient permissions to use this method. Please contact support.',
        ],
      );
      const cover = await told('/Coverage', { as, method: 'POST', body: {} });
      assert.deepEqual(
        [cover.status, cover.code, cover.display],
        [403, 'ACCESS_DENIED', `Cannot POST resource with ${mode} access token`],
      );
      const many = await told('/Patient', { as, query: { '_max-results': '2' } });
      assert.deepEqual(
        [many.status, many.code, many.display, many.body.issue[0].code],
        [
          403,
          'INVALID_VALUE',
          `Cannot retrieve more than one result with ${mode} access token`,
          'token',
        ],
      );
    }
  });

  test('of a patient reach the own record alone', async () => {
    const as = `C:${adult.nhsNumber}`;
    assert.equal((await told(`/Patient/${adult.nhsNumber}`, { as })).status, 200);
    for (const [path, call] of [
      [`/Patient/${child.nhsNumber}`, {}],
      [`/Patient/${child.nhsNumber}/RelatedPerson`, {}],
      ['/Patient', { query: { family: child.family, birthdate: child.birthDate } }],
      ['/Coverage', { query: { 'subscriber:identifier': child.nhsNumber } }],
      [`/Patient/${adult.nhsNumber}`, { vot: 'P9.Cp' }],
      [`/Patient/${adult.nhsNumber}`, { vot: null }],
      [`/Patient/${adult.nhsNumber}`, { vot: 'P5.Cp.Cd' }],
    ] as const) {
      const { status, code, display } = await told(path, { as, ...call });
      assert.deepEqual(
        [status, code, display],
        [403, 'ACCESS_DENIED', 'Patient cannot perform this action'],
        `${path} ${JSON.stringify(call)}`,
      );
    }
  });
});

describe('what a client says of itself', () => {
  test('does not make it privileged, is not told back, and formats that it accepts are not asked about', async () => {
    const { status, headers } = await told(`/Patient/${adult.nhsNumber}`, {
      headers: {
        'NHSE-PDS-Custom-Attributes': '{"return-empty-address-lines":true}',
        'NHSE-PDS-Privileged-Access': 'true',
        accept: 'application/fhir+json;version=1.1',
        prefer: 'respond-async',
        'x-correlation-id': 'my-own',
      },
    });
    assert.equal(status, 200);
    assert.equal(headers.get('x-correlation-id'), 'my-own');
    assert.equal(headers.get('nhse-pds-custom-attributes'), null);
    assert.equal(headers.get('nhse-pds-privileged-access'), null);
  });
});

describe('rates', () => {
  const limit =
    'https://digital.nhs.uk/developer/guides-and-documentation/reference-guide#rate-limits';

  test('of one application in a second are kept, whatever others do', async () => {
    const client = randomUUID();
    const path = `/Patient/${older.nhsNumber}`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => told(path, { client })));
    const [refused] = answers.filter(({ status }) => status === 429);
    assert.deepEqual(
      [refused?.code, refused?.display, refused?.diagnostics],
      [
        'TOO_MANY_REQUESTS',
        'Too many requests',
        `Your application, ${client}, has created a spike in traffic and is being rate limited. Please reduce the frequency of your requests. Please see: ${limit} for more details.`,
      ],
    );
    assert.equal((await told(path)).status, 200);
  });

  test('of creations count for all callers together, before the mode is looked at', async () => {
    const create = () => told('/Patient', { as: 'A', method: 'POST', body: {} });
    const answers = await Promise.all(Array.from({ length: 10 }, create));
    const codes = new Set(answers.map(({ code, diagnostics }) => `${code} ${diagnostics}`));
    assert.deepEqual(
      codes,
      new Set([
        'INVALID_METHOD Your app has insufficient permissions to use this method. Please contact support.',
        'TOO_MANY_REQUESTS There have been too many Create Patient requests. Please try again later.',
      ]),
    );
  });
});

describe('X-Sync-Wait', () => {
  const change = (seconds: string, requestId: string = randomUUID()): Call => ({
    method: 'PATCH',
    headers: { 'if-match': 'W/"1"', 'x-sync-wait': seconds, 'x-request-id': requestId },
    body: { patches: [{ op: 'replace', path: '/gender', value: 'unknown' }] },
  });
  const path = `/Patient/${child.nhsNumber}`;

  test('that is no number of seconds from 0.25 to 29 is refused', async () => {
    for (const wrong of ['0', '0.2', '29.5', 'soon', '-1', '1e1']) {
      const { status, code, diagnostics } = await told(path, change(wrong));
      assert.deepEqual(
        [status, code, diagnostics],
        [400, 'INVALID_VALUE', `Invalid value - '${wrong}' in header 'X-Sync-Wait'`],
      );
    }
  });

  test('that is over is answered with 503; the same request then has the answer of what was begun', async () => {
    const blocker = new pg.Client({ connectionString: pds().databaseUrl });
    await blocker.connect();
    const requestId = randomUUID();
    const client = randomUUID();
    try {
      await blocker.query('begin');
      await blocker.query('select from demographics.patient where nhs_number = $1 for update', [
        child.nhsNumber,
      ]);
      const late = await told(path, { client, ...change('0.25', requestId) });
      assert.deepEqual([late.status, late.code], [503, 'SERVICE_UNAVAILABLE']);
      assert.equal(late.headers.get('retry-after'), '5');
    } finally {
      await blocker.end();
    }
    const again = await told(path, { client, ...change('10', requestId) });
    assert.deepEqual([again.status, again.body.meta.versionId], [200, '2']);
    assert.equal((await told(path)).body.meta.versionId, '2');
  });
});

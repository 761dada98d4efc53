import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { LEGACY, PRESCRIBING, startSpine, testSpine } from '../support/server.ts';

// Shows: FHIR, all bases | metadata, _ping, _status, headers, CORS

const spine = testSpine();

describe('what may be asked without a token', () => {
  for (const base of ['/electronic-prescriptions', '/fhir-prescribing', '/fhir-dispensing']) {
    test(`${base} says what it can do and that it is there`, async () => {
      const metadata = await spine().call(`${base}/metadata`, {
        headers: { authorization: undefined },
      });
      assert.equal(metadata.status, 200);
      assert.equal(metadata.body.capabilityStatement.fhirVersion, '4.0.1');
      const ping = await spine().call(`${base}/_ping`, { headers: { authorization: undefined } });
      assert.deepEqual(Object.keys(ping.body), ['version', 'revision', 'releaseId', 'commitId']);
    });

    test(`${base}/_status needs an api key`, async () => {
      assert.equal((await spine().call(`${base}/_status`)).status, 403);
      const status = await spine().call(`${base}/_status`, { headers: { apikey: 'any' } });
      assert.equal(status.body.status, 'pass');
    });
  }
});

describe('the gateway', () => {
  test('asks for a well-formed X-Request-ID and gives it back', async () => {
    const answer = await spine().call(`${PRESCRIBING}/$process-message`, {
      body: {},
      headers: { 'x-request-id': 'no-guid' },
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.issue[0].details.coding[0].code, 'MISSING_FIELD');
    const id = '7e3a5b62-3d1c-4c1e-8a39-2a8f2b9a0c11';
    const echoed = await spine().call(`${PRESCRIBING}/$process-message`, {
      body: {},
      headers: { 'x-request-id': id, 'x-correlation-id': 'mine' },
    });
    assert.equal(echoed.headers.get('x-request-id'), id);
    assert.equal(echoed.headers.get('x-correlation-id'), 'mine');
    assert.equal(echoed.headers.get('content-type'), 'application/fhir+json; fhirVersion=4.0');
  });

  test('answers an unknown path inside the back end as the back end does', async () => {
    const answer = await spine().call(`${LEGACY}/$nothing`, { body: {} });
    assert.equal(answer.status, 500);
    assert.equal(answer.body.issue[0].details.coding[0].code, 'SERVER_ERROR');
    assert.equal((await spine().call('/nowhere')).status, 404);
  });

  test('answers a browser that asks before it sends', async () => {
    const answer = await spine().call(`${PRESCRIBING}/$process-message`, {
      method: 'OPTIONS',
      headers: { origin: 'https://example.org' },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://example.org');
  });
});

test('a datacentre whose database is gone says so in its status', async () => {
  const lone = await startSpine();
  await lone.database.all({
    text: 'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    values: [],
  });
  const token = lone.tokenFor('prescriber');
  await lone.drop();
  const apikey = { apikey: 'any', authorization: `Bearer ${token}` };
  const status = await lone.call('/fhir-prescribing/_status', { headers: apikey });
  assert.equal(status.body.status, 'error');
  const health = await lone.call('/fhir-prescribing/_healthcheck', { headers: apikey });
  assert.equal(health.status, 500);
  await lone.datacentre.close();
});

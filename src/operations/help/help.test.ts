// Shows: Operations | each answer tells a client of an open incident that touches it, and what to do next
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { adviceFor } from './advice.ts';
import { componentsAsked, componentsOfAction } from './component-of.ts';
import { Counts } from './counts.ts';
import { openIncidentsIn, touching } from './summary.ts';

test('the advice is that of the table, code by code', () => {
  const all = [200, 303, 304, 400, 404, 408, 409, 429, 500, 501, 502, 503, 504];
  assert.deepEqual(Object.fromEntries(all.map((status) => [status, adviceFor(status)])), {
    200: null,
    303: null,
    304: null,
    400: 'failover=no; retry=no',
    404: 'failover=no; retry=no',
    408: 'failover=yes; retry=backoff; max=10',
    409: 'failover=no; retry=no',
    429: 'failover=yes; retry=hourly; max=10',
    500: 'failover=yes; retry=backoff; max=10',
    501: 'failover=no; retry=no',
    502: 'failover=yes; retry=with-failover; max=10',
    503: 'failover=yes; retry=backoff; max=10',
    504: 'failover=yes; retry=backoff; max=10',
  });
});

test('what is asked is known by its address', () => {
  for (const [method, path, components] of [
    ['POST', '/fhir-prescribing/FHIR/R4/$prepare', ['signing']],
    ['POST', '/fhir-prescribing/FHIR/R4/$process-message', ['send-fhir', 'cancel']],
    ['POST', '/fhir-dispensing/FHIR/R4/Task/$release', ['nominated-download', 'download-by-id']],
    ['POST', '/fhir-dispensing/FHIR/R4/Task', ['return-withdraw']],
    ['POST', '/electronic-prescriptions/FHIR/R4/Claim', ['claim']],
    ['GET', '/electronic-prescriptions/FHIR/R4/Task', ['tracker']],
    ['GET', '/personal-demographics/FHIR/R4/Patient/9990000018', ['demographics']],
    ['PATCH', '/personal-demographics/FHIR/R4/Patient/9990000018', ['demographics-update']],
    ['POST', '/oauth2/token', ['sign-in']],
    ['GET', '/oauth2/userinfo', ['sessions']],
    ['GET', '/assets/pages.css', []],
    ['GET', '/_ping', []],
  ] as const) {
    assert.deepEqual(componentsAsked(method, path), components, `${method} ${path}`);
  }
});

test('what is asked over HL7 V3 is known by its SOAPAction', () => {
  for (const [action, components] of [
    ['"urn:nhs:names:services:mm/PORX_IN020101SM31"', ['send-hl7v3']],
    ['urn:nhs:names:services:mm/PORX_IN132004UK30', ['download-by-id']],
    ['urn:nhs:names:services:mmquery/QURX_IN000005UK99', []],
    ['', []],
  ] as const) {
    assert.deepEqual(componentsOfAction(action), components, action);
  }
});

describe('an open incident', () => {
  const summary = (more: object) => ({
    incidents: [
      {
        number: 'INC-20141016-01',
        severity: 1,
        published: true,
        nextUpdateAt: '2014-10-16T06:40:00.000Z',
        url: 'http://127.0.0.1:4406/incidents/INC-20141016-01/',
        affected: { cells: [{ component: 'sign-in', datacentre: 'a' }] },
        ...more,
      },
    ],
  });

  test('is told where it touches what was asked, and nowhere else', () => {
    const open = openIncidentsIn(summary({}));
    assert.equal(
      touching(open, ['sign-in'], 'a')?.header,
      'INC-20141016-01; severity=1; next-update=2014-10-16T06:40:00.000Z; url=http://127.0.0.1:4406/incidents/INC-20141016-01/',
    );
    assert.equal(touching(open, ['sign-in'], 'b'), null);
    assert.equal(touching(open, ['claim'], 'a'), null);
  });

  test('of severity 3, a draft, or with what is no header is not told', () => {
    for (const more of [
      { severity: 3 },
      { published: false },
      { number: 'INC-1\r\nSet-Cookie: x' },
      { url: 'http://127.0.0.1/\r\nX: y' },
      { affected: null },
    ]) {
      assert.equal(touching(openIncidentsIn(summary(more)), ['sign-in'], 'a'), null);
    }
    for (const wrong of [null, 'x', [], { incidents: 1 }, { incidents: [null] }]) {
      assert.deepEqual(openIncidentsIn(wrong), []);
    }
  });
});

describe('counts', () => {
  const at = new Date('2026-11-29T12:00:00Z');
  const answered = (status: number, ods: string | null, asid = '999000000201') => ({
    components: ['dispense'] as const,
    status,
    elapsedMs: 10,
    who: { ods, asid },
  });

  test('have what users met of each component, by organisation and system', () => {
    const counts = new Counts('a', []);
    for (const [status, ods] of [
      [200, 'FA565'],
      [400, 'FA565'],
      [503, 'VNE51'],
    ] as const) {
      counts.add(answered(status, ods));
    }
    const [minute] = counts.take(at);
    assert.deepEqual(minute, {
      at,
      component: 'dispense',
      datacentre: 'a',
      calls: 3,
      failures: 1,
      p99Ms: 10,
      organisations: 2,
      failuresBy: { 'ods:VNE51': 1, 'asid:999000000201': 1 },
    });
    assert.deepEqual(counts.take(at), []);
  });

  test('have what came over HL7 V3, too; a refusal is no failure, and a question is not counted', () => {
    const counts = new Counts('b', ['FZZ91']);
    const heard = (status: number, about: object | null, action = 'mm/PORX_IN080101SM31') =>
      counts.hear({
        request: { method: 'POST', path: '/Prescription', headers: { soapaction: action } },
        response: {
          status,
          ...(about === null
            ? {}
            : { about: { organisation: null, asid: null, reason: null, ...about } }),
        },
        elapsedMs: 10,
      });
    heard(200, { organisation: 'FA565', asid: '999000000201' });
    heard(403, { asid: '999000000201', reason: 'NotAllowed' });
    heard(500, { reason: 'SoapFault' });
    heard(500, null);
    heard(503, null, 'mmquery/QURX_IN000005UK99');
    heard(200, { organisation: 'FZZ91' });
    const [minute, ...more] = counts.take(at);
    assert.deepEqual(more, []);
    const { component, calls, failures, failuresBy } = minute ?? assert.fail();
    assert.deepEqual([component, calls, failures], ['dispense', 4, 2]);
    assert.deepEqual(failuresBy, { 'asid:999000000201': 1 });
  });

  test('leave the synthetic journeys out', () => {
    const counts = new Counts('a', ['FZZ91']);
    counts.add(answered(503, 'FZZ91'));
    assert.deepEqual(counts.take(at), []);
  });

  test('are not filled by made-up names', () => {
    const counts = new Counts('a', []);
    for (let n = 0; n < 1_000; n += 1) counts.add(answered(503, `F${n}`, `${n}`));
    const [minute] = counts.take(at);
    assert.ok(Object.keys(minute?.failuresBy ?? {}).length <= 200);
    assert.equal(minute?.failures, 1_000);
  });
});

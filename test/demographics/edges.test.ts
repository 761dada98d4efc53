import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import pg from 'pg';

import { importPatients } from '../../src/demographics/index.ts';
import { ALL_PATIENTS, PATIENTS } from '../../src/local/patients.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { sql } from '../../src/platform/sql.ts';
import { type Call, testPds } from './spine.ts';

// Shows: Personal Demographics Service | the test patients are there from the start; patients change what is theirs, and no patch gets around a rule

const pds = testPds();
const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';

async function patch(nhsNumber: string, patches: readonly object[], call: Call = {}) {
  const { headers } = await pds().ask(`/Patient/${nhsNumber}`);
  const answer = await pds().ask(`/Patient/${nhsNumber}`, {
    method: 'PATCH',
    headers: { 'if-match': headers.get('etag') ?? '' },
    body: { patches },
    ...call,
  });
  const [issue] = answer.body.issue ?? [];
  const code = issue?.details.coding[0].code ?? '';
  return { status: answer.status, said: `${code} ${issue?.diagnostics ?? ''}`, body: answer.body };
}

describe('the patients of a test system', () => {
  for (const { nhsNumber, family, birthDate, postcode, gpOds, nominated } of ALL_PATIENTS) {
    test(`${nhsNumber} is retrieved and found by name`, async () => {
      const { status, body } = await pds().ask(`/Patient/${nhsNumber}`);
      assert.equal(status, 200);
      assert.deepEqual(
        [body.name[0].family, body.birthDate, body.address[0].postalCode],
        [family, birthDate, postcode],
      );
      assert.equal(body.generalPractitioner[0].identifier.value, gpOds);
      const [nomination] = body.extension ?? [];
      assert.equal(nomination?.valueReference.identifier.value ?? null, nominated);
      const query = { family, birthdate: birthDate };
      const found = await pds().ask('/Patient', { query });
      assert.deepEqual([found.body.total, found.body.entry[0].resource.id], [1, nhsNumber]);
    });
  }

  test('stay as somebody has changed them when it starts again', async () => {
    const { nhsNumber } = PATIENTS.child;
    const changed = await patch(nhsNumber, [{ op: 'replace', path: '/gender', value: 'unknown' }]);
    assert.equal(changed.status, 200);
    await keepTestPatients(pds().database);
    const { body } = await pds().ask(`/Patient/${nhsNumber}`);
    assert.deepEqual([body.gender, body.meta.versionId], ['unknown', '2']);
  });
});

describe('a patient', () => {
  const { nhsNumber } = PATIENTS.apostrophe;
  const as = `C:${nhsNumber}`;
  const phone = (use: string) => ({ system: 'phone', use, value: '01632 960000' });

  test('does not reach a home telephone behind a mobile one that goes', async () => {
    const both = ['mobile', 'home'].map((use) => ({
      op: 'add',
      path: '/telecom/-',
      value: phone(use),
    }));
    const { body } = await patch(nhsNumber, both);
    const [mobile, home] = body.telecom.map(({ id }: { id: string }) => [
      { op: 'test', path: '/telecom/0/id', value: id },
      { op: 'remove', path: '/telecom/0' },
    ]);
    const refused = await patch(nhsNumber, [...mobile, ...home], { as });
    assert.equal(refused.status, 400);
    assert.match(refused.said, /^INVALID_UPDATE .*does not have permission/);
    const own = await patch(nhsNumber, mobile, { as });
    assert.deepEqual([own.status, own.body.telecom.length], [200, 1]);
  });

  test('writes no cover for nobody', async () => {
    const subscriber = { identifier: { value: null } };
    const answer = await pds().ask('/Coverage', {
      as,
      method: 'POST',
      headers: { 'if-match': 'W/"1"' },
      body: { resourceType: 'Coverage', status: 'active', subscriber },
    });
    assert.equal(answer.status, 403);
  });
});

describe('a patch', () => {
  const { nhsNumber } = PATIENTS.elsewhere;
  const addressOf = async () => (await pds().ask(`/Patient/${nhsNumber}`)).body.address[0];

  test('that names a prototype names a member that no rule knows', async () => {
    const { id } = await addressOf();
    const { status, said } = await patch(nhsNumber, [
      { op: 'test', path: '/address/0/id', value: id },
      { op: 'remove', path: '/address/0/use' },
      { op: 'replace', path: '/address/0/id', value: id },
      { op: 'add', path: '/address/0/__proto__', value: { use: 'home' } },
    ]);
    assert.equal(status, 400);
    assert.match(said, /^ADDITIONAL_PROPERTIES .*'__proto__' was unexpected/);
  });

  test('replaces an item by itself and not by another one', async () => {
    const temporary = {
      use: 'temp',
      text: 'Holiday Home',
      line: ['', '17 Example Quay', '', 'TESTWICK', ''],
      postalCode: 'ZZ99 6AB',
      period: { start: '2020-01-01', end: '2020-02-01' },
    };
    const added = await patch(nhsNumber, [{ op: 'add', path: '/address/-', value: temporary }]);
    const [home, other] = added.body.address;
    const value = { ...home, id: other.id };
    const { status, said } = await patch(nhsNumber, [{ op: 'replace', path: '/address/0', value }]);
    assert.equal(status, 400);
    assert.match(said, /no 'address' resources with object id/);
    const { id: _id, ...own } = home;
    const named = { op: 'replace', path: '/address/0/id', value: home.id };
    const kept = await patch(nhsNumber, [named, { op: 'replace', path: '/address/0', value: own }]);
    assert.deepEqual([kept.status, kept.body.address[0].id], [200, home.id]);
  });

  test('with characters that are not written is refused, wherever they stand', async () => {
    const extension = { url: `${UK}ContactPreference` };
    const method = {
      url: 'PreferredContactMethod',
      valueCodeableConcept: { coding: [{ code: '1' }] },
    };
    const times = { url: 'PreferredContactTimes', valueString: 'at\u007fnoon' };
    const { line: _line, ...address } = await addressOf();
    const birthPlace = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';
    for (const [path, value] of [
      ['/address/0', { ...address, line: ['', '1 Example\t Quay', '', 'TESTWICK', ''] }],
      ['/telecom/-', { system: 'phone', use: 'work', value: '0163\n2 960001' }],
      ['/extension/-', { ...extension, extension: [method, times] }],
      ['/extension/-', { url: birthPlace, valueAddress: { city: 'TEST\u0085WICK' } }],
    ] as const) {
      const op = path.endsWith('-') ? 'add' : 'replace';
      const { status, said } = await patch(nhsNumber, [{ op, path, value }]);
      assert.deepEqual([status, said.split(' ')[0]], [400, 'UNSUPPORTED_CHARACTERS_IN_FIELD']);
    }
  });

  test('with lines that are no list, or no lines, is refused', async () => {
    const address = await addressOf();
    for (const line of ['18 Example Quay', [18]]) {
      const value = { ...address, line };
      const answer = await patch(nhsNumber, [{ op: 'replace', path: '/address/0', value }]);
      assert.deepEqual([answer.status, answer.said.split(' ')[0]], [400, 'INVALID_VALUE']);
    }
  });
});

test('a day of the year 0 is no day, in a search as in a patch', async () => {
  const query = { family: 'XXTESTPATIENT-ARCHER', birthdate: '0000-01-01' };
  const search = await pds().ask('/Patient', { query });
  assert.equal(search.body.issue[0].details.coding[0].code, 'INVALID_VALUE');
  const value = '0000-01-01';
  const { said } = await patch(PATIENTS.adult.nhsNumber, [
    { op: 'replace', path: '/birthDate', value },
  ]);
  assert.match(said, /^INVALID_VALUE/);
});

test('with the records out of reach a read says so, and a write when to come again', async () => {
  const blocker = new pg.Client({ connectionString: pds().databaseUrl });
  await blocker.connect();
  try {
    await blocker.query('begin; lock table demographics.patient in access exclusive mode');
    const { nhsNumber } = PATIENTS.adult;
    const gender = { op: 'replace', path: '/gender', value: 'unknown' };
    const told = async (call: Call) => {
      const { status, headers, body } = await pds().ask(`/Patient/${nhsNumber}`, call);
      const [{ details, diagnostics }] = body.issue;
      return [status, details.coding[0].code, headers.get('retry-after'), diagnostics];
    };
    const [read, write] = await Promise.all([
      told({}),
      told({ method: 'PATCH', headers: { 'if-match': 'W/"1"' }, body: { patches: [gender] } }),
    ]);
    assert.deepEqual(read, [408, 'UNABLE_TO_CALL_SERVICE', null, undefined]);
    const wait =
      "The downstream domain processing has not completed within the configured timeout period. Using the same 'X-Request-ID' header, retry your request after the time specified by the 'Retry-After' response header.";
    assert.deepEqual(write, [503, 'SERVICE_UNAVAILABLE', '5', wait]);
  } finally {
    await blocker.end();
  }
});

describe('a record', () => {
  const [RESTRICTED, INVALIDATED, MERGED, RETAINED] = [
    '9990000255',
    '9990000263',
    '9990000271',
    '9990000298',
  ] as const;
  const stored = (nhsNumber: string, sensitivity: string, more: object = {}): object => ({
    nhsNumber,
    patient: {
      resourceType: 'Patient',
      id: nhsNumber,
      meta: { versionId: '1', security: [{ code: sensitivity }] },
      name: [{ id: 'n1', use: 'usual', family: 'XXTESTPATIENT-EDGE', given: ['Ada'] }],
    },
    ...more,
  });
  const gender = { op: 'add', path: '/gender', value: 'unknown' };
  const write = (number: string) =>
    patch(number, [gender], {
      method: 'PATCH',
      headers: { 'if-match': 'W/"1"' },
      body: { patches: [gender] },
    });

  before(async () => {
    const file = [
      stored(RESTRICTED, 'R'),
      stored(INVALIDATED, 'REDACTED'),
      stored(RETAINED, 'U'),
      stored(MERGED, 'U', { supersededBy: RETAINED }),
    ];
    assert.ok((await importPatients(pds().database, file, new Date())).ok);
  });

  test('that was invalidated is not found, by anybody, nor are its related persons', async () => {
    for (const as of ['H', 'A', 'P']) {
      for (const path of [`/Patient/${INVALIDATED}`, `/Patient/${INVALIDATED}/RelatedPerson`]) {
        const { status, body } = await pds().ask(path, { as });
        const [issue] = body.issue;
        const [coding] = issue.details.coding;
        assert.deepEqual(
          [status, issue.severity, issue.code, coding.code, coding.display, issue.diagnostics],
          [
            404,
            'error',
            'processing',
            'INVALIDATED_RESOURCE',
            'Resource that has been marked as invalid was requested - invalid resources cannot be retrieved',
            undefined,
          ],
        );
      }
    }
  });

  test('that was merged away is read as the one that was retained, and not written', async () => {
    const { status, body, headers } = await pds().ask(`/Patient/${MERGED}`);
    assert.deepEqual([status, body.id, headers.get('etag')], [200, RETAINED, 'W/"1"']);
    const { status: written, said } = await write(MERGED);
    assert.deepEqual(
      [written, said],
      [
        403,
        'FORBIDDEN_UPDATE Forbidden update with error - Update Failed - NHS No. supplied has been superseded in a merge',
      ],
    );
  });

  test('that is sensitive is not written by ordinary sources', async () => {
    const { status, said, body } = await write(RESTRICTED);
    assert.deepEqual([status, said.split(' ')[0]], [403, 'FORBIDDEN_UPDATE']);
    assert.equal(body.issue[0].severity, 'information');
  });

  test('that cannot be read for a reason of our own is an unknown error', async () => {
    const { database } = pds();
    await database.write(sql`alter table demographics.patient rename to moved`);
    const { status, body } = await pds().ask(`/Patient/${RETAINED}`);
    await database.write(sql`alter table demographics.moved rename to patient`);
    const [issue] = body.issue;
    const [coding] = issue.details.coding;
    assert.deepEqual(
      [status, issue.severity, issue.code, coding.code, coding.display],
      [500, 'error', 'unknown', 'UNKNOWN_ERROR', 'Unknown Error'],
    );
  });
});

test('an OPTIONS that asks for no other origin is an unknown error, as it is at the gateway', async () => {
  const { status, body } = await pds().ask('/Patient', { method: 'OPTIONS' });
  assert.deepEqual([status, body.issue[0].details.coding[0].code], [502, 'UNKNOWN_ERROR']);
  const asked = await pds().ask('/Patient', {
    method: 'OPTIONS',
    headers: { origin: 'https://ward.example', 'access-control-request-method': 'PATCH' },
  });
  assert.equal(asked.status, 200);
  assert.equal(asked.headers.get('access-control-allow-origin'), 'https://ward.example');
});

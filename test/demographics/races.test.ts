import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { PATIENTS } from '../../src/local/patients.ts';
import { testPds } from './spine.ts';
import { readyBody } from './values.ts';

// Shows: Personal Demographics Service | twenty updates or creations at once, the same request again

const pds = testPds();
const NUMBER = PATIENTS.adult.nhsNumber;
const NICKNAME = { use: 'nickname', family: 'ARCHER' };
const add = (given: string) => ({
  patches: [{ op: 'add', path: '/name/-', value: { ...NICKNAME, given: [given] } }],
});

test('of twenty updates of one version one wins, nineteen get the conflict, and one event is kept', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      pds().ask(`/Patient/${NUMBER}`, {
        method: 'PATCH',
        headers: { 'if-match': 'W/"1"' },
        body: add(`Name-${n}`),
      }),
    ),
  );
  const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
  assert.deepEqual(statuses, [200, ...Array.from({ length: 19 }, () => 409)]);
  const { body, headers } = await pds().ask(`/Patient/${NUMBER}`);
  assert.deepEqual([body.meta.versionId, body.name.length, headers.get('etag')], ['2', 2, 'W/"2"']);
  const events = await pds().database.all<{ version: number }>({
    text: `select version from demographics.event where nhs_number = $1 and kind = 'Updated'`,
    values: [NUMBER],
  });
  assert.deepEqual(events, [{ version: 2 }]);
});

const PATH = `/Patient/${PATIENTS.older.nhsNumber}`;

test('a request that comes again gets its answer again and is not done twice', async () => {
  const body = { patches: [{ op: 'replace', path: '/gender', value: 'unknown' }] };
  const call = {
    method: 'PATCH',
    headers: { 'if-match': 'W/"1"', 'x-request-id': randomUUID() },
    body,
  };
  const [first, again] = [await pds().ask(PATH, call), await pds().ask(PATH, call)];
  assert.deepEqual([first.status, again.status], [200, 200]);
  assert.equal(again.text, first.text);
  const now = await pds().ask(PATH);
  assert.equal(now.body.meta.versionId, '2');
});

/** Somebody invented, who is not on record. */
function newcomer(family: string) {
  return readyBody('create', {
    prefix: 'Mx',
    given1: 'Noor',
    given2: 'Ash',
    surname: `XXTESTPATIENT-${family}`,
    gender: 'unknown',
    birth: '1977-07-07',
    home: {
      use: 'home',
      period: { start: '2020-01-01' },
      line: ['', '16 Example Lane', '', 'TESTWICK', ''],
      postalCode: 'ZZ99 5AF',
    },
  });
}

const create = (family: string, headers: Record<string, string> = {}) =>
  pds().ask('/Patient', { method: 'POST', headers, body: newcomer(family) });

test('somebody new whose e-mail address is none is refused, and is not added', async () => {
  const telecom = [
    { system: 'email', use: 'home', value: 'noor at example', period: { start: '2020-01-01' } },
  ];
  const body = Object.assign({ telecom }, newcomer('Ibis'));
  const { status, body: said } = await pds().ask('/Patient', { method: 'POST', body });
  const [{ details, diagnostics }] = said.issue;
  assert.deepEqual(
    [status, details.coding[0].code, diagnostics],
    [400, 'INVALID_CREATE', "Invalid patient create data provided - 'email format is invalid'"],
  );
  assert.deepEqual(await born('Ibis'), []);
});

async function born(family: string): Promise<string[]> {
  const rows = await pds().database.all<{ nhs_number: string }>({
    text: `select nhs_number from demographics.patient where state->'patient'->'name'->0->>'family' = $1`,
    values: [`XXTESTPATIENT-${family}`],
  });
  return rows.map(({ nhs_number }) => nhs_number);
}

test('of twenty creations of one person one gives a number, and the others name it', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('Finch')));
  const [number, ...others] = await born('Finch');
  assert.deepEqual(others, []);
  const told = answers.map(({ status, text }) => `${status} ${text.includes(number ?? '-')}`);
  assert.deepEqual(told.toSorted(), [...Array.from({ length: 19 }, () => '200 true'), '201 true']);
});

test('one creation that is sent twenty times at once gives one number, told each time', async () => {
  const headers = { 'x-request-id': randomUUID() };
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('Gull', headers)));
  const [number, ...others] = await born('Gull');
  assert.deepEqual(others, []);
  assert.deepEqual(
    new Set(answers.map(({ status, body }) => `${status} ${body.id}`)),
    new Set([`201 ${number}`]),
  );
});

test('creations of different persons of one day at once give each a number', async () => {
  const families = ['Heron', 'Ibis', 'Jay', 'Kite', 'Linnet', 'Magpie'];
  const answers = await Promise.all(families.map((family) => create(family)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    families.map(() => 201),
  );
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, families.length);
});

test('an answer that was kept is told to nobody else', async () => {
  const headers = { 'x-request-id': randomUUID() };
  const mine = await create('Nightjar', headers);
  const theirs = await pds().ask('/Patient', {
    method: 'POST',
    headers,
    body: newcomer('Nightjar'),
    client: randomUUID(),
  });
  assert.deepEqual([mine.status, theirs.status], [201, 200]);
  assert.equal(theirs.body.issue[0].details.coding[0].code, 'SINGLE_MATCH');
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { testPds } from './spine.ts';

// Shows: Personal Demographics Service | twenty updates at once, the same request again

const pds = testPds();
const NUMBER = '9732019506';
const NICKNAME = { use: 'nickname', family: 'MUIR' };
const add = (given: string) => ({
  patches: [{ op: 'add', path: '/name/-', value: { ...NICKNAME, given: [given] } }],
});

test('of twenty updates of one version one wins, nineteen get the conflict, and one event is kept', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      pds().ask(`/Patient/${NUMBER}`, {
        method: 'PATCH',
        headers: { 'if-match': 'W/"3"' },
        body: add(`Name-${n}`),
      }),
    ),
  );
  const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
  assert.deepEqual(statuses, [200, ...Array.from({ length: 19 }, () => 409)]);
  const { body, headers } = await pds().ask(`/Patient/${NUMBER}`);
  assert.deepEqual([body.meta.versionId, body.name.length, headers.get('etag')], ['4', 2, 'W/"4"']);
  const events = await pds().database.all<{ version: number }>({
    text: `select version from demographics.event where nhs_number = $1 and kind = 'Updated'`,
    values: [NUMBER],
  });
  assert.deepEqual(events, [{ version: 4 }]);
});

test('a request that comes again gets its answer again and is not done twice', async () => {
  const body = { patches: [{ op: 'replace', path: '/gender', value: 'unknown' }] };
  const call = {
    method: 'PATCH',
    headers: { 'if-match': 'W/"1"', 'x-request-id': randomUUID() },
    body,
  };
  const [first, again] = [
    await pds().ask('/Patient/9733164402', call),
    await pds().ask('/Patient/9733164402', call),
  ];
  assert.deepEqual([first.status, again.status], [200, 200]);
  assert.equal(again.text, first.text);
  const now = await pds().ask('/Patient/9733164402');
  assert.equal(now.body.meta.versionId, '2');
});

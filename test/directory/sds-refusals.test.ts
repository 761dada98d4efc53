import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { BAD_REQUESTS, i, MISSING_ORGANISATION, o } from './bad-questions.ts';
import {
  applications,
  type ask,
  BASE,
  interaction,
  maker,
  organization,
  partyKey,
  query,
  RELIABLE,
  SUMMARY,
  testSds,
} from './sds.ts';

// Shows: Spine Directory Service | every refusal in its own form: parameters, headers, keys, rates, a directory that answers late or nonsense

const sds = testSds({ sdsRequestsPerSecond: 20, requestsPerMinute: 30 });
const UUID = /^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/;

const injection = "A20047' or '1'='1";

const CODES = {
  400: ['required', 'BAD_REQUEST', 'Bad request'],
  404: ['not-found', 'NO_RECORD_FOUND', 'No record found'],
  405: ['not-supported', 'NOT_IMPLEMENTED', 'Not implemented'],
  406: [
    'not-supported',
    'MISSING_OR_INVALID_HEADER',
    'There is a required header missing or invalid',
  ],
  500: ['exception', 'INTERNAL_SERVER_ERROR', 'Unexpected internal server error'],
  502: ['exception', 'INTERNAL_SERVER_ERROR', 'Unexpected internal server error'],
  504: ['timeout', 'INTERNAL_SERVER_ERROR', 'Unexpected internal server error'],
} as const;

type Answer = Awaited<ReturnType<typeof ask>>;

function assertOutcome(
  { status, headers, body }: Answer,
  code: keyof typeof CODES,
  diagnostics?: string,
): void {
  assert.equal(status, code);
  const [issue, word, display] = CODES[code];
  assert.deepEqual(body, {
    resourceType: 'OperationOutcome',
    id: headers.get('x-correlation-id'),
    issue: [
      {
        severity: 'error',
        code: issue,
        details: {
          coding: [
            {
              system: 'https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1',
              code: word,
              display,
            },
          ],
        },
        ...(diagnostics === undefined ? {} : { diagnostics }),
      },
    ],
  });
}

const APPLICATIONS = Array.from({ length: 10 }, () => ({}));
let keys: readonly string[] = [];
let turn = 0;

/** As one of several applications, so that none has a rate to speak of. */
async function asked(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  if (keys.length === 0) keys = await applications(sds(), APPLICATIONS);
  turn += 1;
  return sds().ask(path, { apikey: keys[turn % keys.length] ?? '', ...headers }, method);
}

describe('a bad question', () => {
  for (const [what, path, diagnostics] of BAD_REQUESTS) {
    test(`with ${what} is told so`, async () => {
      assertOutcome(await asked(path), 400, `HTTP 400: Bad Request (${diagnostics})`);
    });
  }

  test('that tries to be SQL finds nothing and breaks nothing', async () => {
    for (const path of [
      `/Device${query(organization(injection), interaction(injection), partyKey(injection), maker(injection))}`,
      `/Endpoint${query(organization(injection), interaction(injection))}`,
      `/Endpoint${query(o, interaction('\\%_$1{}'))}`,
    ]) {
      const { status, body } = await asked(path);
      assert.deepEqual([status, body.total], [200, 0]);
    }
  });

  test('with half an escape is answered, and its address comes back as far as it can be read', async () => {
    const { status, body } = await asked(`/Device${query(o, i)}&use_cpm=%zz%41%ff`);
    assert.equal(status, 200);
    assert.equal(body.link[0].url.endsWith('&use_cpm=%zz%41%ff'), true);
  });
});

describe('addresses and methods', () => {
  test('any other path is not found, in whatever case', async () => {
    for (const path of [
      '/device',
      '/Device/1',
      '/Organization',
      '/healthCheck',
      '/',
      '/metadata',
    ]) {
      assertOutcome(await asked(path), 404, 'HTTP endpoint not found');
    }
  });

  test('any other method is not supported', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const answer = await asked(`/Device${query(o, i)}`, {}, method);
      assertOutcome(answer, 405, 'HTTP operation not supported');
      assert.equal(answer.headers.get('allow'), 'GET');
    }
    const head = await asked('/healthcheck', {}, 'HEAD');
    assert.deepEqual([head.status, head.headers.get('allow')], [405, 'GET']);
    assert.equal(await statusOf('TRACE'), 405);
  });
});

async function statusOf(method: string): Promise<number> {
  const { hostname, port } = new URL(sds().url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: `${BASE}/Device` }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('headers', () => {
  const path = `/Device${query(o, i)}`;

  test('a correlation id that is none is refused, with a new one', async () => {
    for (const id of ['1', 'x'.repeat(36), `${randomUUID()}0`]) {
      const answer = await asked(path, { 'x-correlation-id': id });
      const shape = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
      assertOutcome(
        answer,
        400,
        `Invalid X-Correlation-ID header. Should be an UUIDv4 matching regex '${shape}'`,
      );
      assert.match(answer.headers.get('x-correlation-id') ?? '', UUID);
    }
  });

  test('a refusal has the correlation id and the media type of its request', async () => {
    const id = randomUUID();
    const answer = await asked('/Device', { 'x-correlation-id': id, accept: 'application/json' });
    assertOutcome(answer, 400, `HTTP 400: Bad Request (${MISSING_ORGANISATION})`);
    assert.deepEqual(
      [answer.body.id, answer.headers.get('content-type')],
      [id, 'application/json'],
    );
  });

  test('a client that takes neither form is told so', async () => {
    for (const accept of ['text/html', 'application/xml, application/fhir+xml', 'application/*']) {
      const answer = await asked(path, { accept });
      assertOutcome(answer, 406, 'Accept type not supported');
      assert.equal(answer.headers.get('content-type'), 'application/fhir+json');
    }
  });
});

describe('keys and rates', () => {
  const path = `/Device${query(o, i)}`;

  test('without the key of an application that may call nothing is told', async () => {
    const [revoked, idle] = await applications(sds(), [
      { status: 'revoked' },
      { companyStatus: 'inactive' },
    ]);
    for (const [key, code] of [
      [null, 'steps.oauth.v2.FailedToResolveAPIKey'],
      ['', 'steps.oauth.v2.FailedToResolveAPIKey'],
      ['nobody', 'oauth.v2.InvalidApiKey'],
      [injection, 'oauth.v2.InvalidApiKey'],
      ['a'.repeat(32), 'oauth.v2.InvalidApiKey'],
      [revoked ?? '', 'oauth.v2.InvalidApiKey'],
      [idle ?? '', 'oauth.v2.InvalidApiKey'],
    ] as const) {
      const { status, body, headers } = await sds().ask(path, { apikey: key });
      assert.deepEqual([key, status, body.fault.detail.errorcode], [key, 401, code]);
      assert.match(headers.get('x-correlation-id') ?? '', UUID);
    }
  });

  test('too many of one application in a second, or in a minute, are stopped, and nobody else', async () => {
    const counts = new Map<string, number>();
    for (let bursts = 0; bursts < 10 && !counts.has('QuotaViolation'); bursts += 1) {
      if (bursts > 0) await delay(1_050);
      const answers = await Promise.all(Array.from({ length: 60 }, () => sds().ask(path)));
      for (const { status, body, headers } of answers) {
        if (status === 429) assert.equal(headers.get('retry-after'), '5');
        const word = status === 200 ? 'found' : body.fault.detail.errorcode.split('.').at(-1);
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    assert.deepEqual([...counts.keys()].toSorted(), [
      'QuotaViolation',
      'SpikeArrestViolation',
      'found',
    ]);
    assert.equal((counts.get('found') ?? 0) <= 60, true); // thirty a minute, and it may be a new one
    assert.equal((await asked(path)).status, 200);
  });
});

describe('a directory in trouble', () => {
  test('what goes forward needs exactly one address of the Spine', async () => {
    const { database } = sds();
    const path = `/Endpoint${query(o, interaction(RELIABLE))}`;
    for (const endpoints of [[], ['https://one.example/', 'https://two.example/']]) {
      await database.write({
        text: `update directory.message_handler set endpoints = $1::text[] where ods = 'YES' and interaction like '%:ReliableIntermediary'`,
        values: [endpoints],
      });
      assertOutcome(await asked(path), 500);
    }
    await database.write({
      text: `delete from directory.message_handler where ods = 'YES' and interaction like '%:ReliableIntermediary'`,
      values: [],
    });
    assertOutcome(await asked(path), 500);
  });

  test('a record that is none is a bad gateway', async () => {
    const { database } = sds();
    await database.write({
      text: `insert into directory.accredited_system (asid, ods, party_key, interactions, changed_at) values ('12', 'B00001', 'B00001-821870', $1::text[], now())`,
      values: [[SUMMARY]],
    });
    assertOutcome(
      await asked(`/Device${query(organization('B00001'), i)}`),
      502,
      'Invalid LDAP response received',
    );
    await database.write({
      text: `update directory.message_handler set party_key = 'B82617' where ods = 'B82617'`,
      values: [],
    });
    assertOutcome(
      await asked(`/Endpoint${query(organization('B82617'), i)}`),
      502,
      'Invalid LDAP response received',
    );
  });

  test('that does not answer has timed out; only the deep health check knows it', async () => {
    await sds().drop();
    assertOutcome(await sds().ask(`/Device${query(o, i)}`), 504, 'LDAP request timed out');
    assertOutcome(await sds().ask('/healthcheck/deep'), 504, 'LDAP request timed out');
    assert.equal((await sds().ask('/healthcheck')).status, 200);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PATIENTS } from '../../src/local/patients.ts';
import { type Call, testPds } from './spine.ts';

// Shows: Personal Demographics Service | names in every script, wildcards at each place and attempts at injection, each with its answer

const pds = testPds();
const { elsewhere, unknownGender } = PATIENTS;

async function told(path: string, call: Call = {}): Promise<string> {
  const { status, body } = await pds().ask(path, call);
  const [issue] = body.issue ?? [];
  if (issue === undefined) return String(status);
  return `${status} ${issue.details.coding[0].code} ${issue.diagnostics ?? ''}`.trim();
}

const patch = (patches: unknown, nhsNumber: string = elsewhere.nhsNumber): Promise<string> =>
  told(`/Patient/${nhsNumber}`, {
    method: 'PATCH',
    headers: { 'if-match': 'W/"1"' },
    body: { patches },
  });

const WRITTEN = [
  'Seán',
  'Zoë',
  'Łucja',
  'Þóra',
  'Ævar',
  'Øyvind',
  'Ğülşen',
  'Čeněk',
  "D'Arcy-Ó",
  'Ŵyn',
];
const NOT_WRITTEN = [
  'Иван',
  'Αλέξης',
  '王小明',
  '김철수',
  'محمد',
  'שרה',
  'राम',
  'Nguyễn',
  '🙂',
  'a\u202Eb',
  'null\u0000',
];

describe('a name', () => {
  const add = (given: string) => [
    {
      op: 'add',
      path: '/name/-',
      value: { use: 'old', family: unknownGender.family, given: [given] },
    },
  ];

  test('of Latin letters is kept as it is written, and found without its accents', async () => {
    const given = WRITTEN.map((name) => ({ ...add(name)[0] }));
    assert.equal(await patch(given, unknownGender.nhsNumber), '200');
    const { body } = await pds().ask(`/Patient/${unknownGender.nhsNumber}`);
    const names = body.name.map((name: { given: string[] }) => name.given[0]);
    assert.deepEqual(new Set(names), new Set([...WRITTEN, ...unknownGender.given]));
    for (const asked of ['SEAN', 'zoe', 'Lucja', 'gulsen', 'CENEK', 'Wyn']) {
      const query = {
        family: unknownGender.family,
        given: asked,
        birthdate: unknownGender.birthDate,
        _history: 'true',
      };
      const found = await pds().ask('/Patient', { query });
      assert.equal(found.body.total, 1, asked);
    }
  });

  test('in another script is refused where it is written, and finds nobody where it is asked for', async () => {
    for (const name of NOT_WRITTEN) {
      assert.match(await patch(add(name)), /^400 (INVALID_VALUE|VALIDATION_ERROR) /, name);
      const query = { family: name, birthdate: '1984-05-17' };
      const { status, body } = await pds().ask('/Patient', { query });
      const isNobody = status === 200 && body.total === 0 && body.entry === undefined;
      assert.ok(isNobody || status === 400, `${name}: ${status}`);
    }
  });
});

describe('a search', () => {
  const said = (query: Readonly<Record<string, string | readonly string[]>>) =>
    told('/Patient', { query });
  const birthdate = elsewhere.birthDate;

  test('with a wildcard at each place finds the name or is refused in the first two', async () => {
    const { family } = elsewhere;
    const patterns = Array.from({ length: family.length + 1 }, (_, place) => [
      `${family.slice(0, place)}*${family.slice(place)}`,
      `${family.slice(0, place)}*`,
    ]).flat();
    const answers = await Promise.all(
      patterns.map(async (one) => {
        const { status, body } = await pds().ask('/Patient', { query: { family: one, birthdate } });
        return `${one.indexOf('*') < 2} ${status} ${body.total ?? body.issue[0].details.coding[0].code}`;
      }),
    );
    assert.deepEqual(new Set(answers), new Set(['true 400 INVALID_SEARCH_DATA', 'false 200 1']));
  });

  test('with an attempt at injection in any place finds nobody or is refused', async () => {
    const attempts = [
      "'; drop table demographics.patient; --",
      "' or '1'='1",
      '" or 1=1 --',
      '%',
      '__%',
      '$1',
      '${jndi:ldap://127.0.0.1/a}',
      '{"$gt":""}',
      '../../etc/passwd',
      '<script>alert(1)</script>',
      String.raw`\' or 1=1 --`,
    ];
    const names = [
      'family',
      'given',
      'gender',
      'birthdate',
      'address-postalcode',
      'general-practitioner',
      'email',
      'phone',
      '_max-results',
      '_fuzzy-match',
    ];
    for (const attempt of attempts) {
      for (const name of names) {
        const query = { family: 'Nobody', birthdate, [name]: attempt };
        const { status, body } = await pds().ask('/Patient', { query });
        assert.ok(
          status === 400 || (status === 200 && body.total === 0),
          `${name}=${attempt}: ${status}`,
        );
      }
      assert.match(await told(`/Patient/${encodeURIComponent(attempt)}`), /^400 /);
    }
    const { body } = await pds().ask(`/Patient/${elsewhere.nhsNumber}`);
    assert.equal(body.id, elsewhere.nhsNumber);
  });

  test('is refused in the order of the contract', async () => {
    const { family } = elsewhere;
    assert.equal(await told('/Patient'), '400 UNSUPPORTED_SERVICE');
    assert.equal(
      await said({ year: '1', birthdate: 'x' }),
      "400 ADDITIONAL_PROPERTIES Invalid request with error - Additional properties are not allowed ('year' was unexpected)",
    );
    for (const [name, value] of [
      ['birthdate', '20101022'],
      ['death-date', 'never'],
      ['gender', 'F'],
      ['_max-results', '51'],
      ['_max-results', '0'],
      ['_fuzzy-match', 'yes'],
      ['family', 'x'.repeat(36)],
      ['email', ' '],
    ] as const) {
      assert.equal(
        await said({ family, birthdate, [name]: value }),
        `400 INVALID_VALUE Invalid value - '${value}' in field '${name}'`,
      );
    }
    assert.equal(
      await said({ family }),
      "400 MISSING_VALUE Missing value - 'birth_date/birth_date_range_start/birth_date_range_end'",
    );
    const combined = (text: string) =>
      `400 INVALID_SEARCH_DATA Invalid search data provided - '${text}'`;
    const [little, fuzzy] = [
      'No searches were performed as the search criteria did not meet the minimum requirements',
      'A fuzzy search was requested however the data given did not meet the fuzzy search criteria',
    ];
    assert.equal(await said({ given: 'Bronwen', birthdate }), combined(little));
    assert.equal(await said({ family, birthdate, '_fuzzy-match': 'true' }), combined(fuzzy));
    assert.equal(
      await said({ family: 'Ev*', given: 'Bronwen', birthdate, '_fuzzy-match': 'true' }),
      combined(fuzzy),
    );
    assert.match(
      await said({ family, birthdate, 'address-postalcode': 'LS1', 'address-postcode': 'LS1' }),
      /^400 INVALID_SEARCH_DATA /,
    );
  });
});

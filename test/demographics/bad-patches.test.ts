import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { populationOf } from '../../src/local/population/patient-record.ts';
import { copyOf, textAt } from '../../src/demographics/json.ts';
import { statusOf } from '../../src/demographics/outcome.ts';
import { NO_GRANTS } from '../../src/demographics/reader.ts';
import { update } from '../../src/demographics/update/update.ts';

// Shows: Personal Demographics Service | each bad patch has its answer, and nothing is half-applied

const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';
const reader = { mode: 'worker', grants: NO_GRANTS, seesEthnicity: false } as const;
const [record] = populationOf(1, 1);
assert.ok(record !== undefined);

/** What is said of these patches, to a healthcare worker. */
function said(patches: unknown): string {
  assert.ok(record !== undefined);
  const asked = {
    body: copyOf({ patches }),
    reader,
    today: '2026-11-29',
    nextId: () => 'AAAAAAAA',
  };
  const changed = update(record, asked);
  if (changed.ok) return '200';
  return `${statusOf(changed.error)} ${changed.error.code} ${changed.error.diagnostics ?? ''}`;
}

function deathNotice(code: string): object {
  const valueCodeableConcept = { coding: [{ code }] };
  const extension = [{ url: 'deathNotificationStatus', valueCodeableConcept }];
  return { url: `${UK}DeathNotificationStatus`, extension };
}

describe('a patch', () => {
  /** By the ids of the record, as a client has them of its answer. */
  type Ids = { readonly name: string; readonly address: string };
  const cases: readonly (readonly [string, (ids: Ids) => unknown])[] = [
    ['400 INVALID_UPDATE Invalid update with error - No patches found', () => []],
    ['400 INVALID_UPDATE Invalid update with error - No patches found', () => undefined],
    [
      "400 INVALID_VALUE Invalid value - 'bad_value' in field '0/op'",
      () => [{ op: 'bad_value', path: '/gender' }],
    ],
    [
      "400 INVALID_VALUE Invalid value - 'move' in field '1/op'",
      () => [
        { op: 'test', path: '/gender', value: 'female' },
        { op: 'move', path: '/gender' },
      ],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - Update unsupported for resource - 'pets'",
      () => [{ op: 'add', path: '/pets/-', value: {} }],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - Update unsupported for resource - 'meta'",
      () => [{ op: 'replace', path: '/meta/versionId', value: '9' }],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - Update unsupported for resource - 'id'",
      () => [{ op: 'replace', path: '/id', value: '9000000009' }],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - Update unsupported for resource - '__proto__'",
      () => [{ op: 'add', path: '/__proto__/polluted', value: true }],
    ],
    [
      "403 FORBIDDEN_UPDATE Forbidden update with error - source not permitted to remove 'gender'",
      () => [{ op: 'remove', path: '/gender' }],
    ],
    [
      "403 FORBIDDEN_UPDATE Forbidden update with error - source not permitted to remove 'birthDate'",
      () => [{ op: 'remove', path: '/birthDate' }],
    ],
    [
      '403 FORBIDDEN_UPDATE Forbidden update with error - not permitted to remove usual name',
      ({ name }) => [
        { op: 'test', path: '/name/0/id', value: name },
        { op: 'remove', path: '/name/0' },
      ],
    ],
    [
      "400 MISSING_VALUE Missing value - 'name/0/family'",
      ({ name }) => [
        { op: 'test', path: '/name/0/id', value: name },
        { op: 'remove', path: '/name/0/family' },
      ],
    ],
    [
      "400 MISSING_VALUE Missing value - 'address/0/use'",
      ({ address }) => [
        { op: 'test', path: '/address/0/id', value: address },
        { op: 'remove', path: '/address/0/use' },
      ],
    ],
    [
      '400 INVALID_UPDATE Invalid update with error - no id or url found for path with root /name/0',
      () => [{ op: 'replace', path: '/name/0/family', value: 'X' }],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - no 'name' resources with object id '123456'",
      () => [
        { op: 'replace', path: '/name/0/id', value: '123456' },
        { op: 'replace', path: '/name/0/family', value: 'X' },
      ],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - Invalid patch - index '7' is out of bounds",
      ({ name }) => [
        { op: 'replace', path: '/name/7/id', value: name },
        { op: 'replace', path: '/name/7/family', value: 'X' },
      ],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - Invalid patch - can't replace non-existent object 'line'",
      ({ address }) => [
        { op: 'replace', path: '/address/0/id', value: address },
        { op: 'replace', path: '/address/0/line', value: ['1 Example Lane'] },
      ],
    ],
    [
      "400 INVALID_UPDATE Invalid update with error - removal '/name/0' is not immediately preceded by equivalent test - instead it is the first item",
      () => [{ op: 'remove', path: '/name/0' }],
    ],
    [
      "400 INVALID_VALUE Invalid value - 'other' in field 'gender'",
      () => [{ op: 'replace', path: '/gender', value: 'other' }],
    ],
    [
      '400 INVALID_UPDATE Invalid update with error - birthDate cannot be in the future',
      () => [{ op: 'replace', path: '/birthDate', value: '2999-01-01' }],
    ],
    [
      "400 INVALID_VALUE Invalid value - '10' in field 'multipleBirthInteger'",
      () => [{ op: 'add', path: '/multipleBirthInteger', value: 10 }],
    ],
    [
      "400 INVALID_VALUE Invalid value - '2024-01-01T00:00:00+01:00' in field 'deceasedDateTime'",
      () => [
        { op: 'add', path: '/deceasedDateTime', value: '2024-01-01T00:00:00+01:00' },
        { op: 'add', path: '/extension/-', value: deathNotice('1') },
      ],
    ],
    [
      "400 UNSUPPORTED_VALUE Unsupported value - 'U' in field 'extension/1/extension/0/valueCodeableConcept/coding/0/code'",
      () => [
        {
          op: 'add',
          path: '/extension/-',
          value: {
            url: `${UK}DeathNotificationStatus`,
            extension: [
              { url: 'deathNotificationStatus', valueCodeableConcept: { coding: [{ code: 'U' }] } },
            ],
          },
        },
      ],
    ],
    [
      '403 FORBIDDEN_UPDATE Forbidden update with error - source not permitted to record a formal death',
      () => [{ op: 'add', path: '/extension/-', value: deathNotice('2') }],
    ],
    [
      "400 ADDITIONAL_PROPERTIES Invalid request with error - Additional properties are not allowed ('pets' was unexpected)",
      () => [{ op: 'add', path: '/name/-', value: { use: 'nickname', family: 'X', pets: 2 } }],
    ],
    [
      "400 TOO_MANY_VALUES_SUBMITTED Too many values submitted - ['a', 'b', 'c', 'd', 'e', 'f'] in field 'name/1/given'",
      () => [
        {
          op: 'add',
          path: '/name/-',
          value: { use: 'nickname', family: 'X', given: ['a', 'b', 'c', 'd', 'e', 'f'] },
        },
      ],
    ],
    [
      "400 INVALID_VALUE Invalid value - 'O`Brien' in field 'name/1/family'",
      () => [{ op: 'add', path: '/name/-', value: { use: 'nickname', family: 'O`Brien' } }],
    ],
    [
      '403 FORBIDDEN_UPDATE Forbidden update with error - multiple usual names cannot be added',
      () => [{ op: 'add', path: '/name/-', value: { use: 'usual', family: 'X' } }],
    ],
  ];
  const ids = {
    name: textAt(record.patient, 'name', 0, 'id'),
    address: textAt(record.patient, 'address', 0, 'id'),
  };
  for (const [answer, patchesFor] of cases) {
    test(`is answered with ${answer}`, () => {
      const before = structuredClone(record);
      assert.equal(said(patchesFor(ids)), answer);
      assert.deepEqual(record, before);
    });
  }

  test('that is allowed raises the version by one, whatever the number of its parts', () => {
    const patches = [
      { op: 'replace', path: '/gender', value: 'unknown' },
      {
        op: 'add',
        path: '/telecom/-',
        value: { system: 'phone', use: 'work', value: '01632 960000' },
      },
    ];
    const changed = update(record, {
      body: copyOf({ patches }),
      reader,
      today: '2026-11-29',
      nextId: () => 'AAAAAAAA',
    });
    assert.ok(changed.ok);
    assert.equal(changed.value.version, record.version + 1);
    assert.equal(said([...patches, { op: 'remove', path: '/birthDate' }]).slice(0, 3), '403');
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import { type BirthOptions, birthBundle } from './birth-bundle.ts';
import { type Call, testPds } from './spine.ts';

// Shows: Personal Demographics Service | the record of a birth: who is the same baby, and each value that is missing or wrong

const pds = testPds();
const PATH = '/Patient/$process-birth-details';
const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';

const send = (body: unknown, call: Call = {}) => pds().ask(PATH, { method: 'POST', body, ...call });

const born = (options: BirthOptions, call: Call = {}) => send(birthBundle(options), call);
const EVEN_SO: Call = { query: { ignore_potential_matches: 'true' } };

function saidOf({ status, body }: Awaited<ReturnType<typeof send>>): string {
  const [issue] = body.issue ?? [];
  return issue === undefined
    ? String(status)
    : `${status} ${issue.details.coding[0].code} ${issue.diagnostics}`;
}

describe('the birth of somebody who is not on record', () => {
  test('gives a number, a first version and the id of a notification', async () => {
    const { status, headers, body } = await born({ family: 'XXTESTPATIENT-Auk' });
    assert.equal(status, 201);
    assert.match(
      headers.get('notification-id') ?? '',
      /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
    );
    assert.deepEqual(
      [body.meta.versionId, body.name[0].given, body.gender, body.birthDate],
      ['1', ['Wren'], 'female', '2026-03-01'],
    );
    assert.deepEqual(body.address[0].line, ['21 Example Lane', 'TESTWICK']);
    assert.deepEqual([body.multipleBirthInteger, body.deceasedDateTime], [1, undefined]);
    assert.deepEqual(
      body.extension.map(({ url }: { url: string }) => url),
      ['http://hl7.org/fhir/StructureDefinition/patient-birthPlace'],
    );
    const { body: retrieved } = await pds().ask(`/Patient/${body.id}`);
    assert.deepEqual(retrieved, body);
  });

  test('has the mother among the related persons', async () => {
    const { body } = await born({ family: 'XXTESTPATIENT-Bee' });
    const related = await pds().ask(`/Patient/${body.id}/RelatedPerson`);
    const [{ resource }] = related.body.entry;
    assert.equal(resource.patient.identifier.value, '9990000018');
    assert.equal(resource.relationship[0].coding[1].code, 'MTH');
  });

  test('who was stillborn is recorded as formally dead', async () => {
    const { body } = await born({ family: 'XXTESTPATIENT-Cob', stillbirth: '3' });
    assert.equal(body.deceasedDateTime, '2026-03-01T00:00:00+00:00');
    const [, death] = body.extension;
    assert.equal(death.url, `${UK}DeathNotificationStatus`);
    assert.equal(death.extension[0].valueCodeableConcept.coding[0].code, '2');
  });

  test('is recorded once, however often the request comes', async () => {
    const body = birthBundle({ family: 'XXTESTPATIENT-Doe' });
    const headers = { 'x-request-id': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(body, { headers })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(new Set(answers.map((one) => one.headers.get('notification-id'))).size, 1);
  });
});

describe('the same names, day and gender', () => {
  const family = 'XXTESTPATIENT-Elk';

  test('are a potential match whatever the mother and the address; ignored only when asked to', async () => {
    const first = await born({ family });
    const other = { family: family.toUpperCase(), mother: '9990000026', street: '22 Example Lane' };
    const single = `200 SINGLE_MATCH Unable to create new patient. NHS number ${first.body.id} found for supplied demographic data.`;
    assert.equal(saidOf(await born(other)), single);
    assert.equal((await born(other, EVEN_SO)).status, 201);
    assert.equal(
      saidOf(await born({ family })),
      '200 MULTIPLE_MATCHES Unable to create new patient. Multiple matches found for supplied demographic data.',
    );
    assert.equal(saidOf(await born({ family }, EVEN_SO)), single);
  });

  test('are no match for a twin with another name', async () => {
    assert.equal((await born({ family, given: 'Robin' })).status, 201);
  });
});

test('a notification belongs to healthcare workers', async () => {
  for (const [as, mode] of [
    ['A', 'application-restricted'],
    ['P', 'privileged-application-restricted'],
    ['C:9990000018', 'patient-access'],
  ] as const) {
    const { status, body } = await born({ family: 'XXTESTPATIENT-Fox' }, { as });
    const [{ code, display }] = body.issue[0].details.coding;
    assert.deepEqual(
      [status, code, display],
      [403, 'INVALID_METHOD', `Cannot create resource with ${mode} access token`],
    );
  }
});

const BABY = 'entry/0/resource';

/** What is done to a notification, and what is said of it [PDS 7.2]. */
// oxlint-disable-next-line typescript/no-explicit-any -- each reaches into another place
const REFUSED: readonly (readonly [string, (bundle: any) => void])[] = [
  [
    `MISSING_VALUE Missing value - '${BABY}/name/0/use'`,
    (b) => delete b.entry[0].resource.name[0].use,
  ],
  [
    `MISSING_VALUE Missing value - '${BABY}/birthDate'`,
    (b) => delete b.entry[0].resource.birthDate,
  ],
  [`MISSING_VALUE Missing value - '${BABY}/gender'`, (b) => delete b.entry[0].resource.gender],
  [`MISSING_VALUE Missing value - '${BABY}/address'`, (b) => delete b.entry[0].resource.address],
  [`MISSING_VALUE Missing value - '${BABY}/name'`, (b) => delete b.entry[0].resource.name],
  [
    `MISSING_VALUE Missing value - '${BABY}/multipleBirthInteger'`,
    (b) => delete b.entry[0].resource.multipleBirthInteger,
  ],
  [
    "MISSING_VALUE Missing value - 'entry/1/resource/valueQuantity/value'",
    (b) => delete b.entry[1].resource.valueQuantity.value,
  ],
  [
    "MISSING_VALUE Missing value - 'entry/2/resource/valueCodeableConcept/coding/0/code'",
    (b) => delete b.entry[2].resource.valueCodeableConcept,
  ],
  [
    "MISSING_VALUE Missing value - 'entry/4/resource/valueInteger'",
    (b) => delete b.entry[4].resource.valueInteger,
  ],
  [
    "MISSING_VALUE Missing value - 'entry/7/resource/identifier/0/value'",
    (b) => delete b.entry[7].resource.identifier[0].value,
  ],
  ["MISSING_VALUE Missing value - 'entry/5/fullUrl'", (b) => delete b.entry[5].fullUrl],
  ["MISSING_VALUE Missing value - 'entry'", (b) => delete b.entry],
  [
    `INVALID_VALUE Invalid value - 'not an array' in field '${BABY}/name/0/given'`,
    (b) => (b.entry[0].resource.name[0].given = 'not an array'),
  ],
  [
    `INVALID_VALUE Invalid value - '['another', 'array']' in field '${BABY}/address/0'`,
    (b) => (b.entry[0].resource.address[0] = ['another', 'array']),
  ],
  [
    "INVALID_VALUE Invalid value - 'other' in field 'gender'",
    (b) => (b.entry[0].resource.gender = 'other'),
  ],
  [
    "INVALID_VALUE Invalid value - 'not-a-date' in field 'birthDate'",
    (b) => (b.entry[0].resource.birthDate = 'not-a-date'),
  ],
  [
    `INVALID_VALUE Invalid value - '10' in field '${BABY}/multipleBirthInteger'`,
    (b) => (b.entry[0].resource.multipleBirthInteger = 10),
  ],
  [
    `INVALID_VALUE Invalid value - 'noon' in field '${BABY}/deceasedDateTime'`,
    (b) => (b.entry[0].resource.deceasedDateTime = 'noon'),
  ],
  [
    "INVALID_VALUE Invalid value - '999' in field 'entry/1/resource/valueQuantity/value'",
    (b) => (b.entry[1].resource.valueQuantity.value = 999),
  ],
  [
    "INVALID_VALUE Invalid value - '5' in field 'entry/2/resource/valueCodeableConcept/coding/0/code'",
    (b) => (b.entry[2].resource.valueCodeableConcept.coding[0].code = '5'),
  ],
  [
    "INVALID_VALUE Invalid value - 'long' in field 'entry/3/resource/valueQuantity/value'",
    (b) => (b.entry[3].resource.valueQuantity.value = 'long'),
  ],
  [
    "INVALID_VALUE Invalid value - '9000000000' in field 'entry/7/resource/identifier/0/value'",
    (b) => (b.entry[7].resource.identifier[0].value = '9000000000'),
  ],
  [
    "INVALID_VALUE Invalid value - 'Person' in field 'entry/6/resource/resourceType'",
    (b) => (b.entry[6].resource.resourceType = 'Person'),
  ],
  [
    "INVALID_VALUE Invalid value - 'PUT' in field 'entry/8/request/method'",
    (b) => (b.entry[8].request.method = 'PUT'),
  ],
  [
    "TOO_FEW_VALUES_SUBMITTED Too few values submitted - <json too long to display> in field 'entry'",
    (b) => b.entry.pop(),
  ],
  [
    "TOO_MANY_VALUES_SUBMITTED Too many values submitted - <json too long to display> in field 'entry'",
    (b) => b.entry.push(b.entry[1]),
  ],
  [
    `TOO_FEW_VALUES_SUBMITTED Too few values submitted - <json too long to display> in field '${BABY}/extension'`,
    (b) => b.entry[0].resource.extension.pop(),
  ],
  [
    `TOO_FEW_VALUES_SUBMITTED Too few values submitted - <json too long to display> in field '${BABY}/extension'`,
    (b) => b.entry[0].resource.extension.shift(),
  ],
  [
    "INVALID_CREATE Invalid patient create data provided - 'address lines 1 and 4 or 2 and 4 must be completed as a minimum'",
    (b) =>
      Object.assign(b.entry[0].resource.address[0], {
        line: ['1 Example Lane'],
        postalCode: 'LS1 4BU',
      }),
  ],
  [
    "INVALID_CREATE Invalid patient create data provided - 'An end date can not be provided on usual name'",
    (b) => (b.entry[0].resource.name[0].period.end = '2026-03-02'),
  ],
  [
    'INSERT_BIRTH_DEATH_STATUS_INCONSISTENT Insert Birth - Death Status Inconsistent',
    (b) => b.entry[0].resource.extension.push(death('2')),
  ],
];

function death(code: string): object {
  const valueCodeableConcept = { coding: [{ code }] };
  const extension = [{ url: 'deathNotificationStatus', valueCodeableConcept }];
  return { url: `${UK}DeathNotificationStatus`, extension };
}

for (const [said, spoil] of REFUSED) {
  test(`it is refused with ${said}`, async () => {
    const bundle = birthBundle({ family: 'XXTESTPATIENT-Gnu' });
    spoil(bundle);
    assert.equal(saidOf(await send(bundle)), `400 ${said}`);
  });
}

test('what is not told with true or false is refused, and so is what is no JSON', async () => {
  const query = { ignore_potential_matches: 'perhaps' };
  assert.equal(
    saidOf(await born({ family: 'XXTESTPATIENT-Gnu' }, { query })),
    "400 INVALID_VALUE Invalid value - 'perhaps' in field 'ignore_potential_matches'",
  );
  assert.match(saidOf(await send('{')), /^400 VALIDATION_ERROR/);
});

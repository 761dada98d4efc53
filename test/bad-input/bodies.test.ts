import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Answer, LEGACY, testSpine } from '../support/server.ts';
import { assertIssue, changesNothing, inBatches, standing } from './checks.ts';
import { CLAIM, type Kind, newFacts, ORDER, RELEASE_PATIENT, RETURN, sendAs } from './kinds.ts';

const spine = testSpine();

const MIB = 1_048_576;
const AT_ONCE = 8;
const TRUNCATE_EVERY_BYTES = 101; // of a message of some 8 000
const NOT_JSON = 'Failed to parse JSON encoded FHIR content: ';

/** One message for each of the four doors that take a body. */
const DOORS: readonly Kind[] = [ORDER, RELEASE_PATIENT, RETURN, CLAIM];

/** Not JSON to the contract: one issue, its words in the diagnostics, and no meta [EPS-FHIR 5.1]. */
function assertNotJson(answer: Answer, reason: RegExp): void {
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/fhir+json; fhirVersion=4.0');
  const { diagnostics } = answer.body.issue[0];
  assert.deepEqual(answer.body, {
    resourceType: 'OperationOutcome',
    issue: [{ code: 'invalid', severity: 'error', diagnostics }],
  });
  assert.ok(diagnostics.startsWith(NOT_JSON), diagnostics);
  assert.match(diagnostics.slice(NOT_JSON.length), reason);
}

function assertServerError(answer: Answer): void {
  const display = '500: The Server has encountered an error processing the request.';
  const system = 'https://fhir.nhs.uk/CodeSystem/http-error-codes';
  const details = { coding: [{ system, code: 'SERVER_ERROR', display }] };
  assertIssue(answer, 500, { code: 'exception', severity: 'fatal', details });
}

const order = (): string => JSON.stringify(ORDER.build(newFacts()));
const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
const inString = (...bytes: readonly number[]): Buffer =>
  Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);

describe('a body that is cut off', () => {
  for (const kind of DOORS) {
    test(`anywhere is no JSON and changes nothing: ${kind.name}`, async () => {
      const whole = Buffer.from(JSON.stringify(kind.build(newFacts())));
      const ends = Array.from(
        { length: Math.ceil(whole.length / TRUNCATE_EVERY_BYTES) },
        (_, n) => n * TRUNCATE_EVERY_BYTES,
      );
      const cut = [...ends, whole.length - 1].map((end) => whole.subarray(0, end));
      await changesNothing(spine(), () =>
        inBatches(cut, AT_ONCE, async (body) => {
          const answer = await spine().call(`${LEGACY}${kind.path}`, { as: kind.as, body });
          assertNotJson(answer, /./);
        }),
      );
    });
  }
});

/** Each with what the answer says of it. */
const NO_MESSAGES: readonly (readonly [name: string, body: string | Buffer, reason: RegExp])[] = [
  ['is empty', '', /^Unexpected end of JSON input$/],
  ['is only blanks', ' \n\t ', /^Unexpected end of JSON input$/],
  ['is an array', '[]', /^the top level is not an object$/],
  ['is a list with a message', `[${order()}]`, /^the top level is not an object$/],
  ['is a string', '"Bundle"', /^the top level is not an object$/],
  ['is a number', '1', /^the top level is not an object$/],
  ['is true', 'true', /^the top level is not an object$/],
  ['is null', 'null', /^the top level is not an object$/],
  ['is XML', '<Bundle xmlns="http://hl7.org/fhir"/>', /^Unexpected token in JSON$/],
  ['is a form', 'resourceType=Bundle', /^Unexpected token in JSON$/],
  ['goes on with a brace', `${order()}}`, /^Unexpected non-whitespace character after JSON/],
  ['goes on with a word', `${order()}x`, /^Unexpected non-whitespace character after JSON/],
  ['goes on with a second message', order() + order(), /^Unexpected non-whitespace/],
  ['goes on with a NUL', `${order()}\u0000`, /^Unexpected non-whitespace/],
  ['begins with a byte order mark', `\ufeff${order()}`, /^Unexpected token in JSON$/],
  ['is UTF-16', Buffer.from(`\ufeff${order()}`, 'utf16le'), /^not UTF-8$/],
  ['has a byte that UTF-8 never has', inString(0xff), /^not UTF-8$/],
  ['has an overlong NUL', inString(0xc0, 0x80), /^not UTF-8$/],
  ['has half a surrogate pair in UTF-8', inString(0xed, 0xa0, 0x80), /^not UTF-8$/],
  ['has a letter cut in two', inString(0xe2, 0x82), /^not UTF-8$/],
  ['has half a surrogate pair as an escape', '{"a":"\\ud83d"}', /^half a surrogate pair/],
  ['has U+0000 as an escape', '{"a":"\\u0000"}', /^control character in a string at byte/],
  ['has U+0000 as it is', '{"a":"\u0000"}', /^Bad control character in string literal/],
  ['has NaN', '{"a":NaN}', /^Unexpected token in JSON$/],
  ['has Infinity', '{"a":Infinity}', /^Unexpected token in JSON$/],
  ['has -Infinity', '{"a":-Infinity}', /^number out of range at byte \d+$/],
  ['has undefined', '{"a":undefined}', /^Unexpected token in JSON$/],
  ['has a number with a plus', '{"a":+1}', /^Unexpected token in JSON$/],
  ['has a number that begins with a point', '{"a":.5}', /^Unexpected token in JSON$/],
  ['has a number that ends with a point', '{"a":1.}', /^Unterminated fractional number in JSON/],
  ['has a number that begins with nought', '{"a":01}', /^Unexpected number in JSON/],
  [
    'has a number in hexadecimal',
    '{"a":0x1F}',
    /^Expected ',' or '}' after property value in JSON/,
  ],
  ['has a number out of range', '{"a":1e999}', /^number out of range at byte \d+$/],
  ['has a number of a hundred digits', `{"a":${'9'.repeat(100)}}`, /^number too long at byte \d+$/],
  ['has a comma too many', '{"a":1,}', /^Expected double-quoted property name in JSON/],
  ['has a comment', '{"a":1/*b*/}', /^Expected ',' or '}' after property value in JSON/],
  ['has single quotes', "{'a':1}", /^Expected property name or '}' in JSON/],
  ['has a name without quotes', '{a:1}', /^Expected property name or '}' in JSON/],
  [
    'says a member twice',
    '{"resourceType":"Task","resourceType":"Bundle"}',
    /^repeated member name/,
  ],
  ['says a member twice deep down', '{"a":[{"b":{"c":1,"c":1}}]}', /^repeated member name/],
  ['has __proto__', '{"__proto__":{"resourceType":"Bundle"}}', /^forbidden member name/],
  ['has constructor', '{"a":{"constructor":{}}}', /^forbidden member name/],
  ['has prototype', '{"prototype":1}', /^forbidden member name/],
  ['hides a name behind an escape', '{"\\u005f_proto__":1}', /^escape in a member name/],
  ['has 65 levels', nested(64), /^nested deeper than 64 levels at byte \d+$/],
  ['has 500 levels', nested(500), /^nested deeper than 64 levels at byte \d+$/],
  ['has 100,000 levels', nested(100_000), /^nested deeper than 64 levels at byte \d+$/],
  ['has 100,000 objects in each other', '{"a":'.repeat(100_000), /^nested deeper than 64 levels/],
  ['has an array of 10,001', `{"a":[${'1,'.repeat(10_000)}1]}`, /^more than 10000 members/],
  ['has a string over 256 KiB', `{"a":"${'x'.repeat(262_145)}"}`, /^string too long at byte \d+$/],
];

describe('a body is no JSON of ours, and changes nothing, when it', () => {
  for (const [name, body, reason] of NO_MESSAGES) {
    test(name, () =>
      changesNothing(spine(), async () => {
        for (const kind of DOORS) {
          assertNotJson(await spine().call(`${LEGACY}${kind.path}`, { as: kind.as, body }), reason);
        }
      }),
    );
  }
});

describe('a body of JSON that is no message', () => {
  test('of 50 levels is refused for what it says, not for its depth', () =>
    changesNothing(spine(), async () => {
      const body = `{"resourceType":"Task","x":${'['.repeat(50)}${']'.repeat(50)}}`;
      const answer = await sendAs(spine(), RETURN, body);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.issue[0].diagnostics, "Unrecognised property 'x'");
    }));

  test('without a type is refused by the structure check', () =>
    changesNothing(spine(), async () => {
      for (const kind of DOORS) {
        const answer = await sendAs(spine(), kind, '{}');
        assert.equal(answer.status, 400);
        assert.equal(answer.body.issue[0].diagnostics, 'Unable to find resourceType property');
      }
    }));

  for (const [kind, expected] of [
    [ORDER, 'Bundle'],
    [RELEASE_PATIENT, 'Parameters'],
    [RETURN, 'Task'],
    [CLAIM, 'Claim'],
  ] as const) {
    test(`of another type is refused where a ${expected} is wanted`, () =>
      changesNothing(spine(), async () => {
        for (const other of OTHER_RESOURCES) {
          if (other.resourceType === expected) continue;
          const diagnostics = `Incorrect FHIR resource type. Expected ${expected}.`;
          const answer = await sendAs(spine(), kind, other);
          assertIssue(answer, 400, { severity: 'fatal', code: 'value', diagnostics });
          assert.ok('meta' in answer.body, 'a rule of the service dates its answer');
        }
      }));
  }
});

const OTHER_RESOURCES = [
  { resourceType: 'Organization', name: 'x' },
  { resourceType: 'Observation', status: 'final' },
  RETURN.build(newFacts()) as { resourceType: string },
  CLAIM.build(newFacts()) as { resourceType: string },
  RELEASE_PATIENT.build(newFacts()) as { resourceType: string },
];

describe('the size of a body', () => {
  test('may be a mebibyte, white space and all', async () => {
    const facts = newFacts();
    const text = JSON.stringify(ORDER.build(facts));
    const answer = await sendAs(spine(), ORDER, text + ' '.repeat(MIB - Buffer.byteLength(text)));
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await standing(spine().database, facts.shortFormId))?.status, '0001');
  });

  for (const [name, sizeBytes] of [
    ['one byte more', MIB + 1],
    ['5 MB', 5_000_000],
  ] as const) {
    test(`may not be ${name}: the back end answers as to all that it cannot read`, () =>
      changesNothing(spine(), async () => {
        for (const kind of DOORS) {
          const text = JSON.stringify(kind.build(newFacts()));
          assertServerError(await sendAs(spine(), kind, text.padEnd(sizeBytes)));
        }
      }));
  }

  test('is measured before anybody asks what is in it', () =>
    changesNothing(spine(), async () => {
      assertServerError(await sendAs(spine(), ORDER, 'x'.repeat(5_000_000)));
    }));
});

describe('the media type', () => {
  const read = [
    'application/fhir+json',
    'application/json',
    'application/fhir+json; fhirVersion=4.0',
    'application/json; charset=utf-8',
    'application/json; charset=utf-16', // the charset is ignored [EPS-FHIR 1]
    'text/plain',
    'application/xml',
    undefined,
  ];
  for (const type of read) {
    test(`does not decide whether JSON is read: ${type ?? 'none'}`, async () => {
      const answer = await spine().call(`${LEGACY}/$process-message`, {
        body: Buffer.from(order()), // bytes: a text would be given a type on its way
        headers: { 'content-type': type },
      });
      assert.equal(answer.status, 200, answer.text);
    });
  }

  for (const type of ['nonsense', ';;;', '/']) {
    test(`that is none is an error of the framework: ${type}`, () =>
      changesNothing(spine(), async () => {
        const headers = { 'content-type': type };
        const answer = await spine().call(`${LEGACY}/$process-message`, { body: order(), headers });
        assertServerError(answer);
      }));
  }
});

describe('a message whose extensions lie in each other', () => {
  test('as deep as a body may be is taken, kept and released whole', async () => {
    const facts = newFacts();
    const message = JSON.stringify(ORDER.build(facts));
    const deep = `${'{"url":"x","extension":['.repeat(25)}{"url":"x","valueCode":"x"}${']}'.repeat(25)}`;
    const body = message.replace('"extension":[', `"extension":[${deep},`);
    assert.equal((await sendAs(spine(), ORDER, body)).status, 200);
    const released = await sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(facts));
    assert.equal(released.body.parameter[0].resource.total, 1);
  });
});

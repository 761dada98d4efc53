import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { JSON_ARRAY_MAX, JSON_DEPTH_MAX, JSON_OBJECT_MEMBERS_MAX } from './json-scan.ts';
import { JSON_MEMBERS_MAX, JSON_SIZE_MAX_BYTES, JSON_STRING_MAX_BYTES } from './json-scan.ts';
import { decimalText, isJsonNumber, parseFhirJson, writeFhirJson } from './json.ts';

function parsed(text: string): Readonly<Record<string, unknown>> {
  const result = parseFhirJson(Buffer.from(text));
  if (!result.ok) assert.fail(result.error.diagnostics);
  return result.value;
}

function refusal(body: string | Buffer): string {
  const result = parseFhirJson(Buffer.from(body));
  assert.ok(!result.ok, 'accepted');
  const { code, severity, diagnostics = '' } = result.error;
  assert.deepEqual({ code, severity }, { code: 'invalid', severity: 'error' });
  const prefix = 'Failed to parse JSON encoded FHIR content: ';
  assert.ok(diagnostics.startsWith(prefix));
  return diagnostics.slice(prefix.length);
}

describe('a number', () => {
  const lossy = [
    '10.0',
    '1.50',
    '1e3',
    '1E+2',
    '-0',
    '0.10',
    '12345678901234567890',
    '1e-7',
    '0.0',
  ];
  for (const text of [...lossy, '0', '7', '-3', '28', '0.5', '123456789012345', '-1.25']) {
    test(`written ${text} is written back as ${text}`, () => {
      const value = parsed(`{"value":${text},"list":[${text}]}`);
      assert.equal(writeFhirJson(value), `{"value":${text},"list":[${text}]}`);
      const number = value['value'];
      assert.ok(isJsonNumber(number));
      assert.equal(decimalText(number), text);
    });
  }

  test('that a JS number holds exactly stays a JS number beside one that it does not', () => {
    assert.equal(parsed('{"exact":28,"lossy":28.0}')['exact'], 28);
  });

  test('of any text keeps that text', () => {
    const digits = fc.stringMatching(
      /^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?$/,
    );
    fc.assert(
      fc.property(digits, (text) => writeFhirJson(parsed(`{"a":${text}}`)) === `{"a":${text}}`),
    );
  });

  test('in a string is no number', () => {
    assert.equal(parsed('{"a":"1.0","b":"\\" 1.0"}')['a'], '1.0');
  });

  test('is not an object that looks like the form in which texts are kept', () => {
    assert.equal(isJsonNumber(parsed('{"a":{"rawJSON":"1"}}')['a']), false);
  });

  for (const text of ['1e400', '-1e999', '1e-400', `1${'0'.repeat(80)}`]) {
    test(`out of range is refused: ${text.slice(0, 8)}`, () => {
      assert.match(refusal(`{"a":${text}}`), /^number (out of range|too long) at byte \d+$/);
    });
  }
});

describe('a system', () => {
  test('of HL7 that is written with https is read as the official http one', () => {
    const text =
      '{"system":"https://terminology.hl7.org/CodeSystem/v3",' +
      '"a":[{"system":"https://hl7.org/fhir/CodeSystem/x"}]}';
    assert.equal(writeFhirJson(parsed(text)), text.replaceAll('https://', 'http://'));
  });

  test('is recognised when its slashes are escaped', () => {
    const value = parsed('{"system":"https:\\/\\/terminology.hl7.org\\/CodeSystem\\/v3"}');
    assert.equal(value['system'], 'http://terminology.hl7.org/CodeSystem/v3');
  });

  test('of anybody else, and the same text in another member, stay as they are', () => {
    const text =
      '{"system":"https://fhir.nhs.uk/Id/nhs-number",' +
      '"url":"https://terminology.hl7.org/CodeSystem/v3"}';
    assert.equal(writeFhirJson(parsed(text)), text);
  });
});

describe('a body is refused when it', () => {
  const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const members = (count: number, from = 0): string =>
    Array.from({ length: count }, (_, i) => `"m${from + i}":1`).join(',');
  const objects = (count: number): string =>
    Array.from({ length: count }, (_, i) => `{${members(500, i * 500)}}`).join(',');
  const cases: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['is nested too deep', deep(JSON_DEPTH_MAX), /^nested deeper than 64 levels at byte \d+$/],
    ['is nested a million levels deep', deep(900_000), /^nested deeper than 64 levels/],
    ['repeats a member', '{"a":1,"b":{"a":2},"a":3}', /^repeated member name at byte/],
    ['repeats a member in a nested object', '{"b":[{"a":1,"a":1}]}', /^repeated member name/],
    ['has __proto__', '{"a":{"__proto__":{}}}', /^forbidden member name/],
    ['has constructor', '{"constructor":1}', /^forbidden member name/],
    ['has prototype', '{"prototype":1}', /^forbidden member name/],
    ['escapes a letter of a member name', '{"\\u005f_proto__":1}', /^escape in a member name/],
    ['holds U+0000', '{"a":"\\u0000"}', /^control character in a string/],
    ['holds a control character XML has not', '{"a":"\\b"}', /^control character in a string/],
    ['holds a lone high surrogate', '{"a":"\\ud83d x"}', /^half a surrogate pair/],
    ['holds a lone low surrogate', '{"a":"\\ude00"}', /^half a surrogate pair/],
    ['is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /^not UTF-8$/],
    ['begins with a byte order mark', '\ufeff{}', /^Unexpected token in JSON$/],
    ['is an array', '[1]', /^the top level is not an object$/],
    ['is a number that keeps its text', '1.0', /^the top level is not an object$/],
    ['is null', 'null', /^the top level is not an object$/],
    ['is empty', '', /^Unexpected end of JSON input$/],
    ['stops half-way', '{"a":[1,', /^Unexpected end of JSON input$/],
    [
      'has a trailing comma',
      '{"a":1,}',
      /^Expected double-quoted property name in JSON at position 7/,
    ],
    ['has NaN', '{"a":NaN}', /^Unexpected token in JSON$/],
    [
      'has many members',
      `{"a":[${objects(21)}]}`,
      new RegExp(`more than ${JSON_MEMBERS_MAX} members`),
    ],
    [
      'has a wide object',
      `{${members(1_001)}}`,
      new RegExp(`than ${JSON_OBJECT_MEMBERS_MAX} members`),
    ],
    ['has a long array', `{"a":[${'1,'.repeat(10_000)}1]}`, new RegExp(`than ${JSON_ARRAY_MAX} `)],
    ['has a long string', `{"a":"${'x'.repeat(JSON_STRING_MAX_BYTES + 1)}"}`, /^string too long/],
    ['is long', `{"a":1}${' '.repeat(JSON_SIZE_MAX_BYTES)}`, /^the text is too long$/],
  ];
  for (const [name, body, message] of cases) {
    test(name, () => assert.match(refusal(body), message));
  }

  test('is not JSON, without a word of it in the answer', () => {
    for (const body of [
      '{"name":SMITH}',
      '{"name":"SMITH\n"}',
      '{"SMITH"}',
      'SMITH',
      '{"a":"SMITH',
    ]) {
      assert.doesNotMatch(refusal(body), /SMITH/);
    }
  });
});

describe('a body is read when it', () => {
  test('is nested as deep as the limit', () => {
    const levels = JSON_DEPTH_MAX - 1;
    parsed(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
  });

  test('holds pairs of surrogates, escapes, and the same name in different objects', () => {
    const text = '{"a":"\\ud83d\\ude00 \\n \\" \\\\","b":[{"a":1},{"a":2}],"c":"é😀"}';
    assert.deepEqual(parsed(text), JSON.parse(text));
  });

  test('is any JSON of ordinary names, and gives what JSON.parse gives', () => {
    const name = fc.stringMatching(/^[a-z]{1,6}$/);
    const tree = fc.dictionary(name, fc.jsonValue({ maxDepth: 5, noUnicodeString: true }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = JSON.stringify(value);
        const result = parseFhirJson(Buffer.from(text));
        if (result.ok) assert.equal(writeFhirJson(result.value), text);
      }),
    );
  });

  test('is any text at all, or is refused; nothing throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseFhirJson(Buffer.from(text));
      }),
    );
    const json = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0d8-1.eE at') });
    fc.assert(
      fc.property(json, (text) => {
        parseFhirJson(Buffer.from(text));
      }),
    );
  });
});

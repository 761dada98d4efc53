import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { jsonRows, lines, type Piece, ROW_MAX_BYTES } from './pieces.ts';

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function texts(pieces: AsyncIterable<Piece>): Promise<(string | null)[]> {
  const all = [];
  for await (const { bytes } of pieces) all.push(bytes === null ? null : bytes.toString());
  return all;
}

const values = async (text: string, size: number): Promise<unknown[]> =>
  (await texts(jsonRows(cut(text, size)))).map((one): unknown => JSON.parse(one ?? 'null'));

describe('rows of JSON', () => {
  const row = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });

  test('are the same however they are held together and wherever the file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        async (rows, size) => {
          const bundle = {
            resourceType: 'Bundle',
            total: rows.length,
            entry: rows,
            link: [{ a: [1, '"}]'] }],
          };
          const organisations = { Organisations: rows };
          for (const text of [
            JSON.stringify(rows),
            JSON.stringify(rows, null, 2),
            rows.map((one) => JSON.stringify(one)).join('\n'),
            JSON.stringify(bundle),
            JSON.stringify(bundle, null, 1),
            JSON.stringify(organisations),
          ]) {
            assert.equal(JSON.stringify(await values(text, size)), JSON.stringify(rows));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('go on behind a whole that held some, and behind what is no row', async () => {
    const text = '{"entry":[{"a":1}],"x":[{"entry":[2]}]}\n[{"b":2},3,"c"] {"d":4}';
    for (const size of [1, 7, 1000]) {
      assert.deepEqual(await values(text, size), [{ a: 1 }, { b: 2 }, 3, 'c', { d: 4 }]);
    }
  });

  test('that are broken off, or closed too often, are rows all the same', async () => {
    assert.deepEqual(await texts(jsonRows(cut('[{"a":1},{"b":', 4))), ['{"a":1}', '{"b":']);
    assert.deepEqual(await texts(jsonRows(cut('{"a":1}}\n{"b":2}', 4))), [
      '{"a":1}',
      '}',
      '{"b":2}',
    ]);
    assert.deepEqual(
      await texts(jsonRows(cut('{"a":"1\n{"b":2}', 4))).then(({ length }) => length),
      1,
    );
  });

  test('longer than any may be are not kept in memory, and the next one is read', async () => {
    const long = `{"a":"${'x'.repeat(ROW_MAX_BYTES)}"}`;
    assert.deepEqual(await texts(jsonRows(cut(`[${long},{"b":2}]`, 65_536))), [null, '{"b":2}']);
  });
});

test('lines end with LF or CRLF, empty ones are none, and one too long does not hide the next', async () => {
  for (const size of [1, 3, 100]) {
    assert.deepEqual(await texts(lines(cut('ab\r\n\ncd\n0123456789\nef', size), 5)), [
      'ab',
      'cd',
      null,
      'ef',
    ]);
    assert.deepEqual(await texts(lines(cut('0123456789', size), 5)), [null]);
  }
});

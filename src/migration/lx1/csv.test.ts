import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { CsvFault, csvLine, type Field, readCsv } from './csv.ts';

async function read(text: string, chunkBytes = text.length): Promise<(readonly Field[])[]> {
  const rows: (readonly Field[])[] = [];
  for await (const some of readCsv(chunksOf(Buffer.from(text, 'latin1'), chunkBytes))) {
    rows.push(...some.map(({ fields }) => fields));
  }
  return rows;
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('CSV of an export', () => {
  test('tells NULL from an empty text', async () => {
    assert.deepEqual(await read('a,,"",b\n'), [['a', null, '', 'b']]);
  });

  test('keeps line ends, commas and quotes within quotes', async () => {
    assert.deepEqual(await read('"a\nb","c,d","say ""x"""\n'), [['a\nb', 'c,d', 'say "x"']]);
  });

  test('is read again as it was written, however it is cut into chunks', async () => {
    const letters = fc.string({ unit: 'binary-ascii' });
    const rows = fc.array(fc.array(fc.option(letters), { minLength: 2, maxLength: 4 }), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), async (written, size) => {
        const text = written.map(csvLine).join('');
        assert.deepEqual(await read(text, size), written);
        const [some] = await Array.fromAsync(readCsv(chunksOf(Buffer.from(text, 'latin1'), 1e9)));
        const one = some?.map((row) => [0, 1, 2, 3, 4].map((place) => row.field(place)));
        assert.deepEqual(
          one,
          written.map((row) => [0, 1, 2, 3, 4].map((place) => row[place] ?? null)),
        );
      }),
      { numRuns: 300 },
    );
  });

  for (const [name, text, row] of [
    ['that is cut short', 'a,b\nc,"d', 2],
    ['with text behind a closing quote', 'a,"b"c\n', 1],
    ['with a quote in the middle of a field', 'a,b\nc,d"e\n', 2],
  ] as const) {
    test(`${name} is refused with its row`, async () => {
      await assert.rejects(read(text), (error) => error instanceof CsvFault && error.row === row);
    });
  }
});

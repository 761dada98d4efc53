import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parsePrescriptionId } from '../../prescriptions/prescription-id.ts';
import { newShortFormId } from './prescription-id.ts';

// Every id of the table, made again from its digits: the check character must come out the same
// [EPS-FHIR 6.1].
const TABLE = [
  '83C40E-A23856-00123W',
  '24F5DA-A83008-7EFE6Z',
  '315A44-A83008-4C9BB1',
  '507FE8-A83008-4A859+',
  '1A7D94-0RRERP-549310',
  '0A1B2C-A83008-00001I',
];

describe('a new short-form id', () => {
  for (const id of TABLE) {
    test(`is ${id} when chance draws its digits`, () => {
      const ods = id.slice(7, 13).replace(/^0+/, '');
      assert.equal(newShortFormId(ods, drawing(id.slice(0, 6) + id.slice(14, 19))), id);
    });
  }

  test('is accepted by the reader of ids, whatever the draw', () => {
    for (let n = 0; n < 500; n += 1) {
      const id = newShortFormId(n % 2 === 0 ? 'A83008' : 'FA565', Math.random);
      assert.ok(parsePrescriptionId(id).ok, id);
    }
  });
});

/** A chance that draws these hexadecimal digits one after another. */
function drawing(digits: string): () => number {
  let next = 0;
  return () => {
    const digit = Number.parseInt(digits.charAt(next), 16);
    next += 1;
    return digit / 16;
  };
}

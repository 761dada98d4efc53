import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  checkCharacter,
  parsePrescriptionId,
  prescriptionKey,
  shortForm,
} from './prescription-id.ts';

const RIGHT = [
  '83C40E-A23856-00123W',
  '24F5DA-A83008-7EFE6Z',
  '315A44-A83008-4C9BB1',
  '507FE8-A83008-4A859+',
  '1A7D94-0RRERP-549310',
  '0A1B2C-A83008-00001I',
]; // [EPS-FHIR 6.1]

describe('the id of a prescription', () => {
  for (const text of RIGHT) {
    test(`${text} has a right check character`, () => {
      assert.equal(checkCharacter(text.slice(0, -1)), text.at(-1));
      const id = parsePrescriptionId(text);
      assert.ok(id.ok);
      assert.equal(shortForm(id.value), text);
    });
  }

  test('is refused when any one character is another one', () => {
    const text = '83C40E-A23856-00123W';
    for (const [index, character] of [...text].entries()) {
      if (character === '-') continue;
      const other = character === '1' ? '2' : '1';
      assert.equal(
        parsePrescriptionId(text.slice(0, index) + other + text.slice(index + 1)).ok,
        false,
      );
    }
  });

  test('is refused in lower case, with spaces, too long and too short', () => {
    for (const text of [
      '83c40e-a23856-00123w',
      ' 83C40E-A23856-00123W',
      '83C40E-A23856-00123WW',
      '83C40E-A23856-0012W',
      '',
    ]) {
      assert.deepEqual(parsePrescriptionId(text), {
        ok: false,
        error: { kind: 'PrescriptionIdMalformed' },
      });
    }
  });

  test('asks for the same prescription whatever its check character', () => {
    assert.equal(prescriptionKey('83C40E-A23856-001230'), prescriptionKey('83C40E-A23856-00123W'));
  });
});

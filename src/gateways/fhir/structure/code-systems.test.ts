import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { codeSystems } from './code-systems.ts';
import { checkStructure } from './index.ts';

// Shows: Bad input | a code outside its published list is refused by the list's name

function conceptOf(system: string, code: string) {
  return { resourceType: 'Medication', code: { coding: [{ system, code }] } };
}

describe('a code of a published list', () => {
  for (const [system, codes] of codeSystems) {
    test(`is taken when the list has it, and refused when not: ${system}`, () => {
      for (const code of codes) assert.deepEqual(checkStructure(conceptOf(system, code)), []);
      for (const code of ['9999', 'ACBSET', `${[...codes][0]}x`, [...codes][0]?.toLowerCase()]) {
        if (code === undefined || codes.has(code)) continue;
        const [issue] = checkStructure(conceptOf(system, code));
        assert.equal(issue?.diagnostics, `Unknown code '${system}#${code}'`);
        assert.deepEqual(issue?.location, ['Medication.code.coding[0]']);
      }
    });
  }

  test('is refused with both of the words that are known of an endorsement', () => {
    const system = 'https://fhir.nhs.uk/CodeSystem/medicationrequest-endorsement';
    assert.deepEqual(
      checkStructure(conceptOf(system, 'ACBSET')).map(({ diagnostics }) => diagnostics),
      [
        `Unknown code '${system}#ACBSET'`,
        `None of the codings provided are in the value set 'NHSBSAPrescriptionEndorsement' (https://fhir.nhs.uk/ValueSet/DM-prescription-endorsement|4.0.2), and a coding from this value set is required) (codes = ${system}#ACBSET)`,
      ],
    );
  });

  test('is not shown when it may be anything', () => {
    const system = 'https://fhir.nhs.uk/CodeSystem/prescription-type';
    const [issue] = checkStructure(conceptOf(system, 'Mrs <Smith>'));
    assert.equal(issue?.diagnostics, `Unknown code '${system}#(not shown)'`);
  });

  test('of another list may be any', () => {
    assert.deepEqual(checkStructure(conceptOf('http://snomed.info/sct', '1')), []);
  });
});

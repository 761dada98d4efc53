import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ACR_VALUES, acrMet, AUTHENTICATORS, authenticatorsFor } from './assurance.ts';

const SMARTCARDS = ['N3_SMARTCARD', 'CIS2_SMARTCARD'];
const LEVEL_3 = [...SMARTCARDS, 'FIDO2', 'IOS'];
const LEVEL_2 = ['PASSKEY', 'TOTP', 'NHSMAIL'];

/** [IDENTITY 3.1], row by row: who asks for a level is content with a higher one. */
const ADMITTED: Readonly<Record<string, readonly string[]>> = {
  AAL3_ANY: LEVEL_3,
  AAL2_OR_AAL3_ANY: [...LEVEL_3, ...LEVEL_2],
  AAL2_ANY: [...LEVEL_3, ...LEVEL_2],
  AAL1_USERPASS: [...LEVEL_3, ...LEVEL_2, 'USERPASS'],
  AAL3_N3_SMARTCARD: ['N3_SMARTCARD'],
  AAL3_CIS2_SMARTCARD: ['CIS2_SMARTCARD'],
  AAL3_SMARTCARD: SMARTCARDS,
  AAL3_FIDO2: ['FIDO2'],
  AAL3_IOS: ['IOS'],
  AAL2_TOTP: ['TOTP'],
  AAL2_NHSMAIL: ['NHSMAIL'],
};

describe('an application that asks for', () => {
  for (const [acr, admitted] of Object.entries(ADMITTED)) {
    test(`${acr} takes ${admitted.join(', ')}, and nothing else`, () => {
      assert.deepEqual(authenticatorsFor(acr).toSorted(), [...admitted].toSorted());
      for (const name of Object.keys(AUTHENTICATORS)) {
        assert.equal(acrMet(acr, name), admitted.includes(name) ? acr : null, name);
      }
    });
  }

  test('several values is told the first that the sign-in meets', () => {
    assert.equal(acrMet('AAL3_FIDO2 AAL2_TOTP AAL2_ANY', 'TOTP'), 'AAL2_TOTP');
    assert.equal(acrMet('AAL2_ANY AAL2_TOTP', 'TOTP'), 'AAL2_ANY');
  });

  test('nothing, or only for what nobody knows, asks for level 3', () => {
    for (const asked of [undefined, '', 'AAL4_ANY', 'toString', '__proto__']) {
      assert.deepEqual(authenticatorsFor(asked).toSorted(), LEVEL_3.toSorted(), asked ?? '');
    }
    assert.deepEqual(authenticatorsFor('AAL4_ANY AAL3_IOS'), ['IOS']);
  });
});

test('every value that the issuer tells is one of the table', () => {
  assert.deepEqual([...ACR_VALUES].toSorted(), Object.keys(ADMITTED).toSorted());
  assert.equal(acrMet('AAL1_USERPASS', 'HANDSHAKE'), null);
});

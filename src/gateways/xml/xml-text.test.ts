// Shows: HL7 V3 | what is copied from a request into its answer says the same there
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import * as fc from 'fast-check';

import { type Element, element, textElement } from './element.ts';
import { parseXml } from './parse-xml.ts';
import { xmlText } from './xml-text.ts';

const name = fc.constantFrom('id', 'value', 'recordTarget', 'streetAddressLine');
const words = fc.stringMatching(/^[ -~\t\n\r\u00e9\u2028<>&"']*$/);
const attributes = fc.dictionary(fc.constantFrom('root', 'extension', 'displayName'), words);
const { tree } = fc.letrec<{ tree: Element; leaf: Element; branch: Element }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('branch')),
  leaf: fc.tuple(name, words, attributes).map(([of, text, told]) => textElement(of, text, told)),
  branch: fc
    .tuple(name, attributes, fc.array(tie('tree'), { minLength: 1, maxLength: 4 }))
    .map(([of, told, inner]) => element(of, told, inner)),
}));

describe('an element written as text', () => {
  test('is read again as the same element', () => {
    fc.assert(
      fc.property(tree, (written) => {
        const read = parseXml(xmlText(written));
        assert.deepEqual(plain(read.ok ? read.value : read.error), plain(written));
      }),
      { numRuns: 500 },
    );
  });

  test('has no character that XML cannot hold', () => {
    const text = xmlText(textElement('name', 'A\u0001B\ud800C', { use: '\u0000' }));
    assert.equal(text, '<name use="\ufffd">A\ufffdB\ufffdC</name>');
  });
});

/** The parser's tables of attributes have no prototype, and it does not tell text from an absence of elements. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"children":[]', '"children":""'));
}

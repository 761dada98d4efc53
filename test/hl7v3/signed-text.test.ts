// Shows: FHIR prescribing | $prepare: any text stands in the string to sign as the contract escapes it
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseInstant } from '../../src/kernel/instant.ts';
import { orderDocument } from '../../src/prescriptions/fhir/order-document.ts';
import { signedFragments } from '../../src/prescriptions/messages/create/hl7v3.ts';
import { orderJson, readBundle, VECTOR } from './order-bundle.ts';

const JSON_TEXT = orderJson(VECTOR);

/** The string that is hashed, of the contract's order with another text in one place. */
function fragmentsWith(place: string, text: string): string {
  assert.ok(JSON_TEXT.includes(place), place);
  const json = JSON_TEXT.replaceAll(place, JSON.stringify(text).slice(1, -1));
  const at = parseInstant('2026-01-05T09:30:00Z');
  assert.ok(at !== null);
  const order = orderDocument(readBundle(json), at);
  assert.ok(order.ok, JSON.stringify(order));
  return signedFragments(order.value);
}

type Row = readonly [what: string, text: string, signed: string];

/** [EPS-SIGNATURE 2.7] */
const IN_A_TEXT: readonly Row[] = [
  ['mark-up', `a & b < c > d "e" 'f'`, `a &amp; b &lt; c &gt; d "e" 'f'`],
  ['what was escaped before', 'a &amp; b &lt;', 'a &amp;amp; b &amp;lt;'],
  ['the end of a CDATA section', ']]>', ']]&gt;'],
  ['tabs and spaces', '\ta\t\tb\u00a0 ', '\ta\t\tb\u00a0 '],
  ['line breaks of every kind', 'a\r\nb\rc\u0085d\r\u0085e\u2028f\ng', 'a\nb\nc\nd\ne\nf\ng'],
  ['empty lines', 'a\n\n\nb', 'a\n\n\nb'],
  ['other letters', 'é漢😀', 'é漢😀'],
];

const IN_AN_ATTRIBUTE: readonly Row[] = [
  ['mark-up', `a & b < c > d "e" 'f'`, `a &amp; b &lt; c > d &quot;e&quot; 'f'`],
  ['what was escaped before', 'a &amp; b', 'a &amp;amp; b'],
  ['a run of tabs', 'a\t\tb', 'a b'],
  ['line breaks of every kind', 'a\r\nb\rc\u0085d\u2028e\nf', 'a b c d e f'],
  ['two line breaks', 'a\n\nb', 'a  b'],
  ['other letters', 'é漢😀', 'é漢😀'],
];

/** A piece of XML that is signed as a text [EPS-SIGNATURE 2.6]. */
const IN_THE_INSTRUCTIONS: readonly Row[] = [
  ['mark-up', `a & b < c > d "e"`, `a &amp;amp; b &amp;lt; c &amp;gt; d "e"`],
  ['an ampersand that was escaped before', 'a &amp; b', 'a &amp;amp; b'],
  ['line breaks', 'a\r\nb\n\nc', 'a\nb\n\nc'],
];

describe('the string to sign', () => {
  for (const [what, text, signed] of IN_A_TEXT) {
    test(`has ${what} of a dosage as the contract says`, () => {
      const fragments = fragmentsWith('one at night', text);
      assert.ok(fragments.includes(`<value>Two "now", then then ${signed}</value>`), fragments);
    });
  }

  test('has the same of a name, and of an organisation', () => {
    const [, text, signed] = IN_A_TEXT[0] ?? ['', '', ''];
    assert.ok(fragmentsWith('Test & Son', text).includes(`<family>${signed}</family>`));
    assert.ok(fragmentsWith('TEST SURGERY', text).includes(`<name>${signed}</name>`));
  });

  for (const [what, text, signed] of IN_AN_ATTRIBUTE) {
    test(`has ${what} of a product’s name as the contract says`, () => {
      const fragments = fragmentsWith('Paracetamol 500mg soluble tablets', text);
      assert.ok(fragments.includes(`displayName="${signed}"></code></manufactured`), fragments);
    });
  }

  for (const [what, text, signed] of IN_THE_INSTRUCTIONS) {
    test(`has ${what} of additional instructions as the contract says`, () => {
      const fragments = fragmentsWith('Keep < 25C & dry', text);
      assert.ok(fragments.includes(`<value>CD: twenty eight\n${signed}</value>`), fragments);
    });
  }

  for (const quantity of ['28', '20.50', '1e2', '0.5', '100000000000000000001']) {
    test(`has a quantity as it was written: ${quantity}`, () => {
      const json = JSON_TEXT.replace(
        '"value":28,"unit":"tablet"',
        `"value":${quantity},"unit":"tablet"`,
      );
      const at = parseInstant('2026-01-05T09:30:00Z');
      assert.ok(at !== null);
      const order = orderDocument(readBundle(json), at);
      assert.ok(order.ok);
      assert.ok(signedFragments(order.value).includes(`<quantity unit="1" value="${quantity}">`));
    });
  }
});

// Shows: FHIR prescribing | $prepare: exactly the signed parts of an order change its digest
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';

import { parseInstant } from '../../src/kernel/instant.ts';
import { orderDocument } from '../../src/prescriptions/fhir/order-document.ts';
import { ID } from '../../src/prescriptions/fhir/systems.ts';
import { orderSignedInfo } from '../../src/prescriptions/fhir/prepare.ts';
import type { OrderDocument } from '../../src/prescriptions/hl7v3/order-document.ts';
import { signedFragments } from '../../src/prescriptions/messages/create/hl7v3.ts';
import { orderJson, readBundle, VECTOR } from './order-bundle.ts';

const NOON = '2026-01-05T09:30:00+00:00';
const JSON_TEXT = orderJson(VECTOR);

function orderOf(json: string, time = NOON): OrderDocument {
  const at = parseInstant(time);
  assert.ok(at !== null);
  const order = orderDocument(readBundle(json), at);
  assert.ok(order.ok, JSON.stringify(order));
  return order.value;
}

function fragmentsWith(from: string, to: string): string {
  assert.ok(JSON_TEXT.includes(from), `the order has no ${from}`);
  return signedFragments(orderOf(JSON_TEXT.replaceAll(from, to)));
}

describe('the order of the contract [EPS-SIGNATURE 7]', () => {
  test('is hashed from the bytes that were computed twice elsewhere', () => {
    const fragments = Buffer.from(signedFragments(orderOf(JSON_TEXT)));
    assert.equal(
      createHash('sha256').update(fragments).digest('hex'),
      'bfd786d16e1302046fc5883689d5aa4b208e82a9b5c95b550d7222803806d56a',
    );
    assert.equal(fragments.length, 4834);
  });

  const digests = {
    RS256: 'v9eG0W4TAgRvxYg2idWqSyCOgqm1yVtVDXIigDgG1Wo=',
    RS1: 'a702GT9THbQeceySFAtU8qLNbFI=',
  } as const;
  for (const algorithm of ['RS256', 'RS1'] as const) {
    test(`has the digest of the contract for ${algorithm}`, () => {
      const info = orderSignedInfo(orderOf(JSON_TEXT), algorithm);
      assert.equal(/<DigestValue>(.*)<\/DigestValue>/.exec(info)?.[1], digests[algorithm]);
      const base64 = Buffer.from(info).toString('base64');
      assert.ok(base64.startsWith('PFNpZ25lZEluZm8geG1sbnM9'));
      assert.ok(base64.endsWith('PC9SZWZlcmVuY2U+PC9TaWduZWRJbmZvPg=='));
    });
  }
});

const SIGNED: readonly (readonly [what: string, from: string, to: string])[] = [
  ['the long-form id', 'c0ffee00', 'c0ffee01'],
  ['the role profile', '100102238986', '100102238999'],
  ['the job role', 'S8000:G8000:R8000', 'S8000:G8000:R8001'],
  ['the telephone of the prescriber', '0113 496 0000', '0113 496 0002'],
  ['the professional code', 'C6095103', 'C6095105'],
  ["the prescriber's name", 'Prescriber', 'Prescribers'],
  ['the organisation', 'A83008"}],"name"', 'A83009"}],"name"'],
  ['the name of the organisation', 'TEST SURGERY', 'TEST SURGERIES'],
  ['the telephone of the organisation', '0113 496 0001', '0113 496 0003'],
  ['the address of the organisation', 'CHEAPSIDE', 'CHEAP SIDE'],
  ['the body it answers to', '84H', '85H'],
  ['the NHS number', '9449304130', '9449304149'],
  ["the patient's name", 'Test & Son', 'Test and Son'],
  ["the patient's address", '1 High St', '2 High St'],
  ["the patient's postcode", 'LS1 4AP', 'LS1 4AQ'],
  ['the gender', '"female"', '"other"'],
  ['the birth date', '1950-02-28', '1950-02-27'],
  ['the item id', '"value":"b3d5f0aa', '"value":"b3d5f0ab'],
  ['the number of repeats', '"numberOfRepeatsAllowed":5', '"numberOfRepeatsAllowed":6'],
  ['the product', '322237000', '322237001'],
  ["the product's name", 'Paracetamol 500mg', 'Paracetamol 250mg'],
  ['the quantity', '"value":28,"unit":"tablet"', '"value":29,"unit":"tablet"'],
  ["the quantity's text", '"value":28,"unit":"tablet"', '"value":28.0,"unit":"tablet"'],
  ['the unit', '428673006', '428673007'],
  ['the quantity in words', 'twenty eight', 'twenty nine'],
  ['the note', 'Keep <', 'Keep >'],
  ['the endorsement', 'SLS', 'ACBS'],
  ['the dosage', 'one at night', 'two at night'],
];

const UNSIGNED: typeof SIGNED = [
  ['the responsible party', '977677', '977678'],
  ["the responsible party's name", 'Responsible"', 'Answerable"'],
  ['the prescription type', '0101', '0104'],
  ['the nomination', '"P1"', '"P2"'],
  ['the performer', 'FER21', 'FER22'],
  ['the review date', '2026-12-01', '2026-12-02'],
  ['the days supply', '"value":28,"unit":"day"', '"value":7,"unit":"day"'],
  ['the end of the supply', '2026-07-06', '2026-07-07'],
  ['the short-form id', '0A1B2C', '0A1B2D'],
  ['the message id', '11111111-2222', '11111112-2222'],
];

describe('what is signed', () => {
  const before = signedFragments(orderOf(JSON_TEXT));
  for (const [what, from, to] of SIGNED) {
    test(`${what} is`, () => assert.notEqual(fragmentsWith(from, to), before));
  }
  test('the time is', () => {
    const later = orderOf(JSON_TEXT, '2026-01-05T09:30:01+00:00');
    assert.notEqual(signedFragments(later), before);
  });
  for (const [what, from, to] of UNSIGNED) {
    test(`${what} is not, though it is sent`, () => {
      assert.notDeepEqual(orderOf(JSON_TEXT.replaceAll(from, to)), orderOf(JSON_TEXT));
      assert.equal(fragmentsWith(from, to), before);
    });
  }
});

const HOMECARE = orderJson({ ...VECTOR, service: 'Home Clinic' });

/** A hospital's service stands in the place of the organisation [EPS-SIGNATURE 2.2]. */
const SIGNED_OF_SERVICE: typeof SIGNED = [
  ['the service', 'RBA11', 'RBA12'],
  ['the name of the service', '"name":"Home Clinic"', '"name":"House Clinic"'],
  ['the telephone of the service', '0113 496 0009', '0113 496 0008'],
  ['the address of the service', '"line":["Home Clinic"]', '"line":["House Clinic"]'],
];

/** Other kinds than the one of the contract, and what of it they do not sign. */
const KINDS: readonly (readonly [kind: string, json: string, butNot: readonly string[]])[] = [
  ['acute', orderJson({ ...VECTOR, course: 'acute' }), ['the number of repeats']],
  ['repeat prescribing', orderJson({ ...VECTOR, course: 'continuous' }), ['the number of repeats']],
  ['two items', orderJson({ ...VECTOR, items: [...VECTOR.items, ...VECTOR.items] }), []],
  ['nobody responsible but the prescriber', orderJson({ ...VECTOR, responsible: false }), []],
  ['of a nurse', JSON_TEXT.replaceAll(ID.gmc, ID.nmc), []],
  ['of a pharmacist', JSON_TEXT.replaceAll(ID.gmc, ID.gphc), []],
  [
    'homecare',
    HOMECARE,
    [
      'the organisation',
      'the name of the organisation',
      'the telephone of the organisation',
      'the address of the organisation',
    ],
  ],
  ['of a paramedic', JSON_TEXT.replaceAll(ID.gmc, ID.hcpc).replaceAll('0101', '0124'), []],
];

describe('of every kind of prescription the same is signed', () => {
  for (const [kind, json, butNot] of KINDS) {
    const before = signedFragments(orderOf(json));
    const isSame = ([, from, to]: (typeof SIGNED)[number]): boolean =>
      signedFragments(orderOf(json.replaceAll(from, to))) === before;
    const what = ([name]: (typeof SIGNED)[number]): string => name;
    test(kind, () => {
      for (const [name, from] of SIGNED) assert.ok(json.includes(from), `${name} is not there`);
      assert.deepEqual(SIGNED.filter(isSame).map(what), butNot);
      assert.deepEqual(UNSIGNED.filter((one) => !isSame(one)).map(what), []);
    });
  }
  for (const [what, from, to] of SIGNED_OF_SERVICE) {
    test(`of homecare, ${what} is`, () => {
      assert.ok(HOMECARE.includes(from));
      const changed = orderOf(HOMECARE.replaceAll(from, to));
      assert.notEqual(signedFragments(changed), signedFragments(orderOf(HOMECARE)));
    });
  }
});

import assert from 'node:assert/strict';

import fc from 'fast-check';

import { present } from '../../src/kernel/bug.ts';
import { parseInstant } from '../../src/kernel/instant.ts';
import {
  ADDRESS_USES,
  GENDERS,
  NAME_USES,
  TELECOM_USES,
} from '../../src/prescriptions/fhir/hl7-values.ts';
import { orderDocument } from '../../src/prescriptions/fhir/order-document.ts';
import type { OrderDocument } from '../../src/prescriptions/hl7v3/order-document.ts';
import { type ItemFacts, type OrderFacts, orderJson, readBundle } from './order-bundle.ts';

/** When orders that are not signed were written. */
export const AT = present(parseInstant('2026-01-05T09:30:00Z'), 'instant');

export function orderOf(facts: OrderFacts): OrderDocument {
  const order = orderDocument(readBundle(orderJson(facts)), AT);
  assert.ok(order.ok, JSON.stringify(order));
  return order.value;
}

/** Text with all that XML gives a meaning to; `unit` decides which characters. */
function text(unit: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.string({ unit, minLength: 1, maxLength: 20 });
}
export const ANY = fc.oneof(
  fc.constantFrom('&', '<', '>', '"', "'", ']]>', '&amp;', '\t', '\n', '\r', '\u0085'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
);
/** Characters that XML 1.0 can carry, without line breaks, which a parser makes one. */
export const CARRIED = fc.oneof(
  fc.constantFrom('&', '<', '>', '"', "'", ']]>', '&amp;', ' ', 'é', '£', '😀'),
  fc.constantFrom(...'abcXYZ019'),
);

/** One of those that HL7 V3 has a word for, or none. */
function useOf(uses: Readonly<Record<string, string>>): fc.Arbitrary<string | null> {
  return fc.option(fc.constantFrom(...Object.keys(uses)));
}

const WHEN = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

function items(unit: fc.Arbitrary<string>): fc.Arbitrary<ItemFacts> {
  return fc.record({
    id: fc.uuid({ version: 4 }),
    product: text(unit),
    quantity: fc.integer({ min: 1, max: 5000 }),
    unit: text(unit),
    endorsements: fc.array(fc.constantFrom('SLS', 'ACBS', 'CC', 'FS'), { maxLength: 3 }),
    quantityWords: fc.option(text(unit)),
    note: fc.option(text(unit)),
    dosages: fc.array(fc.record({ sequence: fc.integer({ min: 1, max: 4 }), text: text(unit) }), {
      minLength: 1,
      maxLength: 4,
    }),
  });
}

export function orders(unit: fc.Arbitrary<string>): fc.Arbitrary<OrderFacts> {
  return fc.record({
    course: fc.constantFrom('acute', 'continuous', 'continuous-repeat-dispensing'),
    repeatsAllowed: fc.integer({ min: 1, max: 98 }),
    given: fc.array(text(unit), { minLength: 1, maxLength: 5 }),
    family: text(unit),
    lines: fc.array(text(unit), { maxLength: 4 }),
    organisation: text(unit),
    nominated: fc.option(fc.constantFrom('FER21', 'VNCEL')),
    reviewDate: fc.option(fc.constantFrom('2026-12-01', '2027-02-28')),
    responsible: fc.boolean(),
    gender: fc.constantFrom(...Object.keys(GENDERS)),
    uses: fc.record({
      name: useOf(NAME_USES),
      address: useOf(ADDRESS_USES),
      telecom: useOf(TELECOM_USES),
    }),
    service: fc.option(text(unit)),
    signature: fc.option(fc.record({ when: WHEN, value: text(CARRIED) })),
    items: fc.uniqueArray(items(unit), { minLength: 1, maxLength: 4, selector: ({ id }) => id }),
  });
}

// Shows: HL7 V3 | an order is the same after FHIR has become HL7 V3 and FHIR again
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { orderBundle } from '../../src/prescriptions/fhir/order-bundle.ts';
import { orderDocument } from '../../src/prescriptions/fhir/order-document.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { readOrder } from '../../src/prescriptions/hl7v3/read-order.ts';
import { xmlDocument } from '../../src/prescriptions/hl7v3/xml-document.ts';
import { parentPrescription } from '../../src/prescriptions/messages/create/hl7v3.ts';
import { VECTOR } from './order-bundle.ts';
import { ANY, AT, CARRIED, orderOf, orders } from './orders.ts';

const ORDERS = 10_000;
const WRITTEN = 500;

describe('an order', () => {
  test(`that became HL7 V3, and then FHIR, is read as the same order, ${ORDERS} of them`, () => {
    fc.assert(
      fc.property(orders(ANY), (facts) => {
        const order = orderOf(facts);
        const same = { ok: true, value: order } as const;
        assert.deepEqual(readOrder(parentPrescription(order)), same);
        assert.deepEqual(orderDocument(orderBundle(order), AT), same);
      }),
      { numRuns: ORDERS },
    );
  });

  test(`that was written as XML and parsed is the same order, ${WRITTEN} of them`, () => {
    fc.assert(
      fc.property(orders(CARRIED), (facts) => {
        const order = orderOf(facts);
        const parsed = parseXml(xmlDocument(parentPrescription(order)));
        assert.ok(parsed.ok, JSON.stringify(parsed));
        assert.deepEqual(readOrder(parsed.value), { ok: true, value: order });
      }),
      { numRuns: WRITTEN },
    );
  });

  test('without its author is refused, and the text says so', () => {
    const whole = JSON.stringify(parentPrescription(orderOf(VECTOR)));
    const root = JSON.parse(whole.replace('"name":"author"', '"name":"somebody"'));
    assert.deepEqual(readOrder(root), { ok: false, error: 'pertinentPrescription: no author' });
  });

  test('with two message ids is refused, and the text says so', () => {
    const root = parentPrescription(orderOf(VECTOR));
    assert.ok(typeof root.children !== 'string');
    const twice = { ...root, children: [...root.children, ...root.children.slice(0, 1)] };
    assert.deepEqual(readOrder(twice), {
      ok: false,
      error: 'ParentPrescription: at most one id, not 2',
    });
  });
});

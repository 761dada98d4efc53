import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseInstant } from '../../../kernel/instant.ts';
import { element } from '../../../gateways/xml/element.ts';
import type { OrderDocument } from '../../hl7v3/order-document.ts';
import { receiveOrder } from './receive.ts';
import { anOrder, anOrderItem } from './testing.ts';

const SIGNED: OrderDocument = {
  ...anOrder,
  author: { ...anOrder.author, signature: element('Signature') },
};

function receive(order: OrderDocument) {
  const at = parseInstant('2026-01-05T09:31:00Z');
  assert.ok(at !== null);
  return receiveOrder(order, at);
}

describe('what Spine keeps of an order', () => {
  test('is who wants what for whom, and from which day on', () => {
    const received = receive(SIGNED);
    assert.ok(received.ok);
    const { id, command } = received.value;
    assert.equal(id, '0A1B2C-A83008-00001');
    assert.deepEqual(command, {
      at: '2026-01-05T09:31:00.000Z',
      messageId: 'c0ffee00-aaaa-4bbb-8ccc-ddddeeeeffff',
      longFormId: 'c0ffee00-aaaa-4bbb-8ccc-ddddeeeeffff',
      items: ['b3d5f0aa-1111-4222-8333-444455556666'],
      prescribedAt: '2026-01-05T09:30:00.000Z',
      treatment: 'RepeatDispensing',
      repeats: { issues: 6, readyOn: '2026-01-05', daysSupply: 28, fewer: {}, site: 'P1' },
      patient: '9449304130',
      prescriber: 'A83008',
      nominated: 'FER21',
    });
  });

  test('is how often each item may be dispensed, where that is less', () => {
    const second = { ...anOrderItem, id: 'B3D5F0AA-1111-4222-8333-444455557777' };
    const items = [anOrderItem, { ...second, repeats: { low: '1', high: '2' } }];
    const received = receive({ ...SIGNED, items });
    assert.ok(received.ok);
    assert.deepEqual(received.value.command.repeats?.fewer, {
      'b3d5f0aa-1111-4222-8333-444455557777': 2,
    });
  });

  test('is 28 days where no length is told, and no repeats where there are none', () => {
    const supply = { low: '20260105', high: '20261205', days: null };
    const received = receive({ ...SIGNED, daysSupply: supply });
    assert.ok(received.ok);
    assert.equal(received.value.command.repeats?.daysSupply, 28);
    const once = { ...SIGNED, treatment: '0001', repeats: null, daysSupply: null };
    const acute = receive({ ...once, items: [{ ...anOrderItem, repeats: null }] });
    assert.ok(acute.ok);
    assert.equal(acute.value.command.treatment, 'Acute');
    assert.equal(acute.value.command.repeats, null);
  });

  test('is nothing without a signature', () => {
    assert.deepEqual(receive(anOrder), { ok: false, error: { kind: 'SignatureMissing' } });
  });
});

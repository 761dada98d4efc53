// Shows: HL7 V3 | a released order is the order as it was received, to the byte, and its signature stands
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { hl7Name } from '../../src/gateways/hl7v3/names.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { present } from '../../src/kernel/bug.ts';
import { parseUuid } from '../../src/kernel/uuid.ts';
import { orderDocument } from '../../src/prescriptions/fhir/order-document.ts';
import { hl7Message } from '../../src/prescriptions/hl7v3/envelope.ts';
import type { OrderDocument } from '../../src/prescriptions/hl7v3/order-document.ts';
import { bundleOf, documentOf, readKeptOrder } from '../../src/prescriptions/kept-order.ts';
import {
  fragmentsOf,
  parentPrescription,
  signedFragments,
} from '../../src/prescriptions/messages/create/hl7v3.ts';
import { releasedOrder } from '../../src/prescriptions/messages/release/released-order.ts';
import type { Item, Prescription } from '../../src/prescriptions/prescription.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { anIssue, aPrescription } from '../../src/prescriptions/testing.ts';
import { orderJson } from './order-bundle.ts';
import { AT, CARRIED, orderOf, orders } from './orders.ts';
import { ownFragments } from './own-canonical.ts';
import { SPELLINGS, spelled } from './spelling.ts';

const ORDERS = 200;

/** An order with its state: which issue it is, and how its items stand. */
const STATES = fc.record({
  issue: fc.integer({ min: 1, max: 99 }),
  statuses: fc.array(fc.constantFrom('ToBeDispensed', 'Cancelled', 'Expired'), {
    minLength: 4,
    maxLength: 4,
  }),
});

function prescriptionOf(
  order: OrderDocument,
  { issue, statuses }: { readonly issue: number; readonly statuses: readonly Item['status'][] },
): Prescription {
  const guid = (text: string) => present(parseUuid(text), 'GUID');
  const items = order.items.map(({ id }, place) => ({
    id: guid(id),
    status: statuses[place] ?? 'ToBeDispensed',
  }));
  const issues = Number(order.repeats?.high ?? 1);
  const number = Math.min(issue, issues);
  return aPrescription('ToBeDispensed', {
    id: present(prescriptionKey(order.shortFormId), 'prescription id'),
    orderId: guid(order.messageId),
    currentIssue: number,
    issues: [{ ...anIssue('ToBeDispensed'), number, items }],
    repeats: issues === 1 ? null : { issues, daysSupply: 28, fewer: {} },
  });
}

/** Objects of a parser have no prototype; which namespace a signature is of is known of one that was read by namespaces. */
function plain(order: OrderDocument): unknown {
  return JSON.parse(
    JSON.stringify(order, (name, value: unknown) => (name === 'xmlns' ? undefined : value)),
  );
}

function messageOf(order: OrderDocument): { message: Element; act: Element } {
  const act = parentPrescription(order);
  const message = hl7Message(
    {
      interaction: 'PORX_IN020101UK31',
      messageId: order.messageId,
      createdAt: '20260105093000',
      asids: { own: '200000001285', spine: '567456789789' },
      user: null,
    },
    act,
  );
  return { message, act };
}

/** As it stands in an answer. */
function parsed(text: string): Element {
  const read = parseXml(`<answer xmlns="urn:hl7-org:v3">${text}</answer>`, { nameOf: hl7Name });
  assert.ok(read.ok, JSON.stringify(read));
  assert.ok(typeof read.value.children !== 'string');
  return present(read.value.children[0], 'released order');
}

function only(element: Element, ...path: readonly string[]): Element {
  return path.reduce((inside, name) => present(all(inside, name)[0], name), element);
}

function all({ children }: Element, name: string): Element[] {
  return typeof children === 'string' ? [] : children.filter((child) => child.name === name);
}

/** What has to be in every release beside the order, where it has to be [EPS-HL7V3 7.3]. */
function assureTold(act: Element, prescription: Prescription): void {
  const content = only(act, 'pertinentInformation1', 'pertinentPrescription');
  assert.equal(only(act, 'typeId').attributes['extension'], 'PORX_MT122003UK32');
  const names = namesOf(content);
  assert.deepEqual(
    names.filter((name) => ORDER.includes(name)),
    ORDER.filter((name) => names.includes(name)),
  );
  const status = only(content, 'pertinentInformation10', 'pertinentPrescriptionStatus', 'value');
  assert.equal(status.attributes['code'], '0001');
  const count = ({ attributes }: Element): string => attributes['value'] ?? '';
  for (const low of all(content, 'repeatNumber').map((one) => only(one, 'low'))) {
    assert.equal(count(low), String(prescription.currentIssue));
  }
  for (const [place, one] of all(content, 'pertinentInformation2').entries()) {
    const item = only(one, 'pertinentLineItem');
    const told = namesOf(item);
    assert.equal(told[told.indexOf('component') + 1], 'pertinentInformation4');
    const value = only(item, 'pertinentInformation4', 'pertinentItemStatus', 'value');
    const { status: shown } = present(prescription.issues[0]?.items[place], 'item');
    assert.equal(
      value.attributes['code'],
      { ToBeDispensed: '0007', Cancelled: '0005', Expired: '0006' }[shown as 'Expired'],
    );
    for (const low of all(item, 'repeatNumber').map((two) => only(two, 'low'))) {
      assert.equal(count(low), String(prescription.currentIssue));
    }
  }
}

function namesOf({ children }: Element): string[] {
  if (typeof children === 'string') return [];
  const names = children.map(({ name }) => name);
  return names.filter((name, place) => name !== names[place - 1]);
}

const ORDER = `id code effectiveTime repeatNumber performer author responsibleParty component1
  pertinentInformation7 pertinentInformation5 pertinentInformation10 pertinentInformation9
  pertinentInformation1 pertinentInformation2 pertinentInformation11 pertinentInformation8
  pertinentInformation4`.split(/\s+/);

describe('an order that came by HL7 V3', () => {
  test(`leaves by HL7 V3 as it was written, whoever wrote it and how, ${ORDERS} of them`, () => {
    fc.assert(
      fc.property(orders(CARRIED), SPELLINGS, STATES, (facts, how, state) => {
        const order = orderOf(facts);
        const { message, act } = messageOf(order);
        const { xml, texts } = spelled(message, how);
        const body = Buffer.from(xml);
        const read = readKeptOrder(body);
        assert.deepEqual(plain(documentOf(read, AT)), plain(order));
        assert.deepEqual(orderDocument(bundleOf(read), AT), { ok: true, value: order });

        const prescription = prescriptionOf(order, state);
        const released = releasedOrder({ prescription, body });
        const again = parsed(released);
        assureTold(again, prescription);
        assert.equal(fragmentsOf(again), signedFragments(order));
        assert.equal(ownFragments(released), signedFragments(order));

        const content = only(act, 'pertinentInformation1', 'pertinentPrescription');
        const kept = [only(act, 'recordTarget'), only(content, 'author')];
        const items = all(content, 'pertinentInformation2')
          .map((one) => only(one, 'pertinentLineItem').children)
          .flatMap((children) => (typeof children === 'string' ? [] : children))
          .filter(({ name }) => name !== 'repeatNumber');
        for (const element of [...kept, ...items]) {
          assert.ok(released.includes(texts.get(element) ?? 'nothing'), element.name);
        }
      }),
      { numRuns: ORDERS },
    );
  });
});

describe('an order that came by FHIR', () => {
  test(`leaves by HL7 V3 with what was signed, ${ORDERS} of them`, () => {
    fc.assert(
      fc.property(orders(CARRIED), STATES, (facts, state) => {
        const order = orderOf(facts);
        const prescription = { ...prescriptionOf(order, state), prescribedAt: AT };
        const released = releasedOrder({ prescription, body: Buffer.from(orderJson(facts)) });
        const again = parsed(released);
        assureTold(again, prescription);
        assert.equal(fragmentsOf(again), signedFragments(order));
        assert.equal(ownFragments(released), signedFragments(order));
      }),
      { numRuns: ORDERS },
    );
  });
});

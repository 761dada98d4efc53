import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { derivedUuid } from '../../kernel/uuid.ts';
import { PERSONAS } from '../personas.ts';
import { anOrder } from '../testing.ts';
import * as build from './index.ts';
import { all, extension, one, urls } from './testing.ts';

const shortForm = anOrder().shortFormId;
const { messageId: _, ...sent } = anOrder();
const cancellation = {
  messageId: derivedUuid('cancel'),
  order: sent,
  item: { itemId: derivedUuid('item', '0'), medication: build.medication(0) },
  canceller: PERSONAS.prescriber,
  reason: '0001',
} as const;

describe('an order', () => {
  const bundle = build.order(anOrder());
  const requests = all(bundle, 'MedicationRequest');

  test('is a message Bundle with its id, and holds the entries that the contract wants', () => {
    assert.equal(bundle.type, 'message');
    assert.deepEqual(bundle.identifier, {
      system: 'https://tools.ietf.org/html/rfc4122',
      value: derivedUuid('order'),
    });
    assert.deepEqual(
      (bundle.entry ?? []).map((entry) => entry.resource?.resourceType),
      [
        'MessageHeader',
        'MedicationRequest',
        'MedicationRequest',
        'Patient',
        'PractitionerRole',
        'Practitioner',
        'Organization',
        'Provenance',
      ],
    );
    assert.equal(one(bundle, 'MessageHeader').eventCoding?.code, 'prescription-order');
  });

  test('gives every item what an item must have', () => {
    for (const request of requests) {
      assert.equal(extension(request, 'Extension-DM-PrescriptionType')?.valueCoding?.code, '0101');
      assert.equal(
        request.identifier?.[0]?.system,
        'https://fhir.nhs.uk/Id/prescription-order-item-number',
      );
      assert.equal(request.status, 'active');
      assert.equal(request.intent, 'order');
      assert.equal(
        request.medicationCodeableConcept?.coding?.[0]?.system,
        'http://snomed.info/sct',
      );
      assert.equal(request.groupIdentifier?.value, shortForm);
      assert.equal(
        request.groupIdentifier?.extension?.[0]?.valueIdentifier?.value,
        derivedUuid('long form'),
      );
      assert.equal(request.courseOfTherapyType?.coding?.[0]?.code, 'acute');
      assert.ok(request.dosageInstruction?.[0]?.text);
      assert.equal(request.dispenseRequest?.extension?.[0]?.valueCoding?.code, 'P1');
      assert.equal(request.dispenseRequest?.performer?.identifier?.value, 'FA565');
      assert.ok(request.dispenseRequest?.quantity?.value);
      assert.deepEqual(request.substitution, { allowedBoolean: false });
      assert.equal(request.authoredOn, '2026-01-05T09:30:00+00:00');
    }
    assert.equal(new Set(requests.map((request) => request.identifier?.[0]?.value)).size, 2);
  });

  test('points only at entries that it has', () => {
    const ids = new Set((bundle.entry ?? []).map((entry) => entry.fullUrl));
    assert.equal(ids.size, bundle.entry?.length);
    for (const match of JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g))
      assert.ok(ids.has(match[1]), match[0]);
  });

  test('of primary care says whom the surgery answers to, and gives each telephone its use', () => {
    assert.ok(one(bundle, 'Organization').partOf?.identifier?.value);
    const phones = [...all(bundle, 'Organization'), ...all(bundle, 'PractitionerRole')].flatMap(
      (r) => r.telecom ?? [],
    );
    assert.ok(phones.length === 2 && phones.every((phone) => phone.use === 'work' && phone.value));
  });

  test('has one patient name and one address, with what Spine asks of them', () => {
    const patient = one(bundle, 'Patient');
    assert.equal(patient.identifier?.[0]?.value, '9990000018');
    assert.equal(patient.name?.length, 1);
    assert.equal(patient.address?.length, 1);
    assert.ok(patient.gender && patient.birthDate && patient.name?.[0]?.family);
  });

  test('carries a signature of the right form that says it is a mock', () => {
    const signature = one(bundle, 'Provenance').signature?.[0];
    const xml = Buffer.from(signature?.data ?? '', 'base64').toString();
    assert.match(xml, /^<Signature xmlns="http:\/\/www.w3.org\/2000\/09\/xmldsig#"><SignedInfo>/);
    const value = /<SignatureValue>(.+)<\/SignatureValue>/.exec(xml)?.[1] ?? '';
    const certificate = /<X509Certificate>(.+)<\/X509Certificate>/.exec(xml)?.[1] ?? '';
    assert.ok(
      Buffer.from(value, 'base64').toString('latin1').startsWith(build.MOCK_SIGNATURE_MARK),
    );
    assert.ok(
      Buffer.from(certificate, 'base64').toString('latin1').startsWith(build.MOCK_CERTIFICATE_MARK),
    );
    assert.equal(signature?.when, '2026-01-05T09:30:00+00:00');
    assert.equal(signature?.who.reference, requests[0]?.requester?.reference);
  });

  test('is the same bytes for the same facts, and signs otherwise for another message', () => {
    assert.equal(JSON.stringify(build.order(anOrder())), JSON.stringify(bundle));
    const other = build.order(anOrder({ messageId: derivedUuid('another') }));
    assert.notEqual(
      one(other, 'Provenance').signature?.[0]?.data,
      one(bundle, 'Provenance').signature?.[0]?.data,
    );
  });

  test('that is not nominated names no pharmacy', () => {
    const free = build.order(anOrder({ nominated: null }));
    const request = all(free, 'MedicationRequest')[0];
    assert.equal(request?.dispenseRequest?.extension?.[0]?.valueCoding?.code, '0004');
    assert.equal(request?.dispenseRequest?.performer, undefined);
    assert.equal(one(free, 'MessageHeader').destination, undefined);
  });

  test('for repeat prescribing has a review date', () => {
    const request = all(build.order(anOrder({ course: 'repeat' })), 'MedicationRequest')[0];
    assert.equal(request?.courseOfTherapyType?.coding?.[0]?.code, 'continuous');
    assert.equal(request?.intent, 'instance-order');
    assert.equal(request?.extension?.[1]?.extension?.[0]?.valueDateTime, '2026-07-05');
  });
});

describe('a cancellation', () => {
  test('holds one cancelled item with a reason, and no signature', () => {
    const bundle = build.cancel(cancellation);
    const request = one(bundle, 'MedicationRequest');
    assert.equal(one(bundle, 'MessageHeader').eventCoding?.code, 'prescription-order-update');
    assert.equal(request.status, 'cancelled');
    assert.equal(request.statusReason?.coding?.[0]?.code, '0001');
    assert.equal(request.identifier?.[0]?.value, derivedUuid('item', '0'));
    assert.equal(request.groupIdentifier?.value, shortForm);
    assert.deepEqual(all(bundle, 'Provenance'), []);
    assert.equal(extension(request, 'Extension-DM-ResponsiblePractitioner'), undefined);
  });

  test('by somebody else than the signer names both', () => {
    const bundle = build.cancel({ ...cancellation, canceller: PERSONAS.nurse });
    const request = one(bundle, 'MedicationRequest');
    const roleOf = (reference: string | undefined): string | undefined =>
      all(bundle, 'PractitionerRole').find(
        (_, n) => urls(bundle, 'PractitionerRole')[n] === reference,
      )?.identifier?.[0]?.value;
    assert.equal(roleOf(request.requester?.reference), PERSONAS.nurse.roleProfileId);
    const signer = extension(request, 'Extension-DM-ResponsiblePractitioner')?.valueReference
      ?.reference;
    assert.equal(roleOf(signer), PERSONAS.prescriber.roleProfileId);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { aJourney, cancelCodeOf, codeOf, nominatedRelease } from '../support/journey.ts';
import { testSpine } from '../support/server.ts';

// Shows: FHIR prescribing | cancel an item, pending while with a pharmacy, before the prescription came

const spine = testSpine();
const { dispenser, otherPrescriber } = PERSONAS;

type Entry = { resource: { resourceType: string } & Record<string, never> };

describe('a cancel request', () => {
  test('of an item on the shelf is done; with the last active item goes the prescription', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    const first = await journey.cancel(0);
    assert.equal(first.status, 200);
    assert.equal(cancelCodeOf(first), 'R-0001');
    assert.equal(await journey.status(), '0001');
    assert.equal(cancelCodeOf(await journey.cancel(0)), 'R-0006');
    assert.equal(cancelCodeOf(await journey.cancel(1)), 'R-0001');
    assert.equal(await journey.status(), '0005');
    assert.equal(codeOf(await journey.release()), 'PRESCRIPTION_CANCELLED');
  });

  test('is answered with a message from Spine to who asked', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const { body } = await journey.cancel();
    assert.equal(body.type, 'message');
    const types = body.entry.map(({ resource }: Entry) => resource.resourceType);
    assert.deepEqual(types, [
      'MessageHeader',
      'MedicationRequest',
      'Patient',
      'Practitioner',
      'PractitionerRole',
      'Organization',
    ]);
    const [header, item] = body.entry;
    assert.equal(header.resource.eventCoding.code, 'prescription-order-response');
    assert.equal(header.resource.destination[0].receiver.identifier.value, 'A83008');
    const [status] = item.resource.extension[0].extension;
    assert.equal(status.valueCoding.display, 'Prescription/item was cancelled');
    assert.equal(item.resource.status, 'cancelled');
  });

  test('of what a pharmacy has is kept, says who has it, and is done at the return', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    const pending = await journey.cancel();
    assert.equal(pending.status, 400);
    assert.equal(cancelCodeOf(pending), 'R-0002');
    const item = pending.body.entry.find(
      ({ resource }: Entry) => resource.resourceType === 'MedicationRequest',
    ).resource;
    assert.equal(item.dispenseRequest.performer.identifier.value, dispenser.organisation.ods);
    assert.equal(cancelCodeOf(await journey.cancel()), 'R-0002');
    assert.equal(cancelCodeOf(await journey.cancel(0, otherPrescriber)), 'R-0007');
    assert.equal((await journey.giveBack()).status, 200);
    assert.equal(await journey.status(), '0005');
    assert.equal(cancelCodeOf(await journey.cancel()), 'R-0006');
    assert.equal(codeOf(await journey.release()), 'PRESCRIPTION_CANCELLED');
  });

  test('of what is being dispensed is R-0003, then too late, by what became of the item', async () => {
    const journey = aJourney(spine(), { items: 3 });
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed', 'PartiallyDispensed', 'NotDispensed']);
    assert.equal(cancelCodeOf(await journey.cancel(0)), 'R-0004');
    assert.equal(cancelCodeOf(await journey.cancel(1)), 'R-0003');
    assert.equal(cancelCodeOf(await journey.cancel(2)), 'R-0010');
  });

  test('of an item that the prescription does not have is R-0008', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const answer = await journey.cancel(7);
    assert.equal(answer.status, 400);
    assert.equal(codeOf(answer), 'R-0008');
    assert.equal(answer.body.issue[0].code, 'not-found');
    assert.equal('meta' in answer.body, false);
  });

  test('that comes before its prescription cancels it when it comes', async () => {
    const ods = 'FC001';
    const pharmacy = { ...dispenser, organisation: { ...dispenser.organisation, ods } };
    const journey = aJourney(spine(), { nominated: ods });
    assert.equal(codeOf(await journey.cancel()), 'R-0008');
    assert.equal((await journey.send()).status, 200);
    assert.equal(await journey.status(), '0005');
    assert.equal(codeOf(await nominatedRelease(spine(), pharmacy)), 'NO_MORE_PRESCRIPTIONS');
    assert.equal(codeOf(await journey.release()), 'PRESCRIPTION_CANCELLED');
  });

  test('for another patient is not processed', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const other = JSON.stringify(journey.order()).replaceAll('9990000018', '9990000026');
    const answer = await spine().call('/fhir-prescribing/FHIR/R4/$process-message', {
      body: asCancel(JSON.parse(other)),
    });
    assert.equal(codeOf(answer), 'R-5000');
    assert.match(
      answer.body.issue[0].details.coding[0].display,
      /Mismatch between prescription and cancellation NHSNumber$/,
    );
    assert.equal(await journey.status(), '0001');
  });
});

type Order = { entry: { resource: Record<string, unknown> }[] };

function asCancel(order: Order): object {
  const entry = order.entry.map(({ resource, ...rest }) => ({
    ...rest,
    resource: changed(resource),
  }));
  return {
    ...order,
    identifier: { system: 'https://tools.ietf.org/html/rfc4122', value: crypto.randomUUID() },
    entry,
  };
}

function changed(resource: Record<string, unknown>): Record<string, unknown> {
  if (resource['resourceType'] === 'MessageHeader') {
    return {
      ...resource,
      eventCoding: {
        system: 'https://fhir.nhs.uk/CodeSystem/message-event',
        code: 'prescription-order-update',
      },
    };
  }
  if (resource['resourceType'] !== 'MedicationRequest') return resource;
  const coding = [
    { system: 'https://fhir.nhs.uk/CodeSystem/medicationrequest-status-reason', code: '0001' },
  ];
  return { ...resource, status: 'cancelled', statusReason: { coding } };
}

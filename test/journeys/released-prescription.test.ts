import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { type Answer, DISPENSING, PRESCRIBING, testSpine } from '../support/server.ts';

// Shows: FHIR dispensing | a released prescription as the contract has it: signature, items, people, exact quantities

const spine = testSpine();

type Entry = { fullUrl: string; resource: { resourceType: string } & Record<string, any> };

describe('a released prescription', () => {
  let journey: Journey;
  let answer: Answer;
  let entries: Entry[];
  const of = (type: string): Entry['resource'][] =>
    entries.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type);

  before(async () => {
    journey = aJourney(spine(), { items: 2, course: 'repeat' });
    await journey.send();
    answer = await journey.release();
    entries = answer.body.parameter[0].resource.entry[0].resource.entry;
  });

  test('comes in two searchsets, passed and failed, under the id of the release response', () => {
    const [passed, failed] = answer.body.parameter;
    assert.equal(answer.body.resourceType, 'Parameters');
    assert.equal(passed.name, 'passedPrescriptions');
    assert.equal(passed.resource.total, 1);
    assert.equal(passed.resource.type, 'searchset');
    assert.equal(failed.name, 'failedPrescriptions');
    assert.deepEqual(failed.resource.entry, []);
    assert.equal(passed.resource.identifier.value, failed.resource.identifier.value);
  });

  test('has the id of the message that brought it, and its entries in their order', () => {
    const bundle = answer.body.parameter[0].resource.entry[0].resource;
    assert.equal(bundle.type, 'message');
    const types = entries.map(({ resource }) => resource.resourceType);
    assert.deepEqual(
      [...new Set(types)],
      [
        'MessageHeader',
        'MedicationRequest',
        'Patient',
        'Practitioner',
        'PractitionerRole',
        'Organization',
        'Provenance',
      ],
    );
    const [header] = of('MessageHeader');
    assert.equal(header?.['eventCoding'].code, 'prescription-order');
    assert.equal(
      header?.['destination'][0].receiver.identifier.value,
      PERSONAS.dispenser.organisation.ods,
    );
    assert.equal(header?.['sender'].identifier.value, 'X2601');
  });

  test('refers only to what it holds', () => {
    const urls = new Set(entries.map(({ fullUrl }) => fullUrl));
    const references = [...JSON.stringify(entries).matchAll(/"reference":"(urn:uuid:[^"]+)"/g)].map(
      ([, url]) => url ?? '',
    );
    assert.ok(references.length > 10);
    assert.deepEqual(
      references.filter((url) => !urls.has(url)),
      [],
    );
  });

  test('shows each item as it was on the shelf, with its place in the series', () => {
    const items = of('MedicationRequest');
    assert.deepEqual(
      items.map((item): string => item['identifier'][0].value).toSorted(),
      [...journey.itemIds].toSorted(),
    );
    for (const item of items) {
      assert.equal(item['status'], 'active');
      assert.equal(item['intent'], 'order');
      assert.equal(item['courseOfTherapyType'].coding[0].code, 'continuous');
      assert.equal(item['groupIdentifier'].value, journey.id);
      assert.equal(item['category'][0].coding[0].code, 'outpatient');
      assert.equal(item['substitution'].allowedBoolean, false);
      assert.equal(item['dosageInstruction'].length, 1);
      assert.deepEqual(
        item['basedOn'][0].extension[0].extension.map(
          (one: { valueInteger: number }) => one.valueInteger,
        ),
        [0, 0],
      );
    }
  });

  test('carries the signature that came with it, to the byte', () => {
    const sent = journey.order() as { entry: Entry[] };
    const signed = sent.entry.find(({ resource }) => resource.resourceType === 'Provenance');
    const [shown] = of('Provenance');
    assert.equal(shown?.['signature'][0].data.length, signed?.resource['signature'][0].data.length);
    assert.equal(shown?.['target'].length, entries.length - 1);
  });
});

describe('several dosages', () => {
  test('are told in their order: together with "and", one after another with "then"', async () => {
    const journey = aJourney(spine(), {});
    const told = [
      { sequence: 2, text: 'one at night' },
      { sequence: 1, text: 'two in the morning' },
      { sequence: 1, text: 'one at noon' },
    ];
    const text = JSON.stringify(journey.order()).replace(
      /"dosageInstruction":\[.*?\]/,
      `"dosageInstruction":${JSON.stringify(told)}`,
    );
    const sent = await spine().call(`${PRESCRIBING}/$process-message`, { body: text });
    assert.equal(sent.status, 200, sent.text);
    const released = (await journey.release()).text;
    assert.match(released, /"two in the morning, and one at noon, then one at night"/);
  });
});

describe('a quantity', () => {
  test('is given out as it was written, to the last zero', async () => {
    const journey = aJourney(spine(), {});
    const text = JSON.stringify(journey.order()).replace(
      /("quantity":\{"value":)[\d.]+/,
      '$112.500',
    );
    assert.match(text, /"value":12\.500/);
    assert.equal(
      (await spine().call(`${PRESCRIBING}/$process-message`, { body: text })).status,
      200,
    );
    assert.match((await journey.release()).text, /"value":12\.500/);
  });
});

describe('a prescription with a cancelled item', () => {
  test('shows the cancelled item as cancelled and the other as active', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.cancel(0);
    const { body } = await journey.release();
    const items: Entry[] = body.parameter[0].resource.entry[0].resource.entry;
    const shown = items.flatMap(({ resource }) =>
      resource.resourceType === 'MedicationRequest'
        ? [[resource['identifier'][0].value, resource['status']]]
        : [],
    );
    assert.deepEqual(Object.fromEntries(shown), {
      [journey.itemIds[0] ?? '']: 'cancelled',
      [journey.itemIds[1] ?? '']: 'active',
    });
  });
});

test('a wrong resource at the release door is told what was expected', async () => {
  const answer = await spine().call(`${DISPENSING}/Task/$release`, {
    as: 'dispenser',
    body: { resourceType: 'Task', status: 'rejected', intent: 'order' },
  });
  assert.equal(answer.status, 400);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Bundle } from 'fhir/r4';

import { type Answer, LEGACY, testSpine } from '../support/server.ts';
import {
  add,
  addEntry,
  hospital,
  item,
  NHS,
  repeatDispensing,
  responsible,
} from '../validation/changes.ts';
import { assertRefused, inBatches } from './checks.ts';
import { newFacts, ORDER } from './kinds.ts';
import { type Mutation, mutated, mutationsOf } from './mutations.ts';

// Shows: Bad input | an order with anything missing, doubled or empty: $prepare, $convert and $process-message say the same

const spine = testSpine();

const AT_ONCE = 8;
const CASES_MIN = 500;

/** With all that an order may have: secondary care, repeat dispensing, somebody else who answers for it, and what is for the patient. */
function fullOrder(): Bundle {
  const bundle = ORDER.build(newFacts()) as Bundle;
  repeatDispensing(bundle);
  hospital(bundle);
  responsible(bundle);
  const request = item(bundle);
  request.note = [{ text: 'Keep dry' }];
  request.dosageInstruction = [
    { sequence: 1, text: 'One now' },
    { sequence: 2, text: 'one at night' },
  ];
  add(
    request,
    {
      url: `${NHS}-DM-PrescriptionEndorsement`,
      valueCodeableConcept: {
        coding: [
          { system: 'https://fhir.nhs.uk/CodeSystem/medicationrequest-endorsement', code: 'SLS' },
        ],
      },
    },
    {
      url: `${NHS}-DM-ControlledDrug`,
      extension: [{ url: 'quantityWords', valueString: 'twenty eight' }],
    },
  );
  addEntry(bundle, MESSAGE, {
    resourceType: 'CommunicationRequest',
    status: 'unknown',
    subject: request.subject,
    payload: [{ contentString: 'Please book a review' }, { contentReference: { reference: LIST } }],
  });
  addEntry(bundle, LIST, {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    entry: [{ item: { display: 'Paracetamol' } }],
  });
  return bundle;
}

const MESSAGE = 'urn:uuid:00000000-0000-4000-8000-000000000011';
const LIST = 'urn:uuid:00000000-0000-4000-8000-000000000012';

function send(door: string, body: object): Promise<Answer> {
  return spine().call(`${LEGACY}/${door}`, { as: 'prescriber', body });
}

/** What Spine says of an order that could be carried over. */
function assertBySpine({ body, status, text }: Answer): void {
  assert.equal(status, 400, text);
  const [{ code, details }] = body.issue;
  const isSpine = code === 'processing' || details.coding[0].code === 'MISSING_DIGITAL_SIGNATURE';
  assert.ok(isSpine, text);
}

type Count = { refused: number; taken: number; bySpine: number };

async function sayTheSame(mutation: Mutation, count: Count): Promise<void> {
  const message = mutated(fullOrder(), mutation);
  const [prepared, converted] = [await send('$prepare', message), await send('$convert', message)];
  const processed = await send('$process-message', message);
  const name = `${mutation.path} ${mutation.change}: ${prepared.text}`;
  assert.equal(converted.status, prepared.status, name);
  if (prepared.status !== 200) {
    assertRefused(prepared, 400);
    assert.deepEqual(converted.body.issue, prepared.body.issue, name);
    assert.deepEqual(processed.body.issue, prepared.body.issue, name);
    count.refused += 1;
  } else if (processed.status === 200) {
    count.taken += 1;
  } else {
    assertBySpine(processed);
    count.bySpine += 1;
  }
}

describe('an order with all that an order may have', () => {
  test('is taken at each of the three doors', async () => {
    for (const door of ['$prepare', '$convert', '$process-message']) {
      const answer = await send(door, fullOrder());
      assert.equal(answer.status, 200, `${door}: ${answer.text}`);
    }
  });

  test('and something missing, doubled or empty is told alike at each', async () => {
    const count: Count = { refused: 0, taken: 0, bySpine: 0 };
    const mutations = mutationsOf(fullOrder(), 0);
    assert.ok(mutations.length > CASES_MIN, String(mutations.length));
    await inBatches(mutations, AT_ONCE, (mutation) => sayTheSame(mutation, count));
    console.log(`three doors: ${JSON.stringify(count)}`);
    assert.ok(Object.values(count).every((cases) => cases > 5));
  });
});

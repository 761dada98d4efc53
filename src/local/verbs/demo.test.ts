import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { listAt, parseJson, textAt } from '../client/json.ts';
import { fakeSpine, NO_MORE, NOW, refusal } from './testing.ts';

const { spine, replies, messages } = fakeSpine();

describe('spine demo', () => {
  test('goes from the surgery to the claim, and tells each step with its ids and times', async () => {
    const { code, stdout, stderr } = await spine('demo', '-o', 'json');
    assert.equal(code, 0);
    const told = parseJson(stdout);
    const steps = listAt(told, 'steps');
    assert.deepEqual(
      steps.map((step) => textAt(step, 'name')),
      ['prescribe', 'download', 'dispense', 'dispense', 'claim', 'track'],
    );
    assert.ok(steps.every((step) => textAt(step, 'businessTime') === NOW));
    assert.equal(textAt(steps[0], 'ids', 'prescription'), textAt(told, 'prescriptionId'));
    assert.equal(stderr.trim().split('\n').length, 6);
    assert.match(stderr, /20 of 20 and 50 of 100/);
  });

  test('return: another pharmacy dispenses what the first gave back', async () => {
    const { code } = await spine('demo', 'return');
    assert.equal(code, 0);
    assert.deepEqual(
      messages().map(({ path }) => path.split('/').at(-1)?.split('?')[0]),
      [
        '$process-message',
        '$release',
        'Task',
        '$release',
        '$release',
        '$process-message',
        'Claim',
        'Task',
      ],
    );
    assert.match(JSON.stringify(messages()[4]?.body), /VNE51/);
  });

  test('cancel: wants the download refused, and is not content otherwise', async () => {
    assert.equal((await spine('demo', 'cancel')).code, 1);
    const body = refusal('PRESCRIPTION_CANCELLED', 'Prescription has been cancelled');
    replies.set('/fhir-dispensing/FHIR/R4/Task/$release', { status: 400, body });
    const { code, stderr } = await spine('demo', 'cancel');
    assert.equal(code, 0);
    assert.match(stderr, /refused, as it must be/);
  });

  test('says so when the pharmacy is not given the prescription', async () => {
    replies.set('/fhir-dispensing/FHIR/R4/Task/$release', { status: 200, body: NO_MORE });
    const { code, stderr } = await spine('demo');
    assert.equal(code, 1);
    assert.match(stderr, /was not among what the pharmacy was given/);
  });

  test('knows its variants', async () => {
    assert.equal((await spine('demo', 'opera')).code, 2);
  });
});

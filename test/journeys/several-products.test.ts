import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Bundle, MedicationDispense } from 'fhir/r4';

import { all } from '../../src/local/sample-messages/testing.ts';
import { DISPENSE, type Facts, prepared, sendAs } from '../bad-input/kinds.ts';
import { standing } from '../bad-input/checks.ts';
import { testSpine } from '../support/server.ts';

// Shows: FHIR dispensing | several products for one item: the first one tells what came of it

const spine = testSpine();

/** One item given as two products, each with what it says came of the item. */
function twoProducts(facts: Facts, ...codes: readonly [string, string]): Bundle {
  const bundle = structuredClone(DISPENSE.build(facts)) as Bundle;
  const [first] = all(bundle, 'MedicationDispense');
  assert.ok(first);
  const resource: MedicationDispense = structuredClone(first);
  const [identifier] = resource.identifier ?? [];
  Object.assign(identifier ?? {}, { value: crypto.randomUUID() });
  bundle.entry?.push({ fullUrl: `urn:uuid:${crypto.randomUUID()}`, resource });
  for (const [index, dispense] of all(bundle, 'MedicationDispense').entries()) {
    Object.assign(dispense.type?.coding?.[0] ?? {}, { code: codes[index], display: undefined });
  }
  return bundle;
}

describe('two products for one item', () => {
  test('are one item, of which the first product tells what came', async () => {
    const facts = await prepared(spine(), DISPENSE);
    const answer = await sendAs(spine(), DISPENSE, twoProducts(facts, '0001', '0003'));
    assert.equal(answer.status, 200, answer.text);
    assert.equal((await standing(spine().database, facts.shortFormId))?.status, '0006');
  });

  test('cannot make a prescription dispensed whose first product is a part', async () => {
    const facts = await prepared(spine(), DISPENSE);
    const answer = await sendAs(spine(), DISPENSE, twoProducts(facts, '0003', '0001'));
    assert.equal(answer.status, 400);
    const [coding] = answer.body.issue[0].details.coding;
    assert.equal(coding.code, 'PRESCRIPTION_INVALID_STATE_TRANSITION');
    assert.equal((await standing(spine().database, facts.shortFormId))?.status, '0002');
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertRefused, changesNothing, keepsState } from '../bad-input/checks.ts';
import { newFacts, ORDER } from '../bad-input/kinds.ts';
import { LEGACY, testSpine } from '../support/server.ts';
import { CATALOGUE } from './catalogue.ts';
import { SPINES } from './catalogued.ts';

// Shows: Validation | each rule of the catalogue refuses its example, in the contract's words
// Shows: FHIR prescribing | validate a message without sending it

const spines = {
  usual: testSpine(SPINES.usual),
  'halves switched off': testSpine(SPINES['halves switched off']),
  'release switched off': testSpine(SPINES['release switched off']),
  'cancelling switched off': testSpine(SPINES['cancelling switched off']),
  'its clock is set': testSpine(SPINES['its clock is set']),
  'live, one request a minute': testSpine(SPINES['live, one request a minute']),
};
const spine = spines.usual;

describe('each rule of the catalogue refuses its example, and nothing is changed', () => {
  for (const rule of CATALOGUE) {
    test(`${rule.message}: ${rule.when}`, async () => {
      const on = spines[rule.on]();
      const facts = rule.facts();
      for (const step of rule.before) await step(on, facts);
      const unchanged = rule.isKept ? keepsState : changesNothing;
      const answer = await unchanged(on, () => rule.send(on, facts));
      assertRefused(answer, rule.status);
      assert.deepEqual(answer.body.issue, rule.issues);
    });
  }

  test('and each is told once', () => {
    const names = CATALOGUE.map(({ message, when }) => `${message}: ${when}`);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('$validate', () => {
  function validate(body: object) {
    return spine().call(`${LEGACY}/$validate`, { as: 'prescriber', body });
  }

  test('finds nothing wrong with a good order, and sends it nowhere', () =>
    changesNothing(spine(), async () => {
      const answer = await validate(ORDER.build(newFacts()));
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body.issue, [{ code: 'informational', severity: 'information' }]);
    }));

  test('looks at the structure and at no rule', async () => {
    const plan = JSON.stringify(ORDER.build(newFacts())).replaceAll('"order"', '"plan"');
    assert.equal((await validate(JSON.parse(plan) as object)).status, 200);
    const wrong = plan.replaceAll('"plan"', '"wish"');
    assertRefused(await validate(JSON.parse(wrong) as object), 400);
  });
});

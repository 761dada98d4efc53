import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { assertRefused, changesNothing } from '../bad-input/checks.ts';
import { newFacts, ORDER, sendAs } from '../bad-input/kinds.ts';
import { LEGACY, testSpine } from '../support/server.ts';
import { CATALOGUE } from './catalogue.ts';

// Shows: Validation | each rule of the catalogue refuses its example, in the contract's words
// Shows: FHIR prescribing | validate a message without sending it

const spine = testSpine();

describe('each rule of the catalogue refuses its example, and nothing is changed', () => {
  for (const { kind, when, build, issues } of CATALOGUE) {
    test(`${kind.name}: ${when}`, () =>
      changesNothing(spine(), async () => {
        const answer = await sendAs(spine(), kind, build(newFacts()));
        assertRefused(answer, 400);
        assert.deepEqual(answer.body.issue, issues);
      }));
  }

  test('when it is the only thing that is wrong', () => {
    const names = CATALOGUE.map(({ kind, when }) => `${kind.name}: ${when}`);
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

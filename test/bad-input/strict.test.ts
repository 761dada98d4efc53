import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { type Answer, DISPENSING, LEGACY, testSpine, type TestSpine } from '../support/server.ts';
import { assertIssue, assertRefused, changesNothing, standing, stateDigest } from './checks.ts';
import * as kinds from './kinds.ts';
import { type Facts, type Kind, KINDS, prepared, sendAs } from './kinds.ts';

// Shows: Access | strict: nobody acts for another organisation or on what another pharmacy holds

const strict = testSpine({ organisationCheck: 'strict', holderCheck: 'strict' });
const compatible = testSpine();

const { RELEASE_NOMINATED, RELEASE_PATIENT, RETURN, DISPENSE, AMEND, WITHDRAW, CLAIM } = kinds;

/** What only the holder may do, once it is strict. */
const OF_THE_HOLDER: readonly Kind[] = [RETURN, DISPENSE, AMEND, WITHDRAW, CLAIM];

const another = (kind: Kind): string => `other-${kind.as}`;

const NOT_YOURS = 'The organisation in the message is not the organisation of the access token.';

function assertNotYours(answer: Answer): void {
  const issue = { severity: 'fatal', code: 'forbidden', diagnostics: NOT_YOURS };
  assertIssue(answer, 403, issue);
}

/** The message as another pharmacy sends it for itself. */
function byAnotherPharmacy(spine: TestSpine, kind: Kind, facts: Facts): Promise<Answer> {
  const own = { ...facts, dispenser: PERSONAS.otherDispenser };
  return sendAs(spine, kind, kind.build(own), 'other-dispenser');
}

describe('a token of another organisation than the message’s', () => {
  for (const kind of KINDS) {
    test(`is refused where that is strict, and changes nothing: ${kind.name}`, async () => {
      const facts = await prepared(strict(), kind);
      await changesNothing(strict(), async () => {
        assertNotYours(await sendAs(strict(), kind, kind.build(facts), another(kind)));
      });
    });

    test(`is enough where it is compatible: ${kind.name}`, async () => {
      const facts = await prepared(compatible(), kind);
      const answer = await sendAs(compatible(), kind, kind.build(facts), another(kind));
      assert.equal(answer.status, 200, answer.text);
      const after = await standing(compatible().database, facts.shortFormId);
      assert.equal(after?.status, kind.leaves);
    });
  }

  test('is refused of an application too', async () => {
    const facts = await prepared(strict(), RELEASE_NOMINATED);
    const path = `${DISPENSING}${RELEASE_NOMINATED.path}`;
    const others = { ...facts, dispenser: PERSONAS.otherDispenser };
    await changesNothing(strict(), async () => {
      const body = RELEASE_NOMINATED.build(others);
      assertNotYours(await strict().call(path, { as: 'system', body }));
    });
    const own = await strict().call(path, { as: 'system', body: RELEASE_NOMINATED.build(facts) });
    assert.equal(own.status, 200, own.text);
  });

  test('is told after the scope, and before the prescription is looked for', () =>
    changesNothing(strict(), async () => {
      const facts = kinds.newFacts();
      for (const kind of KINDS) {
        assertNotYours(await sendAs(strict(), kind, kind.build(facts), another(kind)));
        const wrongHalf = kind.as === 'prescriber' ? 'other-dispenser' : 'other-prescriber';
        const answer = await sendAs(strict(), kind, kind.build(facts), wrongHalf);
        assert.match(answer.body.issue[0].diagnostics, /^Your app does not have permission/);
      }
    }));
});

describe('what a pharmacy has not', () => {
  for (const kind of OF_THE_HOLDER) {
    test(`it cannot act on where that is strict: ${kind.name}`, async () => {
      const facts = await prepared(strict(), kind);
      const before = await stateDigest(strict().database);
      const answer = await byAnotherPharmacy(strict(), kind, facts);
      assertRefused(answer, 400);
      const [coding] = answer.body.issue[0].details.coding;
      assert.equal(coding.code, 'PRESCRIPTION_WITH_ANOTHER_DISPENSER');
      assert.equal(answer.body.contained[0].identifier[0].value, 'FA565');
      assert.equal(await stateDigest(strict().database), before);
      const own = await sendAs(strict(), kind, kind.build(facts));
      assert.equal(own.status, 200, `the holder still can: ${own.text}`);
    });

    test(`it can act on where it is compatible, as the public clients do: ${kind.name}`, async () => {
      const facts = await prepared(compatible(), kind);
      const answer = await byAnotherPharmacy(compatible(), kind, facts);
      assert.equal(answer.status, 200, answer.text);
      const after = await standing(compatible().database, facts.shortFormId);
      assert.equal(after?.status, kind.leaves);
    });
  }

  test('it cannot take either: who has it is said, in both modes', async () => {
    for (const spine of [strict(), compatible()]) {
      const facts = await prepared(spine, RETURN);
      const answer = await byAnotherPharmacy(spine, RELEASE_PATIENT, facts);
      const [coding] = answer.body.issue[0].details.coding;
      assert.equal(coding.code, 'PRESCRIPTION_WITH_ANOTHER_DISPENSER');
    }
  });

  test('nor does it see in its queue: what is nominated to one is not given to another', async () => {
    const facts = await prepared(strict(), RELEASE_NOMINATED);
    const answer = await byAnotherPharmacy(strict(), RELEASE_NOMINATED, facts);
    assert.equal(answer.body.issue[0].details.coding[0].code, 'NO_MORE_PRESCRIPTIONS');
    const after = await standing(strict().database, facts.shortFormId);
    assert.equal(after?.status, '0001');
  });

  test('it may look up where it is, as anybody with the scope may', async () => {
    const facts = await prepared(strict(), DISPENSE);
    const query = `identifier=${encodeURIComponent(facts.shortFormId)}`;
    const answer = await strict().call(`${LEGACY}/Task?${query}`, { as: 'other-dispenser' });
    assert.equal(answer.body.entry[0].resource.owner.identifier.value, 'FA565');
  });
});

describe('who cancels', () => {
  test('may be another surgery, if it says so itself', async () => {
    const facts = await prepared(strict(), kinds.CANCEL);
    const message = kinds.CANCEL.build({ ...facts, prescriber: PERSONAS.otherPrescriber });
    const answer = await sendAs(strict(), kinds.CANCEL, message, 'other-prescriber');
    assert.equal(answer.status, 200, answer.text);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Bundle } from 'fhir/r4';

import { one } from '../../src/local/sample-messages/testing.ts';
import { testSpine } from '../support/server.ts';
import { CANCEL_ANSWERS } from './cancel-answers.ts';
import { withItems } from './steps.ts';

// Shows: Validation | each answer to a cancel request, in the contract's words

const spine = testSpine();
const clocked = testSpine();

describe('a cancel request is answered', () => {
  for (const rule of CANCEL_ANSWERS) {
    test(`${rule.code} when ${rule.when}`, async () => {
      const on = rule.code === 'R-0005' ? clocked() : spine();
      const authoredAt = rule.code === 'R-0005' ? new Date('2026-01-05T09:00:00Z') : new Date();
      const facts = withItems(1, { authoredAt })();
      for (const step of rule.before) await step(on, facts);
      const answer = await rule.send(on, facts);
      assert.equal(answer.status, rule.status, answer.text);
      const bundle = answer.body as Bundle;
      assert.equal(bundle.resourceType, 'Bundle');
      const request = one(bundle, 'MedicationRequest');
      const [status] = request.extension?.[0]?.extension ?? [];
      assert.deepEqual(status?.valueCoding, {
        system: 'https://fhir.nhs.uk/CodeSystem/medicationrequest-status-history',
        code: rule.code,
        display: rule.text,
      });
      assert.equal(request.status, rule.item);
      const dispenser = request.dispenseRequest?.performer?.identifier?.value;
      assert.equal(dispenser, rule.namesDispenser ? facts.dispenser.organisation.ods : undefined);
    });
  }
});

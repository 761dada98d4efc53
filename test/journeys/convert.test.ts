import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Bundle, Claim, Task } from 'fhir/r4';

import { CLAIM, DISPENSE, type Kind, newFacts, RETURN, WITHDRAW } from '../bad-input/kinds.ts';
import { type Answer, LEGACY, testSpine } from '../support/server.ts';

// Shows: FHIR, all bases | $convert: what cannot be carried over is refused in the contract's words

const spine = testSpine();
const SPINE_ERROR = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';

function convert<Message extends object>(
  kind: Kind,
  change: (message: Message) => void,
): Promise<Answer> {
  const message: Message = JSON.parse(JSON.stringify(kind.build(newFacts())));
  change(message);
  return spine().call(`${LEGACY}/$convert`, { as: kind.as, body: message });
}

function dispensesOf(bundle: Bundle) {
  return (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'MedicationDispense' ? [resource] : [],
  );
}

/** Shape A of the contract: one fatal issue with its path [EPS-FHIR 5.4]. */
function assertUntranslatable(answer: Answer, display: string, path: string | null): void {
  assert.equal(answer.status, 400, answer.text);
  const coding = [{ system: SPINE_ERROR, code: 'INVALID_VALUE', display }];
  assert.deepEqual(answer.body.issue, [
    { code: 'invalid', severity: 'fatal', details: { coding }, expression: [path] },
  ]);
}

describe('$convert refuses', () => {
  test('a product whose request is not contained', async () => {
    const answer = await convert(DISPENSE, (bundle: Bundle) => {
      for (const dispense of dispensesOf(bundle)) {
        dispense.authorizingPrescription = [{ reference: '#nowhere' }];
      }
    });
    const text = 'Contained resource with reference #nowhere not found';
    assertUntranslatable(answer, text, null);
  });

  test('products that differ in why nothing was dispensed', async () => {
    const answer = await convert(DISPENSE, (bundle: Bundle) => {
      const [first] = dispensesOf(bundle);
      assert.ok(first);
      const url =
        'https://fhir.nhs.uk/StructureDefinition/Extension-DM-PrescriptionNonDispensingReason';
      const system = 'https://fhir.nhs.uk/CodeSystem/medicationdispense-status-reason';
      const own = first.extension ?? [];
      const second = {
        ...first,
        extension: [...own, { url, valueCoding: { system, code: '0002' } }],
      };
      first.extension = [...own, { url, valueCoding: { system, code: '0001' } }];
      bundle.entry?.push({
        fullUrl: 'urn:uuid:0b6e2fd2-6c1c-4d0e-9f3e-8f0f5f2f9a11',
        resource: second,
      });
    });
    assert.equal(answer.status, 400, answer.text);
    const path = 'MedicationDispense.extension:prescriptionNonDispensingReason';
    assert.equal(
      answer.body.issue[0].diagnostics,
      `Expected all MedicationDispenses to have the same value for ${path}`,
    );
  });

  test('a return whose requester is no reference', async () => {
    const answer = await convert(RETURN, (task: Task) => {
      task.requester = { display: 'A pharmacist' };
    });
    const text = 'task.requester should be a reference to contained.practitionerRole';
    assertUntranslatable(answer, text, 'task.requester');
  });
});

describe('$convert tells', () => {
  test('why an item that is claimed was not dispensed', async () => {
    const answer = await convert(CLAIM, ({ item: [item] = [] }: Claim) => {
      const [detail] = item?.detail ?? [];
      assert.ok(detail);
      const url = 'https://fhir.nhs.uk/StructureDefinition/Extension-EPS-TaskBusinessStatusReason';
      const system = 'https://fhir.nhs.uk/CodeSystem/EPS-task-business-status-reason';
      const reason = {
        url,
        valueCoding: { system, code: '0003', display: 'Prescription expired' },
      };
      detail.extension = [...(detail.extension ?? []), reason];
    });
    assert.equal(answer.status, 200, answer.text);
    const value = '<value code="0003" codeSystem="2.16.840.1.113883.2.1.3.2.4.16.31"';
    assert.ok(answer.text.includes(`${value} displayName="Prescription expired"/>`), answer.text);
  });

  test('which issue is withdrawn, counted from one', async () => {
    const answer = await convert(WITHDRAW, (task: Task) => {
      const url = 'https://fhir.nhs.uk/StructureDefinition/Extension-EPS-RepeatInformation';
      const issued = { url: 'numberOfRepeatsIssued', valueInteger: 2 };
      task.extension = [{ url, extension: [issued] }];
    });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /<code code="RPI"[^>]*\/>\s*<value value="3"\/>/);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { codeSystems } from '../../src/gateways/fhir/structure/code-systems.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../../src/prescriptions/statuses.ts';

describe('a status that the published list has', () => {
  test('is one that a prescription or its item can have', () => {
    const system = 'https://fhir.nhs.uk/CodeSystem/medicationdispense-type';
    const items = Object.values(ITEM_STATUSES).map(({ code }) => code);
    assert.deepEqual([...(codeSystems.get(system) ?? [])].toSorted(), items.toSorted());
    const issues: readonly string[] = Object.values(ISSUE_STATUSES).map(({ code }) => code);
    const told = codeSystems.get('https://fhir.nhs.uk/CodeSystem/EPS-task-business-status') ?? [];
    for (const code of told) assert.ok(issues.includes(code));
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BASES } from '../../src/gateways/fhir/interaction.ts';
import { openAdmission, URGENCIES } from '../../src/platform/admission.ts';
import { admitBy, refusedBy, urgencyOf } from '../../src/urgency.ts';

const OPERATIONS = ['/Task', '/Task/$release', '/Claim', '/$process-message', '/$validate'];
const BODIES = ['', 'group-identifier', 'dispense-notification'].map((text) => Buffer.from(text));
const REQUESTS = Object.values(BASES).flatMap((base) =>
  OPERATIONS.flatMap((operation) =>
    ['GET', 'POST'].flatMap((method) =>
      BODIES.map((body) => ({ method, path: `${base}/FHIR/R4${operation}`, body })),
    ),
  ),
);

test('what is refused by its head would be refused with its body, however full a process is', () => {
  const refused = new Set<string>();
  for (const urgency of URGENCIES) {
    const admission = openAdmission({ isHeld: () => false });
    while (admission.enter(urgency) !== null); // full of it
    for (const request of REQUESTS) {
      if (!refusedBy(admission)(request)) continue;
      refused.add(`${urgency} ${urgencyOf(request)}`);
      assert.equal(admitBy(admission)(request), null, JSON.stringify(request));
    }
  }
  assert.ok(refused.has('report report') && refused.has('supply supply'), [...refused].join());
  assert.equal(refused.has('poll send'), false);
});

test('how the service is can be asked when it is full', () => {
  const admission = openAdmission({ isHeld: () => false });
  while (admission.enter('supply') !== null);
  assert.equal(refusedBy(admission)({ method: 'GET', path: '/_ready' }), false);
});

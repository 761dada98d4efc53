import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';

import { derivedUuid } from '../../kernel/uuid.ts';
import { PERSONAS } from '../personas.ts';
import { aClaim, aDispense, anOrder } from '../testing.ts';
import * as build from './index.ts';

const shortForm = anOrder().shortFormId;
const task = {
  messageId: derivedUuid('task'),
  shortFormId: shortForm,
  nhsNumber: anOrder().patient.nhsNumber,
  dispenser: PERSONAS.dispenser,
  authoredAt: new Date('2026-01-05T12:00:00Z'),
};
const { messageId: _, ...sent } = anOrder();
const cancellation = {
  messageId: derivedUuid('cancel'),
  order: sent,
  item: { itemId: derivedUuid('item', '0'), medication: build.medication(0) },
  canceller: PERSONAS.prescriber,
  reason: '0001',
} as const;

const MESSAGES: Record<string, unknown> = {
  order: build.order(anOrder()),
  'order, repeat, not nominated': build.order(anOrder({ course: 'repeat', nominated: null })),
  'order by a nurse': build.order(anOrder({ prescriber: PERSONAS.nurse })),
  cancel: build.cancel(cancellation),
  'cancel by another': build.cancel({ ...cancellation, canceller: PERSONAS.nurse }),
  'nominated release': build.releaseNominated({
    requestId: derivedUuid('r'),
    dispenser: PERSONAS.dispenser,
  }),
  'patient release': build.releasePatient({
    requestId: derivedUuid('r'),
    dispenser: PERSONAS.dispenser,
    shortFormId: shortForm,
  }),
  return: build.returnTask({ ...task, releaseId: derivedUuid('release'), reason: '0003' }),
  withdraw: build.withdraw({ ...task, dispenseMessageId: derivedUuid('dispense'), reason: 'MU' }),
  dispense: build.dispense(aDispense()),
  'dispense, repeat, amended': build.dispense(
    aDispense({ course: 'repeat', replacementOf: derivedUuid('x') }),
  ),
  claim: build.claim(aClaim()),
  'claim, repeat, amended': build.claim(
    aClaim({ course: 'repeat', replacementOf: derivedUuid('x') }),
  ),
};

const CHECKER = new URL('../../gateways/fhir/structure/index.ts', import.meta.url);

describe('every sample message', { skip: !existsSync(CHECKER) }, () => {
  for (const [name, message] of Object.entries(MESSAGES)) {
    test(`passes the structure checker: ${name}`, async () => {
      const { checkMessage } = (await import(CHECKER.href)) as {
        checkMessage: (resource: unknown) => readonly unknown[];
      };
      assert.deepEqual(checkMessage(JSON.parse(JSON.stringify(message))), []);
    });
  }
});

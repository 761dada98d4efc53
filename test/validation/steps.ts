import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import type { Bundle } from 'fhir/r4';

import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { type Dispense, dispense, medication } from '../../src/local/sample-messages/index.ts';
import { all } from '../../src/local/sample-messages/testing.ts';
import {
  CANCEL,
  CLAIM,
  DISPENSE,
  type Facts,
  type Kind,
  newFacts,
  ORDER,
  RELEASE_PATIENT,
  sendAs,
} from '../bad-input/kinds.ts';
import { keepStanding } from '../../src/prescriptions/patients/repository.ts';
import type { TestSpine } from '../support/server.ts';
import { OF_NOTHING_ELSE, type Rule, type Send, type Step } from './catalogued.ts';

/** A message of this kind about the prescription of the facts, changed if need be. */
export function sends(
  kind: Kind,
  change: (message: object, facts: Facts) => object = (message) => message,
): Send {
  return (spine, facts) => sendAs(spine, kind, change(kind.build(facts), facts));
}

/** Sent by somebody of another pharmacy. */
export function sendsFromElsewhere(kind: Kind): Send {
  const dispenser = PERSONAS.otherDispenser;
  return (spine, facts) => sendAs(spine, kind, kind.build({ ...facts, dispenser }), dispenser.name);
}

export function accepted(send: Send, status = 200): Step {
  return async (spine, facts) => {
    const answer = await send(spine, facts);
    assert.equal(answer.status, status, answer.text);
  };
}

/** It is this instant for the Spine, and stays so. */
export function at(instant: string): Step {
  return (spine: TestSpine) => spine.setClock(instant);
}

/** The demographics service has told of their death. */
export const patientDied: Step = async ({ database }, { patient }) => {
  const standing = { isDeceased: true, supersededBy: null };
  await keepStanding(database, patient.nhsNumber, standing);
};

export const ordered = accepted(sends(ORDER));
export const released = accepted(sends(RELEASE_PATIENT));
export const cancelled = accepted(sends(CANCEL));
/** Before the prescription: not found, and held for it. */
export const cancelledFirst = accepted(sends(CANCEL), 400);

/** Codes of items, in order, and that of the prescription, as a notification tells them. */
export type Told = {
  readonly items: readonly string[];
  readonly status: string;
  readonly id?: string;
  readonly replaces?: string;
};

export function telling({ items, status, id, replaces }: Told): Send {
  return sends(DISPENSE, (message, facts) => {
    const bundle = structuredClone(message) as Bundle;
    if (id !== undefined) bundle.identifier = { ...bundle.identifier, value: id };
    return withCodes(
      replaces === undefined ? bundle : dispense(amending(facts, replaces)),
      items,
      status,
    );
  });
}

/** The first notification, which others can name. */
export function firstTelling(items: readonly string[], status: string): Step {
  return (spine, facts) => accepted(telling({ items, status, id: facts.dispenseId }))(spine, facts);
}

export const dispensed = firstTelling(['0001'], '0006');
export const claimed = accepted((spine, facts) =>
  sendAs(spine, CLAIM, withId(CLAIM.build(facts), facts.releaseId)),
);

/** The claim's id: the release id of the facts, which nothing checks. */
export function withId(message: object, value: string): object {
  const { identifier } = message as { identifier: { system: string }[] };
  return { ...message, identifier: identifier.map((one) => ({ ...one, value })) };
}

function amending(facts: Facts, replacementOf: string): Dispense {
  const { nhsNumber } = facts.patient;
  const items = facts.items.map((item) => ({
    ...item,
    dispensedItemId: randomUUID(),
    outcome: 'FullyDispensed' as const,
    supplied: item.medication.quantity,
  }));
  return {
    ...facts,
    items,
    nhsNumber,
    replacementOf,
    messageId: randomUUID(),
    outcome: 'Dispensed',
    handedOverAt: facts.authoredAt,
  };
}

function withCodes(bundle: Bundle, items: readonly string[], status: string): Bundle {
  for (const [index, supply] of all(bundle, 'MedicationDispense').entries()) {
    const [coding] = supply.type?.coding ?? [];
    Object.assign(coding ?? {}, { code: items[index], display: undefined });
    for (const { url, valueCoding } of supply.extension ?? []) {
      if (!url.endsWith('EPS-TaskBusinessStatus')) continue;
      Object.assign(valueCoding ?? {}, { code: status, display: undefined });
    }
  }
  return bundle;
}

/** A prescription nominated to nobody. */
export function withItems(count: number, changes: Partial<Facts> = {}): () => Facts {
  return () => {
    const items = Array.from({ length: count }, (_, n) => ({
      itemId: randomUUID(),
      medication: medication(n),
    }));
    return newFacts({ nominated: null, items, ...changes });
  };
}

type Stand = Partial<Rule> & { readonly before: readonly Step[]; readonly send: Send };

/** A rule that looks at how the prescription stands. */
export function standing(message: string, source: string) {
  return (when: string, issue: Issue, stand: Stand): Rule => ({
    ...OF_NOTHING_ELSE,
    facts: withItems(1),
    isKept: true,
    message,
    source,
    when,
    issues: [issue],
    ...stand,
  });
}

export function refusal(code: string, coding: string, display: string): Issue {
  return spoken('EPS-IssueCode', code, coding, display);
}

export function spoken(list: string, code: string, coding: string, display: string): Issue {
  const system = `https://fhir.nhs.uk/CodeSystem/${list}`;
  return { code, severity: 'error', details: { coding: [{ system, code: coding, display }] } };
}

export const NOT_FOUND = refusal(
  'not-found',
  'PRESCRIPTION_NOT_FOUND',
  'Prescription can not be found. Contact prescriber',
);
export const STATE = refusal(
  'business-rule',
  'PRESCRIPTION_INVALID_STATE_TRANSITION',
  'Invalid State Transition for Prescription',
);
export const REPEATS = refusal(
  'business-rule',
  'MISMATCH_AUTHORISED_REPEAT_COUNT',
  'Mismatch in authorised repeat counts',
);
export const NOT_LAST = refusal(
  'business-rule',
  'DISPENSE_AMEND_IDENTIFIER_MISMATCH',
  'Dispense Amendment/Cancellation Request does not pertain to Last Dispense',
);

import fc from 'fast-check';
import type { Bundle, Claim, Parameters, Task } from 'fhir/r4';

import { ORGANISATIONS } from '../../src/local/organisations.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { type Person, PERSONAS } from '../../src/local/personas.ts';
import {
  cancel,
  type ClaimedItem,
  claim,
  dispense,
  medication,
  newShortFormId,
  outcomeOf,
  releaseNominated,
  releasePatient,
  returnTask,
  withdraw,
} from '../../src/local/sample-messages/index.ts';
import {
  CANCEL_REASONS,
  NOT_DISPENSED_REASONS,
  RETURN_REASONS,
  WITHDRAW_REASONS,
} from '../../src/local/sample-messages/reasons.ts';
import { COURSE_OF_THERAPY } from '../../src/local/sample-messages/parts.ts';
import type { ItemOutcome } from '../../src/local/sample-messages/dispense.ts';
import { ofIssue } from '../support/repeat-dispensing.ts';

/** What comes after an order, as our messages write it, of anybody about anything. */
export type Acts = {
  readonly cancel: fc.Arbitrary<Bundle>;
  readonly nominatedRelease: fc.Arbitrary<Parameters>;
  readonly patientRelease: fc.Arbitrary<Parameters>;
  readonly return: fc.Arbitrary<Task>;
  readonly withdraw: fc.Arbitrary<Task>;
  readonly dispense: fc.Arbitrary<Bundle>;
  readonly claim: fc.Arbitrary<Claim>;
};

const ID = fc.uuid({ version: 4 });
const WHEN = fc.date({
  min: new Date('2020-01-01'),
  max: new Date('2030-01-01'),
  noInvalidDate: true,
});
const NHS_NUMBER = fc.constantFrom(...Object.values(PATIENTS).map(({ nhsNumber }) => nhsNumber));
const SHORT_FORM_ID = fc
  .tuple(fc.constantFrom('A83008', 'Y12', 'X26'), fc.integer())
  .map(([ods, seed]) => newShortFormId(ods, fractions(seed)));

/** All that a notification may report of an item [EPS-LIFECYCLE 5.1]. */
const OUTCOMES: Readonly<Record<ItemOutcome, true>> = {
  FullyDispensed: true,
  NotDispensed: true,
  PartiallyDispensed: true,
  Owing: true,
  Cancelled: true,
  Expired: true,
  WithDispenser: true,
};

/** Numbers from 0 up to 1 that follow from the seed. */
function fractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function words(unit: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.string({ unit, minLength: 1, maxLength: 20 });
}

function oneOf<Code extends string>(codes: Readonly<Record<Code, unknown>>): fc.Arbitrary<Code> {
  return fc.constantFrom(...(Object.keys(codes) as Code[]));
}

/** Somebody with the rights of a persona, under any name, at a place with any name. */
function personLike<Known extends Person>(known: Known, text: fc.Arbitrary<string>) {
  const ods = fc.constantFrom('FA565', 'VNE51', 'A83008', 'RX7');
  const organisation = fc
    .record({ ods, name: text, line: fc.array(text, { minLength: 1, maxLength: 3 }), city: text })
    .map((told) => ({ ...ORGANISATIONS.pharmacy, telecom: '01632960103', ...told }));
  return fc
    .record({ display: text, given: text, family: text, organisation })
    .map((told): Known => ({ ...known, ...told }));
}

export function acts(unit: fc.Arbitrary<string>): Acts {
  const text = words(unit);
  const dispenser = personLike(PERSONAS.dispenser, text);
  const release = fc.record({ requestId: ID, dispenser });
  const task = {
    messageId: ID,
    shortFormId: SHORT_FORM_ID,
    nhsNumber: NHS_NUMBER,
    dispenser,
    authoredAt: WHEN,
  };
  return {
    cancel: cancels(text),
    nominatedRelease: release.map(releaseNominated),
    patientRelease: fc
      .record({ shortFormId: SHORT_FORM_ID, of: release })
      .map(({ shortFormId, of }) => releasePatient({ ...of, shortFormId })),
    return: ofAnyIssue(
      fc.record({ ...task, releaseId: ID, reason: oneOf(RETURN_REASONS) }).map(returnTask),
    ),
    withdraw: ofAnyIssue(
      fc.record({ ...task, dispenseMessageId: ID, reason: oneOf(WITHDRAW_REASONS) }).map(withdraw),
    ),
    ...supplies(dispenser),
  };
}

/** A Task tells its issue, counted from nought, or none [EPS-FHIR 4.6]. */
function ofAnyIssue(tasks: fc.Arbitrary<Task>): fc.Arbitrary<Task> {
  return fc
    .record({ task: tasks, issue: fc.option(fc.integer({ min: 1, max: 99 })) })
    .map(({ task, issue }) => (issue === null ? task : ofIssue(task, issue)));
}

/** What was supplied, of any issue of the prescription, told or claimed for the first time or again. */
function supplies(dispenser: fc.Arbitrary<Person>): Pick<Acts, 'dispense' | 'claim'> {
  const common = {
    messageId: ID,
    shortFormId: SHORT_FORM_ID,
    longFormId: ID,
    course: oneOf(COURSE_OF_THERAPY),
    dispenser,
    nhsNumber: NHS_NUMBER,
    counts: fc.nat(98).chain((allowed) => fc.tuple(fc.constant(allowed), fc.nat(allowed))),
    replaced: fc.option(ID),
  };
  const dispensed = fc
    .record({
      ...common,
      releaseId: ID,
      items: suppliedItems(oneOf(OUTCOMES)),
      handedOverAt: WHEN,
    })
    .map(({ counts, replaced, ...of }) =>
      counted(counts, dispense({ ...of, outcome: outcomeOf(of.items), ...replacing(replaced) })),
    );
  const claimed = fc
    .record({
      ...common,
      items: suppliedItems(fc.constantFrom('FullyDispensed', 'NotDispensed')),
      createdAt: WHEN,
      outcome: fc.constantFrom('Dispensed' as const, 'NotDispensed' as const),
    })
    .map(({ counts, replaced, ...of }) =>
      counted(counts, claim({ ...of, ...replacing(replaced) })),
    );
  return { dispense: dispensed, claim: claimed };
}

function suppliedItems(outcome: fc.Arbitrary<ItemOutcome>): fc.Arbitrary<ClaimedItem[]> {
  const item = fc
    .record({
      itemId: ID,
      dispensedItemId: ID,
      claimedItemId: ID,
      index: fc.nat(3),
      outcome,
      supplied: fc.nat(500),
      why: oneOf(NOT_DISPENSED_REASONS),
    })
    .map(({ index, why, ...told }) => ({
      ...told,
      medication: medication(index),
      ...(told.outcome === 'NotDispensed' ? { reason: why } : {}),
    }));
  return fc.uniqueArray(item, { minLength: 1, maxLength: 4, selector: ({ itemId }) => itemId });
}

function replacing(replaced: string | null): { readonly replacementOf?: string } {
  return replaced === null ? {} : { replacementOf: replaced };
}

/** The same message about another issue than the only one. */
function counted<Message>([allowed, issued]: readonly [number, number], message: Message): Message {
  const text = JSON.stringify(message)
    .replaceAll(
      'numberOfRepeatsAllowed","valueInteger":0',
      `numberOfRepeatsAllowed","valueInteger":${allowed}`,
    )
    .replaceAll(
      'numberOfRepeatsIssued","valueInteger":0',
      `numberOfRepeatsIssued","valueInteger":${issued}`,
    );
  return JSON.parse(text);
}

function cancels(text: fc.Arbitrary<string>): Acts['cancel'] {
  const item = fc
    .record({ itemId: ID, index: fc.nat(3) })
    .map(({ itemId, index }) => ({ itemId, medication: medication(index) }));
  return fc
    .record({
      messageId: ID,
      shortFormId: SHORT_FORM_ID,
      longFormId: ID,
      item,
      prescriber: personLike(PERSONAS.prescriber, text),
      canceller: fc.option(personLike(PERSONAS.nurse, text)),
      patient: fc.constantFrom(...Object.values(PATIENTS)),
      reason: oneOf(CANCEL_REASONS),
      authoredAt: WHEN,
    })
    .map(({ messageId, item: only, canceller, reason, ...order }) =>
      cancel({
        messageId,
        order: { ...order, course: 'acute', nominated: null, items: [only] },
        item: only,
        canceller: canceller ?? order.prescriber,
        reason,
      }),
    );
}

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import type { Bundle, Extension, MedicationRequest } from 'fhir/r4';

import { PATIENTS } from '../../src/local/patients.ts';
import { all, one } from '../../src/local/sample-messages/testing.ts';
import { DISPENSE, type Facts, newFacts, ORDER, RELEASE_NOMINATED } from '../bad-input/kinds.ts';
import { RELEASE_PATIENT, RETURN, sendAs } from '../bad-input/kinds.ts';
import { ISSUES, numbered, ofIssue, repeatDispensing } from '../support/repeat-dispensing.ts';
import { type Answer, testSpine } from '../support/server.ts';

// Shows: FHIR dispensing | repeat dispensing: each issue is released with its number, its period and when the last was dispensed

const spine = testSpine();

const NHS = 'https://fhir.nhs.uk';
const EPS_REPEATS = `${NHS}/StructureDefinition/Extension-EPS-RepeatInformation`;
const UK_REPEATS =
  'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationRepeatInformation';
const DISPENSING = `${NHS}/StructureDefinition/Extension-EPS-DispensingInformation`;

const AUTHORED = new Date('2025-03-03T10:00:00Z');
const facts: Facts = newFacts({
  course: 'repeat',
  patient: PATIENTS.child,
  authoredAt: AUTHORED,
});

async function accepted(send: Promise<Answer>): Promise<Answer> {
  const answer = await send;
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

/** The only prescription of the answer. */
function prescriptionIn({ body }: Answer): Bundle {
  const [passed, failed] = body.parameter;
  assert.equal(passed.resource.total, 1);
  assert.equal(failed.resource.total, 0);
  return passed.resource.entry[0].resource as Bundle;
}

function itemIn(answer: Answer): MedicationRequest {
  return one(prescriptionIn(answer), 'MedicationRequest');
}

/** What an extension says, by the names of its parts. */
function toldBy(of: { extension?: Extension[] | undefined }, url: string): object | null {
  const found = of.extension?.find((each) => each.url === url);
  if (found === undefined) return null;
  const parts = (found.extension ?? []).map((part) => [
    part.url,
    part.valueInteger ?? part.valueUnsignedInt ?? part.valueDate ?? part.valueDateTime,
  ]);
  return Object.fromEntries(parts) as object;
}

function basisOf(item: MedicationRequest): object | null {
  const [basis] = item.basedOn ?? [];
  assert.equal(basis?.reference, facts.items[0]?.itemId);
  return toldBy(basis ?? {}, EPS_REPEATS);
}

const nominated = (): Promise<Answer> =>
  sendAs(spine(), RELEASE_NOMINATED, RELEASE_NOMINATED.build(facts));
const byId = (): Promise<Answer> => sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(facts));

describe('the first issue of repeat dispensing', () => {
  let item: MedicationRequest;
  before(async () => {
    await spine().setClock('2025-03-03T12:00:00Z');
    await accepted(sendAs(spine(), ORDER, repeatDispensing(ORDER.build(facts))));
    item = itemIn(await accepted(nominated()));
  });

  test('is an instance of an order that stands', () => {
    assert.equal(item.intent, 'reflex-order');
    assert.equal(item.status, 'active');
    assert.deepEqual(item.courseOfTherapyType, {
      coding: [
        {
          system: `${NHS}/CodeSystem/medicationrequest-course-of-therapy`,
          code: 'continuous-repeat-dispensing',
          display: 'Continuous long term (repeat dispensing)',
        },
      ],
    });
  });

  test('has its number, from nought where the order is named and from one beside it', () => {
    assert.deepEqual(basisOf(item), {
      numberOfRepeatsAllowed: ISSUES - 1,
      numberOfRepeatsIssued: 0,
    });
    assert.deepEqual(toldBy(item, UK_REPEATS), {
      authorisationExpiryDate: '2025-09-03',
      numberOfPrescriptionsIssued: 1,
    });
  });

  test('says how often, from when until when, and for how long', () => {
    const { extension = [], ...asked } = item.dispenseRequest ?? {};
    assert.equal(asked.numberOfRepeatsAllowed, ISSUES - 1);
    assert.deepEqual(asked.validityPeriod, { start: '2025-03-03', end: '2026-03-03' });
    assert.deepEqual(asked.expectedSupplyDuration, {
      value: 28,
      unit: 'days',
      system: 'http://unitsofmeasure.org',
      code: 'd',
    });
    assert.equal(asked.performer?.identifier?.value, 'FA565');
    assert.equal(extension[0]?.valueCoding?.code, 'P1');
    assert.equal(extension[0]?.valueCoding?.display, undefined);
  });

  test('does not say when it was last dispensed', () => {
    assert.equal(toldBy(item, DISPENSING), null);
  });
});

describe('the next issue', () => {
  let item: MedicationRequest;
  before(async () => {
    await accepted(sendAs(spine(), DISPENSE, numbered(DISPENSE.build(facts), 1)));
  });

  test('waits for its day: 28 days of supply, less seven', async () => {
    await spine().setClock('2025-03-23T23:59:00Z');
    const answer = await accepted(nominated());
    assert.equal(answer.body.issue[0].details.coding[0].code, 'NO_MORE_PRESCRIPTIONS');
    await spine().setClock('2025-03-24T00:00:00Z');
    item = itemIn(await accepted(nominated()));
  });

  test('is the second, and says when the first was dispensed', () => {
    assert.deepEqual(basisOf(item), {
      numberOfRepeatsAllowed: ISSUES - 1,
      numberOfRepeatsIssued: 1,
    });
    assert.deepEqual(toldBy(item, UK_REPEATS), {
      authorisationExpiryDate: '2025-09-03',
      numberOfPrescriptionsIssued: 2,
    });
    assert.deepEqual(toldBy(item, DISPENSING), { dateLastDispensed: '2025-03-03' });
    assert.equal(item.status, 'active');
    assert.deepEqual(
      item.extension?.map(({ url }) => url.replace(/^.*Extension-/, '')),
      [
        'DM-ResponsiblePractitioner',
        'DM-PrescriptionType',
        'UKCore-MedicationRepeatInformation',
        'EPS-DispensingInformation',
      ],
    );
  });
});

describe('an issue that came back', () => {
  test('is the same issue when another pharmacy asks for it by its id', async () => {
    const unnumbered = await sendAs(spine(), RETURN, RETURN.build(facts));
    assert.equal(unnumbered.status, 400);
    const { code } = unnumbered.body.issue[0].details.coding[0];
    assert.equal(code, 'MISMATCH_AUTHORISED_REPEAT_COUNT');
    await accepted(sendAs(spine(), RETURN, ofIssue(RETURN.build(facts), 2)));
    const answer = await accepted(nominated());
    assert.equal(answer.body.issue[0].details.coding[0].code, 'NO_MORE_PRESCRIPTIONS');
    const item = itemIn(await accepted(byId()));
    assert.deepEqual(basisOf(item), {
      numberOfRepeatsAllowed: ISSUES - 1,
      numberOfRepeatsIssued: 1,
    });
  });

  test('is followed by the last, which any pharmacy may have early', async () => {
    await accepted(sendAs(spine(), DISPENSE, numbered(DISPENSE.build(facts), 2)));
    const answer = await accepted(byId());
    assert.deepEqual(basisOf(itemIn(answer)), {
      numberOfRepeatsAllowed: ISSUES - 1,
      numberOfRepeatsIssued: ISSUES - 1,
    });
    assert.equal(all(prescriptionIn(answer), 'Provenance').length, 1);
  });
});

import { at, listAt, numberAt, textAt } from '../client/json.ts';
import type { Medication } from '../sample-messages/index.ts';
import type { Remembered, RememberedItem } from './remembered.ts';

export type Released = {
  /** Identifier of the release response: later messages point at it [EPS-FHIR 4.5]. */
  readonly releaseId: string;
  readonly prescriptions: readonly Remembered[];
  /** Prescriptions that came with a fault, such as a bad signature. */
  readonly failed: number;
};

/** Reads a release response; null when there is no prescription Bundle in it. */
export function readReleased(body: unknown): Released | null {
  const passed = parameter(body, 'passedPrescriptions');
  const releaseId = textAt(passed, 'identifier', 'value');
  if (releaseId === null) return null;
  return {
    releaseId,
    prescriptions: listAt(passed, 'entry').flatMap(
      (entry) => readPrescription(at(entry, 'resource'), releaseId) ?? [],
    ),
    // A fault and its prescription come as two entries.
    failed: listAt(parameter(body, 'failedPrescriptions'), 'entry').length / 2,
  };
}

function parameter(body: unknown, name: string): unknown {
  const found = listAt(body, 'parameter').find((each) => textAt(each, 'name') === name);
  return at(found, 'resource');
}

/** Reads a prescription Bundle, as released or as sent; null when it holds no item. */
export function readPrescription(bundle: unknown, releaseId: string | null): Remembered | null {
  const resources = listAt(bundle, 'entry').map((entry) => at(entry, 'resource'));
  const ofType = (type: string): readonly unknown[] =>
    resources.filter((resource) => textAt(resource, 'resourceType') === type);
  const requests = ofType('MedicationRequest');
  const [first] = requests;
  const shortFormId = textAt(first, 'groupIdentifier', 'value');
  if (shortFormId === null) return null;
  const course = textAt(first, 'courseOfTherapyType', 'coding', 0, 'code');
  const longFormId = listAt(first, 'groupIdentifier', 'extension').map((extension) =>
    textAt(extension, 'valueIdentifier', 'value'),
  )[0];
  return {
    shortFormId,
    longFormId: longFormId ?? '',
    course: course === 'acute' ? 'acute' : 'repeat',
    nhsNumber: textAt(ofType('Patient')[0], 'identifier', 0, 'value') ?? '',
    nominated: textAt(first, 'dispenseRequest', 'performer', 'identifier', 'value'),
    prescriber: null,
    authoredAt: textAt(first, 'authoredOn') ?? textAt(ofType('Provenance')[0], 'recorded') ?? '',
    items: requests.map(readItem),
    releaseId,
    dispenses: [],
    claimId: null,
  };
}

function readItem(request: unknown): RememberedItem {
  // A cancelled or stopped item must be reported as what it is [EPS-LIFECYCLE 5.1].
  const status = textAt(request, 'status');
  return {
    itemId: textAt(request, 'identifier', 0, 'value') ?? '',
    medication: readMedication(request),
    outcome:
      status === 'cancelled' ? 'Cancelled' : status === 'stopped' ? 'Expired' : 'WithDispenser',
    supplied: 0,
  };
}

function readMedication(request: unknown): Medication {
  const coding = at(request, 'medicationCodeableConcept', 'coding', 0);
  const quantity = at(request, 'dispenseRequest', 'quantity');
  return {
    code: textAt(coding, 'code') ?? '',
    display: textAt(coding, 'display') ?? '',
    unit: { code: textAt(quantity, 'code') ?? '', display: textAt(quantity, 'unit') ?? '' },
    quantity: numberAt(quantity, 'value') ?? 0,
    dosage: textAt(request, 'dosageInstruction', 0, 'text') ?? '',
  };
}

import { randomUUID } from 'node:crypto';

import type { Medication } from './sample-messages/index.ts';
import {
  MEDICATIONS,
  claim,
  dispense,
  newShortFormId,
  order,
  releasePatient,
} from './sample-messages/index.ts';
import { ALL_PATIENTS } from './patients.ts';
import { PERSONAS, type Persona } from './personas.ts';
import { present } from '../kernel/bug.ts';
import type { Clock } from '../platform/clock.ts';

export type JourneyParts = {
  /** Where the datacentre listens. */
  readonly url: string;
  readonly tokenFor: (persona: Persona) => string;
  readonly clock: Clock;
};

/** A prescription from surgery to claim, through the front door of one datacentre; throws where it ends early. */
export async function travel(parts: JourneyParts): Promise<void> {
  const at = parts.clock.now();
  const ids = {
    shortFormId: newShortFormId(PERSONAS.prescriber.organisation.ods, Math.random),
    longFormId: randomUUID(),
  };
  const patient = present(ALL_PATIENTS[0], 'synthetic patient');
  const medication: Medication = present(MEDICATIONS[0], 'sample medication');
  const itemId = randomUUID();
  const { prescriber, dispenser } = PERSONAS;
  const sent = {
    ...ids,
    course: 'acute',
    prescriber,
    patient,
    nominated: null,
    authoredAt: at,
  } as const;
  await post(
    parts,
    prescriber,
    'fhir-prescribing/FHIR/R4/$process-message',
    order({
      ...sent,
      messageId: randomUUID(),
      items: [{ itemId, medication }],
    }),
  );
  const requestId = randomUUID();
  await post(
    parts,
    dispenser,
    'fhir-dispensing/FHIR/R4/Task/$release',
    releasePatient({ requestId, dispenser, shortFormId: ids.shortFormId }),
  );
  const item = {
    itemId,
    dispensedItemId: randomUUID(),
    medication,
    outcome: 'FullyDispensed' as const,
    supplied: medication.quantity,
  };
  const told = {
    ...ids,
    course: 'acute',
    dispenser,
    nhsNumber: patient.nhsNumber,
    outcome: 'Dispensed',
  } as const;
  await post(
    parts,
    dispenser,
    'fhir-dispensing/FHIR/R4/$process-message',
    dispense({
      ...told,
      messageId: randomUUID(),
      releaseId: requestId,
      items: [item],
      handedOverAt: at,
    }),
  );
  await post(
    parts,
    dispenser,
    'fhir-dispensing/FHIR/R4/Claim',
    claim({
      ...told,
      messageId: randomUUID(),
      items: [{ ...item, claimedItemId: randomUUID() }],
      createdAt: at,
    }),
  );
}

async function post(
  parts: JourneyParts,
  persona: Persona,
  path: string,
  body: object,
): Promise<void> {
  const answer = await fetch(`${parts.url}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      authorization: `Bearer ${parts.tokenFor(persona)}`,
      'content-type': 'application/fhir+json',
      'x-request-id': randomUUID(),
    },
  });
  const text = await answer.text();
  if (answer.status !== 200)
    throw new Error(`the synthetic journey ended at ${path}: ${answer.status} ${text}`);
}

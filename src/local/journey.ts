import { randomUUID } from 'node:crypto';

import type { Bundle } from 'fhir/r4';

import {
  type ClaimedItem,
  MEDICATIONS,
  claim,
  dispense,
  newShortFormId,
  order,
  releasePatient,
  withSignature,
} from './sample-messages/index.ts';
import { parseJson, textAt } from './client/json.ts';
import { served } from './client/served.ts';
import { ALL_PATIENTS } from './patients.ts';
import { PERSONAS, type Persona } from './personas.ts';
import type { SigningKey } from './signing/card-key.ts';
import { signatureData } from './signing/sign.ts';
import { present } from '../kernel/bug.ts';
import type { Clock } from '../platform/clock.ts';

export type JourneyParts = {
  /** Where the datacentre listens. */
  readonly url: string;
  readonly tokenFor: (persona: Persona) => Promise<string>;
  readonly clock: Clock;
  /** The prescriber's. */
  readonly key: SigningKey;
};

/**
 * A prescription from surgery to claim, through the front door of one datacentre; throws where it ends early, and `Busy`
 * where it was refused for now.
 */
export async function travel(parts: JourneyParts): Promise<void> {
  const [prescribed, ...after] = journey(parts.clock.now());
  const signed = await signedOrder(parts, prescribed);
  for (const { by, path, body } of [signed, ...after]) await post(parts, by, path, body);
}

type Step = { readonly by: Persona; readonly path: string; readonly body: object };
type Prescribed = Step & { readonly body: Bundle };

/** One item for a synthetic patient, nominated to nobody, so that it comes into no pharmacy's download. */
function journey(at: Date): [Prescribed, ...Step[]] {
  const { prescriber, dispenser } = PERSONAS;
  const shortFormId = newShortFormId(prescriber.organisation.ods, Math.random);
  const ids = { shortFormId, longFormId: randomUUID(), course: 'acute' } as const;
  const patient = present(ALL_PATIENTS[0], 'synthetic patient');
  const item = suppliedItem();
  const requestId = randomUUID();
  const { nhsNumber } = patient;
  const told = { ...ids, dispenser, nhsNumber, outcome: 'Dispensed', items: [item] } as const;
  const sent = { ...ids, prescriber, patient, nominated: null, items: [item], authoredAt: at };
  const handed = { ...told, releaseId: requestId, handedOverAt: at };
  return [
    { by: prescriber, path: PRESCRIBE, body: order({ ...sent, messageId: randomUUID() }) },
    { by: dispenser, path: RELEASE, body: releasePatient({ requestId, dispenser, shortFormId }) },
    { by: dispenser, path: DISPENSE, body: dispense({ ...handed, messageId: randomUUID() }) },
    {
      by: dispenser,
      path: CLAIM,
      body: claim({ ...told, messageId: randomUUID(), createdAt: at }),
    },
  ];
}

async function signedOrder(parts: JourneyParts, step: Prescribed): Promise<Step> {
  const prepared = await post(parts, step.by, PREPARE, step.body);
  const digest = textAt(prepared, 'parameter', 0, 'valueString') ?? '';
  return { ...step, body: withSignature(step.body, signatureData(parts.key, digest, 'RS256')) };
}

const PREPARE = 'fhir-prescribing/FHIR/R4/$prepare';
const PRESCRIBE = 'fhir-prescribing/FHIR/R4/$process-message';
const RELEASE = 'fhir-dispensing/FHIR/R4/Task/$release';
const DISPENSE = 'fhir-dispensing/FHIR/R4/$process-message';
const CLAIM = 'fhir-dispensing/FHIR/R4/Claim';

/** A whole supply of the first of the sample medications, with ids of its own. */
export function suppliedItem(): ClaimedItem {
  const medication = present(MEDICATIONS[0], 'sample medication');
  return {
    itemId: randomUUID(),
    dispensedItemId: randomUUID(),
    claimedItemId: randomUUID(),
    medication,
    outcome: 'FullyDispensed',
    supplied: medication.quantity,
  };
}

async function post(
  parts: JourneyParts,
  persona: Persona,
  path: string,
  body: object,
): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${await parts.tokenFor(persona)}`,
    'content-type': 'application/fhir+json',
    'x-request-id': randomUUID(),
  };
  const asked = { method: 'POST', body: JSON.stringify(body), headers };
  const answer = await served(fetch(`${parts.url}/${path}`, asked));
  const text = await answer.text();
  if (answer.status !== 200)
    throw new Error(`the synthetic journey ended at ${path}: ${answer.status} ${text}`);
  return parseJson(text);
}

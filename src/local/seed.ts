import type { Bundle } from 'fhir/r4';

import { textAt } from './client/json.ts';
import { NO_APPLICATION } from '../gateways/actor.ts';
import type { FhirRequest } from '../gateways/fhir/interaction.ts';
import { ALL_PATIENTS, PATIENTS } from './patients.ts';
import { PERSONAS } from './personas.ts';
import { randomOf } from './population/random.ts';
import { medication, newShortFormId, order, withSignature } from './sample-messages/index.ts';
import { signingKeyOf } from './signing/card-key.ts';
import { signatureData } from './signing/sign.ts';
import { claimsOf } from './tokens.ts';
import { authoritiesPem, type Cards, signingLists } from '../identity/index.ts';
import { Bug, present } from '../kernel/bug.ts';
import { derivedUuid, type Uuid } from '../kernel/uuid.ts';
import { pkiUrlOf } from '../platform/config.ts';
import { type Database, openDatabase, PATIENCE_MS } from '../platform/database.ts';
import {
  COMPATIBLE,
  openSignatures,
  prescriptionInteractions,
  recordedSignatures,
} from '../prescriptions/index.ts';

/** What a test installation has from the start; the same seed gives the same ids on every machine. */
export type ReadyMade = {
  readonly shortFormId: string;
  readonly nhsNumber: string;
  /** ODS code of the nominated pharmacy; null: any may ask for it by its id. */
  readonly nominated: string | null;
};

export const SEED_DEFAULT = 1;

/** One for each test patient, for the pharmacy that this one nominated; synthetic journeys bring their own. */
export function readyMade(seed: number): ReadyMade[] {
  const random = randomOf(seed);
  const patients = ALL_PATIENTS.filter((patient) => patient !== PATIENTS.probe);
  return patients.map(({ nhsNumber, nominated }) => ({
    shortFormId: newShortFormId(PERSONAS.prescriber.organisation.ods, random),
    nhsNumber,
    nominated,
  }));
}

/** Sends through the front door of the prescriptions what is not there; what was sent before stays as it is. */
export async function seedPrescriptions(databaseUrl: string, seed: number): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connections: 1, connectWithinMs: PATIENCE_MS });
  try {
    const wanted = [...readyMade(seed).entries()];
    const ids = wanted.map(([, { shortFormId }]) => shortFormId);
    const known = new Set(
      (await recordedSignatures(database, ids)).map(({ prescription }) => prescription),
    );
    const missing = wanted.filter(([, { shortFormId }]) => !known.has(shortFormId));
    if (missing.length > 0) await send(database, missing, seed);
  } finally {
    await database.close();
  }
}

type Numbered = readonly (readonly [number, ReadyMade])[];

async function send(database: Database, missing: Numbered, seed: number): Promise<void> {
  const cards: Cards = { database, pkiUrl: pkiUrlOf(process.env) };
  const authorities = await authoritiesPem(cards, 'signing');
  const lists = { database, own: signingLists(cards) };
  const signatures = openSignatures(authorities, () => new Date(), lists);
  if (!signatures.ok) throw new Bug(signatures.error);
  await signatures.value.lists.look(new Date());
  const spine = { database, settings: COMPATIBLE, signatures: signatures.value };
  const interactions = prescriptionInteractions(spine);
  const handleOf = (path: string) =>
    present(
      interactions.find((one) => one.path === path),
      path,
    ).handle;
  const key = await signingKeyOf(database, prescriber);
  if (!key.ok) throw new Bug(key.error);
  for (const [index, one] of missing) {
    const requestId = derivedUuid('seed', one.shortFormId);
    const order = orderOf(one, seed, index);
    const prepared = await handleOf('/$prepare')(requestOf(order, requestId));
    const digest = textAt(prepared.resource, 'parameter', 0, 'valueString') ?? '';
    const signed = withSignature(order, signatureData(key.value, digest, 'RS256'));
    await handleOf('/$process-message')(requestOf(signed, requestId));
  }
}

const { prescriber } = PERSONAS;
const CLAIMS = claimsOf(prescriber, null);
const TODAY = new Date(new Date().toISOString().slice(0, 10));

const REQUEST = {
  base: 'prescribing',
  query: {},
  at: TODAY,
  actor: {
    userId: prescriber.userId,
    roleProfile: prescriber.roleProfileId,
    organisation: prescriber.organisation.ods,
    asid: prescriber.asid,
    session: CLAIMS.sid,
    ...NO_APPLICATION,
    scopes: new Set(prescriber.scopes),
  },
} as const;

function requestOf(order: Bundle, requestId: Uuid): FhirRequest {
  return {
    ...REQUEST,
    requestId,
    resource: { ...order },
    body: Buffer.from(JSON.stringify(order)),
  };
}

function orderOf({ shortFormId, nhsNumber, nominated }: ReadyMade, seed: number, index: number) {
  const word = `${seed} ${index}`;
  const items = Array.from({ length: (index % 4) + 1 }, (_, item) => ({
    itemId: derivedUuid('seed item', word, String(item)),
    medication: medication(index + item),
  }));
  return order({
    shortFormId,
    longFormId: derivedUuid('seed long form', word),
    messageId: derivedUuid('seed message', word),
    course: index % 2 === 0 ? 'acute' : 'repeat',
    items,
    prescriber,
    patient: present(
      ALL_PATIENTS.find((patient) => patient.nhsNumber === nhsNumber),
      'patient',
    ),
    nominated,
    authoredAt: TODAY,
  });
}

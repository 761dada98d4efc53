import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ORGANISATIONS } from './organisations.ts';
import { writeCertificate } from '../directory/cli.ts';
import {
  type AccreditedSystem,
  issueCertificate,
  keepEndpoints,
  type MessageHandler,
  mmInteraction,
  systemsOfParty,
  USUAL_RELIABILITY,
} from '../directory/index.ts';
import { Bug } from '../kernel/bug.ts';
import { type Database, openDatabase, PATIENCE_MS } from '../platform/database.ts';

/** A system of the test installation that speaks HL7 V3. All of them are invented. */
export type TestSystem = {
  readonly name: string;
  readonly asid: string;
  readonly partyKey: string;
  /** Null: a facade, through which anybody's messages come. */
  readonly ods: string | null;
};

/** The ASIDs of the applications of the same organisations; the facade's are those of the NHS's test environments. */
export const TEST_SYSTEMS = {
  surgery: system('surgery', ORGANISATIONS.surgery.ods, '101'),
  otherSurgery: system('other-surgery', ORGANISATIONS.otherSurgery.ods, '102'),
  pharmacy: system('pharmacy', ORGANISATIONS.pharmacy.ods, '201'),
  otherPharmacy: system('other-pharmacy', ORGANISATIONS.otherPharmacy.ods, '202'),
  probeSurgery: system('probe-surgery', ORGANISATIONS.probeSurgery.ods, '901'),
  facade: { name: 'facade', asid: '200000001285', partyKey: 'T141D-822234', ods: null },
} as const satisfies Record<string, TestSystem>;

function system(name: string, ods: string, number: string): TestSystem {
  return { name, ods, asid: `999000000${number}`, partyKey: `${ods}-900${number}` };
}

const FACADE_ODS = 'X26'; // who runs the facade [SDS 1.2]

const SENT = [
  'PORX_IN020101UK31',
  'PORX_IN030101UK32',
  'PORX_IN060102UK30',
  'PORX_IN132004UK30',
  'PORX_IN080101UK31',
  'PORX_IN090101UK31',
  'PORX_IN100101UK31',
  'PORX_IN510101UK31',
  'PORX_IN540101UK31',
].map(mmInteraction);

/** What they ask, under the whole names of the directory [EPS-HL7V3 10, PDS 2]. */
const ASKED = [
  ...[
    'QURX_IN000005UK99',
    'QURX_IN000005UK98',
    'GET_PRESCRIPTION_DOCUMENT_INUK01',
    'PRESCRIPTIONSEARCH_SM01',
  ].map((id) => `urn:nhs:names:services:mmquery:${id}`),
  ...['PatientRetrieve', 'CoverageRetrieve'].map((id) => `urn:nhs:names:services:pdsquery:${id}`),
  ...['nhs111itemsummary', 'nhs111itemdetails', 'patientfacingprescriptions'].map(mmInteraction),
];

/** What message handlers of suppliers take, each under a contract of its own; where, their owners add. */
const TAKEN = [
  'MCCI_IN010000UK13',
  'PORX_IN050101UK31',
  'PORX_IN050102UK32',
  'PORX_IN070101UK31',
  'PORX_IN070103UK31',
  'PORX_IN110101UK30',
];

function accredited({ asid, partyKey, ods }: TestSystem): AccreditedSystem {
  return {
    asid,
    ods: ods ?? FACADE_ODS,
    clientOds: ods,
    partyKey,
    interactions: [...SENT, ...ASKED],
    manufacturerOds: null,
  };
}

function handlersOf({ asid, partyKey, ods }: TestSystem): MessageHandler[] {
  return TAKEN.map((id, at) => ({
    mhsId: `${partyKey}:${id}`,
    ods: ods ?? FACADE_ODS,
    partyKey,
    interaction: mmInteraction(id),
    cpaId: `S${asid}${at}`,
    fqdn: '',
    endpoints: [],
    ...USUAL_RELIABILITY,
    ...(id === 'PORX_IN070101UK31' ? { persistDuration: 'PT1H30M' } : {}), // [EPS-HL7V3 3.6]
  }));
}

/** Puts the systems into the directory, and what they prove themselves with into the folder. */
export async function seedSystems(databaseUrl: string, folder: string | null): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connections: 1, connectWithinMs: PATIENCE_MS });
  try {
    await keepTestSystems(database);
    if (folder !== null) await writeFiles(database, folder);
  } finally {
    await database.close();
  }
}

/** Systems that are there already stay as they are: their owners may have changed them. */
export async function keepTestSystems(database: Database): Promise<void> {
  for (const one of Object.values(TEST_SYSTEMS)) {
    const known = await systemsOfParty(database, one.partyKey);
    if (known.length > 0) continue;
    const kept = { systems: [accredited(one)], handlers: handlersOf(one) };
    await keepEndpoints(database, kept, new Date());
  }
}

/** Once: a restart on the same data finds them there. */
async function writeFiles(database: Database, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { name, partyKey, asid } of Object.values(TEST_SYSTEMS)) {
    if (existsSync(join(folder, `${name}.pem`))) continue;
    const issued = await issueCertificate(database, { partyKey, asids: [asid] }, new Date());
    if (!issued.ok) throw new Bug(issued.error);
    await writeCertificate(folder, name, issued.value, database);
  }
}

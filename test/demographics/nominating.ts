import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

import { copyOf, mapsAt, textAt } from '../../src/demographics/json.ts';
import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import type { Answer } from '../support/server.ts';
import type { Call, Pds } from './spine.ts';

const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';
export const URLS = {
  P1: `${UK}NominatedPharmacy`,
  P2: `${UK}MedicalApplianceSupplier`,
  P3: `${UK}PreferredDispenserOrganization`,
} as const;
export type Site = keyof typeof URLS;

const DEATH = `${UK}DeathNotificationStatus`;
const DEATHS = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus';
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';

export function nomination(site: Site, ods: string) {
  return { url: URLS[site], valueReference: { identifier: { system: ODS, value: ods } } };
}

type Patch = { readonly op: string; readonly path: string; readonly value?: unknown };

/** Patches of a Patient that leaves it with this dispenser, or with none, as clients write them [PDS 6.3]. */
export function patchesOf(patient: unknown, site: Site, ods: string | null): Patch[] {
  const extensions = mapsAt(copyOf(patient), 'extension');
  const place = extensions.findIndex((one) => textAt(one, 'url') === URLS[site]);
  const path = `/extension/${place}`;
  if (ods === null) {
    assert.notEqual(place, -1, 'nothing to remove');
    return [
      { op: 'test', path: `${path}/url`, value: URLS[site] },
      { op: 'remove', path },
    ];
  }
  const value = nomination(site, ods);
  return place === -1
    ? [{ op: 'add', path: '/extension/-', value }]
    : [{ op: 'replace', path, value }];
}

export async function nominate(
  pds: Pds,
  nhsNumber: string,
  [site, ods]: readonly [site: Site, ods: string | null],
  call: Call = {},
): Promise<Answer> {
  const { body: patient, status, text } = await pds.ask(`/Patient/${nhsNumber}`);
  assert.equal(status, 200, text);
  const patches = patchesOf(patient, site, ods);
  return patch(pds, nhsNumber, { version: patient.meta.versionId, patches }, call);
}

export function patch(
  pds: Pds,
  nhsNumber: string,
  { version, patches }: { readonly version: string; readonly patches: readonly Patch[] },
  call: Call = {},
): Promise<Answer> {
  return pds.ask(`/Patient/${nhsNumber}`, {
    ...call,
    method: 'PATCH',
    headers: { 'if-match': `W/"${version}"`, ...call.headers },
    body: { patches },
  });
}

/** Records an informal notice of death. */
export async function notifyDeath(pds: Pds, nhsNumber: string, on: string): Promise<Answer> {
  const { body } = await pds.ask(`/Patient/${nhsNumber}`);
  const coding = [{ system: DEATHS, version: '1.0.0', code: '1' }];
  const notice = [
    { url: 'deathNotificationStatus', valueCodeableConcept: { coding } },
    { url: 'systemEffectiveDate', valueDateTime: `${on}T00:00:00+00:00` },
  ];
  const patches = [
    { op: 'add', path: '/deceasedDateTime', value: `${on}T00:00:00+00:00` },
    { op: 'add', path: '/extension/-', value: { url: DEATH, extension: notice } },
  ];
  return patch(pds, nhsNumber, { version: body.meta.versionId, patches });
}

/** Until prescriptions have followed all that was told of patients; a death is looked at a second time later. */
export async function followed(database: Database): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const waiting = await database.all(sql`
      select 1 from platform.outbox where topic = 'patient-changed' and due_at <= now()`);
    const working = await database.all(sql`
      select 1 from platform.lease where name = 'prescriptions: what happened to patients'`);
    if (waiting.length + working.length === 0) return;
    await delay(50);
  }
  assert.fail('what was told of patients was not followed');
}

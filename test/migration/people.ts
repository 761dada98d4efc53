import assert from 'node:assert/strict';

import { importPatients } from '../../src/demographics/index.ts';
import { importPeople, parsePeopleFile } from '../../src/identity/index.ts';
import { type BesideTruth, SYSTEM } from '../../src/migration/generate/beside.ts';
import { digestOf, type Store } from './store.ts';

/** Organisations, users and patients that this Spine knows before anything is moved. */
export async function bringPeople(
  { database, rows }: Store,
  truth: BesideTruth,
  { known, at }: { readonly known: number; readonly at: Date },
): Promise<void> {
  const organisations = Array.from({ length: 41 }, (_, n) => ({
    ods: `F${String(n).padStart(4, '0')}`,
    name: `Synthetic pharmacy ${n}`,
    addressLines: ['1 Test Lane'],
    city: 'Testtown',
    postcode: 'ZZ99 9ZZ',
  }));
  const people = truth.roles.slice(0, known).map(({ user }) => ({
    userId: user,
    given: 'Synthetic',
    family: 'Person',
    synthetic: true,
    memberships: [],
    roleProfiles: [],
  }));
  const file = parsePeopleFile({ organisations, people });
  assert.ok(file.ok, JSON.stringify(file));
  assert.ok((await importPeople(database, file.value, at)).ok);
  const patients = truth.nominations.slice(0, known).map(({ patient: id }) => ({
    nhsNumber: id,
    patient: { resourceType: 'Patient', id, meta: { versionId: '1', security: [{ code: 'U' }] } },
  }));
  assert.ok((await importPatients(database, patients, at)).ok);
  await rows.all(`insert into directory.accredited_system (asid, ods, party_key, interactions, changed_at)
    values ('${SYSTEM}', 'F0001', 'F0001-999999', '{}', now())`);
  const [first] = truth.cards;
  await rows.all(`insert into identity.card (card_number, user_id, status, is_temporary, ends_at, officer_pin, issued_at, version)
    values ('${first?.card}', '${first?.user}', 'Active', false, '2099-01-01', '', now(), 1)`);
}

/** What was taken over, but for the audit trail. */
export async function allOf(of: Store): Promise<string> {
  const tables = [
    'migration.beside',
    'migration.beside_part',
    'migration.sent',
    'demographics.nomination',
    'demographics.patient',
    'identity.role_profile',
    'identity.card',
  ];
  const digests = [await digestOf(of)];
  for (const table of tables) {
    const [row] = await of.rows.all<{ digest: string }>(`
      select md5(coalesce(string_agg(to_jsonb(t)::text, '|' order by to_jsonb(t)::text), '')) as digest from ${table} t`);
    digests.push(`${table} ${row?.digest}`);
  }
  return digests.join('\n');
}

import { findOrganisations } from '../../../directory/index.ts';
import type { AuditRow } from '../../../platform/audit/entry.ts';
import type { Database } from '../../../platform/database.ts';
import { numbersOf } from '../../../prescriptions/index.ts';
import {
  findLines,
  type Found,
  type Looker,
  recordAct,
  type Search,
  type Wanted,
} from '../repository.ts';

/** Lines of the trail, the latest first; the look is a line itself. */
export async function search(
  database: Database,
  wanted: Wanted,
  how: Search,
  by: Looker,
): Promise<Found> {
  const nhsNumber = wanted.patient?.[0] ?? null;
  await recordAct(database, { interaction: 'audit-search', by, nhsNumber, outcome: 'read' });
  return findLines(database, wanted, how);
}

/** What a patient is told of a line. */
export type Told = {
  readonly at: string;
  readonly organisation: string | null;
  readonly organisationName: string | null;
  readonly roleProfile: string | null;
  readonly user: string | null;
  readonly interaction: string;
  readonly outcome: string;
  readonly prescription: string | null;
};

/** Who saw or changed the records of a patient, as the patient is told; the look is a line itself. */
export async function whoLooked(
  database: Database,
  asked: Pick<Wanted, 'from' | 'to'> & { readonly nhsNumber: string; readonly most: number },
  by: Looker,
): Promise<Told[]> {
  const { nhsNumber, from, to, most } = asked;
  await recordAct(database, { interaction: 'audit-patient', by, nhsNumber, outcome: 'read' });
  const patient = await numbersOf(database, nhsNumber);
  const how = { most, before: null, withinMs: null };
  const { rows } = await findLines(database, { ...ANYTHING, from, to, patient }, how);
  const codes = [...new Set(rows.flatMap(({ organisation }) => organisation ?? []))];
  const found = await findOrganisations(database, codes);
  const names = new Map(found.map(({ ods, name }) => [ods, name]));
  return rows.map((row) => toldOf(row, names));
}

const ANYTHING = {
  user: null,
  organisation: null,
  interaction: null,
  prescription: null,
  request: null,
};

function toldOf(row: AuditRow, names: ReadonlyMap<string, string>): Told {
  const { recordedAt: at, organisation, roleProfile, interaction, outcome } = row;
  return {
    at,
    organisation,
    organisationName: organisation === null ? null : (names.get(organisation) ?? null),
    roleProfile,
    user: row.userId ?? row.asid ?? row.session,
    interaction,
    outcome,
    prescription: row.prescriptionId,
  };
}

import type { Actor } from '../../gateways/actor.ts';
import type { DispensingSite } from '../../kernel/dispensing-site.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import type { Mode } from '../reader.ts';
import type { NominationChange } from './nomination.ts';

/** When a nomination began or ended, and through whom. */
export type NominationAct = {
  readonly at: Date;
  /** In whose name: a healthcare worker's, an application's, the patient's own; with a file of patients, or in an older Spine. */
  readonly access: Mode | 'import' | 'migration';
  readonly actor: Pick<Actor, 'userId' | 'roleProfile' | 'organisation' | 'asid'>;
  readonly requestId: Uuid;
  /** What was noted of the patient's consent [SDS 6]; null: nothing. */
  readonly consentNote: string | null;
};

/** One stay of a patient's nomination at a dispenser. */
export type Nomination = {
  readonly site: DispensingSite;
  readonly ods: string;
  readonly began: KeptAct;
  readonly ended: KeptAct | null;
};

export type KeptAct = NominationAct['actor'] &
  Pick<NominationAct, 'access' | 'requestId' | 'consentNote'> & {
    /** ISO 8601. */
    readonly at: string;
  };

/** Parts of the statement that changes a record, whose row is `head`: the old stays end, the new ones begin. */
export function changing(
  changes: readonly NominationChange[],
  act: NominationAct,
  version: number,
): Sql[] {
  if (changes.length === 0) return [];
  return [
    sql`left_site as (update demographics.nomination n set ended = ${keptAct(act)}::json from head
      where n.nhs_number = head.nhs_number and n.ended is null and n.site = any(${changes.map(({ site }) => site)}::text[]))`,
    sql`chosen_site as (insert into demographics.nomination (nhs_number, site, version, ods, began)
      select head.nhs_number, c.site, ${version}::int, c."to", ${keptAct(act)}::json
      from head, jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c(site text, "to" text)
      where c."to" is not null)`,
  ];
}

/** As `changing`, of many records that are new: `head` has their rows, `given` their nominations as JSON. */
export function imported(act: NominationAct): Sql {
  return sql`chosen_site as (insert into demographics.nomination (nhs_number, site, version, ods, began)
    select h.nhs_number, n.site, h.version, n."to", ${keptAct(act)}::json
    from head h join given g on g.number = h.nhs_number,
      lateral jsonb_to_recordset(g.nominations) as n(site text, "to" text))`;
}

function keptAct(act: NominationAct): string {
  return JSON.stringify(keptOf(act));
}

/** As it is kept. */
export function keptOf({ at, access, actor, requestId, consentNote }: NominationAct): KeptAct {
  const { userId, roleProfile, organisation, asid } = actor;
  return {
    at: at.toISOString(),
    access,
    userId,
    roleProfile,
    organisation,
    asid,
    requestId,
    consentNote,
  };
}

/** All nominations of a patient, the first one first. */
export function nominationsOf(database: Database, nhsNumber: string): Promise<Nomination[]> {
  return database.all<Nomination>(sql`
    select site, ods, began, ended from demographics.nomination
    where nhs_number = ${nhsNumber} order by version, site`);
}

/** How many patients have a dispenser nominated. */
export type NominatedCount = {
  readonly ods: string;
  readonly site: DispensingSite;
  readonly patients: number;
};

/** Of these dispensers, or of all that anybody has nominated; those that nobody has are left out. */
export function countNominations(
  database: Database,
  codes: readonly string[] | null,
): Promise<NominatedCount[]> {
  return database.all<NominatedCount>(sql`
    select ods, site, count(*)::int as patients from demographics.nomination
    where ended is null and (${codes}::text[] is null or ods = any(${codes}::text[]))
    group by ods, site order by ods, site`);
}

/** Patients who have it nominated, by their numbers, from the one after `after`. */
export async function patientsNominating(
  database: Database,
  ods: string,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<{ nhsNumber: string; site: DispensingSite }[]> {
  return database.all(sql`
    select nhs_number as "nhsNumber", site from demographics.nomination
    where ended is null and ods = ${ods} and nhs_number > ${after}
    order by nhs_number, site limit ${most}`);
}

import type { DispensingSite } from '../../../kernel/dispensing-site.ts';
import { derivedUuid } from '../../../kernel/uuid.ts';
import type { Database } from '../../../platform/database.ts';
import { sql } from '../../../platform/sql.ts';
import { isMap, type JsonMap } from '../../json.ts';
import type { PatientRecord } from '../../record.ts';
import { loadAll, stateOf } from '../../repository.ts';
import { nominatedAt, nominating, SITES } from '../nomination.ts';
import { type KeptAct, keptOf } from '../repository.ts';

/** A stay of a patient's nomination in an older Spine; `to` null: it is there still. Times are ISO instants. */
export type MovedStay = {
  readonly site: DispensingSite;
  readonly ods: string;
  readonly from: string;
  readonly to: string | null;
};

export type MovedPatient = { readonly nhsNumber: string; readonly stays: readonly MovedStay[] };

/** Versions of stays that began before there was a record here. */
const BEFORE_RECORD = -1_000_000;

/**
 * Takes over what patients nominated in an older Spine: all of it, instead of what was taken over of them before, in the
 * history and, where the record names nobody else, in the record. Nothing is told to anybody, so that nothing moves
 * between queues by it [MIGRATION 5, M5]. Answers why not, by NHS number.
 */
export async function moveNominations(
  database: Database,
  patients: readonly MovedPatient[],
  at: Date,
): Promise<Map<string, string>> {
  const numbers = patients.map(({ nhsNumber }) => nhsNumber);
  const records = new Map((await loadAll(database, numbers)).map((one) => [one.nhsNumber, one]));
  const moved = await movedNow(database, numbers);
  const refused = new Map<string, string>();
  const rows: object[] = [];
  for (const patient of patients) {
    const record = records.get(patient.nhsNumber);
    const fault = faultOf(record, patient, moved);
    if (record === undefined || fault !== null) {
      refused.set(patient.nhsNumber, fault ?? UNKNOWN);
      continue;
    }
    rows.push(rowOf(record, patient, moved));
  }
  const done = await keep(database, rows, at);
  for (const { nhsNumber } of patients) {
    if (!refused.has(nhsNumber) && !done.has(nhsNumber)) {
      refused.set(nhsNumber, 'the record was changed meanwhile');
    }
  }
  return refused;
}

const UNKNOWN = 'no patient of this number is known here';

/** Of a patient and a kind, whether what the record names came from the older Spine. */
type MovedNow = ReadonlySet<string>;

async function movedNow(database: Database, numbers: readonly string[]): Promise<MovedNow> {
  const rows = await database.all<{ place: string }>(sql`
    select nhs_number || ' ' || site as place from demographics.nomination
    where nhs_number = any(${numbers}::text[]) and ended is null and version < 0`);
  return new Set(rows.map(({ place }) => place));
}

function faultOf(
  record: PatientRecord | undefined,
  { nhsNumber, stays }: MovedPatient,
  moved: MovedNow,
): string | null {
  if (record === undefined) return UNKNOWN;
  if (record.supersededBy !== null) return 'the number was merged into another one';
  for (const site of SITES) {
    const [stay, ...others] = stays.filter((one) => one.site === site && one.to === null);
    if (others.length > 0) return 'it names two of one kind at once';
    const now = nominatedAt(record.patient, site);
    const isTheirs = now === null || now === stay?.ods || moved.has(`${nhsNumber} ${site}`);
    if (stay !== undefined && !isTheirs) return 'the record here names another one';
  }
  return null;
}

function rowOf(record: PatientRecord, { nhsNumber, stays }: MovedPatient, moved: MovedNow): object {
  let { patient } = record;
  const byRecord = new Set<string>();
  for (const site of SITES) {
    const stay = stays.find((one) => one.site === site && one.to === null);
    const isMoved = moved.has(`${nhsNumber} ${site}`);
    const now = nominatedAt(patient, site);
    // Who was nominated here all along keeps the line that says so.
    if (stay !== undefined && now === stay.ods && !isMoved) byRecord.add(site);
    else if (stay !== undefined && now !== stay.ods) patient = nominating(patient, site, stay.ods);
    else if (stay === undefined && isMoved) patient = nominating(patient, site, null);
  }
  const isChanged = patient !== record.patient;
  const version = record.version + (isChanged ? 1 : 0);
  if (isChanged) patient = { ...patient, meta: { ...metaOf(patient), versionId: String(version) } };
  const inOrder = stays.toSorted((one, other) => (one.from < other.from ? -1 : 1));
  return {
    number: nhsNumber,
    before: record.version,
    version,
    state: stateOf({ ...record, patient }),
    stays: inOrder.flatMap((stay, place) =>
      stay.to === null && byRecord.has(stay.site) ? [] : [{ place, ...actsOf(nhsNumber, stay) }],
    ),
  };
}

function metaOf({ meta }: JsonMap): JsonMap {
  return isMap(meta) ? meta : {};
}

function actsOf(nhsNumber: string, { site, ods, from, to }: MovedStay) {
  const requestId = derivedUuid('moved nomination', nhsNumber, site, from);
  const nobody = { userId: null, roleProfile: null, organisation: null, asid: null };
  const act = (time: string): KeptAct =>
    keptOf({
      at: new Date(time),
      access: 'migration',
      actor: nobody,
      requestId,
      consentNote: null,
    });
  return { site, ods, began: act(from), ended: to === null ? null : act(to) };
}

async function keep(
  database: Database,
  rows: readonly object[],
  at: Date,
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const requestId = derivedUuid('moved nominations', at.toISOString());
  const done = await database.write<{ number: string }>(sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(number text, before int, version int, state json, stays jsonb)),
    head as (update demographics.patient p set version = g.version, state = g.state from given g
      where p.nhs_number = g.number and p.version = g.before
      returning p.nhs_number, p.version, g.before, p.state, g.stays),
    event as (insert into demographics.event (nhs_number, version, kind, at, request_id, data)
      select nhs_number, version, 'NominationsMoved', ${at}::timestamptz, ${requestId}::uuid, state
      from head where version > before),
    gone as (delete from demographics.nomination n using head h
      where n.nhs_number = h.nhs_number and n.version < 0 and not exists (
        select from jsonb_to_recordset(h.stays) as s(site text, place int)
        where s.site = n.site and s.place + ${BEFORE_RECORD}::int = n.version)),
    stay as (insert into demographics.nomination as n (nhs_number, site, version, ods, began, ended)
      select h.nhs_number, s.site, s.place + ${BEFORE_RECORD}::int, s.ods, s.began, s.ended
      from head h, lateral jsonb_to_recordset(h.stays)
        as s(site text, place int, ods text, began json, ended json)
      on conflict (nhs_number, site, version) do update
        set ods = excluded.ods, began = excluded.began, ended = excluded.ended),
    audit as (insert into platform.audit (at, interaction, request_id, nhs_number, session, outcome)
      select ${at}::timestamptz, 'migration', ${requestId}::uuid, nhs_number, 'spine migrate',
        jsonb_array_length(stays) || ' nominations taken over' from head)
    select nhs_number as number from head`);
  return new Set(done.map(({ number }) => number));
}

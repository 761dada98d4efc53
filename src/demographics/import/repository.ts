import type { Actor } from '../../gateways/actor.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import { type BulkLoad, copyLine } from '../../platform/bulk-load.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { nominationChanges } from '../nomination/nomination.ts';
import { imported } from '../nomination/repository.ts';
import type { PatientRecord } from '../record.ts';
import { stateOf } from '../repository.ts';
import { birthDayOf, searchKeys } from '../search/keys.ts';
import { toldOf } from '../told/patient-change.ts';
import { FILE_READER, patientChange, tellingAll } from '../told/repository.ts';

const PATIENT = 'demographics.patient (nhs_number, version, superseded_by, birth_on, state)';
const EVENT = 'demographics.event (nhs_number, version, kind, at, request_id, data)';
const SEARCH_KEY = 'demographics.search_key (key, birth_on, nhs_number)';

/**
 * Adds records as they are, all of them or none; those whose number is known stay. Answers how many are new. Throws
 * when one of the numbers was taken at the same moment.
 */
export async function loadRecords(
  load: BulkLoad,
  records: readonly PatientRecord[],
  requestId: Uuid,
  at: Date,
): Promise<number> {
  const rows = await load.all<{ nhs_number: string }>(sql`
    select nhs_number from demographics.patient
    where nhs_number = any(${records.map(({ nhsNumber }) => nhsNumber)}::text[])`);
  const known = new Set(rows.map(({ nhs_number }) => nhs_number));
  const fresh = records.filter(({ nhsNumber }) => !known.has(nhsNumber));
  const lines = linesOf(fresh, requestId, at.toISOString());
  await load.together(async () => {
    await load.copy(PATIENT, lines.patients);
    await load.copy(EVENT, lines.events);
    await load.copy(SEARCH_KEY, lines.keys);
    await load.all(consequences(fresh, { requestId, at, actor: FILE_READER }));
  });
  return fresh.length;
}

/** Nominations of those who have some, and what others must know of the dead and the merged. */
function consequences(
  records: readonly PatientRecord[],
  act: { readonly requestId: Uuid; readonly at: Date; readonly actor: Actor },
): Sql {
  const rows = records
    .map((record) => ({
      number: record.nhsNumber,
      version: record.version,
      nominations: nominationChanges(null, record.patient),
      told: patientChange(toldOf(null, record), act),
    }))
    .filter(({ nominations, told }) => nominations.length > 0 || told !== null);
  return sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(number text, version int, nominations jsonb, told json)),
    head as (select number as nhs_number, version from given),
    ${imported({ ...act, access: 'import', consentNote: null })},
    ${tellingAll()}
    select count(*) from head`;
}

function linesOf(records: readonly PatientRecord[], requestId: Uuid, at: string) {
  let [patients, events] = ['', ''];
  const keys: string[] = [];
  for (const record of records) {
    const { nhsNumber, version, supersededBy } = record;
    const day = birthDayOf(record);
    const state = JSON.stringify(stateOf(record));
    patients += copyLine([nhsNumber, version, supersededBy, day, state]);
    events += copyLine([nhsNumber, version, 'Imported', at, requestId, state]);
    for (const key of searchKeys(record)) keys.push(copyLine([key, day, nhsNumber]));
  }
  // In the order of the index, which is then written page by page.
  return { patients, events, keys: keys.toSorted().join('') };
}

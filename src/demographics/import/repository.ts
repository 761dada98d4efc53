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
const SEARCH_KEY = 'demographics.search_key (key, birth_on, nhs_number)';

const YEAR_LENGTH = 4;

/** With which request the records come. */
export type Load = { readonly requestId: Uuid; readonly at: Date };

/** A record as it is sent: lines of COPY, and what follows from it. */
export type Ready = {
  readonly number: string;
  /** Of birth, four digits; empty of one that no search finds. */
  readonly year: string;
  readonly line: string;
  readonly keyLines: readonly string[];
  /** Null: nobody is nominated, and nobody has to be told. */
  readonly consequence: object | null;
};

export function readyOf(record: PatientRecord, load: Load): Ready {
  const { nhsNumber: number, version, supersededBy, patient } = record;
  const day = birthDayOf(record);
  const nominations = nominationChanges(null, patient);
  const told = patientChange(toldOf(null, record), { ...load, actor: FILE_READER });
  const hasConsequence = nominations.length > 0 || told !== null;
  return {
    number,
    year: day?.slice(0, YEAR_LENGTH) ?? '',
    line: copyLine([number, version, supersededBy, day, JSON.stringify(stateOf(record))]),
    keyLines: searchKeys(record).map((key) => copyLine([key, day, number])),
    consequence: hasConsequence ? { number, version, nominations, told } : null,
  };
}

/**
 * Adds records as they are, all of them or none; those whose number is known stay. Answers how many are new. Throws
 * when one of the numbers was taken at the same moment.
 */
export async function loadRecords(
  connection: BulkLoad,
  records: readonly Ready[],
  load: Load,
): Promise<number> {
  const rows = await connection.all<{ nhs_number: string }>(sql`
    select nhs_number from demographics.patient where nhs_number = any(${numbersOf(records)}::text[])`);
  const known = new Set(rows.map(({ nhs_number }) => nhs_number));
  const fresh = known.size === 0 ? records : records.filter(({ number }) => !known.has(number));
  await connection.together(async () => {
    await connection.copy(PATIENT, fresh.map(({ line }) => line).join(''));
    await connection.copy(SEARCH_KEY, keyLinesOf(fresh).join(''));
    await connection.all(events(numbersOf(fresh), load));
    await connection.all(consequences(fresh, load));
  });
  return fresh.length;
}

/** In the order of the index, by year first, which is then written page by page. */
function keyLinesOf(records: readonly Ready[]): string[] {
  const years = Map.groupBy(records, ({ year }) => year);
  return [...years.keys()]
    .toSorted()
    .flatMap((year) => (years.get(year) ?? []).flatMap(({ keyLines }) => keyLines).toSorted());
}

function numbersOf(records: readonly Ready[]): string[] {
  return records.map(({ number }) => number);
}

/** The state is taken from the row that was just written: it is neither sent nor read as JSON again. */
function events(nhsNumbers: readonly string[], { at, requestId }: Load): Sql {
  return sql`
    insert into demographics.event (nhs_number, version, kind, at, request_id, data)
    select nhs_number, version, 'Imported', ${at}::timestamptz, ${requestId}::uuid, state
    from demographics.patient where nhs_number = any(${nhsNumbers}::text[])`;
}

/** Nominations of those who have some, and what others must know of the dead and the merged. */
function consequences(records: readonly Ready[], load: Load): Sql {
  const rows = records.flatMap(({ consequence }) => (consequence === null ? [] : [consequence]));
  return sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(number text, version int, nominations jsonb, told json)),
    head as (select number as nhs_number, version from given),
    ${imported({ ...load, actor: FILE_READER, access: 'import', consentNote: null })},
    ${tellingAll()}
    select count(*) from head`;
}

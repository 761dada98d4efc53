import { type Answer, refused, searchset } from '../answer.ts';
import type { Ask } from '../gate/ask.ts';
import { BASE_PATH } from '../gate/path.ts';
import { actOf, type PatientParts } from '../act/index.ts';
import type { PatientRecord } from '../record.ts';
import { recordReading } from '../repository.ts';
import { searchViewOf } from '../view/view.ts';
import { type Criteria, readCriteria, RESULTS_MAX } from './criteria.ts';
import { bornOn, bornWithin } from './repository.ts';
import { keysFor, matching } from './search.ts';

const CANDIDATES_MAX = 1_000; // of a range of days; a name that more of them bear tells nobody apart
const FIRST_DAY = '0001-01-01';
const LAST_DAY = '9999-12-31';

/** GET Patient: who agrees with what is asked, the best first [PDS 5]. */
export async function searchPatients(parts: PatientParts, ask: Ask): Promise<Answer> {
  const { mode } = ask.reader;
  const usualMost = mode === 'application' || mode === 'privileged' ? 1 : RESULTS_MAX;
  const criteria = readCriteria(ask.query, usualMost);
  if (!criteria.ok) return refused(criteria.error);
  const candidates = await candidatesFor(parts, criteria.value);
  const hits = candidates === null ? null : matching(candidates, criteria.value);
  if (hits === null || hits.length > criteria.value.most) {
    return refused({ code: 'TOO_MANY_MATCHES' });
  }
  const numbers = hits.map(({ record }) => record.nhsNumber);
  await recordReading(parts.database, actOf(ask, 'patient-search'), numbers);
  const entries = hits.map(({ record, score }) => ({
    fullUrl: `${parts.publicUrl}${BASE_PATH}/Patient/${record.nhsNumber}`,
    search: { score },
    resource: searchViewOf(record, ask.reader),
  }));
  return { status: 200, headers: {}, body: searchset(ask.at, entries) };
}

/** Whoever may agree; null when they are too many to look at. */
async function candidatesFor(
  { database }: PatientParts,
  criteria: Criteria,
): Promise<PatientRecord[] | null> {
  const { from, to } = criteria.birth;
  if (from !== null && from === to) return bornOn(database, from);
  const days = { from: from ?? FIRST_DAY, to: to ?? LAST_DAY };
  return bornWithin(database, days, keysFor(criteria), CANDIDATES_MAX);
}

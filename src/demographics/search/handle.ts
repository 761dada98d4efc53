import { type Answer, refused, searchset } from '../answer.ts';
import type { Ask } from '../gate/ask.ts';
import { BASE_PATH } from '../gate/path.ts';
import { actOf, type PatientParts } from '../act/index.ts';
import { loadAll, recordReading } from '../repository.ts';
import { searchViewOf } from '../view/view.ts';
import { type Criteria, readCriteria, RESULTS_MAX } from './criteria.ts';
import { bornOn, bornWithin } from './repository.ts';
import { areTooMany, type Hit, keysFor, matching } from './search.ts';

const FIRST_LOOK = 60; // more than are ever told, so that these alone may be too many
const CANDIDATES_MAX = 1_000; // of a range of days; a name that more of them bear tells nobody apart
const FIRST_DAY = '0001-01-01';
const LAST_DAY = '9999-12-31';

/** GET Patient: who agrees with what is asked, the best first [PDS 5]. */
export async function searchPatients(parts: PatientParts, ask: Ask): Promise<Answer> {
  const { mode } = ask.reader;
  const usualMost = mode === 'application' || mode === 'privileged' ? 1 : RESULTS_MAX;
  const criteria = readCriteria(ask.query, usualMost);
  if (!criteria.ok) return refused(criteria.error);
  const hits = await hitsOf(parts, criteria.value);
  if (hits === null) return refused({ code: 'TOO_MANY_MATCHES' });
  const numbers = hits.map(({ record }) => record.nhsNumber);
  await recordReading(parts.database, actOf(ask, 'patient-search'), numbers);
  const entries = hits.map(({ record, score }) => ({
    fullUrl: `${parts.publicUrl}${BASE_PATH}/Patient/${record.nhsNumber}`,
    search: { score },
    resource: searchViewOf(record, ask.reader),
  }));
  return { status: 200, headers: {}, body: searchset(ask.at, entries) };
}

/** Null when they are too many, or too many would have to be looked at. */
async function hitsOf({ database }: PatientParts, criteria: Criteria): Promise<Hit[] | null> {
  const { from, to } = criteria.birth;
  if (from !== null && from === to) {
    return notTooMany(matching(await bornOn(database, from), criteria), criteria);
  }
  const days = { from: from ?? FIRST_DAY, to: to ?? LAST_DAY };
  const numbers = await bornWithin(database, days, keysFor(criteria), CANDIDATES_MAX);
  if (numbers === null) return null;
  const first = await loadAll(database, numbers.slice(0, FIRST_LOOK));
  // Of a name that many bear the first few tell already that they are too many.
  if (numbers.length > FIRST_LOOK && areTooMany(first, criteria)) return null;
  const others = await loadAll(database, numbers.slice(FIRST_LOOK));
  return notTooMany(matching([...first, ...others], criteria), criteria);
}

function notTooMany(hits: Hit[], { most }: Criteria): Hit[] | null {
  return hits.length > most ? null : hits;
}

import type { PatientRecord } from '../record.ts';
import type { Criteria } from './criteria.ts';
import { familyKey, nameKey, soundsFor } from './keys.ts';
import { FIRST_STAGE, scoreOf, type Stage, STAGES } from './match.ts';
import { type Subject, subjectOf } from './subject.ts';

/** A record and how well it agrees. */
export type Hit = { readonly record: PatientRecord; readonly score: number };

/**
 * Those of these records that a search finds, the best first, equals by NHS number [PDS 5.4]. A fuzzy search asks for
 * less and less until somebody is found.
 */
export function matching(records: readonly PatientRecord[], criteria: Criteria): Hit[] {
  const subjects = subjectsOf(records);
  for (const stage of criteria.isFuzzy ? STAGES : [FIRST_STAGE]) {
    const hits = hitsOf(subjects, criteria, stage);
    if (hits.length > 0) return hits;
  }
  return [];
}

/** Whether some of those who may agree are too many already: what a first stage finds, further records only add to. */
export function areTooMany(some: readonly PatientRecord[], criteria: Criteria): boolean {
  return hitsOf(subjectsOf(some), criteria, FIRST_STAGE).length > criteria.most;
}

type Compared = { readonly record: PatientRecord; readonly subject: Subject };

function subjectsOf(records: readonly PatientRecord[]): Compared[] {
  return records.map((record) => ({ record, subject: subjectOf(record) }));
}

function hitsOf(subjects: readonly Compared[], criteria: Criteria, stage: Stage): Hit[] {
  return subjects
    .map(({ record, subject }) => ({ record, score: scoreOf(subject, criteria, stage) }))
    .filter(({ score }) => score > 0 && (!criteria.isExact || score === 1))
    .toSorted(
      (one, other) =>
        other.score - one.score || (one.record.nhsNumber < other.record.nhsNumber ? -1 : 1),
    );
}

/** Lists of beginnings of keys: whoever is searched for has, of each list, a key that begins with one of it. */
export function keysFor({ family, given, isFuzzy }: Criteria): string[][] {
  if (isFuzzy) return [family, given].flatMap((name) => (name === null ? [] : [soundsFor(name)]));
  const name = family ?? '';
  const star = name.indexOf('*');
  if (star !== -1) return [[familyKey(name.slice(0, star))]];
  const [beginning = ''] = (given ?? '').split('*');
  return [[nameKey(name, beginning)]];
}

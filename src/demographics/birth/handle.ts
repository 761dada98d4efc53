import { actOf, bodyOf, idsOf, type PatientParts } from '../act/index.ts';
import { type Answer, refused } from '../answer.ts';
import { register } from '../create/handle.ts';
import type { Ask } from '../gate/ask.ts';
import { londonDate } from '../../kernel/london.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { invalidValue } from '../outcome.ts';
import { readBirth } from './birth.ts';
import { birthRefusal } from './match.ts';

const IGNORE = 'ignore_potential_matches';

/** POST Patient/$process-birth-details: gives a number to a baby that is not on record, once a request [PDS 7.2]. */
export async function recordBirth(parts: PatientParts, ask: Ask): Promise<Answer> {
  const body = bodyOf(ask);
  if (!body.ok) return refused(body.error);
  const ignore = ask.query[IGNORE] ?? 'false';
  if (ignore !== 'true' && ignore !== 'false') return refused(invalidValue(String(ignore), IGNORE));
  const birth = readBirth(body.value, { today: londonDate(ask.at), nextId: idsOf(ask) });
  if (!birth.ok) return refused(birth.error);
  const { patient, mother, motherNumber } = birth.value;
  return register(parts, ask, {
    act: actOf(ask, 'birth-record'),
    kind: 'BirthRecorded',
    patient,
    relatedPersons: [mother],
    data: body.value,
    headers: { 'notification-id': derivedUuid('birth', ask.requestId).toUpperCase() },
    refusalAmong: (bornThatDay) =>
      birthRefusal(bornThatDay, {
        patient,
        mother: motherNumber,
        ignoresPotential: ignore === 'true',
      }),
  });
}

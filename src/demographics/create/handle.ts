import { actOf, bodyOf, digestOf, idsOf, type PatientParts } from '../act/index.ts';
import { type Answer, etagOf, refused } from '../answer.ts';
import { CONFIDENTIALITY_SYSTEM, SENSITIVITIES } from '../codes.ts';
import type { Ask } from '../gate/ask.ts';
import { londonDate } from '../../kernel/london.ts';
import { nhsNumberCheckDigit } from '../../kernel/nhs-number.ts';
import type { Database } from '../../platform/database.ts';
import { isMap, type Json, type JsonMap, textAt } from '../json.ts';
import { UNAVAILABLE } from '../outcome.ts';
import type { PatientRecord } from '../record.ts';
import { answeredBefore, bornOn, createdFor, keep, nextNineDigits } from '../repository.ts';
import { viewOf } from '../view/view.ts';
import { readNewPatient } from './create.ts';
import { matchRefusal } from './same-person.ts';

const TRIES = 50; // as often as others may be faster, or numbers of the range be taken

/** POST Patient: gives a number to somebody who is not on record, once a request [PDS 7.1]. */
export async function createPatient({ database }: PatientParts, ask: Ask): Promise<Answer> {
  const done = await answeredBefore(database, ask.requestId, digestOf(ask));
  if (done !== null) return done;
  const body = bodyOf(ask);
  if (!body.ok) return refused(body.error);
  const json = isMap(body.value) ? body.value : {};
  const patient = readNewPatient(json, { today: londonDate(ask.at), nextId: idsOf(ask) });
  if (!patient.ok) return refused(patient.error);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await register(database, ask, { patient: patient.value, data: body.value });
    if (answer !== null) return answer;
  }
  return refused(UNAVAILABLE);
}

/** Somebody new, and the request that brought them. */
type Newcomer = { readonly patient: JsonMap; readonly data: Json };

/**
 * Keeps the record under the next number. Null when that is taken, or when meanwhile somebody else was added who was
 * born on that day: it may be the same person, or this very request.
 */
async function register(
  database: Database,
  ask: Ask,
  { patient, data }: Newcomer,
): Promise<Answer | null> {
  const day = textAt(patient, 'birthDate');
  const digest = digestOf(ask);
  const created = await createdFor(database, day);
  const done = await answeredBefore(database, ask.requestId, digest);
  if (done !== null) return done;
  const match = matchRefusal(await bornOn(database, day), patient);
  if (match !== null) return refused(match);
  const after = recordOf(await nextNhsNumber(database), patient);
  const answer = { status: 201, headers: etagOf(after.version), body: viewOf(after, ask.reader) };
  const change = { kind: 'Created' as const, created, after, data };
  const isKept = await keep(database, actOf(ask, 'patient-create'), change, { digest, answer });
  return isKept ? answer : null;
}

/** One in eleven of those that a sequence gives has no check digit [PDS 7.3]. */
async function nextNhsNumber(database: Database): Promise<string> {
  for (;;) {
    const nine = await nextNineDigits(database);
    const digit = nhsNumberCheckDigit(nine);
    if (digit !== null) return `${nine}${digit}`;
  }
}

function recordOf(nhsNumber: string, patient: JsonMap): PatientRecord {
  const security = [{ system: CONFIDENTIALITY_SYSTEM, code: 'U', display: SENSITIVITIES.U }];
  return {
    nhsNumber,
    version: 1,
    patient: { ...patient, id: nhsNumber, meta: { versionId: '1', security } },
    supersededBy: null,
    history: {},
    hidden: {},
    relatedPersons: [],
    coverage: null,
  };
}

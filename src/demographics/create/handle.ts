import { actOf, bodyOf, digestOf, idsOf, type PatientParts } from '../act/index.ts';
import { type Answer, etagOf, refused } from '../answer.ts';
import { CONFIDENTIALITY_SYSTEM, SENSITIVITIES } from '../codes.ts';
import type { Ask } from '../gate/ask.ts';
import { londonDate } from '../../kernel/london.ts';
import { nhsNumberCheckDigit } from '../../kernel/nhs-number.ts';
import type { Database } from '../../platform/database.ts';
import { isMap, type Json, type JsonMap, textAt } from '../json.ts';
import { type Refusal, UNAVAILABLE } from '../outcome.ts';
import type { PatientRecord } from '../record.ts';
import { type Act, answeredBefore, createdFor, keep, nextNineDigits } from '../repository.ts';
import { bornOn } from '../search/repository.ts';
import { viewOf } from '../view/view.ts';
import { PLAIN, readNewPatient } from './create.ts';
import { matchRefusal } from './same-person.ts';

const TRIES = 50; // as often as others may be faster, or numbers of the range be taken

/** POST Patient: gives a number to somebody who is not on record, once a request [PDS 7.1]. */
export async function createPatient(parts: PatientParts, ask: Ask): Promise<Answer> {
  const body = bodyOf(ask);
  if (!body.ok) return refused(body.error);
  const json = isMap(body.value) ? body.value : {};
  const read = { form: PLAIN, today: londonDate(ask.at), nextId: idsOf(ask) };
  const patient = readNewPatient(json, read);
  if (!patient.ok) return refused(patient.error);
  return register(parts, ask, {
    act: actOf(ask, 'patient-create'),
    kind: 'Created',
    patient: patient.value,
    relatedPersons: [],
    data: body.value,
    headers: {},
    refusalAmong: (bornThatDay) => matchRefusal(bornThatDay, patient.value),
  });
}

/** Somebody new, and the request that brought them. */
export type Newcomer = {
  readonly act: Act;
  readonly kind: 'Created' | 'BirthRecorded';
  readonly patient: JsonMap;
  readonly relatedPersons: readonly JsonMap[];
  readonly data: Json;
  /** Of the answer, beside its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** Why nobody is added, when one of those who were born on the same day is meant. */
  readonly refusalAmong: (bornThatDay: readonly PatientRecord[]) => Refusal | null;
};

/** Keeps somebody new under a number of their own, once a request. */
export async function register(
  { database }: PatientParts,
  ask: Ask,
  newcomer: Newcomer,
): Promise<Answer> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await registerOnce(database, ask, newcomer);
    if (answer !== null) return answer;
  }
  return refused(UNAVAILABLE);
}

/**
 * Keeps the record under the next number. Null when that is taken, or when meanwhile somebody else was added who was
 * born on that day: it may be the same person, or this very request.
 */
async function registerOnce(
  database: Database,
  ask: Ask,
  { act, kind, patient, relatedPersons, data, headers, refusalAmong }: Newcomer,
): Promise<Answer | null> {
  const day = textAt(patient, 'birthDate');
  const digest = digestOf(ask);
  const created = await createdFor(database, day);
  const bornThatDay = await bornOn(database, day);
  // Looked for after them: whom this very request has added among them, it has answered too.
  const done = await answeredBefore(database, ask.requestId, digest);
  if (done !== null) return done;
  const match = refusalAmong(bornThatDay);
  if (match !== null) return refused(match);
  const after = { ...recordOf(await nextNhsNumber(database), patient), relatedPersons };
  const body = viewOf(after, ask.reader);
  const answer = { status: 201, headers: { ...etagOf(after.version), ...headers }, body };
  const change = { kind, created, after, data };
  const isKept = await keep(database, act, change, { digest, answer });
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

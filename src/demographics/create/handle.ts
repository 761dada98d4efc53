import { actOf, type PatientParts } from '../act/index.ts';
import { type Answer, etagOf, refused } from '../answer.ts';
import { CONFIDENTIALITY_SYSTEM, SENSITIVITIES } from '../codes.ts';
import type { Ask } from '../gate/ask.ts';
import { parseFhirJson } from '../../gateways/fhir/json.ts';
import { Bug } from '../../kernel/bug.ts';
import { londonDate } from '../../kernel/london.ts';
import { nhsNumberCheckDigit } from '../../kernel/nhs-number.ts';
import { copyOf, isMap, type JsonMap, textAt } from '../json.ts';
import type { PatientRecord } from '../record.ts';
import { answeredBefore, bornOn, type Change, keep, nextNineDigits } from '../repository.ts';
import { digestOf, idsOf } from '../update/handle.ts';
import { viewOf } from '../view/view.ts';
import { readNewPatient } from './create.ts';
import { matchRefusal } from './same-person.ts';

const TRIES = 50; // one number in eleven has no check digit, and some of a range may be taken

/** POST Patient: gives a number to somebody who is not on record [PDS 7.1]. */
export async function createPatient(parts: PatientParts, ask: Ask): Promise<Answer> {
  const { database } = parts;
  const done = await answeredBefore(database, ask.requestId, digestOf(ask));
  if (done !== null) return done;
  const body = parseFhirJson(ask.body);
  if (!body.ok)
    return refused({ code: 'VALIDATION_ERROR', diagnostics: body.error.diagnostics ?? '' });
  const json = copyOf(body.value);
  const today = londonDate(ask.at);
  const patient = readNewPatient(isMap(json) ? json : {}, { today, nextId: idsOf(ask) });
  if (!patient.ok) return refused(patient.error);
  const sameDay = await bornOn(database, textAt(patient.value, 'birthDate'));
  const match = matchRefusal(sameDay, patient.value);
  if (match !== null) return refused(match);
  return register(parts, ask, { kind: 'Created', patient: patient.value, data: json });
}

/** Somebody new, and the request that brought them. */
export type Newcomer = Pick<Change, 'kind' | 'data'> & {
  readonly patient: JsonMap;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Gives the next number that is free, and keeps the record under it. */
export async function register(
  { database }: PatientParts,
  ask: Ask,
  { kind, patient, data, headers = {} }: Newcomer,
): Promise<Answer> {
  const digest = digestOf(ask);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const nine = await nextNineDigits(database);
    const digit = nhsNumberCheckDigit(nine);
    if (digit === null) continue;
    const after = recordOf(`${nine}${digit}`, patient);
    const body = viewOf(after, ask.reader);
    const answer = { status: 201, headers: { ...etagOf(1), ...headers }, body };
    const change = { kind, before: null, after, data };
    if (await keep(database, actOf(ask, 'patient-create'), change, { digest, answer }))
      return answer;
  }
  throw new Bug('no NHS number is free');
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

import { parseNhsNumber } from '../kernel/nhs-number.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { type Answer, etagOf, refused, searchset } from './answer.ts';
import type { Ask } from './gate/ask.ts';
import { BASE_PATH, type Route } from './gate/path.ts';
import type { Refusal } from './outcome.ts';
import { searchPatients } from './search/handle.ts';
import { type PatientRecord, sensitivityOf } from './record.ts';
import { pointedAt, relatedEntries } from './related/related.ts';
import { load, loadAll, recordReading } from './repository.ts';
import { actOf, answeredWithin, type PatientParts } from './act/index.ts';
import { syncWaitMs } from './act/sync-wait.ts';
import { recordBirth } from './birth/handle.ts';
import { createPatient } from './create/handle.ts';
import { getCoverage, putCoverage } from './coverage/handle.ts';
import { updatePatient } from './update/handle.ts';
import { viewOf } from './view/view.ts';

const WRITES: readonly Route['kind'][] = ['create', 'birth', 'cover', 'update'];

/** Does what was asked and says what came of it; the request has passed the gate. */
export async function perform(parts: PatientParts, route: Route, ask: Ask): Promise<Answer> {
  if (!WRITES.includes(route.kind)) return done(parts, route, ask);
  const waitMs = syncWaitMs(ask.headers['x-sync-wait']);
  return waitMs.ok ? answeredWithin(done(parts, route, ask), waitMs.value) : refused(waitMs.error);
}

async function done(parts: PatientParts, route: Route, ask: Ask): Promise<Answer> {
  switch (route.kind) {
    case 'retrieve':
      return retrieve(parts, ask, route.nhsNumber);
    case 'search':
      return searchPatients(parts, ask);
    case 'create':
      return createPatient(parts, ask);
    case 'birth':
      return recordBirth(parts, ask);
    case 'coverage':
      return getCoverage(parts, ask);
    case 'cover':
      return putCoverage(parts, ask);
    case 'update':
      return updatePatient(parts, ask, route.nhsNumber);
    case 'related':
      return related(parts, ask, route.nhsNumber);
    case 'poll':
      return refused({ code: 'RESOURCE_NOT_FOUND' });
    case 'unknown':
      return refused({ code: 'UNSUPPORTED_SERVICE' });
  }
}

async function retrieve(parts: PatientParts, ask: Ask, number: string): Promise<Answer> {
  const found = await read(parts, ask, number, 'patient-retrieve');
  if (!found.ok) return refused(found.error);
  const { version } = found.value;
  return { status: 200, headers: etagOf(version), body: viewOf(found.value, ask.reader) };
}

/** The record that a reader of this number gets: of a merged one that which was retained [PDS 4.6]. */
async function read(
  { database }: PatientParts,
  ask: Ask,
  number: string,
  interaction: string,
): Promise<Result<PatientRecord, Refusal>> {
  const nhsNumber = parseNhsNumber(number);
  if (nhsNumber === null) return fail({ code: 'INVALID_RESOURCE_ID' });
  const { retained } = await load(database, nhsNumber);
  if (retained === null) return fail({ code: 'RESOURCE_NOT_FOUND' });
  await recordReading(database, actOf(ask, interaction), [retained.nhsNumber]);
  const isInvalid = sensitivityOf(retained.patient) === 'REDACTED';
  return isInvalid ? fail({ code: 'INVALIDATED_RESOURCE' }) : ok(retained);
}

async function related(parts: PatientParts, ask: Ask, number: string): Promise<Answer> {
  const found = await read(parts, ask, number, 'related-persons');
  if (!found.ok) return refused(found.error);
  const known = await loadAll(parts.database, pointedAt(found.value));
  const publicBase = `${parts.publicUrl}${BASE_PATH}`;
  const entries = relatedEntries(found.value, known, ask.reader, publicBase);
  return { status: 200, headers: {}, body: searchset(ask.at, entries) };
}

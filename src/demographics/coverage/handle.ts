import { actOf, bodyOf, digestOf, type PatientParts } from '../act/index.ts';
import { type Answer, etagOf, refused, searchset } from '../answer.ts';
import type { Ask } from '../gate/ask.ts';
import { PATIENT_CANNOT } from '../gate/mode.ts';
import { BASE_PATH } from '../gate/path.ts';
import { londonDate } from '../../kernel/london.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { at, isMap, type JsonMap, textAt } from '../json.ts';
import { forbiddenUpdate } from '../outcome.ts';
import { type PatientRecord, sensitivityOf } from '../record.ts';
import { answeredBefore, keep, load, recordReading } from '../repository.ts';
import { PRECONDITION, staleness, versionOf } from '../update/handle.ts';
import { coverageNumber, readCoverage, WRONG_QUERY } from './coverage.ts';

/** GET Coverage: a patient's own cover abroad; of a merged number that of the retained one [PDS 8.2]. */
export async function getCoverage(parts: PatientParts, ask: Ask): Promise<Answer> {
  const number = coverageNumber(ask.query);
  if (number === null) return refused(WRONG_QUERY);
  const nhsNumber = parseNhsNumber(number);
  if (nhsNumber === null) return refused({ code: 'INVALID_RESOURCE_ID' });
  const { retained } = await load(parts.database, nhsNumber);
  if (retained === null) return refused({ code: 'RESOURCE_NOT_FOUND' });
  if (sensitivityOf(retained.patient) === 'REDACTED')
    return refused({ code: 'INVALIDATED_RESOURCE' });
  await recordReading(parts.database, actOf(ask, 'coverage'), [retained.nhsNumber]);
  return shown(parts, ask, retained, 200);
}

function shown(
  { publicUrl }: PatientParts,
  ask: Ask,
  record: PatientRecord,
  status: number,
): Answer {
  const { nhsNumber, version, coverage } = record;
  const isShown =
    coverage !== null &&
    !coverage.hidden &&
    textAt(coverage.resource, 'beneficiary', 'identifier', 'value') !== '';
  const fullUrl = `${publicUrl}${BASE_PATH}/Coverage?subscriber:identifier=${nhsNumber}`;
  const entry: JsonMap[] = isShown ? [{ fullUrl, resource: coverage.resource }] : [];
  const body = searchset(ask.at, entry, { meta: { versionId: String(version) } });
  return { status, headers: etagOf(version), body };
}

/** POST Coverage: writes a patient's own cover; the record has a new version then [PDS 8.2]. */
export async function putCoverage(parts: PatientParts, ask: Ask): Promise<Answer> {
  const { database } = parts;
  const version = versionOf(ask);
  if (version === null) return refused(PRECONDITION);
  if (ask.headers['content-type'] === undefined) return refused({ code: 'UNSUPPORTED_SERVICE' });
  const digest = digestOf(ask);
  const done = await answeredBefore(database, ask.requestId, digest);
  if (done !== null) return done;
  const body = bodyOf(ask);
  if (!body.ok) return refused(body.error);
  const number = at(body.value, 'subscriber', 'identifier', 'value');
  if (number !== undefined && number !== ask.actor.patient) return refused(PATIENT_CANNOT);
  const { own } = await load(database, ask.actor.patient ?? '');
  if (own === null) return refused({ code: 'RESOURCE_NOT_FOUND' });
  const stale = staleness(own, version);
  if (stale !== null) return refused(stale);
  if (sensitivityOf(own.patient) !== 'U') {
    return refused(forbiddenUpdate('source not permitted to update a sensitive record'));
  }
  const resource = readCoverage(isMap(body.value) ? body.value : {}, londonDate(ask.at));
  if (!resource.ok) return refused(resource.error);
  const coverage = { resource: resource.value, hidden: false };
  const after = { ...own, version: own.version + 1, coverage };
  const answer = shown(parts, ask, after, 201);
  const change = { kind: 'CoverageWritten' as const, before: own, after, data: body.value };
  const isKept = await keep(database, actOf(ask, 'coverage-write'), change, { digest, answer });
  if (isKept) return answer;
  const again = await answeredBefore(database, ask.requestId, digest);
  return again ?? refused({ code: 'RESOURCE_VERSION_MISMATCH' });
}

import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { isSensitivity } from '../codes.ts';
import { at, copyOf, isMap, type Json, type JsonMap, mapsAt, textAt } from '../json.ts';
import type { PatientRecord } from '../record.ts';

const MEMBERS = [
  'nhsNumber',
  'patient',
  'supersededBy',
  'history',
  'hidden',
  'relatedPersons',
  'coverage',
  'origin',
];

/**
 * Reads a list of records as the project's corpus writes them: `{nhsNumber, patient, supersededBy?, history?, hidden?,
 * relatedPersons?, coverage?}`, with everything that is stored. All problems at once, each with its place.
 */
export function parsePatientFile(value: unknown): Result<PatientRecord[], readonly string[]> {
  if (!Array.isArray(value)) return fail(['The file must be a list of records']);
  const problems: string[] = [];
  const records = value.map((one, place) => recordOf(copyOf(one), `[${place}]`, problems));
  const numbers = new Set<string>();
  for (const { nhsNumber } of records) {
    if (numbers.has(nhsNumber)) problems.push(`NHS number ${nhsNumber} is there twice`);
    numbers.add(nhsNumber);
  }
  return problems.length === 0 ? ok(records) : fail(problems);
}

function recordOf(record: Json, place: string, problems: string[]): PatientRecord {
  const patient = at(record, 'patient');
  const nhsNumber = textAt(record, 'nhsNumber');
  const version = textAt(patient, 'meta', 'versionId');
  const supersededBy = at(record, 'supersededBy');
  const must = (holds: boolean, text: string): void => {
    if (!holds) problems.push(`${place} ${text}`);
  };
  must(parseNhsNumber(nhsNumber) !== null, 'nhsNumber must be an NHS number');
  must(textAt(patient, 'id') === nhsNumber, 'patient.id must be nhsNumber');
  must(/^[1-9]\d{0,8}$/.test(version), 'patient.meta.versionId must be a number from 1');
  const sensitivity = textAt(patient, 'meta', 'security', 0, 'code');
  must(isSensitivity(sensitivity), 'patient.meta.security[0].code must be U, R, V or REDACTED');
  const merged = typeof supersededBy === 'string' ? supersededBy : null;
  must(
    supersededBy === undefined || (merged !== null && parseNhsNumber(merged) !== null),
    'supersededBy must be an NHS number',
  );
  for (const name of isMap(record) ? Object.keys(record) : []) {
    must(MEMBERS.includes(name), `${name} is not known`);
  }
  return {
    nhsNumber,
    version: Number(version),
    patient: isMap(patient) ? patient : {},
    supersededBy: merged,
    history: mapAt(record, 'history'),
    hidden: mapAt(record, 'hidden'),
    relatedPersons: mapsAt(record, 'relatedPersons'),
    coverage: coverageOf(at(record, 'coverage')),
  };
}

function mapAt(record: Json, name: string): JsonMap {
  const value = at(record, name);
  return isMap(value) ? value : {};
}

function coverageOf(coverage: Json | undefined): PatientRecord['coverage'] {
  const resource = at(coverage, 'resource');
  return isMap(resource) ? { resource, hidden: at(coverage, 'hidden') === true } : null;
}

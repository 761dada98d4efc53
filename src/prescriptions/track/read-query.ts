import type { Element } from '../../gateways/xml/element.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { LondonDate } from '../../kernel/london.ts';
import { readDay } from '../hl7v3/time.ts';
import { parsePrescriptionId, type PrescriptionId, prescriptionKey } from '../prescription-id.ts';
import { issueStatusOf } from '../statuses.ts';

/** Which prescription is asked for; null: there is none of this id. `issue` null: the current one. */
export type DetailQuery = { readonly id: PrescriptionId | null; readonly issue: number | null };

/** Reads QURX_IN000005UK99, and UK98, which is asked alike [EPS-HL7V3 10.2]. */
export function readDetailQuery(query: Element): Result<DetailQuery, string> {
  const organisation = valueOf(query, 'organization.id');
  const prescription = valueOf(query, 'prescription.id');
  const type = valueOf(query, 'requesterOrganizationType');
  if (organisation === '') return fail('INVALID_REQUEST: organization.id must have a value');
  if (prescription === '') return fail('INVALID_REQUEST: prescription.id must have a value');
  if (type === '') return fail('INVALID_REQUEST: requesterOrganizationType must have a value');
  const repeat = valueOf(query, 'prescription.repeatNumber');
  if (repeat !== '' && !/^\d{1,2}$/.test(repeat)) {
    return fail('INVALID_REQUEST: prescription.repeatNumber must be the number of an issue');
  }
  const id = prescriptionKey(prescription.toUpperCase());
  return ok({ id, issue: repeat === '' ? null : Number(repeat) });
}

export type DocumentQuery = { readonly id: PrescriptionId | null; readonly key: string };

/** Reads GET_PRESCRIPTION_DOCUMENT_INUK01 [EPS-HL7V3 10.2]. */
export function readDocumentQuery(query: Element): Result<DocumentQuery, string> {
  const prescription = valueOf(query, 'prescriptionId');
  const key = valueOf(query, 'documentKey');
  if (prescription === '') return fail('INVALID_REQUEST: prescriptionId must have a value');
  if (key === '') return fail('INVALID_REQUEST: documentKey must have a value');
  return ok({ id: prescriptionKey(prescription.toUpperCase()), key });
}

/** What is searched for; all that is given must fit, null is not asked. Days are of London. */
export type SearchQuery = {
  readonly id: PrescriptionId | null;
  readonly patient: string | null;
  readonly dispenser: string | null;
  readonly prescriber: string | null;
  readonly status: string | null;
  readonly from: LondonDate | null;
  readonly until: LondonDate | null;
};

export type SearchFault = 'checksum' | { readonly text: string };

/** Reads PRESCRIPTIONSEARCH_SM01: by a prescription or by a patient, narrowed by the rest [EPS-HL7V3 10.2]. */
export function readSearchQuery(query: Element): Result<SearchQuery, SearchFault> {
  const prescription = valueOf(query, 'prescriptionId').toUpperCase();
  const patient = valueOf(query, 'patientId');
  if (prescription === '' && patient === '') {
    return fail({ text: 'prescriptionId or patientId must have a value' });
  }
  const id = prescription === '' ? null : parsePrescriptionId(prescription);
  if (id !== null && !id.ok) {
    const isSum = id.error.kind === 'PrescriptionIdCheckDigitWrong';
    return fail(isSum ? 'checksum' : { text: 'prescriptionId has invalid format' });
  }
  if (patient !== '' && parseNhsNumber(patient) === null) {
    return fail({ text: 'patientId is not a valid NHS number' });
  }
  return readNarrowing(query, { id: id?.value ?? null, patient: patient === '' ? null : patient });
}

function readNarrowing(
  query: Element,
  wanted: Pick<SearchQuery, 'id' | 'patient'>,
): Result<SearchQuery, SearchFault> {
  const status = valueOf(query, 'prescriptionStatus');
  if (status !== '' && issueStatusOf(status) === null) {
    return fail({ text: 'prescriptionStatus is no status of a prescription' });
  }
  const release = valueOf(query, 'releaseVersion');
  if (release !== '' && release !== 'R2') {
    return fail({ text: 'releaseVersion must be R2: there are no others here' });
  }
  const range = only(query, 'creationDateRange');
  const low = range === null ? '' : boundary(range, 'low');
  const high = range === null ? '' : boundary(range, 'high');
  const from = readDay(low.slice(0, 8));
  const until = readDay(high.slice(0, 8));
  if ((low !== '' && from === null) || (high !== '' && until === null)) {
    return fail({ text: 'creationDateRange must be two days, YYYYMMDD' });
  }
  const textOrNull = (name: string): string | null => valueOf(query, name).toUpperCase() || null;
  return ok({
    ...wanted,
    status: status === '' ? null : status,
    dispenser: textOrNull('dispenserOrganisation'),
    prescriber: textOrNull('prescriberOrganisation'),
    from,
    until,
  });
}

function boundary(range: Element, name: 'low' | 'high'): string {
  const value = only(range, 'value') ?? range;
  const end = only(only(value, 'window') ?? value, name);
  return end?.attributes['value']?.trim() ?? '';
}

/**
 * A parameter's value: in itself or in its `value`, as text of one attribute. An id has an extension, or
 * stands in the root alone; the real Spine's builders differ [EPS-HL7V3 10.2, 12].
 */
function valueOf(query: Element, name: string): string {
  const parameter = only(query, name);
  if (parameter === null) return '';
  const { value, extension, code, root } = (only(parameter, 'value') ?? parameter).attributes;
  return (value ?? extension ?? code ?? root ?? '').trim();
}

/** Null when there is none, or several: then nobody can say which is meant. */
function only({ children }: Element, name: string): Element | null {
  if (typeof children === 'string') return null;
  const [found, ...more] = children.filter((child) => child.name === name);
  return found === undefined || more.length > 0 ? null : found;
}

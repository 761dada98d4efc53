import type { Bundle, MedicationRequest, Patient } from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { type Instant, instantOf, parseInstant } from '../../../kernel/instant.ts';
import { londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../../kernel/uuid.ts';
import { onlyExtension, onlyIdentifier, onlyMedication, onlyReferred } from '../../fhir/only.ts';
import { extension, resolve, resourcesOf } from '../../fhir/r4.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { readPrescriber } from '../../fhir/requester.ts';
import { invalidValue, onlyOne, untranslatable } from '../../fhir/rules.ts';
import { EXTENSION, ID } from '../../fhir/systems.ts';
import { type NhsNumber, parseNhsNumber } from '../../nhs-number.ts';
import { type OdsCode, parseOdsCode } from '../../ods-code.ts';
import type { Treatment } from '../../prescription.ts';
import { parsePrescriptionId, type PrescriptionId } from '../../prescription-id.ts';
import type { Create } from './decide.ts';
import { readRepeats } from './repeats.ts';
import { courses } from './rules.ts';
import { readSignature } from './signature.ts';

type Unverified = Omit<Create, 'signature'>;

/** A prescription order as what Spine keeps of it: the checks stand in their order [EPS-LIFECYCLE 3]. */
export function readOrder(
  bundle: Bundle,
  at: Date,
): Result<{ id: PrescriptionId; command: Unverified; organisations: OdsCode[] }, Refusal> {
  const content = orderContentFault(bundle);
  if (content !== null) return fail(inTranslation(content));
  const treatment = readTreatment(bundle);
  if (!treatment.ok) return treatment;
  const ids = readIds(bundle);
  if (!ids.ok) return ids;
  const patient = readPatient(bundle);
  if (!patient.ok) return patient;
  const prescriber = readPrescriber(bundle);
  if (!prescriber.ok) return prescriber;
  const nominated = readNomination(bundle);
  if (!nominated.ok) return nominated;
  const signature = readSignature(bundle);
  if (!signature.ok) return signature;
  const prescribedAt = readPrescribedAt(bundle, signature.value.signedAt);
  if (!prescribedAt.ok) return prescribedAt;
  const repeats = treatment.value === 'RepeatDispensing' ? readRepeats(bundle, at) : ok(null);
  if (!repeats.ok) return repeats;
  if (isBornAfter(bundle, at)) return fail(bySpine('birthTime is in the future'));
  const { id, messageId, longFormId, items } = ids.value;
  const command: Unverified = {
    messageId,
    longFormId,
    items,
    prescribedAt: prescribedAt.value,
    at: instantOf(at),
    treatment: treatment.value,
    repeats: repeats.value,
    patient: patient.value,
    prescriber: prescriber.value[0],
    nominated: nominated.value,
  };
  return ok({ id, command, organisations: prescriber.value });
}

/** Each item says its product once, has one note at most, and what kind of prescription it is on [EPS-FHIR 4.2]. */
export function orderContentFault(bundle: Bundle): Issue | null {
  for (const request of resourcesOf(bundle, 'MedicationRequest')) {
    const { dispenseRequest, note = [] } = request;
    const found = [
      onlyExtension(request.extension, EXTENSION.prescriptionType, 'MedicationRequest.extension'),
      onlyExtension(dispenseRequest?.extension, EXTENSION.siteType, SITE_TYPES),
      onlyMedication(bundle, request),
      note.length > 1 ? fail(TOO_MANY_NOTES) : ok(note),
      readSupplyDays(request),
    ].find(({ ok: isRight }) => !isRight);
    if (found?.ok === false) return found.error;
  }
  return signatureFault(bundle);
}

function readSupplyDays({ dispenseRequest }: MedicationRequest): Result<number | null, Issue> {
  const duration = dispenseRequest?.expectedSupplyDuration;
  if (duration === undefined || duration.code === 'd') return ok(duration?.value ?? null);
  const path = 'MedicationRequest.dispenseRequest.expectedSupplyDuration.code';
  return fail(invalidValue('Expected supply duration must be specified in days.', path));
}

/** One signature, and it is the requester's; that there is none at all is Spine's to say [EPS-FHIR 5.4]. */
function signatureFault(bundle: Bundle): Issue | null {
  const signatures = resourcesOf(bundle, 'Provenance').flatMap(({ signature }) => signature ?? []);
  if (signatures.length === 0) return null;
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const requester = first?.requester?.reference ?? '';
  const condition = `who.reference == '${requester}'`;
  const path = 'Provenance.signature';
  const only = onlyOne(signatures, path, condition, ({ who }) => who.reference === requester);
  return only.ok ? null : only.error;
}

const SITE_TYPES = 'MedicationRequest.dispenseRequest.extension';
const TOO_MANY_NOTES = untranslatable(
  'TOO_MANY_VALUES_SUBMITTED',
  'Too many values submitted. Expected at most 1 element.',
  'MedicationRequest.note',
);

// In other years no expiry can be reckoned: Date.UTC takes 26 for 1926, and 10000 has a digit too many.
const PRESCRIBED_FROM = '1900';
const PRESCRIBED_BEFORE = '9999';

/** The prescription's own date, or else when it was signed [EPS-FHIR 4.2]. */
function readPrescribedAt(bundle: Bundle, signedAt: string): Result<Instant, Refusal> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const at = parseInstant(first?.dispenseRequest?.validityPeriod?.start ?? signedAt);
  if (at === null) return fail(bySpine('Prescription Timestamp must be provided'));
  return at >= PRESCRIBED_FROM && at < PRESCRIBED_BEFORE ? ok(at) : fail(bySpine(NO_TIME));
}

const NO_TIME =
  'prescriptionTime is not a valid time or in the valid format; expected format %Y%m%d%H%M%S';

function isBornAfter(bundle: Bundle, at: Date): boolean {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const patient = resolve(bundle, first?.subject, 'Patient');
  return (patient?.birthDate ?? '') > londonDate(at);
}

/** One course on all, or acute and continuous mixed, which counts as acute [EPS-FHIR 4.2]. */
export function readTreatment(bundle: Bundle): Result<Treatment, Refusal> {
  const codes = new Set(courses(bundle));
  const known = [...codes].filter((code) => Object.hasOwn(TREATMENTS, code));
  const isMixed =
    codes.size > 1 && !(codes.size === 2 && codes.has('acute') && codes.has('continuous'));
  if (isMixed) return fail(inTranslation(MIXED));
  const [code = ''] = codes;
  if (known.length !== codes.size) {
    const text = `Unhandled course of therapy type code '${code}'.`;
    return fail(
      inTranslation(invalidValue(text, 'MedicationRequest.courseOfTherapyType.coding.code')),
    );
  }
  if (codes.has('continuous-repeat-dispensing')) return ok('RepeatDispensing');
  return ok(codes.has('acute') ? 'Acute' : 'RepeatPrescribing');
}

const TREATMENTS = { acute: 1, continuous: 1, 'continuous-repeat-dispensing': 1 };
const MIXED = invalidValue(
  "Course of therapy type must either match for all MedicationRequests or be a mixture of 'acute' and 'continuous'.",
  'MedicationRequest.courseOfTherapyType.coding',
);

type Ids = {
  readonly id: PrescriptionId;
  readonly messageId: Uuid;
  readonly longFormId: Uuid;
  readonly items: readonly Uuid[];
};

function readIds(bundle: Bundle): Result<Ids, Refusal> {
  const messageId = parseUuid(bundle.identifier?.value ?? '');
  if (messageId === null) return fail(bySpine('hl7EventID has invalid format'));
  const requests = resourcesOf(bundle, 'MedicationRequest');
  const group = requests[0]?.groupIdentifier;
  if (group?.value === undefined) return fail(bySpine('PrescriptionID missing'));
  const id = parsePrescriptionId(group.value);
  if (!id.ok) {
    const isChecksum = id.error.kind === 'PrescriptionIdCheckDigitWrong';
    return fail(bySpine(`prescriptionID has invalid ${isChecksum ? 'checksum' : 'format'}`));
  }
  const path = 'MedicationRequest.groupIdentifier.extension';
  const longForm = onlyExtension(group.extension, EXTENSION.longFormId, path);
  if (!longForm.ok) return fail(inTranslation(longForm.error));
  const longText = longForm.value.valueIdentifier?.value ?? '';
  const longFormId = parseUuid(longText);
  if (longFormId === null) return fail(bySpine(`${longText} is not a valid GUID format`));
  const items = requests.map(readItemId);
  const wrong = items.find((item) => !item.ok);
  if (wrong?.ok === false) return wrong;
  return ok({
    id: id.value,
    messageId,
    longFormId,
    items: items.flatMap((item) => (item.ok ? [item.value] : [])),
  });
}

export function readItemId(request: MedicationRequest): Result<Uuid, Refusal> {
  const text = onlyIdentifier(request.identifier, ID.item, 'MedicationRequest.identifier');
  if (!text.ok) return fail(inTranslation(text.error));
  const id = parseUuid(text.value);
  return id === null ? fail(bySpine(`${text.value} is not a valid GUID format`)) : ok(id);
}

export function readPatient(bundle: Bundle): Result<NhsNumber, Refusal> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const patient = onlyReferred(bundle, first?.subject, 'Patient');
  if (!patient.ok) return fail(inTranslation(patient.error));
  const text = onlyIdentifier(patient.value.identifier, ID.nhsNumber, 'Patient.identifier');
  if (!text.ok) return fail(inTranslation(text.error));
  const missing = missingOf(patient.value);
  if (missing !== null) return fail(bySpine(missing));
  const number = parseNhsNumber(text.value);
  return number === null ? fail(bySpine('nhsNumber is not valid')) : ok(number);
}

/** Spine wants exactly one of each [EPS-LIFECYCLE 3]. */
function missingOf(patient: Patient): string | null {
  if (patient.address?.length !== 1) return 'Patient address is missing';
  if (patient.name?.length !== 1) return 'Patient name is missing';
  if (patient.gender === undefined) return 'Patient gender code is missing';
  return patient.birthDate === undefined ? 'Patient birthtime is missing' : null;
}

const NOBODY = '0004'; // site preference "None" [EPS-CODES 1]

function readNomination(bundle: Bundle): Result<OdsCode | null, Refusal> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const site = extension(first?.dispenseRequest, EXTENSION.siteType)?.valueCoding?.code ?? '';
  const performer = first?.dispenseRequest?.performer?.identifier?.value;
  if (site === NOBODY) {
    return performer === undefined ? ok(null) : fail(bySpine(UNWANTED));
  }
  if (!['P1', 'P2', 'P3'].includes(site))
    return fail(bySpine('nominatedPerformer has invalid type'));
  if (performer === undefined) {
    return site === 'P1' ? fail(bySpine(WANTED)) : ok(null);
  }
  const ods = parseOdsCode(performer);
  return ods === null ? fail(bySpine('nominatedPerformer has invalid format')) : ok(ods);
}

// "Dispensiong" is how Spine spells it [EPS-LIFECYCLE 3].
const UNWANTED =
  'Nomination Site Code must not be provided when DispensiongSitePreference code 0004 is set';
const WANTED =
  'Nomination Site Code must be provided when DispensiongSitePreference code P1 is set';

import type { Bundle, MedicationRequest, Patient } from 'fhir/r4';

import { instantOf, parseInstant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../../kernel/uuid.ts';
import { readOrganisation } from '../../fhir/party.ts';
import { extension, identifierValue, resolve, resourcesOf } from '../../fhir/r4.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { invalidValue, onlyOne } from '../../fhir/rules.ts';
import { EXTENSION, ID } from '../../fhir/systems.ts';
import { type NhsNumber, parseNhsNumber } from '../../nhs-number.ts';
import { type OdsCode, parseOdsCode } from '../../ods-code.ts';
import type { Treatment } from '../../prescription.ts';
import { parsePrescriptionId, type PrescriptionId } from '../../prescription-id.ts';
import type { Create } from './decide.ts';
import { courses } from './rules.ts';
import { readSignature } from './signature.ts';

/** A prescription order as what Spine keeps of it: the checks stand in their order [EPS-LIFECYCLE 3]. */
export function readOrder(
  bundle: Bundle,
  at: Date,
): Result<{ id: PrescriptionId; command: Create; organisations: OdsCode[] }, Refusal> {
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
  const { id, messageId, longFormId, items } = ids.value;
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const start = first?.dispenseRequest?.validityPeriod?.start;
  const prescribedAt = parseInstant(start ?? signature.value.signedAt);
  if (prescribedAt === null) return fail(bySpine('Prescription Timestamp must be provided'));
  const command: Create = {
    messageId,
    longFormId,
    items,
    prescribedAt,
    at: instantOf(at),
    treatment: treatment.value,
    patient: patient.value,
    prescriber: prescriber.value[0],
    nominated: nominated.value,
  };
  return ok({ id, command, organisations: prescriber.value });
}

/** One course on all, or acute and continuous mixed, which counts as acute [EPS-FHIR 4.2]. */
function readTreatment(bundle: Bundle): Result<Exclude<Treatment, 'RepeatDispensing'>, Refusal> {
  const codes = new Set(courses(bundle));
  const known = [...codes].filter((code) => code in TREATMENTS);
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
  if (codes.has('continuous-repeat-dispensing')) return fail(NOT_YET);
  return ok(codes.has('acute') ? 'Acute' : 'RepeatPrescribing');
}

const TREATMENTS = { acute: 1, continuous: 1, 'continuous-repeat-dispensing': 1 };
const MIXED = invalidValue(
  "Course of therapy type must either match for all MedicationRequests or be a mixture of 'acute' and 'continuous'.",
  'MedicationRequest.courseOfTherapyType.coding',
);
const NOT_YET: Refusal = {
  step: 'rules',
  issues: [
    {
      severity: 'fatal',
      code: 'not-supported',
      diagnostics: 'Repeat dispensing is not supported by this version of OpenSpine.',
    },
  ],
};

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
  const longForm = onlyOne(
    group.extension,
    'MedicationRequest.groupIdentifier.extension',
    `url == '${EXTENSION.longFormId}'`,
    ({ url }) => url === EXTENSION.longFormId,
  );
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
  const identifier = onlyOne(
    request.identifier,
    'MedicationRequest.identifier',
    `system == '${ID.item}'`,
    ({ system }) => system === ID.item,
  );
  if (!identifier.ok) return fail(inTranslation(identifier.error));
  const text = identifier.value.value ?? '';
  const id = parseUuid(text);
  return id === null ? fail(bySpine(`${text} is not a valid GUID format`)) : ok(id);
}

export function readPatient(bundle: Bundle): Result<NhsNumber, Refusal> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const patient = resolve(bundle, first?.subject, 'Patient');
  if (patient === null) {
    const text = `Too few values submitted. Expected 1 element where fullUrl == '${first?.subject.reference ?? ''}'.`;
    return fail(inTranslation(invalidValue(text, 'Bundle.entry')));
  }
  const missing = missingOf(patient);
  if (missing !== null) return fail(bySpine(missing));
  const text = identifierValue(patient.identifier, ID.nhsNumber);
  if (text === null) return fail(bySpine('NHSNumber missing'));
  const number = parseNhsNumber(text);
  return number === null ? fail(bySpine('nhsNumber is not valid')) : ok(number);
}

/** Spine wants exactly one of each [EPS-LIFECYCLE 3]. */
function missingOf(patient: Patient): string | null {
  if (patient.address?.length !== 1) return 'Patient address is missing';
  if (patient.name?.length !== 1) return 'Patient name is missing';
  if (patient.gender === undefined) return 'Patient gender code is missing';
  return patient.birthDate === undefined ? 'Patient birthtime is missing' : null;
}

/** The cost centre in secondary care, then the organisation that it belongs to. */
export function readPrescriber(bundle: Bundle): Result<[OdsCode, ...OdsCode[]], Refusal> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const role = resolve(bundle, first?.requester, 'PractitionerRole');
  const organization = resolve(bundle, role?.organization, 'Organization');
  if (organization === null) {
    const reference = (role === null ? first?.requester : role.organization)?.reference ?? '';
    const text = `Too few values submitted. Expected 1 element where fullUrl == '${reference}'.`;
    return fail(inTranslation(invalidValue(text, 'Bundle.entry')));
  }
  const organisation = readOrganisation(organization);
  if (!organisation.ok) return organisation;
  const service = resolve(bundle, role?.healthcareService?.[0], 'HealthcareService');
  const serviceCode = identifierValue(service?.identifier, ID.ods);
  if (serviceCode === null) return ok([organisation.value.ods]);
  const costCentre = parseOdsCode(serviceCode);
  if (costCentre === null) return fail(bySpine('agentOrganization has invalid format'));
  return ok([costCentre, organisation.value.ods]);
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

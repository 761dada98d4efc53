import type {
  Bundle,
  Extension,
  MedicationDispense,
  MedicationRequest,
  PractitionerRole,
} from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { instantOf, parseInstant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../../kernel/uuid.ts';
import { readParty } from '../../fhir/party.ts';
import {
  onlyCoding,
  onlyContained,
  onlyExtension,
  onlyExtensionIfAny,
  onlyIdentifier,
  onlyMedication,
  onlyReferred,
} from '../../fhir/only.ts';
import { extension, identifierValue, resolveContained, resourcesOf } from '../../fhir/r4.ts';
import { readRepeatCount, repeatCount } from '../../fhir/repeat-count.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { invalidValue, untranslatable } from '../../fhir/rules.ts';
import { CODE, EXTENSION, ID } from '../../fhir/systems.ts';
import { type NhsNumber, parseNhsNumber } from '../../nhs-number.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Item } from '../../prescription.ts';
import { type PrescriptionId, prescriptionKey } from '../../prescription-id.ts';
import { type IssueStatus, issueStatusOf, itemStatusOf } from '../../statuses.ts';
import type { Dispense } from './decide.ts';

export function readDispense(
  bundle: Bundle,
  at: Date,
): Result<{ id: PrescriptionId | null; command: Dispense; organisations: OdsCode[] }, Refusal> {
  if (bundle.identifier?.value === undefined) {
    return fail(bySpine('Dispense Notification ID missing'));
  }
  const messageId = parseUuid(bundle.identifier.value);
  if (messageId === null) return fail(bySpine('hl7EventID has invalid format'));
  const [first] = resourcesOf(bundle, 'MedicationDispense');
  if (first === undefined) return fail(bySpine('At least 1 SuppliedLineItem must be provided'));
  const uneven = unevenReason(bundle);
  if (uneven !== null) return fail(inTranslation(uneven));
  const dispenser = readDispenser(bundle, first);
  if (!dispenser.ok) return dispenser;
  const prescription = readPrescriptionOf(first);
  if (!prescription.ok) return prescription;
  const status = readStatus(first);
  if (!status.ok) return status;
  const items = readItems(bundle);
  if (!items.ok) return items;
  const dispensedAt = parseInstant(first.whenHandedOver ?? '');
  if (dispensedAt === null)
    return fail(bySpine('Dispense Notification Timestamp must be provided'));
  const patient = readSubject(bundle, first);
  if (!patient.ok) return patient;
  const replaces = readReplaced(bundle);
  if (!replaces.ok) return replaces;
  const issue = readIssue(first);
  if (!issue.ok) return fail(inTranslation(issue.error));
  const command: Dispense = {
    messageId,
    dispenser: dispenser.value,
    status: status.value,
    dispensedAt,
    items: items.value,
    patient: patient.value,
    replaces: replaces.value,
    issue: issue.value,
    itemIssues: itemIssues(bundle),
    at: instantOf(at),
  };
  return ok({ id: prescription.value, command, organisations: [dispenser.value] });
}

/** The issue that is told of; the order that it is based on decides, as it is what HL7 V3 tells [EPS-HL7-MAP 6]. */
function readIssue(first: MedicationDispense): Result<number | null, Issue> {
  const path = 'MedicationRequest.basedOn.extension';
  const basis = readRepeatCount(basisOf(first), 'numberOfRepeatsIssued', path);
  if (!basis.ok || basis.value !== null) return basis;
  const own = extension(first, EXTENSION.epsRepeatInformation);
  return readRepeatCount(own, 'numberOfRepeatsIssued', 'MedicationDispense.extension');
}

/** In how many issues each item is, where it is told [EPS-CODES 3]. */
function itemIssues(bundle: Bundle): Dispense['itemIssues'] {
  const told = resourcesOf(bundle, 'MedicationDispense').flatMap((dispense) => {
    const allowed = repeatCount(basisOf(dispense), 'numberOfRepeatsAllowed');
    const item = identifierValue(requestOf(dispense)?.identifier, ID.item)?.toLowerCase();
    return allowed === null || item === undefined ? [] : [[item, allowed] as const];
  });
  return Object.fromEntries(told);
}

function basisOf(dispense: MedicationDispense): Extension | null {
  const [basis] = requestOf(dispense)?.basedOn ?? [];
  return extension(basis, EXTENSION.epsRepeatInformation);
}

/** The reason for which nothing of the prescription was dispensed is the same on all, or on none [EPS-FHIR 5.4, shape B]. */
function unevenReason(bundle: Bundle): Issue | null {
  const codes = resourcesOf(bundle, 'MedicationDispense').map(
    (dispense) => extension(dispense, EXTENSION.nonDispensingReason)?.valueCoding?.code,
  );
  if (codes.some((code) => code === undefined) || new Set(codes).size <= 1) return null;
  const path = 'MedicationDispense.extension:prescriptionNonDispensingReason';
  return {
    severity: 'error',
    code: 'invalid',
    diagnostics: `Expected all MedicationDispenses to have the same value for ${path}`,
    details: { coding: [{ system: CODE.spineError, code: 'INVALID_VALUE' }] },
    expression: [path],
  };
}

function readDispenser(bundle: Bundle, dispense: MedicationDispense): Result<OdsCode, Refusal> {
  const found = onlyContained(dispense, dispense.performer?.[0]?.actor, 'PractitionerRole');
  if (!found.ok) return fail(inTranslation(found.error));
  const role = found.value;
  if (role.organization?.reference === undefined) return fail(inTranslation(NO_ORGANIZATION));
  const organization = onlyReferred(bundle, role.organization, 'Organization');
  if (!organization.ok) return fail(inTranslation(organization.error));
  const party = readParty(role, organization.value);
  return party.ok ? ok(party.value.organisation.ods) : party;
}

const NO_ORGANIZATION = invalidValue(
  'fhirContainedPractitionerRole.organization should be a Reference',
  'resource("MedicationDispense").contained("organization")',
);

export function performerOf(dispense: MedicationDispense): PractitionerRole | null {
  return resolveContained(dispense, dispense.performer?.[0]?.actor, 'PractitionerRole');
}

export function requestOf(dispense: MedicationDispense): MedicationRequest | null {
  return resolveContained(dispense, dispense.authorizingPrescription?.[0], 'MedicationRequest');
}

function readPrescriptionOf(dispense: MedicationDispense): Result<PrescriptionId | null, Refusal> {
  const [reference] = dispense.authorizingPrescription ?? [];
  const request = onlyContained(dispense, reference, 'MedicationRequest');
  if (!request.ok) return fail(inTranslation(request.error));
  const { groupIdentifier } = request.value;
  const longForm = onlyExtension(groupIdentifier?.extension, EXTENSION.longFormId, GROUP);
  if (!longForm.ok) return fail(inTranslation(longForm.error));
  return groupIdentifier?.value === undefined
    ? fail(bySpine('A single PrescriptionID must be provided'))
    : ok(prescriptionKey(groupIdentifier.value));
}

const GROUP = 'MedicationRequest.groupIdentifier.extension';

/** Status of the whole prescription afterwards; it stands on the first product [EPS-FHIR 4.7]. */
function readStatus(first: MedicationDispense): Result<IssueStatus, Refusal> {
  const path = 'MedicationDispense.extension';
  const told = onlyExtension(first.extension, EXTENSION.businessStatus, path);
  if (!told.ok) return fail(inTranslation(told.error));
  const status = issueStatusOf(told.value.valueCoding?.code ?? '');
  return status === null
    ? fail(bySpine('pertinentPrescriptionStatus has invalid format'))
    : ok(status);
}

/** Several products may be given for one item; the item's status is that of the first [EPS-HL7-MAP 6]. */
function readItems(bundle: Bundle): Result<Item[], Refusal> {
  const items = new Map<Uuid, Item>();
  for (const dispense of resourcesOf(bundle, 'MedicationDispense')) {
    const [reference] = dispense.authorizingPrescription ?? [];
    const request = onlyContained(dispense, reference, 'MedicationRequest');
    if (!request.ok) return fail(inTranslation(request.error));
    const { identifier } = request.value;
    const text = identifierValue(identifier, ID.item) ?? identifier?.[0]?.value ?? '';
    const id = parseUuid(text);
    if (id === null) return fail(bySpine(`${text} is not a valid GUID format`));
    const product = onlyMedication(bundle, dispense);
    if (!product.ok) return fail(inTranslation(product.error));
    const path = 'MedicationDispense.identifier';
    const supply = onlyIdentifier(dispense.identifier, ID.dispensedItem, path);
    if (!supply.ok) return fail(inTranslation(supply.error));
    const type = dispense.type === undefined ? undefined : [dispense.type];
    const coding = onlyCoding(type, CODE.itemStatus, 'MedicationDispense.type.coding');
    if (!coding.ok) return fail(inTranslation(coding.error));
    const status = itemStatusOf(coding.value.code);
    if (status === null)
      return fail({ step: 'spine', rejection: { kind: 'InvalidItemTransition' } });
    if (!items.has(id)) items.set(id, { id, status });
  }
  return ok([...items.values()]);
}

function readSubject(
  bundle: Bundle,
  dispense: MedicationDispense,
): Result<NhsNumber | null, Refusal> {
  const [patient, other] = resourcesOf(bundle, 'Patient');
  if (other !== undefined) return fail(inTranslation(TWO_PATIENTS));
  const text =
    identifierValue(patient?.identifier, ID.nhsNumber) ?? dispense.subject?.identifier?.value;
  if (text === undefined) return fail(bySpine('NHSNumber missing'));
  const number = parseNhsNumber(text);
  return number === null ? fail(bySpine('nhsNumber is not valid')) : ok(number);
}

const TWO_PATIENTS = untranslatable(
  'TOO_MANY_VALUES_SUBMITTED',
  'Too many values submitted. Expected at most 1 element.',
  'Bundle.entry',
);

function readReplaced(bundle: Bundle): Result<Uuid | null, Refusal> {
  const [header] = resourcesOf(bundle, 'MessageHeader');
  const path = 'MessageHeader.extension';
  const replaced = onlyExtensionIfAny(header?.extension, EXTENSION.replacementOf, path);
  if (!replaced.ok) return fail(inTranslation(replaced.error));
  if (replaced.value === null) return ok(null);
  const id = parseUuid(replaced.value.valueIdentifier?.value ?? '');
  return id === null ? fail(bySpine('replacementOf target must be a 36-character GUID')) : ok(id);
}

import type {
  Bundle,
  Extension,
  MedicationDispense,
  MedicationRequest,
  Organization,
  PractitionerRole,
  Reference,
} from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { instantOf, parseInstant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import { type Dispenser, readDispenser } from '../../fhir/dispenser.ts';
import { readOds, type ToldOrganisation } from '../../fhir/party.ts';
import { onlyContained, onlyExtension, onlyExtensionIfAny, onlyReferred } from '../../fhir/only.ts';
import { extension, identifierValue, resolveContained, resourcesOf } from '../../fhir/r4.ts';
import { readRepeatCount, repeatCount } from '../../fhir/repeat-count.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { onlyRequest, readItems, type ToldItem } from '../../fhir/supplied-item.ts';
import { atMostOne, invalidValue } from '../../fhir/rules.ts';
import { CODE, EXTENSION, ID } from '../../fhir/systems.ts';
import { parseNhsNumber } from '../../../kernel/nhs-number.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Item } from '../../prescription.ts';
import { type PrescriptionId, prescriptionKey } from '../../prescription-id.ts';
import { issueStatusOf, itemStatusOf } from '../../statuses.ts';
import type { Dispense } from './decide.ts';

/** A notification is carried over whole, then Spine looks at it, in its order [EPS-FHIR 5.1, EPS-LIFECYCLE 5.1]. */
export function readDispense(
  bundle: Bundle,
  at: Date,
): Result<{ id: PrescriptionId | null; command: Dispense; organisations: OdsCode[] }, Refusal> {
  const carried = carryDispense(bundle);
  if (!carried.ok) return fail(inTranslation(carried.error));
  const { issue, shortForm, organisation, handedOver, nhsNumber, replaced } = carried.value;
  if (shortForm === undefined) return fail(bySpine('A single PrescriptionID must be provided'));
  const text = bundle.identifier?.value;
  if (text === undefined) return fail(bySpine('Dispense Notification ID missing'));
  const dispensedAt = parseInstant(handedOver ?? '');
  if (dispensedAt === null) {
    return fail(bySpine('Dispense Notification Timestamp must be provided'));
  }
  if (nhsNumber === undefined) return fail(bySpine('NHSNumber missing'));
  const replaces = replaced === null ? null : parseUuid(replaced.valueIdentifier?.value ?? '');
  if (replaced !== null && replaces === null) {
    return fail(bySpine('replacementOf target must be a 36-character GUID'));
  }
  const status = issueStatusOf(carried.value.status);
  if (status === null) return fail(bySpine('pertinentPrescriptionStatus has invalid format'));
  const dispenser = readOds(organisation);
  if (!dispenser.ok) return dispenser;
  const messageId = parseUuid(text);
  if (messageId === null) return fail(bySpine('hl7EventID has invalid format'));
  const patient = parseNhsNumber(nhsNumber);
  if (patient === null) return fail(bySpine('nhsNumber is not valid'));
  const items = itemsOf(carried.value.items);
  if (!items.ok) return items;
  const command: Dispense = {
    messageId,
    status,
    dispensedAt,
    patient,
    replaces,
    issue,
    dispenser: dispenser.value,
    items: items.value,
    itemIssues: itemIssues(bundle),
    at: instantOf(at),
  };
  return ok({ id: prescriptionKey(shortForm), command, organisations: [dispenser.value] });
}

type Carried = {
  readonly organisation: ToldOrganisation;
  readonly shortForm: string | undefined;
  /** Status of the whole prescription afterwards. */
  readonly status: string;
  readonly items: readonly ToldItem[];
  readonly handedOver: string | undefined;
  readonly nhsNumber: string | undefined;
  readonly replaced: Extension | null;
  readonly issue: number | null;
};

/** All that a notification must have to be carried over; or the first thing that it has not [EPS-FHIR 5.4]. */
function carryDispense(bundle: Bundle): Result<Carried, Issue> {
  const uneven = unevenReason(bundle);
  if (uneven !== null) return fail(uneven);
  const first = onlyFirst(bundle);
  if (!first.ok) return first;
  const performer = readPerformer(bundle, first.value);
  if (!performer.ok) return performer;
  const request = onlyRequest(first.value);
  if (!request.ok) return request;
  const { groupIdentifier: group } = request.value;
  const longForm = onlyExtension(group?.extension, EXTENSION.longFormId, GROUP);
  if (!longForm.ok) return longForm;
  const path = 'MedicationDispense.extension';
  const status = onlyExtension(first.value.extension, EXTENSION.businessStatus, path);
  if (!status.ok) return status;
  const items = readItems(bundle);
  if (!items.ok) return items;
  const nhsNumber = readSubject(bundle, first.value);
  if (!nhsNumber.ok) return nhsNumber;
  const replaced = readReplaced(bundle);
  if (!replaced.ok) return replaced;
  const issue = readIssue(first.value);
  if (!issue.ok) return issue;
  return ok({
    organisation: performer.value.dispenser.organisation,
    shortForm: group?.value,
    status: status.value.valueCoding?.code ?? '',
    items: items.value,
    handedOver: first.value.whenHandedOver,
    nhsNumber: nhsNumber.value,
    replaced: replaced.value,
    issue: issue.value,
  });
}

const GROUP = 'MedicationRequest.groupIdentifier.extension';

/** The structure check has seen that there is one. */
function onlyFirst(bundle: Bundle): Result<MedicationDispense, Issue> {
  const [first] = resourcesOf(bundle, 'MedicationDispense');
  return first === undefined
    ? fail(invalidValue('Required field missing.', 'Bundle.entry'))
    : ok(first);
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

type Performer = { readonly dispenser: Dispenser; readonly organization: Organization };

export function readPerformer(
  bundle: Bundle,
  dispense: MedicationDispense,
): Result<Performer, Issue> {
  const found = onlyContained(dispense, actorOf(dispense), 'PractitionerRole');
  if (!found.ok) return found;
  const { organization: named } = found.value;
  if (named?.reference === undefined) return fail(NO_ORGANIZATION);
  const organization = onlyReferred(bundle, named, 'Organization');
  if (!organization.ok) return organization;
  const dispenser = readDispenser(found.value, organization.value);
  return dispenser.ok
    ? ok({ dispenser: dispenser.value, organization: organization.value })
    : dispenser;
}

const NO_ORGANIZATION = invalidValue(
  'fhirContainedPractitionerRole.organization should be a Reference',
  'resource("MedicationDispense").contained("organization")',
);

export function performerOf(dispense: MedicationDispense): PractitionerRole | null {
  return resolveContained(dispense, actorOf(dispense), 'PractitionerRole');
}

/** Among several performers the one who is a role; else the first, to say what it is not [EPS-FHIR 5.3]. */
function actorOf(dispense: MedicationDispense): Reference | undefined {
  const actors = dispense.performer?.map(({ actor }) => actor) ?? [];
  const isRole = (actor: Reference): boolean =>
    resolveContained(dispense, actor, 'PractitionerRole') !== null;
  return actors.find(isRole) ?? actors[0];
}

export function requestOf(dispense: MedicationDispense): MedicationRequest | null {
  return resolveContained(dispense, dispense.authorizingPrescription?.[0], 'MedicationRequest');
}

function itemsOf(told: readonly ToldItem[]): Result<Item[], Refusal> {
  const items: Item[] = [];
  for (const {
    id: text,
    status: { code },
  } of told) {
    const id = parseUuid(text);
    if (id === null) return fail(bySpine(`${text} is not a valid GUID format`));
    const status = itemStatusOf(code);
    if (status === null) return fail(UNKNOWN_STATUS);
    items.push({ id, status });
  }
  return ok(items);
}

const UNKNOWN_STATUS: Refusal = { step: 'spine', rejection: { kind: 'InvalidItemTransition' } };

function readSubject(
  bundle: Bundle,
  dispense: MedicationDispense,
): Result<string | undefined, Issue> {
  const patient = atMostOne(resourcesOf(bundle, 'Patient'), 'Bundle.entry');
  if (!patient.ok) return patient;
  const number = identifierValue(patient.value?.identifier, ID.nhsNumber);
  return ok(number ?? dispense.subject?.identifier?.value);
}

function readReplaced(bundle: Bundle): Result<Extension | null, Issue> {
  const [header] = resourcesOf(bundle, 'MessageHeader');
  return onlyExtensionIfAny(header?.extension, EXTENSION.replacementOf, 'MessageHeader.extension');
}

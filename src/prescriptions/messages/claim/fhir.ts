import type { Claim, ClaimItemDetail, PractitionerRole } from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../../kernel/uuid.ts';
import { onlyCoding, onlyContained, onlyExtension, onlyExtensionIfAny } from '../../fhir/only.ts';
import { NOBODY, readOrganisation } from '../../fhir/party.ts';
import { extension, resolveContained } from '../../fhir/r4.ts';
import { readRepeatCount } from '../../fhir/repeat-count.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { invalidIssue, invalidValue, onlyOne, type Rule, valueIssue } from '../../fhir/rules.ts';
import { CODE, EXTENSION, ID } from '../../fhir/systems.ts';
import type { OdsCode } from '../../ods-code.ts';
import { type PrescriptionId, prescriptionKey } from '../../prescription-id.ts';
import type { MakeClaim } from './decide.ts';

/** NHS Business Services Authority in England, NHS Wales Shared Services Partnership in Wales. */
const AUTHORITIES = ['T1450', 'RQFZ1'];

/** Rules of a claim, in their order [EPS-FHIR 5.3]. */
export const claimRules: readonly Rule<Claim>[] = [
  insurance,
  authority,
  practitionerIsNamed,
  endorsed,
];

function insurance(claim: Claim): Issue[] {
  const { length } = claim.insurance;
  return length === 1
    ? []
    : [invalidIssue(`Expected 1 item(s) in Claim.insurance, but received ${length}.`)];
}

function authority(claim: Claim): Issue[] {
  const path = 'Claim.insurance[0].coverage.identifier.value';
  return AUTHORITIES.includes(authorityOf(claim))
    ? []
    : [
        valueIssue(
          `${path} must be one of: ${AUTHORITIES.map((code) => `'${code}'`).join(', ')}.`,
          path,
        ),
      ];
}

function authorityOf(claim: Claim): string {
  return claim.insurance[0]?.coverage.identifier?.value ?? '';
}

// The text speaks of Parameters; so does the contract (sic) [EPS-FHIR 5.3].
const BY_REFERENCE =
  'Parameters.parameter("agent").resource.practitioner populated incorrectly. Please populate with Identifier and Display.';

function practitionerIsNamed(claim: Claim): Issue[] {
  return providerOf(claim)?.practitioner?.reference === undefined
    ? []
    : [invalidIssue(BY_REFERENCE)];
}

/** Only the first detail that has codes at all is looked at [EPS-FHIR 4.8]. */
function endorsed(claim: Claim): Issue[] {
  const details = claim.item?.flatMap(({ detail }) => detail ?? []) ?? [];
  const codes = details.find(({ programCode }) => programCode !== undefined)?.programCode ?? [];
  const isEndorsed = codes.some(({ coding }) =>
    coding?.some(({ system }) => system === CODE.endorsement),
  );
  return isEndorsed ? [] : [invalidIssue('The claim is missing the required endorsement code.')];
}

function providerOf(claim: Claim): PractitionerRole | null {
  return resolveContained(claim, claim.provider, 'PractitionerRole');
}

export function readClaim(
  claim: Claim,
  at: Date,
): Result<{ id: PrescriptionId | null; command: MakeClaim; organisations: OdsCode[] }, Refusal> {
  const identifier = onlyOne(
    claim.identifier,
    'Claim.identifier',
    `system == '${ID.message}'`,
    ({ system }) => system === ID.message,
  );
  if (!identifier.ok) return fail(inTranslation(identifier.error));
  const claimId = parseUuid(identifier.value.value ?? '');
  if (claimId === null) return fail(bySpine('hl7EventID has invalid format'));
  const dispenser = readProvider(claim);
  if (!dispenser.ok) return dispenser;
  const content = contentFault(claim);
  if (content !== null) return fail(inTranslation(content));
  const replaces = readReplaced(claim);
  if (!replaces.ok) return replaces;
  const group = onlyExtension(claim.prescription?.extension, EXTENSION.groupIdentifier, GROUP);
  if (!group.ok) return fail(inTranslation(group.error));
  const named = onlyExtension(group.value.extension, 'shortForm', `${GROUP}.extension`);
  if (!named.ok) return fail(inTranslation(named.error));
  const longForm = onlyExtension(group.value.extension, 'UUID', `${GROUP}.extension`);
  if (!longForm.ok) return fail(inTranslation(longForm.error));
  const shortForm = named.value.valueIdentifier?.value;
  if (shortForm === undefined) return fail(bySpine('PrescriptionID missing'));
  const issue = readIssue(claim);
  if (!issue.ok) return fail(inTranslation(issue.error));
  const command: MakeClaim = {
    claim: claimId,
    dispenser: dispenser.value,
    replaces: replaces.value,
    authority: authorityOf(claim),
    issue: issue.value,
    at: instantOf(at),
  };
  return ok({ id: prescriptionKey(shortForm), command, organisations: [dispenser.value] });
}

const GROUP = 'Claim.prescription.extension';

/** Older clients tell it one place further down [EPS-HL7-MAP 7]. */
function readIssue({ item }: Claim): Result<number | null, Issue> {
  const own = extension(item?.[0], EXTENSION.epsRepeatInformation);
  const path = own === null ? 'Claim.item.detail.extension' : 'Claim.item.extension';
  const told = own ?? extension(item?.[0]?.detail?.[0], EXTENSION.epsRepeatInformation);
  return readRepeatCount(told, 'numberOfRepeatsIssued', path);
}

/** What is claimed: one prescription, its status, and each item once with what came of it [EPS-FHIR 4.8]. */
function contentFault(claim: Claim): Issue | null {
  const item = onlyOne(claim.item, 'Claim.item');
  if (!item.ok) return item.error;
  const { extension: extensions, detail: details = [] } = item.value;
  const status = onlyExtension(extensions, EXTENSION.businessStatus, 'Claim.item.extension');
  if (!status.ok) return status.error;
  for (const detail of details) {
    const path = 'Claim.item.detail';
    const found = [
      onlyExtension(detail.extension, EXTENSION.claimSequence, `${path}.extension`),
      onlyExtension(detail.extension, EXTENSION.claimRequest, `${path}.extension`),
      onlyCoding(detail.modifier, CODE.itemStatus, `${path}.modifier`),
      readCharge(detail),
    ].find(({ ok: isRight }) => !isRight);
    if (found?.ok === false) return found.error;
  }
  return null;
}

/** What the patient was charged, where something was supplied. */
export function readCharge({
  subDetail,
  programCode,
}: ClaimItemDetail): Result<string | null, Issue> {
  if (subDetail === undefined) return ok(null);
  const path = 'Claim.item.detail.programCode';
  const charge = onlyCoding(programCode, CODE.charge, path);
  if (!charge.ok) return charge;
  return CHARGES.includes(charge.value.code)
    ? ok(charge.value.code)
    : fail(invalidValue('Unsupported prescription charge code', path));
}

const CHARGES = ['paid-once', 'paid-twice', 'not-paid']; // [EPS-CODES 1]

function readProvider(claim: Claim): Result<OdsCode, Refusal> {
  const found = onlyContained(claim, claim.provider, 'PractitionerRole');
  if (!found.ok) return fail(inTranslation(found.error));
  const { organization: named, practitioner } = found.value;
  if (named?.reference === undefined) return fail(inTranslation(NO_ORGANIZATION));
  const organization = onlyContained(claim, named, 'Organization');
  if (!organization.ok) return fail(inTranslation(organization.error));
  if (practitioner?.identifier === undefined) return fail(inTranslation(NOBODY));
  const organisation = readOrganisation(organization.value);
  return organisation.ok ? ok(organisation.value.ods) : organisation;
}

const NO_ORGANIZATION = invalidValue(
  'practitioner.organization should be a reference',
  'Claim.contained("PractitionerRole").organization',
);

function readReplaced(claim: Claim): Result<Uuid | null, Refusal> {
  const path = 'Claim.extension';
  const replaced = onlyExtensionIfAny(claim.extension, EXTENSION.replacementOf, path);
  if (!replaced.ok) return fail(inTranslation(replaced.error));
  if (replaced.value === null) return ok(null);
  const id = parseUuid(replaced.value.valueIdentifier?.value ?? '');
  return id === null ? fail(bySpine('replacementOf target must be a 36-character GUID')) : ok(id);
}

import type { Claim, ClaimItemDetail, Extension, PractitionerRole } from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import { type Dispenser, readDispenser } from '../../fhir/dispenser.ts';
import { onlyCoding, onlyContained, onlyExtension } from '../../fhir/only.ts';
import { onlyExtensionIfAny, onlyIdentifier } from '../../fhir/only.ts';
import { readOds, type ToldOrganisation } from '../../fhir/party.ts';
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
  const carried = carryClaim(claim);
  if (!carried.ok) return fail(inTranslation(carried.error));
  const { messageId, provider, shortForm, replaced, issue } = carried.value;
  if (shortForm === undefined) return fail(bySpine('PrescriptionID missing'));
  const replaces = replaced === null ? null : parseUuid(replaced.valueIdentifier?.value ?? '');
  if (replaced !== null && replaces === null) {
    return fail(bySpine('replacementOf target must be a 36-character GUID'));
  }
  const dispenser = readOds(provider);
  if (!dispenser.ok) return dispenser;
  const claimId = parseUuid(messageId);
  if (claimId === null) return fail(bySpine('hl7EventID has invalid format'));
  const command: MakeClaim = {
    claim: claimId,
    dispenser: dispenser.value,
    replaces,
    authority: authorityOf(claim),
    issue,
    at: instantOf(at),
  };
  return ok({ id: prescriptionKey(shortForm), command, organisations: [dispenser.value] });
}

type Carried = {
  readonly messageId: string;
  readonly provider: ToldOrganisation;
  readonly shortForm: string | undefined;
  readonly replaced: Extension | null;
  readonly issue: number | null;
};

/** All that a claim must have to be carried over; or the first thing that it has not [EPS-FHIR 5.4]. */
function carryClaim(claim: Claim): Result<Carried, Issue> {
  const messageId = onlyIdentifier(claim.identifier, ID.message, 'Claim.identifier');
  if (!messageId.ok) return messageId;
  const provider = readProvider(claim);
  if (!provider.ok) return provider;
  const content = contentFault(claim);
  if (content !== null) return fail(content);
  const replaced = onlyExtensionIfAny(claim.extension, EXTENSION.replacementOf, 'Claim.extension');
  if (!replaced.ok) return replaced;
  const group = onlyExtension(claim.prescription?.extension, EXTENSION.groupIdentifier, GROUP);
  if (!group.ok) return group;
  const named = onlyExtension(group.value.extension, 'shortForm', `${GROUP}.extension`);
  if (!named.ok) return named;
  const longForm = onlyExtension(group.value.extension, 'UUID', `${GROUP}.extension`);
  if (!longForm.ok) return longForm;
  const issue = readIssue(claim);
  if (!issue.ok) return issue;
  return ok({
    messageId: messageId.value,
    provider: provider.value.organisation,
    shortForm: named.value.valueIdentifier?.value,
    replaced: replaced.value,
    issue: issue.value,
  });
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

export function readProvider(claim: Claim): Result<Dispenser, Issue> {
  const found = onlyContained(claim, claim.provider, 'PractitionerRole');
  if (!found.ok) return found;
  const { organization: named } = found.value;
  if (named?.reference === undefined) return fail(NO_ORGANIZATION);
  const organization = onlyContained(claim, named, 'Organization');
  return organization.ok ? readDispenser(found.value, organization.value) : organization;
}

const NO_ORGANIZATION = invalidValue(
  'practitioner.organization should be a reference',
  'Claim.contained("PractitionerRole").organization',
);

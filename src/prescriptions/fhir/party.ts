import type { Address, Organization, PractitionerRole } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type OdsCode, parseOdsCode } from '../ods-code.ts';
import type { Organisation } from '../prescription.ts';
import { onlyIdentifier } from './only.ts';
import { bySpine, type Refusal } from './refusal.ts';
import { invalidValue, untranslatable } from './rules.ts';
import { CODE, ID } from './systems.ts';

/** An organisation as a message tells it: its code is looked at later. */
export type ToldOrganisation = Omit<Organisation, 'ods'> & { readonly ods: string };
export type ToldParty = {
  readonly person: {
    readonly userId: string;
    readonly name: string | null;
    readonly roleProfile: string;
    readonly jobRole: string;
    readonly telecom: string | null;
  };
  readonly organisation: ToldOrganisation;
};

/** Who acts: a role whose practitioner is named by identifier, and its organisation [EPS-FHIR 4.4]. */
export function readParty(
  role: PractitionerRole,
  organization: Organization,
): Result<ToldParty, Issue> {
  const member = readMember(role, organization);
  if (!member.ok) return member;
  const { roleProfile, organisation } = member.value;
  const jobRole = jobRoleOf(role);
  if (jobRole === null) return fail(NO_JOB_ROLE);
  const userId = role.practitioner?.identifier?.value;
  if (userId === undefined) return fail(NOBODY);
  const person = {
    userId,
    name: role.practitioner?.display ?? null,
    roleProfile,
    jobRole,
    telecom: role.telecom?.[0]?.value ?? null,
  };
  return ok({ person, organisation });
}

export type ToldMember = {
  readonly roleProfile: string;
  readonly organisation: ToldOrganisation;
};

/** A role profile and its organisation: all that a withdrawal tells of who sends it [EPS-HL7-MAP 8]. */
export function readMember(
  role: PractitionerRole,
  organization: Organization,
): Result<ToldMember, Issue> {
  const organisation = readOrganisation(organization);
  if (!organisation.ok) return organisation;
  const path = 'PractitionerRole.identifier';
  const roleProfile = onlyIdentifier(role.identifier, ID.roleProfile, path);
  if (!roleProfile.ok) return roleProfile;
  return ok({ roleProfile: roleProfile.value, organisation: organisation.value });
}

/** Spine's own look at an organisation's code [EPS-LIFECYCLE 3]. */
export function readOds({ ods: text }: ToldOrganisation): Result<OdsCode, Refusal> {
  const ods = parseOdsCode(text);
  return ods === null ? fail(bySpine('agentOrganization has invalid format')) : ok(ods);
}

/** A job role, but nobody in it [EPS-FHIR 5.4]. */
const NOBODY = invalidValue(
  'PractitionerRole.practitioner should be an Identifier',
  'PractitionerRole.practitioner',
);

export const NO_JOB_ROLE = untranslatable(
  'TOO_FEW_VALUES_SUBMITTED',
  `Too few values submitted. Expected at least 1 element where system in [${CODE.jobRole}, ${CODE.jobRoleName}].`,
  null,
);

/** The RBAC code is preferred to the name's [EPS-CODES 1]. */
export function jobRoleOf(role: PractitionerRole): string | null {
  const codings = role.code?.flatMap(({ coding }) => coding ?? []) ?? [];
  const coding =
    codings.find(({ system }) => system === CODE.jobRole) ??
    codings.find(({ system }) => system === CODE.jobRoleName);
  return coding?.code ?? null;
}

function readOrganisation(organization: Organization): Result<ToldOrganisation, Issue> {
  const code = onlyIdentifier(organization.identifier, ID.ods, 'Organization.identifier');
  if (!code.ok) return code;
  const [address] = organization.address ?? [];
  return ok({
    ods: code.value,
    name: organization.name ?? null,
    telecom: organization.telecom?.[0]?.value ?? null,
    addressLines: address === undefined ? [] : addressLines(address),
    postcode: address?.postalCode ?? null,
  });
}

function addressLines({ line, city, district }: Address): string[] {
  return [...(line ?? []), city, district].flatMap((part) =>
    part === undefined || part === '' ? [] : [part],
  );
}

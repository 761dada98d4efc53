import type { Address, Organization, PractitionerRole } from 'fhir/r4';

import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseOdsCode } from '../ods-code.ts';
import type { Organisation, Party } from '../prescription.ts';
import { onlyIdentifier } from './only.ts';
import { bySpine, inTranslation, type Refusal } from './refusal.ts';
import { invalidValue, onlyOne, untranslatable } from './rules.ts';
import { CODE, ID } from './systems.ts';

/** Who acts: a role whose practitioner is named by identifier, and its organisation [EPS-FHIR 4.4]. */
export function readParty(
  role: PractitionerRole,
  organization: Organization,
): Result<Party, Refusal> {
  const organisation = readOrganisation(organization);
  if (!organisation.ok) return organisation;
  const roleProfile = onlyOne(
    role.identifier,
    'PractitionerRole.identifier',
    `system == '${ID.roleProfile}'`,
    ({ system }) => system === ID.roleProfile,
  );
  if (!roleProfile.ok) return fail(inTranslation(roleProfile.error));
  const jobRole = jobRoleOf(role);
  if (jobRole === null) return fail(inTranslation(NO_JOB_ROLE));
  const userId = role.practitioner?.identifier?.value;
  if (userId === undefined) return fail(inTranslation(NOBODY));
  const person = {
    userId,
    name: role.practitioner?.display ?? null,
    roleProfile: roleProfile.value.value ?? null,
    jobRole,
    telecom: role.telecom?.[0]?.value ?? null,
  };
  return ok({ person, organisation: organisation.value });
}

/** A job role, but nobody in it [EPS-FHIR 5.4]. */
export const NOBODY = invalidValue(
  'PractitionerRole.practitioner should be an Identifier',
  'PractitionerRole.practitioner',
);

export const NO_JOB_ROLE = untranslatable(
  'TOO_FEW_VALUES_SUBMITTED',
  `Too few values submitted. Expected at least 1 element where system in [${CODE.jobRole}, ${CODE.jobRoleName}].`,
  'PractitionerRole.code',
);

/** The RBAC code is preferred to the name's [EPS-CODES 1]. */
export function jobRoleOf(role: PractitionerRole): string | null {
  const codings = role.code?.flatMap(({ coding }) => coding ?? []) ?? [];
  const coding =
    codings.find(({ system }) => system === CODE.jobRole) ??
    codings.find(({ system }) => system === CODE.jobRoleName);
  return coding?.code ?? null;
}

export function readOrganisation(organization: Organization): Result<Organisation, Refusal> {
  const code = onlyIdentifier(organization.identifier, ID.ods, 'Organization.identifier');
  if (!code.ok) return fail(inTranslation(code.error));
  const ods = parseOdsCode(code.value);
  if (ods === null) return fail(bySpine('agentOrganization has invalid format')); // [EPS-LIFECYCLE 3]
  const [address] = organization.address ?? [];
  return ok({
    ods,
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

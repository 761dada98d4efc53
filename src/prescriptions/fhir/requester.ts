import type {
  Bundle,
  HealthcareService,
  Organization,
  Practitioner,
  PractitionerRole,
} from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type OdsCode, parseOdsCode } from '../ods-code.ts';
import { onlyIdentifier, onlyReferred } from './only.ts';
import { jobRoleOf, NO_JOB_ROLE } from './party.ts';
import { professionalCodes } from './professional-code.ts';
import { identifierValue, resolve, resourcesOf } from './r4.ts';
import { bySpine, inTranslation, type Refusal } from './refusal.ts';
import { invalidValue, onlyOne, untranslatable } from './rules.ts';
import { ID } from './systems.ts';

/** The organisations that the requester acts for: the cost centre in secondary care, then the one that it belongs to. */
export type Organisations = [OdsCode, ...OdsCode[]];

/** Who prescribes, with all that a prescription says and signs of them [EPS-SIGNATURE 2.2]. */
export function readPrescriber(bundle: Bundle): Result<Organisations, Refusal> {
  const person = readPerson(bundle);
  if (!person.ok) return fail(inTranslation(person.error));
  const code = onlyProfessionalCode(person.value.practitioner);
  if (!code.ok) return fail(inTranslation(code.error));
  return PERSON_CODE.test(code.value)
    ? readOrganisations(bundle, person.value.role)
    : fail(bySpine('agentPersonSDSPerson has invalid format'));
}

const PERSON_CODE = /^[A-Za-z0-9-]{1,12}$/; // [EPS-LIFECYCLE 3]

/** Who cancels: known by their user id, not by a professional code [EPS-FHIR 4.3]. */
export function readCanceller(bundle: Bundle): Result<Organisations, Refusal> {
  const person = readPerson(bundle);
  if (!person.ok) return fail(inTranslation(person.error));
  const { role, practitioner } = person.value;
  const user = onlyIdentifier(practitioner.identifier, ID.user, 'Practitioner.identifier');
  return user.ok ? readOrganisations(bundle, role) : fail(inTranslation(user.error));
}

type InRole = { readonly role: PractitionerRole; readonly practitioner: Practitioner };

function readPerson(bundle: Bundle): Result<InRole, Issue> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const role = onlyReferred(bundle, first?.requester, 'PractitionerRole');
  if (!role.ok) return role;
  const { identifier, practitioner: named, telecom } = role.value;
  const profile = onlyIdentifier(identifier, ID.roleProfile, 'PractitionerRole.identifier');
  if (!profile.ok) return profile;
  if (jobRoleOf(role.value) === null) return fail(NO_JOB_ROLE);
  const practitioner = onlyReferred(bundle, named, 'Practitioner');
  if (!practitioner.ok) return practitioner;
  if ((telecom ?? practitioner.value.telecom ?? []).length === 0) return fail(NO_TELECOM);
  return ok({ role: role.value, practitioner: practitioner.value });
}

export const NO_TELECOM = untranslatable(
  'TOO_FEW_VALUES_SUBMITTED',
  'ResponsiblePractitioner must have at least one telecom.',
  'PractitionerRole.telecom',
);

export function onlyProfessionalCode({ identifier }: Practitioner): Result<string, Issue> {
  const codes = professionalCodes(identifier);
  const [code] = codes;
  const text = 'Expected exactly one professional code. One of GMC|GMP|NMC|GPhC|HCPC|unknown';
  const path = 'Practitioner.identifier';
  if (code === undefined) return fail(untranslatable('TOO_FEW_VALUES_SUBMITTED', text, path));
  if (codes.length === 1) return ok(code);
  const got = `${text}. But got: ${codes.join(', ')}`;
  return fail(untranslatable('TOO_MANY_VALUES_SUBMITTED', got, path));
}

function readOrganisations(bundle: Bundle, role: PractitionerRole): Result<Organisations, Refusal> {
  const organization = onlyReferred(bundle, role.organization, 'Organization');
  if (!organization.ok) return fail(inTranslation(organization.error));
  const service = role.healthcareService?.[0];
  const costCentre =
    service === undefined ? organization : onlyReferred(bundle, service, 'HealthcareService');
  if (!costCentre.ok) return fail(inTranslation(costCentre.error));
  const undescribed = undescribedPart(bundle, costCentre.value);
  if (undescribed !== null) return fail(inTranslation(undescribed));
  const codes: OdsCode[] = [];
  for (const one of new Set([costCentre.value, organization.value])) {
    const code = onlyIdentifier(one.identifier, ID.ods, `${one.resourceType}.identifier`);
    if (!code.ok) return fail(inTranslation(code.error));
    const ods = parseOdsCode(code.value);
    if (ods === null) return fail(bySpine('agentOrganization has invalid format'));
    codes.push(ods);
  }
  const [first, ...rest] = codes;
  const licence = licenceFault(bundle, organization.value);
  if (licence !== null) return fail(bySpine(licence));
  return first === undefined ? fail(bySpine(NO_ORGANISATION)) : ok([first, ...rest]);
}

const NO_ORGANISATION = 'hl7:representedOrganization root not found';

/** The name, telephone and address that are signed. */
function undescribedPart(bundle: Bundle, of: Organization | HealthcareService): Issue | null {
  const path = `${of.resourceType}.address`;
  if (of.name === undefined) return invalidValue('Name must be provided.', path);
  const telecom = onlyOne(of.telecom, `${of.resourceType}.telecom`);
  if (!telecom.ok) return telecom.error;
  if (of.resourceType === 'Organization') {
    const address = onlyOne(of.address, path);
    return address.ok ? null : address.error;
  }
  const location = onlyReferred(bundle, of.location?.[0], 'Location');
  if (!location.ok) return location.error;
  const { address } = location.value;
  return address === undefined
    ? invalidValue('Address must be provided.', 'Location.address')
    : null;
}

/** The body that the organisation answers to; without one, itself [EPS-LIFECYCLE 3]. */
function licenceFault(bundle: Bundle, organization: Organization): string | null {
  const { partOf } = organization;
  if (partOf === undefined) return null;
  const parent = resolve(bundle, partOf, 'Organization');
  const code = partOf.identifier?.value ?? identifierValue(parent?.identifier, ID.ods);
  if (code === null) return 'Health Care Provider Licensed Organization (PCT) ID is missing';
  return parseOdsCode(code) === null ? 'hcplOrgCode has invalid format' : null;
}

import type {
  Bundle,
  HealthcareService,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
} from 'fhir/r4';

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import type * as hl7 from '../hl7v3/order-document.ts';
import { OID } from '../hl7v3/oids.ts';
import { addressOf, nameOf, telecomOf } from './hl7-values.ts';
import { onlyIdentifier, onlyReferred } from './only.ts';
import { jobRoleOf, NO_JOB_ROLE } from './party.ts';
import { professionalCodes } from './professional-code.ts';
import { identifierValue, resolve } from './r4.ts';
import { NO_TELECOM, onlyProfessionalCode } from './requester.ts';
import { invalidValue, onlyOne } from './rules.ts';
import { ID } from './systems.ts';
import type { Translation } from './translation.ts';

/** By which id a person is known in a message. */
type PersonId = (role: PractitionerRole, practitioner: Practitioner) => Result<hl7.Id, Issue>;

/** The prescriber who signs, by their one professional code [EPS-SIGNATURE 2.2]. */
export const byProfessionalCode: PersonId = (_role, practitioner) => {
  const code = onlyProfessionalCode(practitioner);
  return code.ok ? ok({ root: OID.professional, extension: code.value }) : code;
};

/** Who answers for the prescription: by the code under which it is paid for, if there is one [EPS-HL7-MAP 3]. */
export const byPayment: PersonId = (role, practitioner) => {
  const code =
    identifierValue(role.identifier, ID.spurious) ??
    identifierValue(practitioner.identifier, ID.din);
  return code === null
    ? byProfessionalCode(role, practitioner)
    : ok({ root: OID.professional, extension: code });
};

/** In a cancel request people are known by their user id [EPS-HL7-MAP 4]. */
export const byUser: PersonId = (_role, { identifier }) => {
  const user = onlyIdentifier(identifier, ID.user, 'Practitioner.identifier');
  return user.ok ? ok({ root: OID.user, extension: user.value }) : user;
};

/** Who asks: somebody who is described in the message, not only named. */
export function requesterOf(
  to: Translation,
  bundle: Bundle,
  reference: Reference | undefined,
  idOf: PersonId,
): hl7.Agent {
  const agent = agentOf(to, bundle, reference, idOf);
  const role = resolve(bundle, reference, 'PractitionerRole');
  to.take(onlyReferred(bundle, role?.practitioner, 'Practitioner'), NO_PRACTITIONER);
  return agent;
}

/** The person and organisation behind a reference to a PractitionerRole. */
export function agentOf(
  to: Translation,
  bundle: Bundle,
  reference: Reference | undefined,
  idOf: PersonId,
): hl7.Agent {
  const role = to.take(onlyReferred(bundle, reference, 'PractitionerRole'), NO_ROLE);
  const organization = to.take(
    onlyReferred(bundle, role.organization, 'Organization'),
    NO_ORGANIZATION,
  );
  const organisation = organisationOf(to, bundle, role, organization);
  if (role.practitioner?.reference === undefined) {
    return { ...namedAlone(to, role, organization), organisation };
  }
  const profile = onlyIdentifier(role.identifier, ID.roleProfile, 'PractitionerRole.identifier');
  const jobRole = jobRoleOf(role);
  if (jobRole === null) to.refuse(NO_JOB_ROLE);
  const named = onlyReferred(bundle, role.practitioner, 'Practitioner');
  const practitioner = to.take(named, NO_PRACTITIONER);
  const telecoms = role.telecom ?? practitioner.telecom ?? [];
  if (telecoms.length === 0) to.refuse(NO_TELECOM);
  return {
    roleProfile: to.take(profile, ''),
    jobRole,
    telecoms: telecoms.map((one) => telecomOf(to, one, 'PractitionerRole.telecom')),
    person: { id: to.take(idOf(role, practitioner), NO_ID), name: onlyName(to, practitioner) },
    organisation,
  };
}

/** Who is named by identifier has the name and, without one of their own, the telephone of their organisation [EPS-HL7-MAP 3]. */
function namedAlone(
  to: Translation,
  role: PractitionerRole,
  organization: Organization,
): Omit<hl7.Agent, 'organisation'> {
  const { identifier } = role.practitioner ?? {};
  const roleProfile = identifierValue(role.identifier, ID.roleProfile);
  const jobRole = jobRoleOf(role);
  const whole = { roleProfile, jobRole, telecoms: [], person: null };
  if (identifier === undefined) return whole;
  const code =
    identifierValue(role.identifier, ID.spurious) ??
    professionalCodes([identifier])[0] ??
    identifier.value ??
    '';
  const parts = { use: null, prefixes: [], givens: [], family: null, suffixes: [] };
  const telecoms = role.telecom ?? organization.telecom ?? [];
  return {
    ...whole,
    telecoms: telecoms.map((one) => telecomOf(to, one, 'PractitionerRole.telecom')),
    person: {
      id: { root: OID.professional, extension: code },
      name: organization.name === undefined ? null : { ...parts, text: organization.name },
    },
  };
}

function onlyName(to: Translation, { name: names }: Practitioner): hl7.PersonName | null {
  if (names === undefined) return null;
  const name = to.take(onlyOne(names, 'Practitioner.name'), null);
  return name === null ? null : nameOf(to, name, 'Practitioner.name');
}

/** The cost centre: in secondary care a service of the organisation [EPS-SIGNATURE 2.2]. */
function organisationOf(
  to: Translation,
  bundle: Bundle,
  role: PractitionerRole,
  organization: Organization,
): hl7.PrescribingOrganisation {
  const reference = role.healthcareService?.[0];
  const place =
    reference === undefined
      ? organization
      : to.take(onlyReferred(bundle, reference, 'HealthcareService'), organization);
  const path = place.resourceType;
  if (place.name === undefined) {
    to.refuse(invalidValue('Name must be provided.', `${path}.address`));
  }
  const telecom = to.take(onlyOne(place.telecom, `${path}.telecom`), {});
  return {
    ods: to.take(onlyIdentifier(place.identifier, ID.ods, `${path}.identifier`), ''),
    name: place.name ?? '',
    telecom: telecomOf(to, telecom, `${path}.telecom`),
    address: addressOf(to, to.take(placeAddress(bundle, place), {}), `${path}.address`),
    licence: licenceOf(bundle, organization),
  };
}

function placeAddress(bundle: Bundle, place: Organization | HealthcareService) {
  if (place.resourceType === 'Organization') return onlyOne(place.address, 'Organization.address');
  const location = onlyReferred(bundle, place.location?.[0], 'Location');
  if (!location.ok) return location;
  const { address } = location.value;
  return address === undefined ? fail(NO_ADDRESS) : ok(address);
}

const NO_ADDRESS = invalidValue('Address must be provided.', 'Location.address');

/** The body that an organisation answers to; without one, itself [EPS-SIGNATURE 2.2]. */
function licenceOf(bundle: Bundle, organization: Organization) {
  const { partOf } = organization;
  const body = partOf === undefined ? organization : resolve(bundle, partOf, 'Organization');
  if (body === null || partOf?.identifier !== undefined) {
    return { ods: partOf?.identifier?.value ?? '', name: partOf?.display ?? null };
  }
  return { ods: identifierValue(body.identifier, ID.ods) ?? '', name: body.name ?? null };
}

const NO_ROLE: PractitionerRole = { resourceType: 'PractitionerRole' };
const NO_ORGANIZATION: Organization = { resourceType: 'Organization' };
const NO_PRACTITIONER: Practitioner = { resourceType: 'Practitioner' };
const NO_ID: hl7.Id = { root: OID.professional, extension: '' };

import type { Organization, Patient as FhirPatient, Practitioner, PractitionerRole } from 'fhir/r4';

import type { Organisation } from '../organisations.ts';
import type { Patient } from '../patients.ts';
import type { Person } from '../personas.ts';
import { coding, concept, identifier, known, urn } from './parts.ts';
import { CODES, EXTENSION, ID } from './systems.ts';

export function patientResource(patient: Patient): FhirPatient {
  return {
    resourceType: 'Patient',
    identifier: [identifier(ID.nhsNumber, patient.nhsNumber)],
    name: [
      {
        use: 'usual',
        family: patient.family,
        given: [...patient.given],
        prefix: [patient.prefix],
      },
    ],
    gender: patient.gender,
    birthDate: patient.birthDate,
    address: [
      {
        use: 'home',
        line: [...patient.line],
        city: patient.city,
        postalCode: patient.postcode,
      },
    ],
    generalPractitioner: [known(ID.ods, patient.gpOds)],
  };
}

export function practitionerResource(person: Person): Practitioner {
  const { professional } = person;
  return {
    resourceType: 'Practitioner',
    identifier: [
      identifier(ID.user, person.userId),
      ...(professional === null ? [] : [identifier(professional.system, professional.value)]),
    ],
    name: [{ family: person.family, given: [person.given], prefix: [person.prefix] }],
  };
}

/**
 * The role of somebody who is an entry of the message: practitioner and organisation are entries
 * too.
 */
export function roleResource(
  person: Person,
  practitionerId: string,
  organisationId: string,
): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    identifier: [identifier(ID.roleProfile, person.roleProfileId)],
    practitioner: { reference: urn(practitionerId) },
    organization: { reference: urn(organisationId) },
    code: [jobRole(person)],
    telecom: [workPhone(person.organisation)],
  };
}

/** The role of somebody named by identifier only, as dispensing messages do [EPS-FHIR 4.4]. */
export function agentRole(person: Person): PractitionerRole {
  return {
    resourceType: 'PractitionerRole',
    identifier: [identifier(ID.roleProfile, person.roleProfileId)],
    practitioner: known(ID.user, person.userId, person.display),
    code: [jobRole(person)],
    telecom: [workPhone(person.organisation)],
  };
}

/** The contained resources that a Task and a Claim have in common. */
export function containedParty(person: Person, roleId: string): [PractitionerRole, Organization] {
  return [
    { ...agentRole(person), id: roleId, organization: { reference: '#organisation' } },
    { ...organizationResource(person.organisation), id: 'organisation' },
  ];
}

export function organizationResource(organisation: Organisation): Organization {
  const { role, partOf } = organisation;
  return {
    resourceType: 'Organization',
    identifier: [identifier(ID.ods, organisation.ods)],
    active: true,
    type: [concept(coding(CODES.organisationRole, role.code, role.display))],
    name: organisation.name,
    telecom: [workPhone(organisation)],
    address: [
      {
        use: 'work',
        line: [...organisation.line],
        city: organisation.city,
        postalCode: organisation.postcode,
      },
    ],
    ...(partOf === null ? {} : { partOf: known(ID.ods, partOf.ods, partOf.name) }),
  };
}

/**
 * A dispense notification must say who pays the pharmacy; T1450 pays those in England [EPS-CODES
 * 3].
 */
export function reimbursedOrganization(organisation: Organisation): Organization {
  return {
    ...organizationResource(organisation),
    extension: [
      {
        url: EXTENSION.organisationRelationships,
        extension: [
          {
            url: 'reimbursementAuthority',
            valueIdentifier: identifier(ID.ods, REIMBURSEMENT_AUTHORITY.ods),
          },
        ],
      },
    ],
  };
}

export const REIMBURSEMENT_AUTHORITY = {
  ods: 'T1450',
  name: 'NHS BUSINESS SERVICES AUTHORITY',
} as const;

function jobRole(person: Person): ReturnType<typeof concept> {
  return concept(coding(CODES.jobRole, person.jobRole.code, person.jobRole.display));
}

function workPhone(organisation: Organisation): {
  system: 'phone';
  use: 'work';
  value: string;
} {
  return { system: 'phone', use: 'work', value: organisation.telecom };
}

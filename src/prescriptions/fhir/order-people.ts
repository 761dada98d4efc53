import { isDeepStrictEqual } from 'node:util';

import type { BundleEntry, Identifier, Organization, PractitionerRole } from 'fhir/r4';

import { OID } from '../hl7v3/oids.ts';
import type { Agent, Id, OrderDocument, PatientDetails } from '../hl7v3/order-document.ts';
import { contactPoint, fhirAddress, fhirGender, humanName, isoDay } from './fhir-values.ts';
import { professionalIdentifier } from './professional-code.ts';
import { CODE, ID } from './systems.ts';

export function patientEntry(patient: PatientDetails, fullUrl: string): BundleEntry {
  const { nhsNumber, names, gender, birthDate, addresses, telecoms, generalPractice } = patient;
  return {
    fullUrl,
    resource: {
      resourceType: 'Patient',
      identifier: [{ system: ID.nhsNumber, value: nhsNumber }],
      name: names.map(humanName),
      ...(telecoms.length === 0 ? {} : { telecom: telecoms.map(contactPoint) }),
      ...fhirGender(gender),
      birthDate: isoDay(birthDate),
      ...(addresses.length === 0 ? {} : { address: addresses.map(fhirAddress) }),
      generalPractitioner: [{ identifier: { system: ID.ods, value: generalPractice } }],
    },
  };
}

/** Urls of the roles; one and the same when the prescriber answers for the prescription. */
export type Roles = { readonly author: string; readonly responsible: string };

export function rolesOf({ author: { agent }, responsible }: OrderDocument): Roles {
  const author = 'urn:uuid:author';
  const isSame = isDeepStrictEqual(agent, responsible);
  return { author, responsible: isSame ? author : 'urn:uuid:responsible' };
}

export function roleEntries(order: OrderDocument, roles: Roles): BundleEntry[] {
  const author = agentEntries(order.author.agent, roles.author, professional);
  if (roles.responsible === roles.author) return author;
  return [...author, ...agentEntries(order.responsible, roles.responsible, payment)];
}

/** What the code of a person is of. */
type CodeOf = (code: string) => { readonly role: Identifier[]; readonly person: Identifier[] };

const professional: CodeOf = (value) => ({
  role: [],
  person: [{ system: ID.professional, value }],
});

/** A code for payment is known by its form, and a spurious one is of the role [EPS-FHIR 4.5, 6.4]. */
const payment: CodeOf = (code) => {
  const identifier = professionalIdentifier(code);
  if (identifier.system === ID.spurious) return { role: [identifier], person: [] };
  return identifier.system === ID.din ? { role: [], person: [identifier] } : professional(code);
};

function agentEntries(agent: Agent, fullUrl: string, codeOf: CodeOf): BundleEntry[] {
  const { person, organisation } = agent;
  const code = person === null ? null : personCode(person.id, codeOf);
  const practitioner: BundleEntry | null =
    person === null || !isWhole(agent)
      ? null
      : {
          fullUrl: `${fullUrl}-person`,
          resource: {
            resourceType: 'Practitioner',
            identifier: code?.person ?? [],
            ...(person.name === null ? {} : { name: [humanName(person.name)] }),
          },
        };
  const organization = organizationEntry(organisation, `${fullUrl}-organization`);
  const role: PractitionerRole = {
    ...roleOf(agent, code?.role ?? []),
    ...practitionerOf(agent, practitioner),
    organization: { reference: organization.fullUrl },
  };
  return [
    { fullUrl, resource: role },
    ...(practitioner === null ? [] : [practitioner]),
    organization,
  ];
}

function personCode({ root, extension: value }: Id, codeOf: CodeOf): ReturnType<CodeOf> {
  return root === OID.user ? { role: [], person: [{ system: ID.user, value }] } : codeOf(value);
}

/** Somebody described: who is only named has no role, or the name of their organisation [EPS-HL7-MAP 3]. */
function isWhole({ roleProfile, jobRole, telecoms, person, organisation }: Agent): boolean {
  const isOrganisation = person?.name?.text === organisation.name;
  return !isOrganisation && roleProfile !== null && jobRole !== null && telecoms.length > 0;
}

function roleOf(agent: Agent, codes: readonly Identifier[]): PractitionerRole {
  const { roleProfile, jobRole, telecoms, organisation } = agent;
  const profile = roleProfile === null ? [] : [{ system: ID.roleProfile, value: roleProfile }];
  // A code with colons is the RBAC one, a bare one the name's [EPS-CODES 1].
  const system = jobRole?.includes(':') === true ? CODE.jobRole : CODE.jobRoleName;
  const isOfOrganisation = isDeepStrictEqual(telecoms, [organisation.telecom]) && !isWhole(agent);
  return {
    resourceType: 'PractitionerRole',
    identifier: [...profile, ...codes],
    ...(jobRole === null ? {} : { code: [{ coding: [{ system, code: jobRole }] }] }),
    ...(telecoms.length === 0 || isOfOrganisation ? {} : { telecom: telecoms.map(contactPoint) }),
  };
}

function practitionerOf(
  { person }: Agent,
  entry: BundleEntry | null,
): Pick<PractitionerRole, 'practitioner'> {
  if (person === null) return {};
  if (entry?.fullUrl !== undefined) return { practitioner: { reference: entry.fullUrl } };
  return { practitioner: { identifier: { system: ID.professional, value: person.id.extension } } };
}

function organizationEntry(
  { ods, name, telecom, address, licence }: Agent['organisation'],
  fullUrl: string,
): BundleEntry & { readonly fullUrl: string } {
  // An organisation that answers to no other stands for itself [EPS-SIGNATURE 2.2].
  const partOf =
    licence === null || (licence.ods === ods && licence.name === name)
      ? undefined
      : {
          identifier: { system: ID.ods, value: licence.ods },
          ...(licence.name === null ? {} : { display: licence.name }),
        };
  const resource: Organization = {
    resourceType: 'Organization',
    identifier: [{ system: ID.ods, value: ods }],
    name,
    telecom: [contactPoint(telecom)],
    address: [fhirAddress(address)],
    ...(partOf === undefined ? {} : { partOf }),
  };
  return { fullUrl, resource };
}

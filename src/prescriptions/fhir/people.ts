import type {
  Bundle,
  BundleEntry,
  FhirResource,
  Identifier,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
} from 'fhir/r4';

import { derivedUuid } from '../../kernel/uuid.ts';
import type { Party } from '../prescription.ts';
import { professionalCodes, professionalIdentifier } from './professional-code.ts';
import { identifierValue, resolve } from './r4.ts';
import { organizationResource } from './refusal.ts';
import { CODE, ID } from './systems.ts';

/** Makes entries whose ids always come out the same for the same answer. */
export type EntryMaker = (
  name: string,
  resource: FhirResource,
) => BundleEntry & { fullUrl: string };

export function entryMaker(...seed: readonly string[]): EntryMaker {
  return (name, resource) => ({ fullUrl: `urn:uuid:${derivedUuid(...seed, name)}`, resource });
}

/** A person in a role, as Spine gives them back: the role's url, and the entries that describe it. */
export type Shown = { readonly role: string; readonly entries: readonly BundleEntry[] };

/** A role of a received Bundle; `codeOf` says by which code Spine knows the person. */
export function showRole(
  bundle: Bundle,
  role: PractitionerRole,
  make: EntryMaker,
  name: string,
): Shown {
  const practitioner = resolve(bundle, role.practitioner, 'Practitioner');
  const spurious = identifierValue(role.identifier, ID.spurious);
  const person = personOf(practitioner, spurious, role);
  const personEntry = make(`${name} practitioner`, person);
  const organization = resolve(bundle, role.organization, 'Organization');
  const organizationEntry =
    organization === null ? null : make(`${name} organization`, shownOrganization(organization));
  const identifier = roleIdentifiers(role, spurious);
  const roleEntry = make(`${name} role`, {
    ...roleResource(identifier, jobRole(role), role.telecom),
    practitioner: { reference: personEntry.fullUrl },
    ...(organizationEntry === null
      ? {}
      : { organization: { reference: organizationEntry.fullUrl } }),
  });
  const entries = [
    personEntry,
    roleEntry,
    ...(organizationEntry === null ? [] : [organizationEntry]),
  ];
  return { role: roleEntry.fullUrl, entries };
}

/** A dispenser as their release request named them. */
export function showParty(party: Party, make: EntryMaker, name: string): Shown {
  const { person, organisation } = party;
  const practitioner = make(`${name} practitioner`, {
    resourceType: 'Practitioner',
    ...(person.userId === null ? {} : { identifier: [professionalIdentifier(person.userId)] }),
    ...(person.name === null ? {} : { name: [{ text: person.name }] }),
  });
  const organization = make(`${name} organization`, shownParty(organisation));
  const telecom = person.telecom === null ? undefined : [phone(person.telecom)];
  const identifier =
    person.roleProfile === null ? [] : [{ system: ID.roleProfile, value: person.roleProfile }];
  const role = make(`${name} role`, {
    ...roleResource(identifier, person.jobRole, telecom),
    practitioner: { reference: practitioner.fullUrl },
    organization: { reference: organization.fullUrl },
  });
  return { role: role.fullUrl, entries: [practitioner, role, organization] };
}

function shownParty(organisation: Party['organisation']): Organization {
  const { id: _id, ...shown } = organizationResource('', organisation);
  return shown;
}

function phone(value: string) {
  return { system: 'phone', use: 'work', value } as const;
}

function personOf(
  practitioner: Practitioner | null,
  spurious: string | null,
  role: PractitionerRole,
): Practitioner {
  const code =
    professionalCodes(practitioner?.identifier)[0] ??
    identifierValue(practitioner?.identifier, ID.user) ??
    role.practitioner?.identifier?.value ??
    null;
  const name = practitioner?.name ?? displayName(role.practitioner);
  return {
    resourceType: 'Practitioner',
    ...(code === null || spurious !== null ? {} : { identifier: [professionalIdentifier(code)] }),
    ...(name === undefined ? {} : { name }),
  };
}

function displayName(reference: Reference | undefined) {
  return reference?.display === undefined ? undefined : [{ text: reference.display }];
}

function roleIdentifiers(role: PractitionerRole, spurious: string | null): Identifier[] {
  const roleProfile = identifierValue(role.identifier, ID.roleProfile);
  return [
    ...(roleProfile === null ? [] : [{ system: ID.roleProfile, value: roleProfile }]),
    ...(spurious === null ? [] : [{ system: ID.spurious, value: spurious }]),
  ];
}

function jobRole(role: PractitionerRole): { code: string; display?: string } | null {
  const codings = role.code?.flatMap(({ coding }) => coding ?? []) ?? [];
  const coding =
    codings.find(({ system }) => system === CODE.jobRole) ??
    codings.find(({ system }) => system === CODE.jobRoleName);
  if (coding?.code === undefined) return null;
  return {
    code: coding.code,
    ...(coding.display === undefined ? {} : { display: coding.display }),
  };
}

function roleResource(
  identifier: Identifier[],
  job: string | { code: string; display?: string } | null,
  telecom: PractitionerRole['telecom'],
): PractitionerRole {
  const coding = typeof job === 'string' ? { code: job } : job;
  // A code with colons is the RBAC one, a bare one the name's [EPS-CODES 1].
  const system = coding?.code.includes(':') === true ? CODE.jobRole : CODE.jobRoleName;
  return {
    resourceType: 'PractitionerRole',
    identifier,
    ...(coding === null ? {} : { code: [{ coding: [{ system, ...coding }] }] }),
    ...(telecom === undefined ? {} : { telecom }),
  };
}

function shownOrganization(organization: Organization): Organization {
  const { identifier, name, telecom, address, partOf } = organization;
  return {
    resourceType: 'Organization',
    identifier: identifier?.filter(({ system }) => system === ID.ods) ?? [],
    ...(name === undefined ? {} : { name }),
    ...(telecom === undefined ? {} : { telecom }),
    ...(address === undefined ? {} : { address }),
    ...(partOf === undefined ? {} : { partOf }),
  };
}

const ORDER = [
  'MessageHeader',
  'MedicationRequest',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'HealthcareService',
  'Location',
  'Provenance',
];

/** The order in which an answer shows its entries; a type that is not named comes with the header [EPS-FHIR 4.5]. */
export function inOrder(entries: readonly BundleEntry[]): BundleEntry[] {
  const place = ({ resource }: BundleEntry): number =>
    Math.max(0, ORDER.indexOf(resource?.resourceType ?? ''));
  return entries.toSorted((one, other) => place(one) - place(other));
}

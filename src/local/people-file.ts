import { importPeople, knownUserIds, parsePeopleFile } from '../identity/index.ts';
import { Bug } from '../kernel/bug.ts';
import type { Database } from '../platform/database.ts';
import { ALL_ORGANISATIONS, type Organisation } from './organisations.ts';
import { mockPeople } from './sign-in/mock-users.ts';
import {
  ALL_PERSONAS,
  type FurtherRole,
  isPrescriber,
  type Person,
  type PersonWithoutRole,
} from './personas.ts';

/** The people of the test system as a file that `spine user import` reads. */
export function peopleFile(): { organisations: object[]; people: PersonEntry[] } {
  const people = ALL_PERSONAS.filter((persona) => persona.kind !== 'application');
  return {
    organisations: ALL_ORGANISATIONS.map(organisationEntry),
    people: [...people.map(entryOf), ...mockPeople()],
  };
}

type PersonEntry = { readonly userId: string } & Readonly<Record<string, unknown>>;

/** Through the same import as an operator's file. Whoever is there already stays as somebody may have changed them. */
export async function seedPeople(database: Database): Promise<void> {
  const { organisations, people } = peopleFile();
  const known = new Set(
    await knownUserIds(
      database,
      people.map(({ userId }) => userId),
    ),
  );
  const missing = people.filter(({ userId }) => !known.has(userId));
  if (missing.length === 0) return;
  const file = parsePeopleFile({ organisations, people: missing });
  if (!file.ok) throw new Bug(file.error.join('; '));
  const done = await importPeople(database, file.value, new Date());
  if (!done.ok) throw new Bug(`the people of the test system: ${done.error.kind}`);
}

function organisationEntry({ ods, name, line, city, postcode, telecom }: Organisation): object {
  return {
    ods,
    name,
    ...(line.length === 0 ? {} : { addressLines: line, city, postcode, telephone: telecom }),
  };
}

const REGISTERS: Readonly<Record<string, string>> = {
  'https://fhir.hl7.org.uk/Id/gmc-number': 'gmc_id',
  'https://fhir.hl7.org.uk/Id/nmc-number': 'nmc_id',
};

function entryOf(persona: Person | PersonWithoutRole): PersonEntry {
  const { userId, prefix, given, family } = persona;
  const name = { userId, title: prefix, given, family, synthetic: true };
  if (persona.kind === 'without-role') {
    return { ...name, ...placesOf(persona.ended === null ? [] : [persona.ended]) };
  }
  const register = isPrescriber(persona) ? REGISTERS[persona.professional.system] : undefined;
  return {
    ...name,
    status: persona.isInactive === true ? 'inactive' : 'active',
    ...(register === undefined
      ? {}
      : {
          professionalIds: { [register]: persona.professional?.value },
          prescriberCode: persona.professional?.value,
        }),
    ...placesOf([persona, ...(persona.furtherRoles ?? [])]),
  };
}

function placesOf(roles: readonly FurtherRole[]): object {
  return { memberships: roles.map(membershipEntry), roleProfiles: roles.map(roleEntry) };
}

/** Its id is the one after that of the role profile. */
function membershipEntry({ roleProfileId, organisation }: FurtherRole): object {
  return { id: String(Number(roleProfileId) + 1), organisation: organisation.ods };
}

function roleEntry(role: FurtherRole): object {
  const { roleProfileId, organisation, jobRole, activities, lastDay } = role;
  return {
    id: roleProfileId,
    organisation: organisation.ods,
    jobRole: jobRole.code,
    activities,
    ...(lastDay === undefined ? {} : { endsOn: lastDay }),
  };
}

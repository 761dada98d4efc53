import type { LondonDate } from '../../kernel/london.ts';

/** A person of the directory [IDENTITY 1.2]. */
export type Person = {
  /** Twelve digits; no check digit is known. */
  readonly userId: string;
  readonly title: string | null;
  readonly given: string;
  readonly family: string;
  readonly email: string | null;
  readonly status: 'active' | 'inactive';
  /** How well the identity was proved, 0 to 3 [IDENTITY 1.3]. */
  readonly idAssuranceLevel: number;
  readonly prescriberCode: string | null;
  readonly professionalIds: ProfessionalIds;
  /** Invented, for tests. */
  readonly isSynthetic: boolean;
};

/** Registers of professions, as the userinfo answer names their numbers [IDENTITY 1.1]. */
export const PROFESSIONAL_REGISTERS = [
  'gmc_id',
  'gmp_id',
  'gdc_id',
  'gdp_id',
  'gphc_id',
  'nmc_id',
  'rcn_id',
  'consultant_id',
] as const;

export type ProfessionalIds = Readonly<
  Partial<Record<(typeof PROFESSIONAL_REGISTERS)[number], string>>
>;

export type Membership = {
  /** What CIS2 calls `person_orgid`. */
  readonly membershipId: string;
  readonly ods: string;
  readonly openedOn: LondonDate | null;
  readonly closedOn: LondonDate | null;
};

export type Named = { readonly code: string; readonly name: string };

export type RoleProfile = {
  readonly roleProfileId: string;
  readonly ods: string;
  /** Staff group, sub-group and role: `S8000:G8000:R8001`. */
  readonly jobRole: string;
  /** The same in words, three quoted parts. */
  readonly jobRoleName: string;
  readonly areasOfWork: readonly Named[];
  /** Codes that were given to this profile; baseline and inclusion are not in it [IDENTITY 1.5]. */
  readonly activities: readonly string[];
  readonly workgroups: readonly Named[];
  readonly startsOn: LondonDate | null;
  /** The last day of it. */
  readonly endsOn: LondonDate | null;
};

/** A person with all that is known of them. */
export type User = Person & {
  /** User id of the record of the same person that stayed when the two were merged; null: it was not. */
  readonly mergedInto: string | null;
  readonly memberships: readonly (Membership & { readonly organisationName: string })[];
  readonly roleProfiles: readonly (RoleProfile & { readonly organisationName: string })[];
};

/** How the directory writes a name: `Surname Given Title` [IDENTITY 1.2]. */
export function commonName({ title, given, family }: Person): string {
  return [family, given, title].filter((part) => part !== null).join(' ');
}

/** How a page greets: `Dr Asha Moor`. */
export function displayName({ title, given, family }: Person): string {
  return [title, given, family].filter((part) => part !== null).join(' ');
}

/** Role profiles that hold on a day: begun, not ended, and the person is of that organisation then. */
export function rolesOn(user: User, day: LondonDate): User['roleProfiles'] {
  if (user.status !== 'active') return [];
  const open = new Set(
    user.memberships
      .filter(({ openedOn, closedOn }) => holds(openedOn, closedOn, day))
      .map(({ ods }) => ods),
  );
  return user.roleProfiles.filter(
    ({ startsOn, endsOn, ods }) => holds(startsOn, endsOn, day) && open.has(ods),
  );
}

/** The last day on which a role profile holds: its own, or that of the person at its organisation; null: none is set. */
export function lastDayOf(user: User, { ods, endsOn }: RoleProfile): LondonDate | null {
  const closedOn = user.memberships.find((one) => one.ods === ods)?.closedOn ?? null;
  if (endsOn === null || closedOn === null) return endsOn ?? closedOn;
  return endsOn < closedOn ? endsOn : closedOn;
}

function holds(from: LondonDate | null, until: LondonDate | null, day: LondonDate): boolean {
  return (from === null || from <= day) && (until === null || day <= until);
}

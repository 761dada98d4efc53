import type { LondonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import {
  type Membership,
  type Person,
  PROFESSIONAL_REGISTERS,
  type RoleProfile,
  rolesOn,
  type User,
} from '../../people/person.ts';
import { LEVEL_FOR_ACCESS } from '../evidence.ts';

export type MergeRefusal =
  | { readonly kind: 'SameRecord' }
  | { readonly kind: 'RecordMerged' }
  | { readonly kind: 'NumbersDiffer' };

/** What a merge leaves: all that was in two records of one person in the one that stays [EXPERIENCE 4.6]. */
export type MergePlan = {
  /** Of the record that stays, as it will be. */
  readonly person: Pick<
    Person,
    'email' | 'idAssuranceLevel' | 'prescriberCode' | 'professionalIds'
  >;
  /** Organisations where only the other record is a member: the membership moves. */
  readonly movedMemberships: readonly string[];
  /** Where both are: for how long the one that stays is one then. */
  readonly widenedMemberships: readonly Pick<Membership, 'ods' | 'openedOn' | 'closedOn'>[];
  /** They keep their ids: what was done in them stays to be found. */
  readonly movedRoles: readonly string[];
  /** The same work with no right more: it ends, and the one of the record that stays goes on. */
  readonly endedRoles: readonly string[];
};

/** What becomes of two records; refused when they cannot be of one person. */
export function planMerge(
  kept: User,
  merged: User,
  day: LondonDate,
): Result<MergePlan, MergeRefusal> {
  if (kept.userId === merged.userId) return fail({ kind: 'SameRecord' });
  if (kept.mergedInto !== null || merged.mergedInto !== null) return fail({ kind: 'RecordMerged' });
  const person = personOf(kept, merged);
  if (person === null) return fail({ kind: 'NumbersDiffer' });
  const places = new Map(kept.memberships.map((one) => [one.ods, one]));
  const heldByKept = rolesOn(kept, day);
  const ended = rolesOn(merged, day).filter((role) => heldByKept.some((own) => covers(own, role)));
  const endedRoles = ended.map(({ roleProfileId }) => roleProfileId);
  return ok({
    person,
    movedMemberships: merged.memberships.map(({ ods }) => ods).filter((ods) => !places.has(ods)),
    widenedMemberships: merged.memberships.flatMap((other) => {
      const own = places.get(other.ods);
      return own === undefined ? [] : [widened(own, other)];
    }),
    movedRoles: merged.roleProfiles
      .map(({ roleProfileId }) => roleProfileId)
      .filter((id) => !endedRoles.includes(id)),
    endedRoles,
  });
}

/** Whether access moves that somebody must have proved who they are for, and they have not. */
export function lacksProof({ person }: MergePlan, merged: User, day: LondonDate): boolean {
  return rolesOn(merged, day).length > 0 && person.idAssuranceLevel < LEVEL_FOR_ACCESS;
}

/** Null: each has a number of its own in the same register, so they are two persons or one number is wrong. */
function personOf(kept: User, merged: User): MergePlan['person'] | null {
  const both = [
    [kept.prescriberCode, merged.prescriberCode],
    ...PROFESSIONAL_REGISTERS.map((register) => [
      kept.professionalIds[register] ?? null,
      merged.professionalIds[register] ?? null,
    ]),
  ];
  const differ = both.some(([one, other]) => one !== null && other !== null && one !== other);
  if (differ) return null;
  return {
    email: kept.email ?? merged.email,
    idAssuranceLevel: Math.max(kept.idAssuranceLevel, merged.idAssuranceLevel),
    prescriberCode: kept.prescriberCode ?? merged.prescriberCode,
    professionalIds: { ...merged.professionalIds, ...kept.professionalIds },
  };
}

/** The same job role in the same place, for at least as long, with every right of the other. */
function covers(own: RoleProfile, other: RoleProfile): boolean {
  const codes = (named: readonly { readonly code: string }[]) => named.map(({ code }) => code);
  const has = (mine: readonly string[], theirs: readonly string[]): boolean =>
    theirs.every((one) => mine.includes(one));
  return (
    own.ods === other.ods &&
    own.jobRole === other.jobRole &&
    (own.endsOn === null || (other.endsOn !== null && other.endsOn <= own.endsOn)) &&
    has(own.activities, other.activities) &&
    has(codes(own.areasOfWork), codes(other.areasOfWork)) &&
    has(codes(own.workgroups), codes(other.workgroups))
  );
}

function widened(own: Membership, other: Membership): MergePlan['widenedMemberships'][number] {
  const { openedOn: a, closedOn: x } = own;
  const { openedOn: b, closedOn: y } = other;
  return {
    ods: own.ods,
    openedOn: a === null || b === null ? null : a < b ? a : b,
    closedOn: x === null || y === null ? null : x > y ? x : y,
  };
}

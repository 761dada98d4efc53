import type { LondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type ImportRefusal, importWords } from '../people/import/refusal.ts';
import { rolesOn, type User } from '../people/person.ts';
import { roleOf } from '../rbac/job-roles.ts';
import { LEVEL_FOR_ACCESS } from './evidence.ts';
import type { MergeRefusal } from './merge/plan.ts';
import type { PhotoRefusal } from './photo/photo.ts';

/** Job roles that work for the registration authority [IDENTITY 1.3]. */
const MANAGERS = ['R5080', 'R5072'];
export const AGENTS = [...MANAGERS, 'R5090'];

export type RegistrationRefusal =
  | PhotoRefusal
  | MergeRefusal
  | { readonly kind: 'NotAnAgent' }
  | { readonly kind: 'NotAManager' }
  | { readonly kind: 'NotASponsor'; readonly ods: string }
  | { readonly kind: 'OwnRequest' }
  | { readonly kind: 'ForOneself' }
  | { readonly kind: 'IdentityNotProved'; readonly level: number }
  | { readonly kind: 'UserNotKnown' }
  | { readonly kind: 'UserInactive' }
  | { readonly kind: 'OrganisationNotKnown' }
  | { readonly kind: 'OrganisationThere' }
  | { readonly kind: 'OrganisationClosed' }
  | { readonly kind: 'DaysInWrongOrder' }
  | { readonly kind: 'NotTheirSponsor' }
  | { readonly kind: 'PositionNotKnown' }
  | { readonly kind: 'PositionThere' }
  | { readonly kind: 'RoleNotKnown' }
  | { readonly kind: 'ImportRefused'; readonly refusal: ImportRefusal }
  | { readonly kind: 'RequestNotPending' };

/** Whether somebody works for the registration authority on a day. */
export function isAgent(user: User, day: LondonDate): boolean {
  return rolesOn(user, day).some(({ jobRole }) => AGENTS.includes(roleOf(jobRole)));
}

export function isManager(user: User, day: LondonDate): boolean {
  return rolesOn(user, day).some(({ jobRole }) => MANAGERS.includes(roleOf(jobRole)));
}

/** A sponsor asks for somebody else, for an organisation whose sponsor they are [IDENTITY 1.3]. */
export function mayRequest(
  sponsor: User,
  subject: User,
  { ods, sponsorOf }: { readonly ods: string; readonly sponsorOf: readonly string[] },
): Result<null, RegistrationRefusal> {
  if (sponsor.status !== 'active' || !sponsorOf.includes(ods)) {
    return fail({ kind: 'NotASponsor', ods });
  }
  if (sponsor.userId === subject.userId) return fail({ kind: 'ForOneself' });
  return subject.status === 'active' ? ok(null) : fail({ kind: 'UserInactive' });
}

export type Decision = {
  readonly decider: User;
  readonly requestedBy: string;
  /** User ids of those whom it is about. */
  readonly concerns: readonly string[];
};

/** Two persons: whoever decides has neither asked nor gains by it [EXPERIENCE 4.6]. */
export function mayDecide(
  { decider, requestedBy, concerns }: Decision,
  day: LondonDate,
): Result<null, RegistrationRefusal> {
  if (!isAgent(decider, day)) return fail({ kind: 'NotAnAgent' });
  if (decider.userId === requestedBy) return fail({ kind: 'OwnRequest' });
  return concerns.includes(decider.userId) ? fail({ kind: 'ForOneself' }) : ok(null);
}

/** Access is for people whose identity was proved [IDENTITY 1.3]. */
export function mayReceive({
  status,
  idAssuranceLevel: level,
}: User): Result<null, RegistrationRefusal> {
  if (status !== 'active') return fail({ kind: 'UserInactive' });
  return level >= LEVEL_FOR_ACCESS ? ok(null) : fail({ kind: 'IdentityNotProved', level });
}

/** Why not, for people. */
export function registrationWords(refusal: RegistrationRefusal): string {
  return refusal.kind === 'ImportRefused'
    ? `${importWords(refusal.refusal)}.`
    : WORDS[refusal.kind];
}

const WORDS: Readonly<Record<Exclude<RegistrationRefusal['kind'], 'ImportRefused'>, string>> = {
  NotAnAgent: 'Only an agent of the registration authority may do this.',
  NotAManager: 'Only a manager of the registration authority may do this.',
  NotASponsor: 'Only a sponsor of that organisation may ask for this.',
  OwnRequest: 'Whoever asked for it cannot approve it: another person must.',
  ForOneself: 'Nobody asks for or approves their own access, or changes their own record.',
  IdentityNotProved: 'The identity of this person is not proved to level 3.',
  UserNotKnown: 'Nobody knows this user id.',
  UserInactive: 'This person is no longer active.',
  OrganisationNotKnown: 'Nobody knows this organisation.',
  OrganisationThere: 'There is an organisation with this code.',
  OrganisationClosed: 'This organisation is closed.',
  DaysInWrongOrder: 'The last day must not be before the first.',
  NotTheirSponsor: 'This person is no sponsor of that organisation.',
  PositionNotKnown: 'There is no such position.',
  PositionThere: 'The organisation has a position of this name.',
  RoleNotKnown: 'This person has no such role, or it is over.',
  SameRecord: 'These are not two records.',
  RecordMerged: 'One of the records was merged into another one before.',
  NumbersDiffer:
    'Each record has its own number in the same professional register: if they are one person, correct the wrong one first.',
  PhotoMissing: 'There is no picture.',
  PhotoTooLarge: 'The picture is larger than 500 kB.',
  PhotoOfOtherKind: 'The picture is neither a JPEG nor a PNG.',
  PhotoOddSize: 'Each side of the picture must have 100 to 4,000 pixels.',
  RequestNotPending: 'There is no such request that waits for a decision.',
};

import { londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Database } from '../../../platform/database.ts';
import { findUsers, importPeople, parsePeopleFile, type PeopleFile } from '../../people/index.ts';
import { jobRoleNames } from '../../rbac/index.ts';
import { requestImport } from '../requests/index.ts';
import { AGENTS, isAgent, type RegistrationRefusal, registrationWords } from '../rules.ts';
import { holdersOf, holdsTwoPersonRule } from './repository.ts';

export { beginTwoPersonRule, holdsTwoPersonRule } from './repository.ts';

/** Whoever brings a file; null: an operator who did not say who they are. */
export type Bringer = {
  readonly userId: string | null;
  readonly at: Date;
  readonly roleProfile?: string;
  readonly session?: string;
};

/** A file was taken, or waits for the decision of another person. */
export type Brought = (
  | { readonly kind: 'imported' }
  | { readonly kind: 'requested'; readonly requestId: string }
) & { readonly organisations: readonly string[]; readonly people: readonly string[] };

export type BringRefusal =
  | { readonly kind: 'FileWrong'; readonly problems: readonly string[] }
  | { readonly kind: 'BringerMissing' }
  | RegistrationRefusal;

/**
 * Takes a file of organisations and people with their roles (docs/reference/people-file.md). In a live installation
 * that is a request of a manager which another person approves; as long as there is nobody there who could, and in a
 * test installation, it is done at once [EXPERIENCE 4.6].
 */
export async function bringPeople(
  database: Database,
  json: unknown,
  { userId, ...how }: Bringer,
): Promise<Result<Brought, BringRefusal>> {
  const file = parsePeopleFile(json, await jobRoleNames(database));
  if (!file.ok) return fail({ kind: 'FileWrong', problems: file.error });
  const what = namesIn(file.value);
  if (!(await mustBeConfirmed(database, how.at))) {
    const done = await importPeople(database, file.value, how.at, userId);
    if (!done.ok) return fail({ kind: 'ImportRefused', refusal: done.error });
    return ok({ kind: 'imported', ...what });
  }
  if (userId === null) return fail({ kind: 'BringerMissing' });
  const asked = await requestImport(database, { json, file: file.value }, { userId, ...how });
  return asked.ok ? ok({ kind: 'requested', requestId: asked.value, ...what }) : asked;
}

function namesIn({ organisations, people }: PeopleFile) {
  return {
    organisations: organisations.map(({ ods }) => ods),
    people: people.map(({ userId }) => userId),
  };
}

/** Whether nobody gives rights alone: in a live installation, once somebody works there who can decide. */
export async function mustBeConfirmed(database: Database, at: Date): Promise<boolean> {
  if (!(await holdsTwoPersonRule(database))) return false;
  const day = londonDate(at);
  const users = await findUsers(database, await holdersOf(database, AGENTS, day));
  return users.some((user) => isAgent(user, day));
}

/** Why not, for people; every problem of a file. */
export function bringWords(refusal: BringRefusal): readonly string[] {
  switch (refusal.kind) {
    case 'FileWrong':
      return refusal.problems;
    case 'BringerMissing':
      return ['In a live installation --by must say which manager asks for it.'];
    default:
      return [registrationWords(refusal)];
  }
}

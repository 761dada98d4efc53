import { londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Database } from '../../../platform/database.ts';
import { findUser, type User } from '../../people/index.ts';
import type { Actor } from '../repository.ts';
import { isAgent, isManager, type RegistrationRefusal } from '../rules.ts';

type Answer = Promise<Result<User, RegistrationRefusal>>;

/** Whoever does it, if they are an agent today. */
export async function asAgent(database: Database, { userId, at }: Actor): Answer {
  const user = await findUser(database, userId);
  return user !== null && isAgent(user, londonDate(at)) ? ok(user) : fail({ kind: 'NotAnAgent' });
}

/** The same of a manager. */
export async function asManager(database: Database, { userId, at }: Actor): Answer {
  const user = await findUser(database, userId);
  return user !== null && isManager(user, londonDate(at))
    ? ok(user)
    : fail({ kind: 'NotAManager' });
}

/** The record that something is done to; one that was merged into another one is history. */
export async function recordOf(database: Database, userId: string): Answer {
  const user = await findUser(database, userId);
  if (user === null) return fail({ kind: 'UserNotKnown' });
  return user.mergedInto === null ? ok(user) : fail({ kind: 'RecordMerged' });
}

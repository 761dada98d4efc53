import {
  findOrganisations,
  isClosedOn,
  type OpeningDays,
  type Organisation,
} from '../../../directory/index.ts';
import { londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Database } from '../../../platform/database.ts';
import { asManager } from '../agent/index.ts';
import type { Actor } from '../repository.ts';
import type { RegistrationRefusal } from '../rules.ts';
import { forgetSponsor, keepOpeningDays, keepOrganisation } from './repository.ts';

export { type Sponsor, sponsorsAt } from './repository.ts';

type Answer<Value> = Promise<Result<Value, RegistrationRefusal>>;

/** A manager adds one that the directory does not have [EXPERIENCE 4.6]. */
export async function addOrganisation(
  database: Database,
  organisation: Organisation,
  by: Actor,
): Answer<null> {
  const manager = await asManager(database, by);
  if (!manager.ok) return manager;
  const isNew = await keepOrganisation(database, organisation, by);
  return isNew ? ok(null) : fail({ kind: 'OrganisationThere' });
}

/**
 * A manager says between which days it is open. When it closes, every role there ends with its last day; when it opens
 * again none comes back: each is asked for anew [IDENTITY 1.3].
 */
export async function setOpeningDays(
  database: Database,
  ods: string,
  days: OpeningDays,
  by: Actor,
): Answer<null> {
  const manager = await asManager(database, by);
  if (!manager.ok) return manager;
  const { openedOn, closedOn } = days;
  if (openedOn !== null && closedOn !== null && closedOn < openedOn) {
    return fail({ kind: 'DaysInWrongOrder' });
  }
  const [known] = await findOrganisations(database, [ods]);
  if (known === undefined) return fail({ kind: 'OrganisationNotKnown' });
  await keepOpeningDays(database, ods, days, by);
  return ok(null);
}

/** A manager takes away that somebody may ask for access for an organisation. */
export async function endSponsor(
  database: Database,
  userId: string,
  ods: string,
  by: Actor,
): Answer<null> {
  const manager = await asManager(database, by);
  if (!manager.ok) return manager;
  if (userId === by.userId) return fail({ kind: 'ForOneself' });
  const was = await forgetSponsor(database, userId, ods, by);
  return was ? ok(null) : fail({ kind: 'NotTheirSponsor' });
}

/** Whether access may be given there: an organisation that is still to open counts, one that has closed does not. */
export async function canHaveStaff(database: Database, ods: string, at: Date): Answer<null> {
  const [known] = await findOrganisations(database, [ods]);
  if (known === undefined) return fail({ kind: 'OrganisationNotKnown' });
  return isClosedOn(known, londonDate(at)) ? fail({ kind: 'OrganisationClosed' }) : ok(null);
}

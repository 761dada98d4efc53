import { fail, ok, type Result } from '../../kernel/result.ts';
import { type Database, violatedConstraint } from '../../platform/database.ts';
import { asAgent, asManager, recordOf } from './agent/index.ts';
import { type Document, levelOf } from './evidence.ts';
import { canHaveStaff } from './organisations/index.ts';
import {
  type Actor,
  keepEvidence,
  keepPerson,
  keepPosition,
  keepSponsor,
  type NewPerson,
  type Position,
} from './repository.ts';
import type { RegistrationRefusal } from './rules.ts';

export { type Document, DOCUMENTS, levelOf } from './evidence.ts';
export {
  addOrganisation,
  endSponsor,
  setOpeningDays,
  type Sponsor,
  sponsorsAt,
} from './organisations/index.ts';
export {
  beginTwoPersonRule,
  type Brought,
  bringPeople,
  type BringRefusal,
  bringWords,
  holdsTwoPersonRule,
  mustBeConfirmed,
} from './files/index.ts';
export {
  findPhoto,
  findPhotoNote,
  PHOTO_MAX_BYTES,
  removePhoto,
  takePhoto,
} from './photo/index.ts';
export {
  type Actor,
  type Expiring,
  expiringWithin,
  listPositions,
  type NewPerson,
  type Position,
  sponsorOf,
  type Unused,
  unusedFor,
} from './repository.ts';
export {
  type AccessRequest,
  decideAccess,
  fileOf,
  findRequest,
  pendingRequests,
  plannedMerge,
  requestAccess,
  requestImport,
  requestMerge,
  type WantedAccess,
} from './requests/index.ts';
export { isAgent, isManager, type RegistrationRefusal, registrationWords } from './rules.ts';

type Answer<Value> = Promise<Result<Value, RegistrationRefusal>>;

/** An agent has seen a person and their documents; the new user id [IDENTITY 1.3]. */
export async function createPerson(
  database: Database,
  person: NewPerson,
  by: Actor,
): Answer<string> {
  const agent = await asAgent(database, by);
  if (!agent.ok) return agent;
  return ok(await keepPerson(database, person, levelOf(person.documents), by));
}

/** An agent has seen more documents of somebody; the level they prove. */
export async function proveIdentity(
  database: Database,
  userId: string,
  documents: readonly Document[],
  by: Actor,
): Answer<number> {
  const agent = await asAgent(database, by);
  if (!agent.ok) return agent;
  if (userId === by.userId) return fail({ kind: 'ForOneself' });
  const record = await recordOf(database, userId);
  if (!record.ok) return record;
  const level = levelOf(documents);
  await keepEvidence(database, userId, { documents, level }, by);
  return ok(level);
}

/** A manager names who may ask for access for an organisation. */
export async function nameSponsor(
  database: Database,
  userId: string,
  ods: string,
  by: Actor,
): Answer<null> {
  const manager = await asManager(database, by);
  if (!manager.ok) return manager;
  if (userId === by.userId) return fail({ kind: 'ForOneself' });
  const record = await recordOf(database, userId);
  if (!record.ok) return record;
  const open = await canHaveStaff(database, ods, by.at);
  if (!open.ok) return open;
  await keepSponsor(database, userId, ods, by);
  return ok(null);
}

/** A position of an organisation, agreed there; its id. */
export async function addPosition(
  database: Database,
  position: Omit<Position, 'positionId'>,
  by: Actor,
): Answer<string> {
  const agent = await asAgent(database, by);
  if (!agent.ok) return agent;
  const open = await canHaveStaff(database, position.ods, by.at);
  if (!open.ok) return open;
  try {
    return ok(await keepPosition(database, position, by));
  } catch (error) {
    if (violatedConstraint(error) !== 'position_ods_name_key') throw error;
    return fail({ kind: 'PositionThere' });
  }
}

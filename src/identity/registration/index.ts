import { londonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type Database, violatedConstraint } from '../../platform/database.ts';
import { findUser, rolesOn, type User } from '../people/index.ts';
import { asAgent, asManager } from './agent/index.ts';
import { canHaveStaff } from './organisations/index.ts';
import {
  type AccessRequest,
  type Actor,
  decideRequest,
  type Effect,
  findPosition,
  findRequest,
  keepEvidence,
  keepPerson,
  keepPosition,
  keepRequest,
  keepSponsor,
  type NewPerson,
  type NewRequest,
  type Position,
  sponsorOf,
} from './repository.ts';
import {
  type Document,
  levelOf,
  mayDecide,
  mayRequest,
  type RegistrationRefusal,
} from './rules.ts';

export {
  addOrganisation,
  endSponsor,
  setOpeningDays,
  type Sponsor,
  sponsorsAt,
} from './organisations/index.ts';
export {
  findPhoto,
  findPhotoNote,
  PHOTO_MAX_BYTES,
  removePhoto,
  takePhoto,
} from './photo/index.ts';
export {
  type AccessRequest,
  type Actor,
  type Expiring,
  expiringWithin,
  findRequest,
  listPositions,
  type NewPerson,
  pendingRequests,
  type Position,
  sponsorOf,
  type Unused,
  unusedFor,
} from './repository.ts';
export {
  type Document,
  DOCUMENTS,
  isAgent,
  isManager,
  levelOf,
  type RegistrationRefusal,
  registrationWords,
} from './rules.ts';

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
  if ((await findUser(database, userId)) === null) return fail({ kind: 'UserNotKnown' });
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
  if ((await findUser(database, userId)) === null) return fail({ kind: 'UserNotKnown' });
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

/** A sponsor asks that somebody gets a position, or that a role ends; the id of the request. */
export async function requestAccess(
  database: Database,
  request: NewRequest,
  by: Actor,
): Answer<string> {
  const [sponsor, subject] = await Promise.all([
    findUser(database, by.userId),
    findUser(database, request.userId),
  ]);
  if (subject === null) return fail({ kind: 'UserNotKnown' });
  const ods = await organisationOf(database, request, subject, by.at);
  if (!ods.ok) return ods;
  if (sponsor === null) return fail({ kind: 'NotASponsor', ods: ods.value });
  const known = await sponsorOf(database, by.userId);
  const may = mayRequest(sponsor, subject, { ods: ods.value, sponsorOf: known });
  return may.ok ? ok(await keepRequest(database, request, by)) : may;
}

async function organisationOf(
  database: Database,
  { kind, positionId, roleProfileId }: NewRequest,
  subject: User,
  at: Date,
): Answer<string> {
  if (kind === 'grant') {
    const position = await findPosition(database, positionId ?? '');
    if (position === null) return fail({ kind: 'PositionNotKnown' });
    const open = await canHaveStaff(database, position.ods, at);
    return open.ok ? ok(position.ods) : open;
  }
  const role = subject.roleProfiles.find((profile) => profile.roleProfileId === roleProfileId);
  return role === undefined ? fail({ kind: 'RoleNotKnown' }) : ok(role.ods);
}

/** Another person approves or refuses; an approved request is done in the same moment [EXPERIENCE 4.6]. */
export async function decideAccess(
  database: Database,
  requestId: string,
  isApproved: boolean,
  by: Actor,
): Answer<AccessRequest> {
  const request = await findRequest(database, requestId);
  if (request?.state !== 'pending') return fail({ kind: 'RequestNotPending' });
  const [decider, subject] = await Promise.all([
    findUser(database, by.userId),
    findUser(database, request.userId),
  ]);
  if (decider === null) return fail({ kind: 'NotAnAgent' });
  if (subject === null) return fail({ kind: 'UserNotKnown' });
  const { kind, requestedBy } = request;
  const decision = { decider, subject, requestedBy, kind, isApproved };
  const may = mayDecide(decision, londonDate(by.at));
  if (!may.ok) return may;
  const effect = isApproved ? await effectOf(database, request, subject, by.at) : ok(NOTHING);
  if (!effect.ok) return effect;
  const state = isApproved ? 'approved' : 'refused';
  const isKept = await decideRequest(database, request, { state, effect: effect.value }, by);
  const decided = isKept ? await findRequest(database, requestId) : null;
  return decided === null ? fail({ kind: 'RequestNotPending' }) : ok(decided);
}

const NOTHING: Effect = { kind: 'nothing' };
const DAY_MS = 86_400_000;

async function effectOf(
  database: Database,
  { kind, positionId, roleProfileId, startsOn, endsOn }: AccessRequest,
  subject: User,
  at: Date,
): Answer<Effect> {
  if (kind === 'end') {
    const role = rolesOn(subject, londonDate(at)).find(
      (one) => one.roleProfileId === roleProfileId,
    );
    if (role === undefined) return fail({ kind: 'RoleNotKnown' });
    const lastDay = endsOn ?? londonDate(new Date(at.getTime() - DAY_MS));
    return ok({ kind: 'end', roleProfileId: role.roleProfileId, lastDay });
  }
  const position = await findPosition(database, positionId ?? '');
  if (position === null) return fail({ kind: 'PositionNotKnown' });
  const open = await canHaveStaff(database, position.ods, at);
  return open.ok ? ok({ kind: 'give', role: { ...position, startsOn, endsOn } }) : open;
}

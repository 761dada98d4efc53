import { Bug } from '../../../kernel/bug.ts';
import { addDays, londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Database } from '../../../platform/database.ts';
import {
  findUser,
  importFault,
  importFaultOf,
  parsePeopleFile,
  type PeopleFile,
  rolesOn,
  type User,
} from '../../people/index.ts';
import { jobRoleNames } from '../../rbac/index.ts';
import { asAgent, asManager } from '../agent/index.ts';
import { lacksProof, type MergePlan, planMerge } from '../merge/plan.ts';
import { canHaveStaff } from '../organisations/index.ts';
import { type Actor, findPosition, sponsorOf } from '../repository.ts';
import { mayDecide, mayReceive, mayRequest, type RegistrationRefusal } from '../rules.ts';
import { decideRequest, type Effect, findFile, findRequest, keepRequest } from './repository.ts';
import type { AccessRequest, WantedAccess, WantedMerge } from './request.ts';

export { findRequest, pendingRequests } from './repository.ts';
export type { AccessRequest, WantedAccess } from './request.ts';

type Answer<Value> = Promise<Result<Value, RegistrationRefusal>>;

/** A sponsor asks that somebody gets a position, or that a role ends; the id of the request. */
export async function requestAccess(
  database: Database,
  wanted: WantedAccess,
  by: Actor,
): Answer<string> {
  const [sponsor, subject] = await Promise.all([
    findUser(database, by.userId),
    findUser(database, wanted.userId),
  ]);
  if (subject === null) return fail({ kind: 'UserNotKnown' });
  const ods = await organisationOf(database, wanted, subject, by.at);
  if (!ods.ok) return ods;
  if (sponsor === null) return fail({ kind: 'NotASponsor', ods: ods.value });
  const known = await sponsorOf(database, by.userId);
  const may = mayRequest(sponsor, subject, { ods: ods.value, sponsorOf: known });
  return may.ok ? ok(await keepRequest(database, wanted, by)) : may;
}

async function organisationOf(
  database: Database,
  wanted: WantedAccess,
  subject: User,
  at: Date,
): Answer<string> {
  if (wanted.kind === 'grant') {
    const position = await findPosition(database, wanted.positionId);
    if (position === null) return fail({ kind: 'PositionNotKnown' });
    const open = await canHaveStaff(database, position.ods, at);
    return open.ok ? ok(position.ods) : open;
  }
  const role = subject.roleProfiles.find((one) => one.roleProfileId === wanted.roleProfileId);
  return role === undefined ? fail({ kind: 'RoleNotKnown' }) : ok(role.ods);
}

export type PlannedMerge = {
  readonly kept: User;
  readonly merged: User;
  readonly plan: MergePlan;
};

/** What becomes of two records if they are merged. */
export async function plannedMerge(
  database: Database,
  { userId, mergedUserId }: Omit<WantedMerge, 'kind'>,
  at: Date,
): Answer<PlannedMerge> {
  const [kept, merged] = await Promise.all([
    findUser(database, userId),
    findUser(database, mergedUserId),
  ]);
  if (kept === null || merged === null) return fail({ kind: 'UserNotKnown' });
  const plan = planMerge(kept, merged, londonDate(at));
  if (!plan.ok) return plan;
  return kept.status === 'active'
    ? ok({ kept, merged, plan: plan.value })
    : fail({ kind: 'UserInactive' });
}

/** An agent has found that two records are of one person; the id of the request [EXPERIENCE 4.6]. */
export async function requestMerge(
  database: Database,
  wanted: Omit<WantedMerge, 'kind'>,
  by: Actor,
): Answer<string> {
  const agent = await asAgent(database, by);
  if (!agent.ok) return agent;
  if (by.userId === wanted.userId || by.userId === wanted.mergedUserId) {
    return fail({ kind: 'ForOneself' });
  }
  const planned = await plannedMerge(database, wanted, by.at);
  return planned.ok ? ok(await keepRequest(database, { kind: 'merge', ...wanted }, by)) : planned;
}

/** A manager asks that a file of people is taken, roles and all; the id of the request. */
export async function requestImport(
  database: Database,
  { json, file }: { readonly json: unknown; readonly file: PeopleFile },
  by: Actor,
): Answer<string> {
  const manager = await asManager(database, by);
  if (!manager.ok) return manager;
  if (file.people.some(({ userId }) => userId === by.userId)) return fail({ kind: 'ForOneself' });
  const refusal = await importFault(database, file);
  if (refusal !== null) return fail({ kind: 'ImportRefused', refusal });
  return ok(await keepRequest(database, { kind: 'import', file: json }, by));
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
  const decider = await findUser(database, by.userId);
  if (decider === null) return fail({ kind: 'NotAnAgent' });
  const concerns = await concernsOf(database, request);
  const { requestedBy } = request;
  const may = mayDecide({ decider, requestedBy, concerns }, londonDate(by.at));
  if (!may.ok) return may;
  const effect = isApproved ? await effectOf(database, request, by.at) : ok(NOTHING);
  if (!effect.ok) return effect;
  const state = isApproved ? 'approved' : 'refused';
  const isKept = await decided(database, request, { state, effect: effect.value }, by);
  if (!isKept.ok) return isKept;
  const after = isKept.value ? await findRequest(database, requestId) : null;
  return after === null ? fail({ kind: 'RequestNotPending' }) : ok(after);
}

async function decided(
  database: Database,
  request: AccessRequest,
  decision: Parameters<typeof decideRequest>[2],
  by: Actor,
): Answer<boolean> {
  try {
    return ok(await decideRequest(database, request, decision, by));
  } catch (error) {
    if (decision.effect.kind !== 'import') throw error;
    return fail({ kind: 'ImportRefused', refusal: importFaultOf(error) });
  }
}

/** User ids of those whom it is about. */
async function concernsOf(database: Database, request: AccessRequest): Promise<string[]> {
  switch (request.kind) {
    case 'grant':
    case 'end':
      return [request.userId];
    case 'merge':
      return [request.userId, request.mergedUserId];
    case 'import': {
      const { people } = await fileOf(database, request.requestId);
      return people.map(({ userId }) => userId);
    }
  }
}

/** The file that somebody asks to take; it was looked through before it was kept. */
export async function fileOf(database: Database, requestId: string): Promise<PeopleFile> {
  const names = await jobRoleNames(database);
  const file = parsePeopleFile(await findFile(database, requestId), names);
  if (!file.ok) throw new Bug(`the file of request ${requestId}: ${file.error.join('; ')}`);
  return file.value;
}

const NOTHING: Effect = { kind: 'nothing' };

async function effectOf(database: Database, request: AccessRequest, at: Date): Answer<Effect> {
  switch (request.kind) {
    case 'grant':
      return grantOf(database, request, at);
    case 'end':
      return endOf(database, request, at);
    case 'merge': {
      const planned = await plannedMerge(database, request, at);
      if (!planned.ok) return planned;
      const { kept, merged, plan } = planned.value;
      if (lacksProof(plan, merged, londonDate(at))) {
        return fail({ kind: 'IdentityNotProved', level: kept.idAssuranceLevel });
      }
      const { userId, mergedUserId } = request;
      return ok({ kind: 'merge', merge: { userId, mergedUserId, plan } });
    }
    case 'import': {
      const file = await fileOf(database, request.requestId);
      const refusal = await importFault(database, file);
      if (refusal !== null) return fail({ kind: 'ImportRefused', refusal });
      return ok({ kind: 'import', file });
    }
  }
}

async function grantOf(
  database: Database,
  { userId, positionId, startsOn, endsOn }: Extract<WantedAccess, { kind: 'grant' }>,
  at: Date,
): Answer<Effect> {
  const subject = await findUser(database, userId);
  if (subject === null) return fail({ kind: 'UserNotKnown' });
  const may = mayReceive(subject);
  if (!may.ok) return may;
  const position = await findPosition(database, positionId);
  if (position === null) return fail({ kind: 'PositionNotKnown' });
  const open = await canHaveStaff(database, position.ods, at);
  return open.ok ? ok({ kind: 'give', userId, role: { ...position, startsOn, endsOn } }) : open;
}

async function endOf(
  database: Database,
  { userId, roleProfileId, endsOn }: Extract<WantedAccess, { kind: 'end' }>,
  at: Date,
): Answer<Effect> {
  const subject = await findUser(database, userId);
  const held = subject === null ? [] : rolesOn(subject, londonDate(at));
  if (!held.some((one) => one.roleProfileId === roleProfileId)) {
    return fail({ kind: 'RoleNotKnown' });
  }
  const lastDay = endsOn ?? addDays(londonDate(at), -1);
  return ok({ kind: 'end', roleProfileId, lastDay });
}

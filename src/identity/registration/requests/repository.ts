import { randomUUID } from 'node:crypto';

import { present } from '../../../kernel/bug.ts';
import type { LondonDate } from '../../../kernel/london.ts';
import type { Database } from '../../../platform/database.ts';
import { type Sql, sql } from '../../../platform/sql.ts';
import {
  endingRole,
  givingRole,
  importing,
  type NewRole,
  type PeopleFile,
} from '../../people/index.ts';
import { auditLine } from '../../record.ts';
import { type Merge, merging } from '../merge/repository.ts';
import { type Actor, line, LIST_MAX } from '../repository.ts';
import type { AccessRequest, WantedAccess, WantedImport, WantedMerge } from './request.ts';

const REQUEST = sql`request_id as "requestId", kind, user_id as "userId", position_id as "positionId",
  role_profile_id as "roleProfileId", merged_user_id as "mergedUserId", starts_on as "startsOn",
  ends_on as "endsOn", state, requested_by as "requestedBy", requested_at as "requestedAt",
  decided_by as "decidedBy", decided_at as "decidedAt",
  coalesce(json_array_length(file -> 'organisations'), 0) as organisations,
  coalesce(json_array_length(file -> 'people'), 0) as people,
  (select coalesce(sum(json_array_length(p -> 'roleProfiles')), 0)::integer
    from json_array_elements(coalesce(file -> 'people', '[]')) as p) as "roleProfiles"`;

type Row = Pick<
  AccessRequest,
  'kind' | 'requestId' | 'state' | 'requestedBy' | 'requestedAt' | 'decidedBy' | 'decidedAt'
> & {
  readonly userId: string | null;
  readonly positionId: string | null;
  readonly roleProfileId: string | null;
  readonly mergedUserId: string | null;
  readonly startsOn: LondonDate | null;
  readonly endsOn: LondonDate | null;
} & Omit<WantedImport, 'kind'>;

function fromRow(row: Row): AccessRequest {
  const { kind, requestId, state, requestedBy, requestedAt, decidedBy, decidedAt } = row;
  const common = { requestId, state, requestedBy, requestedAt, decidedBy, decidedAt };
  const { organisations, people, roleProfiles, startsOn, endsOn } = row;
  if (kind === 'import') return { ...common, kind, organisations, people, roleProfiles };
  const userId = present(row.userId, 'user of a request');
  switch (kind) {
    case 'grant': {
      const positionId = present(row.positionId, 'position of a request');
      return { ...common, kind, userId, positionId, startsOn, endsOn };
    }
    case 'end': {
      const roleProfileId = present(row.roleProfileId, 'role of a request');
      return { ...common, kind, userId, roleProfileId, endsOn };
    }
    case 'merge': {
      const mergedUserId = present(row.mergedUserId, 'record of a request');
      return { ...common, kind, userId, mergedUserId };
    }
  }
}

export type NewRequest =
  | WantedAccess
  | WantedMerge
  | { readonly kind: 'import'; readonly file: unknown };

/** The id of the request. */
export async function keepRequest(
  database: Database,
  wanted: NewRequest,
  by: Actor,
): Promise<string> {
  const id = randomUUID();
  await database.write(sql`
    with request as (
      insert into identity.access_request (request_id, kind, user_id, position_id, role_profile_id,
        merged_user_id, starts_on, ends_on, file, state, requested_by, requested_at)
      values (${id}::uuid, ${wanted.kind}, ${'userId' in wanted ? wanted.userId : null},
        ${wanted.kind === 'grant' ? wanted.positionId : null}::uuid,
        ${wanted.kind === 'end' ? wanted.roleProfileId : null},
        ${wanted.kind === 'merge' ? wanted.mergedUserId : null},
        ${wanted.kind === 'grant' ? wanted.startsOn : null}::date,
        ${'endsOn' in wanted ? wanted.endsOn : null}::date,
        ${wanted.kind === 'import' ? JSON.stringify(wanted.file) : null}::json,
        'pending', ${by.userId}, ${by.at}))
    ${auditLine(line('ra-request', by, `${wanted.kind} ${aboutOf(wanted)}: ${id}`))}`);
  return id;
}

function aboutOf(wanted: NewRequest | AccessRequest): string {
  if (wanted.kind === 'import') return 'of a file';
  const merged = wanted.kind === 'merge' ? ` and ${wanted.mergedUserId}` : '';
  return `for ${wanted.userId}${merged}`;
}

export async function findRequest(database: Database, id: string): Promise<AccessRequest | null> {
  const [row] = await database.all<Row>(sql`
    select ${REQUEST} from identity.access_request where request_id::text = lower(${id})`);
  return row === undefined ? null : fromRow(row);
}

/** The file of a request as it came; null when the request is about something else. */
export async function findFile(database: Database, requestId: string): Promise<unknown> {
  const [row] = await database.all<{ file: unknown }>(sql`
    select file from identity.access_request where request_id::text = lower(${requestId})`);
  return row?.file ?? null;
}

/** What waits for a decision, the oldest first. */
export async function pendingRequests(database: Database): Promise<AccessRequest[]> {
  const rows = await database.all<Row>(sql`
    select ${REQUEST} from identity.access_request where state = 'pending'
    order by requested_at, request_id limit ${LIST_MAX}`);
  return rows.map(fromRow);
}

/** What an approval does. */
export type Effect =
  | { readonly kind: 'give'; readonly userId: string; readonly role: NewRole }
  | { readonly kind: 'end'; readonly roleProfileId: string; readonly lastDay: LondonDate }
  | { readonly kind: 'merge'; readonly merge: Merge }
  | { readonly kind: 'import'; readonly file: PeopleFile }
  | { readonly kind: 'nothing' };

/** Keeps a decision and does what it says, once: false when somebody has decided meanwhile. */
export async function decideRequest(
  database: Database,
  request: AccessRequest,
  { state, effect }: { readonly state: 'approved' | 'refused'; readonly effect: Effect },
  by: Actor,
): Promise<boolean> {
  const { requestId } = request;
  const outcome = `${state}: ${requestId} ${aboutOf(request)}`;
  const rows = await database.write(sql`
    with decided as (
      update identity.access_request set state = ${state}, decided_by = ${by.userId}, decided_at = ${by.at}
      where request_id = ${requestId}::uuid and state = 'pending' returning request_id),
    ${partsOf(effect, by)}
    audit as (${auditLine(line('ra-decision', by, outcome))} from decided)
    select from decided`);
  return rows.length === 1;
}

function partsOf(effect: Effect, by: Actor): Sql {
  const isDecided = sql`exists (select from decided)`;
  switch (effect.kind) {
    case 'give':
      return sql`${givingRole(effect.userId, effect.role, isDecided)},`;
    case 'end':
      return sql`${endingRole(effect.roleProfileId, effect.lastDay, by.at, isDecided)},`;
    case 'merge':
      return sql`${merging(effect.merge, by, isDecided)},`;
    case 'import':
      return sql`${importing(effect.file, by, isDecided)},`;
    case 'nothing':
      return sql``;
  }
}

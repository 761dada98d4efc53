import { addDays, londonDate } from '../../../kernel/london.ts';
import { type Sql, sql } from '../../../platform/sql.ts';
import { revokingCardsOf } from '../../cards/index.ts';
import { auditLine } from '../../record.ts';
import { endingSessions } from '../../sessions/index.ts';
import type { Actor } from '../repository.ts';
import type { MergePlan } from './plan.ts';

export type Merge = {
  readonly userId: string;
  readonly mergedUserId: string;
  readonly plan: MergePlan;
};

/** Parts of a statement that merges a record into another one: `with …, PARTS select`. */
export function merging({ userId, mergedUserId, plan }: Merge, by: Actor, onlyIf: Sql): Sql {
  const outcome = `${mergedUserId} into ${userId}`;
  return sql`${movingWork({ userId, mergedUserId, plan }, by, onlyIf)},
    ${movingTheRest(userId, mergedUserId, onlyIf)},
    ${shuttingRecord(userId, mergedUserId, by, onlyIf)},
    ${revokingCardsOf(mergedUserId, 'withdrawn', by, onlyIf)},
    ${endingSessions({ user: mergedUserId }, 'user-inactive', by.at, onlyIf)},
    person as (${keepingPerson(userId, plan.person, by.at, onlyIf)}),
    merge_audit as (${auditLine({ ...by, interaction: 'ra-merge', outcome })} where ${onlyIf})`;
}

function movingWork({ userId, mergedUserId, plan }: Merge, by: Actor, onlyIf: Sql): Sql {
  const yesterday = addDays(londonDate(by.at), -1);
  const { movedMemberships, movedRoles, endedRoles } = plan;
  const widened = JSON.stringify(plan.widenedMemberships);
  return sql`member as (
      update identity.membership set user_id = ${userId}
      where user_id = ${mergedUserId} and ods = any(${movedMemberships}::text[]) and ${onlyIf}),
    wider_member as (
      update identity.membership m set opened_on = w."openedOn", closed_on = w."closedOn"
      from jsonb_to_recordset(${widened}::jsonb) as w(ods text, "openedOn" date, "closedOn" date)
      where m.user_id = ${userId} and m.ods = w.ods and ${onlyIf}),
    role as (
      update identity.role_profile set user_id = ${userId}
      where role_profile_id = any(${movedRoles}::text[]) and ${onlyIf}),
    ended_role as (
      update identity.role_profile set ends_on = ${yesterday}::date,
        starts_on = case when starts_on > ${yesterday}::date then ${yesterday}::date else starts_on end
      where role_profile_id = any(${endedRoles}::text[]) and ${onlyIf})`;
}

/** The photo of the record that stays goes before that of the other one. */
function movingTheRest(userId: string, mergedUserId: string, onlyIf: Sql): Sql {
  return sql`evidence as (
      update identity.evidence set user_id = ${userId} where user_id = ${mergedUserId} and ${onlyIf}),
    sponsor as (
      insert into identity.sponsor (user_id, ods, named_by, named_at)
      select ${userId}::text, ods, named_by, named_at from identity.sponsor
      where user_id = ${mergedUserId} and ${onlyIf} on conflict do nothing),
    old_sponsor as (delete from identity.sponsor where user_id = ${mergedUserId} and ${onlyIf}),
    photo as (
      insert into identity.photo (user_id, media_type, bytes, kept_by, kept_at)
      select ${userId}::text, media_type, bytes, kept_by, kept_at from identity.photo
      where user_id = ${mergedUserId} and ${onlyIf} on conflict do nothing),
    old_photo as (delete from identity.photo where user_id = ${mergedUserId} and ${onlyIf})`;
}

/** What the record had asked for or others for it: whoever is both would be two persons to the two-person rule. */
function shuttingRecord(
  userId: string,
  mergedUserId: string,
  { at, ...by }: Actor,
  onlyIf: Sql,
): Sql {
  return sql`merged_person as (
      update identity.person set status = 'inactive', merged_into = ${userId}, changed_at = ${at}
      where user_id = ${mergedUserId} and ${onlyIf}),
    security_key as (
      update identity.security_key set revoked_at = ${at}
      where user_id = ${mergedUserId} and revoked_at is null and ${onlyIf}),
    other_request as (
      update identity.access_request set state = 'refused', decided_by = ${by.userId}, decided_at = ${at}
      where state = 'pending' and ${onlyIf} and (user_id = ${mergedUserId} or requested_by = ${mergedUserId})
        and not (kind = 'merge' and user_id = ${userId} and merged_user_id = ${mergedUserId}))`;
}

function keepingPerson(userId: string, person: MergePlan['person'], at: Date, onlyIf: Sql): Sql {
  const { email, idAssuranceLevel, prescriberCode, professionalIds } = person;
  return sql`update identity.person set email = ${email}, prescriber_code = ${prescriberCode},
      id_assurance_level = ${idAssuranceLevel}::smallint,
      professional_ids = ${JSON.stringify(professionalIds)}::json, changed_at = ${at}
    where user_id = ${userId} and ${onlyIf}`;
}

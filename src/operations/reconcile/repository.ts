import { present } from '../../kernel/bug.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { INTERACTIONS, type PrescriptionId } from '../../prescriptions/index.ts';
import type { Balance, Concern } from './reconciliation.ts';

/** What is looked at: by when it was written, the end not included; null: of all. */
export type Window = {
  readonly from: Date;
  readonly until: Date;
  readonly site: string | null;
  readonly asid: string | null;
  /** Organisations that are left out of all counts. */
  readonly without: readonly string[];
};

/** A row, and how many there are of its concern. */
export type Found = {
  readonly concern: Concern;
  readonly site: string | null;
  readonly asid: string | null;
  readonly prescription: PrescriptionId | null;
  readonly messageId: Uuid | null;
  readonly at: Date | null;
  readonly detail: string | null;
  readonly total: number;
};

const MESSAGES: readonly string[] = Object.values(INTERACTIONS);
const RELEASES: readonly string[] = [INTERACTIONS.releaseNominated, INTERACTIONS.releaseById];

/** Messages of the window; a download that found nothing is no message. */
function said({ from, until, without }: Window): Sql {
  return sql`select a.id, a.recorded_at as at, a.interaction, a.request_id, a.message_id, a.organisation, a.asid,
      a.prescription_id, a.outcome, a.outcome like 'repeated: %' or a.outcome like 'id used before: %' as is_again
    from platform.audit a
    where a.recorded_at >= ${from}::timestamptz and a.recorded_at < ${until}::timestamptz
      and a.message_id is not null and a.interaction = any(${MESSAGES}::text[])
      and coalesce(a.organisation, '') <> all(${without}::text[])`;
}

function isOf({ site, asid }: Window): Sql {
  return sql`(${site}::text is null or organisation = ${site}) and (${asid}::text is null or asid = ${asid})`;
}

/** What came, and what of it is kept; a message is stored with its events, or rejected with none. */
function kept(window: Window): Sql {
  return sql`select c.*, m.message_id is not null and e.has and m.outcome->>'kind' <> 'Refused' as is_stored,
      m.message_id is not null and not e.has and m.outcome->>'kind' in ('Refused', 'CancelAnswered') as is_rejected
    from (select message_id, interaction, min(organisation) as organisation, min(asid) as asid,
        min(prescription_id) as prescription_id, min(at) as at, min(outcome) as outcome
      from said where not is_again and ${isOf(window)} group by message_id, interaction) as c
    left join prescriptions.message m using (message_id, interaction)
    cross join lateral (select exists (select from prescriptions.event e
      where e.prescription_id = any(m.prescription_ids) and e.message_id = c.message_id) as has) as e`;
}

/** Named as `balance-1` wherever it is printed. */
export async function balanceOf(database: Database, window: Window): Promise<Balance> {
  const digest = (of: Sql): Sql =>
    sql`encode(sha256(convert_to(coalesce(string_agg(message_id || ' ' || interaction, E'\n'
      order by message_id, interaction) filter (where ${of}), ''), 'UTF8')), 'hex')`;
  const [row] = await database.all<Omit<Balance, 'proof'> & Record<'came' | 'held', string>>(sql`
    with said as materialized (${said(window)}), kept as materialized (${kept(window)})
    select count(*)::int as received, count(*) filter (where is_stored)::int as stored,
      count(*) filter (where is_rejected)::int as rejected,
      (select count(distinct (request_id, message_id))::int from said where is_again and ${isOf(window)}) as again,
      ${digest(sql`true`)} as came, ${digest(sql`is_stored or is_rejected`)} as held
    from kept`);
  const { came, held, ...counts } = present(row, 'counts');
  return { ...counts, proof: { received: came, kept: held } };
}

/** What sites should look at, at most so many of each concern, the newest first. */
export function concernsIn(database: Database, window: Window, most: number): Promise<Found[]> {
  const { site, asid } = window;
  return database.all<Found>(sql`
    with said as materialized (${said(window)}), kept as materialized (${kept(window)}),
      touched as materialized (
        select p.prescription_id, p.state, (i->>'number')::int as issue, i->>'status' as status,
          i->>'isReturned' is not null as is_returned, json_array_length(i->'holding'->'notifications') as told
        from prescriptions.prescription p cross join lateral json_array_elements(p.state->'issues') as i
        where p.state->>'kind' = 'prescription'
          and p.prescription_id in (select prescription_id from said where prescription_id is not null)),
      found as (${queues(window)} union ${taken()} union ${refusals()} union ${others()})
    select * from (
      select concern, site, asid, prescription, "messageId", at, detail, (count(*) over of_it)::int as total,
        row_number() over (of_it order by at desc, prescription, "messageId") as place
      from found where (${site}::text is null or site = ${site}) and (${asid}::text is null or asid = ${asid})
      window of_it as (partition by concern)) as numbered
    where place <= ${most} order by concern, place`);
}

/** Of pharmacies' queues, whatever the window: what waits now waits. */
function queues({ without }: Window): Sql {
  return sql`
    select 'never-offered' as concern, t.state->>'nominated' as site, s.asid, t.prescription_id as prescription,
      s.message_id as "messageId", s.at, 'issue ' || t.issue as detail
    from touched t join said s on s.prescription_id = t.prescription_id
      and s.interaction = ${INTERACTIONS.create} and s.outcome = 'accepted'
    where t.status = 'ToBeDispensed' and not t.is_returned and t.state->>'nominated' is not null
      and t.state->>'held' is null and not exists (select from prescriptions.download_queue q
        where q.organisation = t.state->>'nominated' and q.prescription_id = t.prescription_id
          and q.issue = t.issue and q.left_at is null)
    union select 'not-taken', q.organisation, null, q.prescription_id, q.entered_by, q.entered_at, 'issue ' || q.issue
    from prescriptions.download_queue q
    where q.left_at is null and q.organisation <> all(${without}::text[])`;
}

function taken(): Sql {
  return sql`
    select 'not-acknowledged', s.organisation, s.asid, null, s.message_id, s.at,
      concat_ws(', ', coalesce(d.end_state, 'waiting'), d.last_failure)
    from said s join gateways.delivery d on d.ref_to_message_id = upper(s.request_id::text)
    where s.interaction = any(${RELEASES}::text[]) and s.outcome = 'released'
      and d.end_state is distinct from 'acknowledged'
    union select 'nothing-since', s.organisation, s.asid, s.prescription_id, s.message_id, s.at, 'issue ' || t.issue
    from said s join touched t on t.prescription_id = s.prescription_id and t.status = 'WithDispenser' and t.told = 0
    join prescriptions.event e on e.prescription_id = s.prescription_id and e.message_id = s.message_id
    where s.interaction = any(${RELEASES}::text[]) and s.outcome = 'released'
      and not exists (select from prescriptions.event l where l.prescription_id = e.prescription_id
        and l.number > e.number and l.kind = 'Released')
    union select 'returned', s.organisation, s.asid, s.prescription_id, s.message_id, s.at, 'issue ' || t.issue
    from said s join touched t on t.prescription_id = s.prescription_id and t.is_returned
    where s.interaction = ${INTERACTIONS.return} and s.outcome = 'accepted'`;
}

/** Gone are: no such prescription yet, not dispensed yet, and what an operator had switched off. */
function refusals(): Sql {
  return sql`
    select 'safe-to-resend', s.organisation, s.asid, s.prescription_id, s.message_id, s.at, s.outcome
    from said s left join touched t on t.prescription_id = s.prescription_id
    where (s.outcome in ('refused: ReleaseDisabled', 'answered: R-0009')
        or s.outcome in ('refused: PrescriptionNotFound', 'refused: ReleaseNotFound') and t.prescription_id is not null
        or s.outcome = 'refused: ClaimNotDispensed' and t.status in ('Dispensed', 'NotDispensed'))
      and not exists (select from platform.audit l where l.prescription_id = s.prescription_id
        and l.interaction = s.interaction and l.id > s.id and l.outcome in ('accepted', 'released'))
    union select 'claim-without-dispense', s.organisation, s.asid, s.prescription_id, s.message_id, s.at, t.status
    from said s join touched t on t.prescription_id = s.prescription_id
    where s.outcome = 'refused: ClaimNotDispensed' and t.status in ('WithDispenser', 'WithDispenserActive')`;
}

function others(): Sql {
  return sql`
    select 'doubled', s.organisation, s.asid, s.prescription_id, s.message_id, s.at, s.interaction || ' ' || s.outcome
    from said s where s.outcome like 'repeated: %' or s.outcome = 'refused: DuplicatePrescription'
    union select 'cancellation', s.organisation, s.asid, s.prescription_id, s.message_id, s.at, s.outcome
    from said s where s.interaction = ${INTERACTIONS.cancel} and not s.is_again
    union select 'unbalanced', k.organisation, k.asid, k.prescription_id, k.message_id, k.at, k.interaction || ' ' || k.outcome
    from kept k where (k.is_stored or k.is_rejected) is not true`;
}

/**
 * Of ids of messages that a site says it sent, or of its requests: those that are known here, in the record or as a
 * transmission in hand.
 */
export async function knownOf(database: Database, ids: readonly Uuid[]): Promise<Set<string>> {
  const rows = await database.all<{ readonly id: string }>(sql`
    select message_id::text as id from prescriptions.message where message_id = any(${ids}::uuid[])
    union select message_id::text from gateways.transmission where message_id = any(${ids}::uuid[])
    union select request_id::text from platform.audit where request_id = any(${ids}::uuid[])`);
  return new Set(rows.map(({ id }) => id));
}

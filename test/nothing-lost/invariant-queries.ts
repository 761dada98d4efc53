import {
  ALL_ISSUES,
  CAUSED,
  ENDED_BY_ITEMS,
  GONE_BEFORE,
  ISSUE_CODES,
  IS_HL7,
  ITEMS_ALLOWED,
  TAKES_ALL_BACK,
  WAITING,
} from './invariant-tables.ts';

/**
 * What must hold of the stored rows after any run [RELIABILITY 4]: each query gives the rows that break
 * its rule. The tables in here are written from the specification, not taken from the program. I4, I13, I20 and
 * I21 are about each event as it comes: issue-machine.ts looks at them. I15 is about sessions, I22 about sites,
 * I24 about logs; of I25, that each message has its answer is part of I14.
 */
export type Invariant = {
  readonly says: string;
  /** Rows that break it; `only(column)` narrows the query to some prescriptions. */
  readonly violations: (only: (column: string) => string) => string;
  /** Needs every row: a sweep over a few prescriptions leaves it out. */
  readonly sweepOnly?: true;
};

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  I1: {
    says: 'an issue is with at most one pharmacy at any time',
    violations: (only) => `
      select prescription_id, format('event %s: %s after %s', number, kind, before) as detail
      from (select prescription_id, number, kind, lag(kind) over issue as before
        from prescriptions.event
        where kind in ('Released', 'Returned') and ${only('prescription_id')}
        window issue as (partition by prescription_id, data->>'issue' order by number)) as stay
      where (kind = 'Released') = (before is not distinct from 'Released')`,
  },
  I2: {
    says: 'the head is what its last event left',
    violations: (only) => `
      select prescription_id, 'version, status or expiry of the head' as detail
      from (select p.*, (select i from json_array_elements(p.state->'issues') as i
            where i->>'number' = p.state->>'currentIssue') as current,
          (select count(*) from prescriptions.event e where e.prescription_id = p.prescription_id) as events
        from prescriptions.prescription p where ${only('p.prescription_id')}) as head
      where version <> events
        or status is distinct from case state->>'kind' when 'tombstone' then 'gone' when 'placeholder' then '9005'
            else (select code from ${ISSUE_CODES} where word = current->>'status') end
        or expires_on is distinct from (current->>'expiresOn')::date
      union all
      select distinct prescription_id, 'events without a head' from prescriptions.event e
      where ${only('prescription_id')} and not exists (
        select from prescriptions.prescription p where p.prescription_id = e.prescription_id)`,
  },
  I3: {
    says: 'items stand only under an issue status that allows them',
    // An issue cancelled as a whole keeps the codes of its items [EPS-LIFECYCLE 6.3].
    violations: (only) => `
      select p.prescription_id, format('%s under %s', item->>'status', i->>'status') as detail
      from prescriptions.prescription p, ${ALL_ISSUES}, json_array_elements(i->'items') as item
      where ${only('p.prescription_id')} and not exists (select from ${ITEMS_ALLOWED}
          where allowed.issue = i->>'status' and item->>'status' = any(allowed.items))
        and not (i->>'status' = 'Cancelled' and item->>'status' = 'ToBeDispensed' and exists (
          select from prescriptions.event e
          where e.prescription_id = p.prescription_id and e.kind = 'PrescriptionCancelled'))`,
  },
  I5: {
    says: 'what is dispensed is what was prescribed, item by item',
    violations: (only) => `
      select e.prescription_id, format('event %s', e.number) as detail
      from prescriptions.event e
      join prescriptions.event c on c.prescription_id = e.prescription_id and c.kind = 'Created'
      where e.kind = 'DispenseNotified' and ${only('e.prescription_id')} and (
          select array_agg(i->>'id' order by i->>'id') from json_array_elements(e.data->'notification'->'items') as i)
        is distinct from (select array_agg(i order by i) from json_array_elements_text(c.data->'items') as i)
      union all
      select e.prescription_id, format('event %s releases an issue too many', e.number)
      from prescriptions.event e
      join prescriptions.event c on c.prescription_id = e.prescription_id and c.kind = 'Created'
      where e.kind = 'Released' and ${only('e.prescription_id')}
        and (e.data->>'issue')::int > coalesce((c.data->'repeats'->>'issues')::int, 1)`,
  },
  I6: {
    says: 'there is one current issue, and none is ahead of one that is not complete',
    violations: (only) => `
      select p.prescription_id, 'current issue, or an issue out of turn' as detail
      from prescriptions.prescription p
      where p.state->>'kind' = 'prescription' and ${only('p.prescription_id')} and (
        (select count(*) from json_array_elements(p.state->'issues') as i
          where i->>'number' = p.state->>'currentIssue') <> 1
        or exists (select from json_array_elements(p.state->'issues') as i, json_array_elements(p.state->'issues') as j
          where (j->>'number')::int = (i->>'number')::int + 1
            and i->>'status' in ('AwaitingReleaseReady', 'PrescriptionFuture', 'ToBeDispensed', 'WithDispenser',
              'WithDispenserActive')
            and j->>'status' not in ('RepeatDispenseFuture', 'Cancelled', 'Expired')))`,
  },
  I7: {
    says: 'who is in a queue waits for that pharmacy, and automatic download takes from the queue alone',
    violations: (only) => `
      select prescription_id, format('queue of %s', organisation) as detail
      from (select prescription_id, issue::int, organisation from prescriptions.download_queue
        where left_at is null and ${only('prescription_id')}) as q
      full join (select prescription_id, (i->>'number')::int as issue, state->>'nominated' as organisation
        from prescriptions.prescription, json_array_elements(state->'issues') as i
        where state->>'nominated' is not null and i->>'status' in ${WAITING} and i->>'isReturned' is null and state->>'held' is null
          and ${only('prescription_id')}) as w
        using (prescription_id, issue, organisation)
      where q.organisation is null or w.organisation is null
      union all
      select prescription_id, format('taken by %s', organisation)
      from (select prescription_id, issue::int, organisation, left_by as message_id, 1 as q
        from prescriptions.download_queue where left_because = 'taken' and ${only('prescription_id')}) as q
      full join (select prescription_id, (data->>'issue')::int as issue,
          data->'holder'->'organisation'->>'ods' as organisation, message_id, 1 as r
        from prescriptions.event
        where kind = 'Released' and data->>'by' = 'nomination' and ${only('prescription_id')}) as r
        using (prescription_id, issue, organisation, message_id)
      where q.q is null or r.r is null`,
  },
  I8: {
    says: 'what came back is in no queue, and nominated to nobody until somebody nominates anew',
    violations: (only) => `
      select e.prescription_id, format('returned by event %s', e.number) as detail
      from prescriptions.event e join prescriptions.prescription p using (prescription_id)
      where e.kind = 'Returned' and ${only('e.prescription_id')} and (exists (
          select from prescriptions.download_queue q where q.prescription_id = e.prescription_id and q.issue = (e.data->>'issue')::int and q.left_at is null
            and not exists (select from prescriptions.event g where g.prescription_id = e.prescription_id and g.data->>'because' = 're-nominated'))
        or (p.state->>'nominated' is not null and not exists (select from prescriptions.event n
          where n.prescription_id = e.prescription_id and n.number > e.number and n.kind = 'NominationChanged')))`,
  },
  I9: {
    says: 'nothing enters a queue twice unless a named person puts it there',
    violations: (only) => `
      select prescription_id, format('queue of %s', organisation) as detail
      from prescriptions.download_queue where renominated_by is null and ${only('prescription_id')}
      group by prescription_id, issue, organisation having count(*) > 1
      union all
      select q.prescription_id, format('queue of %s, by nobody', q.organisation)
      from prescriptions.download_queue q where q.renominated_by is not null and ${only('q.prescription_id')} and not exists (
        select from prescriptions.event n where n.prescription_id = q.prescription_id and n.kind = 'NominationChanged'
          and n.message_id = q.entered_by and n.data->>'to' = q.organisation and n.data->>'by' = q.renominated_by)`,
  },
  I10: {
    says: 'what is over is in no queue and is released to nobody',
    violations: (only) => `
      select p.prescription_id, format('%s, yet in the queue of %s', i->>'status', q.organisation) as detail
      from prescriptions.download_queue q
      join prescriptions.prescription p on p.prescription_id = q.prescription_id
      cross join json_array_elements(p.state->'issues') as i
      where q.left_at is null and (i->>'number')::int = q.issue and ${only('q.prescription_id')}
        and i->>'status' in ('Expired', 'Cancelled', 'Dispensed', 'NotDispensed', 'Claimed', 'NoClaimed')
      union all
      select e.prescription_id, format('event %s releases what is cancelled or expired', e.number)
      from prescriptions.event e
      join prescriptions.event c on c.prescription_id = e.prescription_id and c.kind = 'Created'
      where e.kind = 'Released' and ${only('e.prescription_id')} and (
        ((e.data->>'at')::timestamptz at time zone 'Europe/London')::date
          >= (case e.data->>'issue' when '1' then c.data else c.data->'repeats' end->>'expiresOn')::date
        or exists (select from prescriptions.event x where x.prescription_id = e.prescription_id
          and x.number < e.number and x.kind = 'PrescriptionCancelled' and ${GONE_BEFORE})
        or not exists (select from json_array_elements_text(c.data->'items') as item
          where coalesce((c.data->'repeats'->'fewer'->>item)::int, (e.data->>'issue')::int) >= (e.data->>'issue')::int
            and item not in (select x.data->'cancellation'->>'item' from prescriptions.event x
              where x.prescription_id = e.prescription_id and x.number < e.number and x.kind = 'ItemCancelled'
                and ${GONE_BEFORE})))`,
  },
  I11: {
    says: 'a cancellation that came first is applied with the prescription',
    violations: (only) => `
      select h.prescription_id, format('held by event %s', h.number) as detail
      from prescriptions.event h
      join prescriptions.event c on c.prescription_id = h.prescription_id and c.kind = 'Created'
      where h.kind = 'CancellationHeld' and ${only('h.prescription_id')} and not exists (
        select from prescriptions.event a
        where a.prescription_id = h.prescription_id and a.message_id = c.message_id and a.recorded_at = c.recorded_at
          and a.kind in ('ItemCancelled', 'PrescriptionCancelled')
          and a.data->'cancellation'->>'id' = h.data->'cancellation'->>'id')`,
  },
  I12: {
    says: 'a claim id counts once, an issue has one live claim, and it keeps its first date and its earlier ids',
    violations: (only) => `
      select prescription_id, 'claim id, or claims of an issue' as detail
      from (select prescription_id, count(*) over (partition by data->>'claim') as uses,
          count(*) filter (where kind = 'Claimed') over (partition by prescription_id, data->>'issue') as claims
        from prescriptions.event where kind in ('Claimed', 'ClaimAmended') and ${only('prescription_id')}) as claim
      where uses > 1 or claims > 1
      union all
      select p.prescription_id, 'the live claim is not what its events say'
      from prescriptions.prescription p cross join json_array_elements(p.state->'issues') as i
      join (select prescription_id, data->>'issue' as issue, min(data->>'at') filter (where kind = 'Claimed') as at,
          array_agg(data->>'claim' order by number) as ids
        from prescriptions.event where kind in ('Claimed', 'ClaimAmended') and ${only('prescription_id')}
        group by 1, 2) as told on told.prescription_id = p.prescription_id and told.issue = i->>'number'
      where i->'claim'->>'firstReceivedAt' is distinct from told.at
        or array(select json_array_elements_text(i->'claim'->'replaced')) || (i->'claim'->>'id')
          is distinct from told.ids`,
  },
  I14: {
    says: 'a message has one stored answer, and effects exactly when that answer says so',
    sweepOnly: true,
    violations: () => `
      select coalesce(m.prescription_ids[1], e.ids[1]) as prescription_id,
        format('%s %s', interaction, message_id) as detail
      from prescriptions.message m
      full join (select message_id, interaction, array_agg(distinct prescription_id) as ids,
          count(distinct prescription_id) as heads,
          count(*) filter (where not follows and (not is_cancel or interaction = 'PORX_IN030101SM32')) as acts,
          count(*) filter (where is_cancel)
            - count(distinct (prescription_id, cancellation)) filter (where is_cancel) as repeats
        from ${CAUSED} where interaction like 'PORX%' group by message_id, interaction) as e using (message_id, interaction)
      where m.outcome is null
        or ((m.outcome->>'kind' in ('Accepted', 'Released') or m.outcome->>'code' = 'R-0001') and e.ids is null)
        or (m.outcome->>'kind' = 'Refused' and e.ids is not null)
        or (e.ids is not null and ((acts <> heads and not ${TAKES_ALL_BACK}) or repeats <> 0
          or not (e.ids <@ m.prescription_ids and e.ids @> m.prescription_ids)))`,
  },
  I16: {
    says: 'each act and each reading of a record left an audit line with the same facts',
    sweepOnly: true,
    violations: () => `
      select act.prescription_id, format('%s %s', act.interaction, act.message_id) as detail
      from (select message_id, interaction, unnest(prescription_ids) as prescription_id
        from prescriptions.message
        union all
        select distinct message_id, interaction, prescription_id
        from ${CAUSED} where interaction not like 'PORX%') as act
      left join (select message_id, interaction, prescription_id, count(*) as lines
        from platform.audit where session is not null
          and outcome not like 'repeated: %' and outcome not like 'id used before: %'
        group by 1, 2, 3) as told using (message_id, interaction, prescription_id)
      where told.lines is distinct from 1
      union all
      select a.prescription_id, format('audit line %s', a.id)
      from platform.audit a left join prescriptions.message m using (message_id, interaction)
      where (a.outcome like 'repeated: %' or a.outcome like 'id used before: %')
        and (m.prescription_ids @> array[a.prescription_id]) is not true
      union all
      select a.prescription_id, format('audit line %s', a.id)
      from platform.audit a left join prescriptions.prescription p using (prescription_id)
      where a.interaction = 'track' and (a.outcome <> 'read' or a.session is null or a.organisation is null
        or (p.state->>'kind' <> 'tombstone' and a.nhs_number is distinct from p.state->>'patient'))`,
  },
  I17: {
    says: 'events are numbered without gap and the head holds the hash of the last',
    violations: (only) => `
      select prescription_id, format('event %s', number) as detail
      from (select prescription_id, number, row_number() over (partition by prescription_id order by number) as place
        from prescriptions.event where ${only('prescription_id')}) as numbered
      where number <> place
      union all
      select p.prescription_id, 'hash of the head'
      from prescriptions.prescription p
      where ${only('p.prescription_id')} and p.head_hash is distinct from (select hash from prescriptions.event e
        where e.prescription_id = p.prescription_id order by number desc limit 1)`,
  },
  I18: {
    says: 'no event was recorded before the one that precedes it',
    violations: (only) => `
      select prescription_id, format('event %s', number) as detail
      from (select prescription_id, number, recorded_at,
          lag(recorded_at) over (partition by prescription_id order by number) as before
        from prescriptions.event where ${only('prescription_id')}) as dated
      where recorded_at < before`,
  },
  I19: {
    says: 'the bytes of a message are those that came, and a prescription points at its order',
    sweepOnly: true,
    violations: () => `
      select prescription_ids[1] as prescription_id, format('message %s', message_id) as detail
      from prescriptions.message where digest <> sha256(body) and not ${IS_HL7}
      union all
      select p.prescription_id, 'order' from prescriptions.prescription p
      where p.state->>'kind' = 'prescription' and not exists (select from prescriptions.message m
        where m.message_id = (p.state->>'orderId')::uuid and m.interaction = 'PORX_IN020101SM31'
          and m.outcome->>'kind' = 'Accepted')`,
  },
  I23: {
    says: 'what must be sent waits to be sent, once',
    sweepOnly: true,
    violations: () => `
      select coalesce(due.prescription_id, sent.prescription_id) as prescription_id, format('%s %s', topic, key) as detail
      from (select prescription_id, 'claim' as topic, data->>'claim' as key, data->>'authority' as destination
        from prescriptions.event where kind in ('Claimed', 'ClaimAmended')
        union all
        select c.prescription_id, 'subsequent-cancellation-response', c.data->'cancellation'->>'id',
          c.data->'cancellation'->>'organisation'
        from prescriptions.event c join prescriptions.event cause
          on cause.prescription_id = c.prescription_id and cause.message_id = c.message_id
          and cause.recorded_at = c.recorded_at -- in one statement, for an order may share its id with a cancellation
          and cause.kind in ('Created', 'Returned')
        where c.kind in ('ItemCancelled', 'PrescriptionCancelled')
          and c.data->'cancellation'->>'reason' <> '0007' and c.data->'cancellation'->'replyTo' is not null
        union all
        ${ENDED_BY_ITEMS}) as due
      full join (select body->>'prescription' as prescription_id, topic, key, destination, count(*) as times
        from platform.outbox where topic in ('claim', 'subsequent-cancellation-response') group by 1, 2, 3, 4) as sent using (topic, key, destination)
      where due.prescription_id is null or sent.times is distinct from 1
        or due.prescription_id is distinct from sent.prescription_id`,
  },
};

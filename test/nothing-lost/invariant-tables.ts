/** Code lists and rules that the invariants are checked against, as SQL; by hand, from the specification. */
export const WAITING = `('ToBeDispensed')`;

export const ISSUE_CODES = `(values ('AwaitingReleaseReady', '0000'), ('ToBeDispensed', '0001'), ('WithDispenser', '0002'),
  ('WithDispenserActive', '0003'), ('Expired', '0004'), ('Cancelled', '0005'), ('Dispensed', '0006'),
  ('NotDispensed', '0007'), ('Claimed', '0008'), ('NoClaimed', '0009'), ('RepeatDispenseFuture', '9000'),
  ('PrescriptionFuture', '9001')) as known(word, code)`;

export const ITEMS_ALLOWED = `(values
  ('AwaitingReleaseReady', array['Cancelled', 'Expired', 'ToBeDispensed']),
  ('ToBeDispensed', array['Cancelled', 'Expired', 'ToBeDispensed']),
  ('RepeatDispenseFuture', array['Cancelled', 'Expired', 'ToBeDispensed']),
  ('PrescriptionFuture', array['Cancelled', 'Expired', 'ToBeDispensed']),
  ('WithDispenser', array['Cancelled', 'Expired', 'WithDispenser']),
  ('WithDispenserActive', array['FullyDispensed', 'NotDispensed', 'PartiallyDispensed', 'Owing', 'Cancelled',
    'Expired', 'WithDispenser']),
  ('Expired', array['Cancelled', 'Expired']),
  ('Cancelled', array['Cancelled', 'Expired']),
  ('Dispensed', array['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired']),
  ('Claimed', array['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired']),
  ('NoClaimed', array['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired']),
  ('NotDispensed', array['NotDispensed', 'Cancelled', 'Expired'])) as allowed(issue, items)`;

/** Those that are begun or over one by one, and those to come as the one that they are kept as. */
export const ALL_ISSUES = `lateral (select i from json_array_elements(p.state->'issues') as i
  union all
  select json_build_object('status', 'RepeatDispenseFuture', 'items', p.state->'later'->'items')
  where json_typeof(p.state->'later') = 'object') as every(i)`;

/** A message of HL7 V3: its digest is of what it says, however that is written. */
export const IS_HL7 = `substr(body, 1, 1) = '<'::bytea`;

/** Only HL7 V3 can take back all that was told of an issue with one message [EPS-LIFECYCLE 5.3]. */
export const TAKES_ALL_BACK = `(interaction = 'PORX_IN510101SM31' and ${IS_HL7})`;

/** A cancellation is of its issue and all that follow: x closed the issue that e is about. */
export const GONE_BEFORE = `(x.data->>'fromIssue')::int <= (e.data->>'issue')::int`;

/** Who cancels when a patient has died: the service itself [EPS-LIFECYCLE 2]. */
const SPINE = `'X26'`;

/**
 * Events with the interaction that caused them: a message, or time. A cancellation may have waited for a return
 * or for its prescription, and a next issue follows from the one before: then it is written with that event, in one
 * statement and so at one moment.
 */
const CAUSE = `case kind
    when 'Created' then 'PORX_IN020101SM31'
    when 'Released' then case data->>'by' when 'id' then 'PORX_IN132004SM30' else 'PORX_IN060102SM30' end
    when 'Returned' then 'PORX_IN100101SM31'
    when 'DispenseNotified' then 'PORX_IN080101SM31'
    when 'DispenseWithdrawn' then 'PORX_IN510101SM31'
    when 'DispenseHistoryRebuilt' then 'PORX_IN540101UK31'
    when 'Claimed' then 'PORX_IN090101SM31'
    when 'ClaimAmended' then 'PORX_IN090101SM31'
    when 'CancellationHeld' then 'PORX_IN030101SM32'
    when 'CancellationPended' then case data->'cancellation'->>'organisation' when ${SPINE} then 'death-notification'
      else 'PORX_IN030101SM32' end
    when 'PrescriptionCancelled' then case when data->'cancellation'->>'organisation' = ${SPINE}
      and data->'cancellation'->>'id' = message_id::text then 'death-notification' end
    when 'NominationChanged' then 'nomination-changed'
    when 'BecameReady' then 'ready'
    when 'Expired' then 'expire'
    when 'NoClaimed' then 'no-claim'
    when 'Deleted' then 'delete'
    when 'MigrationGap' then 'migration' when 'MigrationHeld' then 'migration'
    when 'MigrationHoldEnded' then 'migration' when 'GoneBefore' then 'migration' end`;

export const CAUSED = `(select *, coalesce(${CAUSE},
    max(${CAUSE}) over (partition by prescription_id, message_id, recorded_at), 'PORX_IN030101SM32') as interaction,
    kind in ('NextIssueBegun', 'NextIssueUndone') as follows,
    kind in ('ItemCancelled', 'PrescriptionCancelled') as is_cancel, data->'cancellation'->>'id' as cancellation
  from prescriptions.event) as caused`;

/** A prescription whose last item went by a cancellation that waited is told as cancelled besides [EPS-LIFECYCLE 6.4]. */
export const ENDED_BY_ITEMS = `select c.prescription_id, 'subsequent-cancellation-response',
    c.data->'cancellation'->>'id' || ' prescription', c.data->'cancellation'->>'organisation'
  from prescriptions.event c join prescriptions.event cause
    on cause.prescription_id = c.prescription_id and cause.message_id = c.message_id
    and cause.recorded_at = c.recorded_at and cause.kind in ('Created', 'Returned')
  join prescriptions.event o on o.prescription_id = c.prescription_id and o.kind = 'Created'
  where c.kind = 'ItemCancelled' and c.data->'cancellation'->>'reason' <> '0007'
    and c.data->'cancellation'->'replyTo' is not null
    and not exists (select from prescriptions.event x where x.prescription_id = c.prescription_id
      and x.kind in ('ItemCancelled', 'PrescriptionCancelled') and x.recorded_at = c.recorded_at
      and (x.number > c.number or x.kind = 'PrescriptionCancelled'))
    and not exists (select from json_array_elements_text(o.data->'items') as item
      where coalesce((o.data->'repeats'->'fewer'->>item)::int, (c.data->>'fromIssue')::int)
          >= (c.data->>'fromIssue')::int
        and item not in (select x.data->'cancellation'->>'item' from prescriptions.event x
          where x.number <= c.number and x.prescription_id = c.prescription_id and x.kind = 'ItemCancelled'
            and (x.data->>'fromIssue')::int <= (c.data->>'fromIssue')::int))`;

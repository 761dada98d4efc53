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

/** Which event may follow which status; `Withdrawn` is with the dispenser again, told or not. */
export const NEXT = `(values
  ('', array['Created', 'CancellationHeld']),
  ('ToBeDispensed', array['Released', 'ItemCancelled', 'PrescriptionCancelled']),
  ('PrescriptionFuture', array['Released', 'ItemCancelled', 'PrescriptionCancelled']),
  ('WithDispenser', array['Returned', 'DispenseNotified', 'CancellationPended']),
  ('WithDispenserActive', array['DispenseNotified', 'DispenseWithdrawn', 'CancellationPended']),
  ('Withdrawn', array['Returned', 'DispenseNotified', 'DispenseWithdrawn', 'CancellationPended']),
  ('Dispensed', array['DispenseNotified', 'DispenseWithdrawn', 'Claimed']),
  ('NotDispensed', array['DispenseNotified', 'DispenseWithdrawn', 'Claimed']),
  ('Claimed', array['ClaimAmended']),
  ('Cancelled', array['ItemCancelled', 'PrescriptionCancelled'])) as next(before, kinds)`;

export const STATUS_AFTER = `case kind
  when 'Created' then data->>'status'
  when 'Released' then 'WithDispenser'
  when 'Returned' then 'ToBeDispensed'
  when 'DispenseNotified' then data->'notification'->>'status'
  when 'DispenseWithdrawn' then 'Withdrawn'
  when 'Claimed' then 'Claimed'
  when 'ClaimAmended' then 'Claimed'
  when 'PrescriptionCancelled' then 'Cancelled' end`;

/**
 * Events with the interaction that caused them. A cancellation may have waited for a return or for its
 * prescription: then it is written with that event, in one statement and so at one moment.
 */
export const CAUSED = `(select *, coalesce(case kind
    when 'Created' then 'PORX_IN020101SM31'
    when 'Released' then case data->>'by' when 'id' then 'PORX_IN132004SM30' else 'PORX_IN060102SM30' end
    when 'Returned' then 'PORX_IN100101SM31'
    when 'DispenseNotified' then 'PORX_IN080101SM31'
    when 'DispenseWithdrawn' then 'PORX_IN510101SM31'
    when 'Claimed' then 'PORX_IN090101SM31'
    when 'ClaimAmended' then 'PORX_IN090101SM31'
    when 'CancellationHeld' then 'PORX_IN030101SM32'
    when 'CancellationPended' then 'PORX_IN030101SM32' end,
    max(case kind when 'Created' then 'PORX_IN020101SM31' when 'Returned' then 'PORX_IN100101SM31' end)
      over (partition by prescription_id, message_id, recorded_at), 'PORX_IN030101SM32') as interaction,
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
    and not exists (select from prescriptions.event x where x.prescription_id = c.prescription_id
      and x.kind in ('ItemCancelled', 'PrescriptionCancelled') and x.recorded_at = c.recorded_at
      and (x.number > c.number or x.kind = 'PrescriptionCancelled'))
    and not exists (select from json_array_elements_text(o.data->'items') as item where item not in (
      select x.data->'cancellation'->>'item' from prescriptions.event x where x.number <= c.number
        and x.prescription_id = c.prescription_id and x.kind = 'ItemCancelled'))`;

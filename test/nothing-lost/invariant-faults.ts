/** Keys of prescriptions in the states that the faults need. */
export type Keys = Readonly<
  Record<
    | 'waiting'
    | 'returned'
    | 'partial'
    | 'dispensed'
    | 'claimed'
    | 'cancelledFirst'
    | 'reclaimed'
    | 'repeat',
    string
  >
>;

type Fault = readonly [invariant: string, what: string, sql: (of: Keys) => string];

const LAST = `(select max(number) from prescriptions.event l where l.prescription_id = e.prescription_id)`;

/** Another event at the end, like one that there is. */
function repeated(kind: string, key: string, data = 'data'): string {
  return `insert into prescriptions.event (prescription_id, number, kind, at, message_id, data, hash)
    select prescription_id, ${LAST} + 1, '${kind}', at, message_id, ${data}, hash
    from prescriptions.event e where prescription_id = '${key}' and number = ${LAST}`;
}

/** Data of an event of an issue, on a day. */
function ofIssue(issue: number, day = '2026-01-01'): string {
  return `'{"issue":${issue},"at":"${day}T12:00:00Z"}'`;
}

function withState(key: string, path: string, value: string): string {
  return `update prescriptions.prescription set state = jsonb_set(state::jsonb, '${path}', '${value}')::json
    where prescription_id = '${key}'`;
}

function withHead(key: string, set: string): string {
  return `update prescriptions.prescription set ${set} where prescription_id = '${key}'`;
}

function withEvent(key: string, kind: string, set: string): string {
  return `update prescriptions.event set ${set} where prescription_id = '${key}' and kind = '${kind}'`;
}

function inQueue(key: string): string {
  return `update prescriptions.download_queue set left_at = null, left_because = null where prescription_id = '${key}'`;
}

function secondStay(key: string): string {
  return `alter table prescriptions.download_queue drop constraint download_queue_check;
    insert into prescriptions.download_queue (organisation, prescription_id, issue, entry, prescribed_at,
      available_on, expires_on, entered_at, entered_by)
    select organisation, prescription_id, issue, 2, prescribed_at, available_on, expires_on, entered_at, entered_by
    from prescriptions.download_queue where prescription_id = '${key}'`;
}

/** Damage to the rows of a sound database, and the invariant that must see it. */
// biome-ignore format: a table of data
export const FAULTS: readonly Fault[] = [
  ['I1', 'a second release without a return', (of) => repeated('Released', of.partial, `'{"issue":1}'`)],
  ['I1', 'a return without a release', (of) => repeated('Returned', of.waiting, `'{"issue":1}'`)],
  ['I2', 'another status of the head', (of) => withHead(of.waiting, `status = '0002'`)],
  ['I2', 'another expiry of the head', (of) => withHead(of.waiting, `expires_on = '2040-01-01'`)],
  ['I2', 'a version that is not the number of events', (of) => withHead(of.waiting, 'version = 7')],
  ['I2', 'a lost head', (of) => `delete from prescriptions.prescription where prescription_id = '${of.waiting}'`],
  ['I2', 'a state that is not the fold of its events', (of) => withState(of.waiting, '{patient}', '"9990000026"')],
  ['I3', 'an item in hand of an issue that waits', (of) => withState(of.waiting, '{issues,0,items,0,status}', '"WithDispenser"')],
  ['I3', 'a waiting item of an issue that its items cancelled', (of) => withState(of.cancelledFirst, '{issues,0,status}', '"Cancelled"')],
  ['I4', 'a claim of what waits', (of) => repeated('Claimed', of.waiting, ofIssue(1))],
  ['I4', 'a return of what was claimed', (of) => repeated('Returned', of.claimed)],
  ['I4', 'a second full dispense', (of) => repeated('DispenseNotified', of.dispensed)],
  ['I5', 'an item less in a notification', (of) => withEvent(of.partial, 'DispenseNotified', `data = (data::jsonb #- '{notification,items,0}')::json`)],
  ['I6', 'no current issue', (of) => withState(of.waiting, '{currentIssue}', '2')],
  ['I4', 'a next issue that was begun twice', (of) => repeated('NextIssueBegun', of.repeat)],
  ['I5', 'a release of an issue that was not prescribed', (of) => repeated('Released', of.repeat, ofIssue(9))],
  ['I6', 'a release of an issue before its turn', (of) => repeated('Released', of.repeat, ofIssue(3))],
  ['I7', 'a next issue that is in no queue', (of) => `delete from prescriptions.download_queue where prescription_id = '${of.repeat}' and issue = 2`],
  ['I10', 'a release of a later issue that had expired', (of) => repeated('Released', of.repeat, ofIssue(2, '2040-01-01'))],
  ['I10', 'a release of a later issue after the cancellation of an earlier one', (of) => `${repeated('PrescriptionCancelled', of.repeat, `'{"fromIssue":1,"cancellation":{"item":null}}'`)}; ${repeated('Released', of.repeat, ofIssue(2))}`],
  ['I13', 'an issue that was given up too soon', (of) => repeated('NoClaimed', of.dispensed, ofIssue(1))],
  ['I14', 'a next issue that was begun by no message', (of) => withEvent(of.repeat, 'NextIssueBegun', 'message_id = gen_random_uuid()')],
  ['I20', 'a prescription under the id of one that is gone', (of) => `${repeated('Deleted', of.claimed, ofIssue(1))}; ${repeated('Created', of.claimed)}`],
  ['I21', 'a record that went too soon', (of) => repeated('Deleted', of.claimed, ofIssue(1))],
  ['I7', 'a waiting prescription that is in no queue', (of) => `delete from prescriptions.download_queue where prescription_id = '${of.waiting}'`],
  ['I7', 'a place in a queue for what is in hand', (of) => inQueue(of.partial)],
  ['I7', 'a download past the queue', (of) => `update prescriptions.download_queue set left_because = 'pulled' where prescription_id = '${of.returned}'`],
  ['I8', 'a return that keeps its nomination', (of) => withState(of.returned, '{nominated}', '"FA565"')],
  ['I8', 'a return that is in a queue again', (of) => inQueue(of.returned)],
  ['I9', 'a second stay that nobody asked for', (of) => secondStay(of.returned)],
  ['I10', 'a claimed prescription in a queue', (of) => inQueue(of.claimed)],
  ['I10', 'a release of what was cancelled', (of) => `${repeated('PrescriptionCancelled', of.waiting)}; ${repeated('Released', of.waiting, `'{"at":"2026-01-01T00:00:00Z"}'`)}`],
  ['I10', 'a release of what had expired', (of) => withEvent(of.partial, 'Released', `data = jsonb_set(data::jsonb, '{at}', '"2040-01-01T00:00:00Z"')::json`)],
  ['I11', 'a cancellation that came first and was forgotten', (of) => `delete from prescriptions.event where prescription_id = '${of.cancelledFirst}' and kind = 'ItemCancelled'`],
  ['I12', 'a claim that counts twice', (of) => repeated('Claimed', of.claimed)],
  ['I12', 'a claim without the ids that it replaced', (of) => withState(of.reclaimed, '{issues,0,claim,replaced}', '[]')],
  ['I12', 'a claim with another first date', (of) => withState(of.claimed, '{issues,0,claim,firstReceivedAt}', '"2026-01-01T00:00:00.000Z"')],
  ['I14', 'an event of no message', (of) => `delete from prescriptions.message where '${of.partial}' = any(prescription_ids) and interaction = 'PORX_IN080101SM31'`],
  ['I14', 'a message that was accepted and did nothing', (of) => `delete from prescriptions.event where prescription_id = '${of.partial}' and kind = 'DispenseNotified'`],
  ['I14', 'a message that did its work twice', (of) => repeated('Claimed', of.claimed)],
  ['I14', 'a refusal with an effect', (of) => `update prescriptions.message set outcome = '{"kind":"Refused"}' where '${of.waiting}' = any(prescription_ids)`],
  ['I16', 'an act without its audit line', (of) => `delete from platform.audit where prescription_id = '${of.waiting}' and interaction <> 'track'`],
  ['I16', 'a reading that names another patient', (of) => `update platform.audit set nhs_number = '9990000026' where prescription_id = '${of.waiting}' and interaction = 'track'`],
  ['I16', 'a repeat of a message that never came', (of) => `insert into platform.audit (at, interaction, request_id, message_id, session, prescription_id, outcome) select at, interaction, request_id, gen_random_uuid(), session, prescription_id, 'repeated: ' || outcome from platform.audit where prescription_id = '${of.waiting}'`],
  ['I17', 'a gap in the numbers', (of) => withEvent(of.waiting, 'Created', 'number = 2')],
  ['I17', 'another hash of the head', (of) => withHead(of.waiting, `head_hash = '\\x00'`)],
  ['I17', 'an event that was changed afterwards', (of) => withEvent(of.returned, 'Returned', `data = jsonb_set(data::jsonb, '{reason}', '"0009"')::json`)],
  ['I17', 'an event that another message is said to have caused', (of) => withEvent(of.returned, 'Returned', `message_id = gen_random_uuid()`)],
  ['I18', 'an event recorded before the one that precedes it', (of) => withEvent(of.partial, 'Released', `recorded_at = '2020-01-01'`)],
  ['I19', 'other bytes of a message', (of) => `update prescriptions.message set body = '\\x00' where '${of.waiting}' = any(prescription_ids)`],
  ['I19', 'a prescription whose order is gone', (of) => withState(of.waiting, '{orderId}', '"00000000-0000-0000-0000-000000000000"')],
  ['I23', 'a claim that is not sent', (of) => `delete from platform.outbox where topic = 'claim' and body->>'prescription' = '${of.claimed}'`],
  ['I23', 'an answer that is sent for nothing', (of) => `insert into platform.outbox (bucket, topic, destination, key, body, due_at) values
    (0, 'subsequent-cancellation-response', 'A83008', 'a key', json_build_object('prescription', '${of.returned}'), now())`],
];

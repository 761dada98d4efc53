import type { Instant } from '../../kernel/instant.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { type BulkLoad, CopyRows, type CopyValue } from '../../platform/bulk-load.ts';
import {
  chained,
  type ChainedEvent,
  CHAIN_START,
  currentIssue,
  dueOf,
  type Known,
  type Prescription,
  type PrescriptionId,
  statusCode,
} from '../../prescriptions/rules.ts';
import type { Moved } from '../fold/fold-group.ts';
import { legacyInstant } from '../fold/legacy-time.ts';
import { idOf } from '../fold/record.ts';
import type { Group } from '../lx1/read-groups.ts';
import { OF_PRESCRIPTIONS, type Row } from '../lx1/tables.ts';
import { outcomeOf } from './outcome-of.ts';

/** Tables that rows are copied to, in this order, and their columns. */
export const TARGETS = {
  prescription:
    'prescriptions.prescription (prescription_id, version, status, expires_on, due_on, state, head_hash)',
  event: 'prescriptions.event (prescription_id, number, kind, at, message_id, data, hash)',
  message:
    'prescriptions.message (message_id, interaction, received_at, prescription_ids, digest, body, outcome)',
  queue: `prescriptions.download_queue (organisation, prescription_id, issue, entry, prescribed_at, available_on,
    expires_on, entered_at, entered_by, renominated_by, left_at, left_by, left_because)`,
  release: 'prescriptions.release_before (prescription_id, issue, organisation, released_at)',
  patient: 'prescriptions.patient_prescription (nhs_number, prescription_id)',
  audit:
    'platform.audit (at, interaction, request_id, message_id, prescription_id, nhs_number, outcome)',
  sent: 'migration.sent (message_id, place, conversation, ref_to)',
  dirty: 'migration.dirty (export_id, class, place)',
  quarantine: 'migration.quarantine (export_id, part, table_name, row_number, class, place, row)',
} as const;

export type Target = keyof typeof TARGETS;
export type Lines = Readonly<Record<Target, CopyRows>>;

export function targets(): Target[] {
  return Object.keys(TARGETS).filter((name): name is Target => name in TARGETS);
}

export const noLines = (): Lines => ({
  prescription: new CopyRows(),
  event: new CopyRows(),
  message: new CopyRows(),
  queue: new CopyRows(),
  release: new CopyRows(),
  patient: new CopyRows(),
  audit: new CopyRows(),
  sent: new CopyRows(),
  dirty: new CopyRows(),
  quarantine: new CopyRows(),
});

export function clear(lines: Lines): void {
  for (const target of targets()) lines[target].clear();
}

/** Sends them to their tables, in their order. */
export async function copyAll(bulk: BulkLoad, lines: Lines): Promise<void> {
  for (const target of targets()) {
    const { bytes } = lines[target];
    if (bytes.length > 0) await bulk.copy(TARGETS[target], bytes);
  }
}

/** Where rows come from: the origin of each chain [MIGRATION 3, 5 M16]. */
export type Source = { readonly exportId: string; readonly part: number; readonly asOf: Instant };

/** A message with its bytes. */
export type Message = { readonly row: Row<'MESSAGE'>; readonly bytes: Buffer };

/** Adds all rows that one id has in the new store. */
export function addLines(
  lines: Lines,
  source: Source,
  given: { readonly group: Group; readonly moved: Moved; readonly messages: readonly Message[] },
): void {
  const { group, moved, messages } = given;
  const { place } = group;
  const { exportId, part } = source;
  for (const name of moved.classes) lines.dirty.add([exportId, name, place]);
  for (const { table, at, because, row } of moved.quarantined) {
    lines.quarantine.add([exportId, part, table, at, because, place, JSON.stringify(row)]);
  }
  if (moved.state === null || moved.id === null) return;
  addRecord(lines, source, { id: moved.id, state: moved.state, moved, group });
  for (const message of messages) {
    lines.message.add(messageRow(moved.id, message, moved, source.asOf));
    if (message.row.DIRECTION === 'OUT') lines.sent.add(sentRow(place, message.row));
  }
}

type OneRecord = {
  readonly id: PrescriptionId;
  readonly state: Known;
  readonly moved: Moved;
  readonly group: Group;
};

type Head = { readonly version: number; readonly hash: Buffer };

/** Where the chain of a record ends, and each event on the way there. */
export function chainOf(
  id: PrescriptionId,
  facts: Moved['facts'],
  onEvent: (event: ChainedEvent, fact: Moved['facts'][number]) => void = () => undefined,
): Head {
  let head: Head = { version: 0, hash: CHAIN_START };
  for (const fact of facts) {
    for (const event of chained(id, head, fact.messageId, [fact.event])) {
      onEvent(event, fact);
      head = { version: event.number, hash: event.hash };
    }
  }
  return head;
}

function addRecord(lines: Lines, source: Source, { id, state, moved, group }: OneRecord): void {
  const head = chainOf(id, moved.facts, ({ number, kind, data, hash }, { at, messageId }) => {
    lines.event.add([id, number, kind, at, messageId, data, hash]);
  });
  const issue = state.kind === 'prescription' ? currentIssue(state) : null;
  const facts = [statusCode(state), issue?.expiresOn ?? null, dueOf(state)?.on ?? null];
  lines.prescription.add([id, head.version, ...facts, JSON.stringify(state), head.hash]);
  const patient = state.kind === 'prescription' ? state.patient : null;
  if (patient !== null && patient !== '') lines.patient.add([patient, id]);
  for (const { issue: number, organisation, at } of moved.releases) {
    lines.release.add([id, number, organisation, at]);
  }
  if (state.kind === 'prescription') {
    for (const stay of moved.stays) lines.queue.add(queueRow(state, stay));
  }
  lines.audit.add([
    source.asOf,
    'migration',
    derivedUuid('migration', source.exportId, id),
    moved.facts[0]?.messageId ?? null,
    id,
    patient,
    originOf(source, moved, group),
  ]);
}

function originOf({ exportId, part }: Source, { fate, classes }: Moved, { rows }: Group): string {
  const numbers = OF_PRESCRIPTIONS.flatMap((table) => {
    const [first, last] = [rows[table][0], rows[table].at(-1)];
    return first === undefined || last === undefined ? [] : [`${table} ${first.at}-${last.at}`];
  });
  const found = classes.length === 0 ? 'clean' : classes.join(' ');
  return `migrated as ${fate} (${found}) from export ${exportId}, part ${part}: ${numbers.join(', ')}`;
}

function queueRow({ id, prescribedAt }: Prescription, stay: Moved['stays'][number]): CopyValue[] {
  const { organisation, issue, entry, availableOn, expiresOn, enteredAt, enteredBy } = stay;
  return [
    organisation,
    id,
    issue,
    entry,
    prescribedAt,
    availableOn,
    expiresOn,
    enteredAt,
    enteredBy,
    stay.renominatedBy,
    stay.left?.at ?? null,
    stay.left?.by ?? null,
    stay.left?.because ?? null,
  ];
}

function messageRow(
  id: PrescriptionId,
  { row, bytes }: Message,
  moved: Moved,
  asOf: Instant,
): CopyValue[] {
  const at = legacyInstant(row.RECV_TS, 'utc')?.at ?? asOf;
  // Of a record that is gone nothing is brought back but that its messages came.
  const body = moved.fate === 'tombstone' ? NO_BYTES : bytes;
  const outcome = JSON.stringify(outcomeOf(row, at, moved));
  const digest = `\\x${row.SHA256}`;
  return [idOf(row.MSG_ID), row.INTERACTION, at, `{${id}}`, digest, body, outcome];
}

/** The message that it answers, and the conversation, by the words of ebXML; of the old store's own it begins one. */
function sentRow(place: string, { MSG_ID, CONV_ID, REF_TO_MSG }: Row<'MESSAGE'>): CopyValue[] {
  const id = idOf(MSG_ID);
  return [id, place, CONV_ID ?? id, REF_TO_MSG ?? ''];
}

const NO_BYTES = Buffer.alloc(0);

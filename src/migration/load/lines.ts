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
  ownInteraction,
  type Prescription,
  type PrescriptionId,
  statusCode,
} from '../../prescriptions/rules.ts';
import type { Moved } from '../fold/fold-group.ts';
import { legacyInstant } from '../fold/legacy-time.ts';
import type { Message } from '../fold/messages.ts';
import { idOf } from '../fold/record.ts';
import type { Group } from '../lx1/read-groups.ts';
import { OF_PRESCRIPTIONS, type Row } from '../lx1/tables.ts';
import { outcomeOf } from './outcome-of.ts';
import { intoOf, type Target, TARGETS, targets } from './targets.ts';

export type Lines = Readonly<Record<Target, CopyRows>>;

export const noLines = (): Lines => ({
  prescription: rowsFor('prescription'),
  event: rowsFor('event'),
  message: rowsFor('message'),
  queue: rowsFor('queue'),
  release: rowsFor('release'),
  patient: rowsFor('patient'),
  audit: rowsFor('audit'),
  sent: rowsFor('sent'),
  dirty: rowsFor('dirty'),
  quarantine: rowsFor('quarantine'),
});

function rowsFor(target: Target): CopyRows {
  return new CopyRows(Object.values(TARGETS[target].columns));
}

export function clear(lines: Lines): void {
  for (const target of targets()) lines[target].clear();
}

/** Sends them to their tables, in their order. */
export async function copyAll(bulk: BulkLoad, lines: Lines): Promise<void> {
  for (const target of targets()) {
    if (!lines[target].isEmpty) await bulk.copy(intoOf(target), lines[target]);
  }
}

/** Where rows come from: the origin of each chain [MIGRATION 3, 5 M16]. */
export type Source = { readonly exportId: string; readonly part: number; readonly asOf: Instant };

/** Adds all rows that one id has in the new store. */
export function addLines(
  lines: Lines,
  source: Source,
  given: { readonly group: Group; readonly moved: Moved; readonly messages: readonly Message[] },
): void {
  const { group, moved, messages } = given;
  const { place } = group;
  const { exportId } = source;
  for (const name of moved.classes) lines.dirty.add([exportId, name, place]);
  addApart(lines, source, { place, moved });
  if (moved.state === null || moved.id === null) return;
  addRecord(lines, source, { id: moved.id, state: moved.state, moved, group });
  for (const message of messages) {
    lines.message.add(messageRow(moved.id, message, moved, source.asOf));
    if (message.row.DIRECTION === 'OUT') lines.sent.add(sentRow(place, message.row));
  }
}

/** Adds the rows of an id that do not come into the store. */
export function addApart(
  lines: Lines,
  { exportId, part }: Source,
  { place, moved }: { readonly place: string; readonly moved: Pick<Moved, 'quarantined'> },
): void {
  for (const { table, at, because, row } of moved.quarantined) {
    lines.quarantine.add([exportId, part, table, at, because, place, JSON.stringify(row)]);
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
  const digest = Buffer.from(row.SHA256, 'hex');
  return [idOf(row.MSG_ID), ownInteraction(row.INTERACTION), at, [id], digest, body, outcome];
}

/** The message that it answers, and the conversation, by the words of ebXML; of the old store's own it begins one. */
function sentRow(place: string, { MSG_ID, CONV_ID, REF_TO_MSG }: Row<'MESSAGE'>): CopyValue[] {
  const id = idOf(MSG_ID);
  return [id, place, CONV_ID ?? id, REF_TO_MSG ?? ''];
}

const NO_BYTES = Buffer.alloc(0);

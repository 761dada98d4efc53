import { derivedUuid } from '../../src/kernel/uuid.ts';
import { INTERACTIONS } from '../../src/prescriptions/interactions.ts';
import { violations } from '../nothing-lost/invariants.ts';
import type { Rows } from '../nothing-lost/rows.ts';
import type { Figures, Kept } from './figures.ts';

/** What the database holds, compared with what was answered. */
export type Compared = {
  /** Messages that were answered and are not there. */
  readonly lost: readonly string[];
  /** Effects that one message has more than once. */
  readonly doubled: readonly string[];
  /** Rows that break an invariant. */
  readonly broken: readonly string[];
};

const AT_ONCE = 2_000;

/** Of what clients saw: each message is there, with one effect, and all invariants hold of its prescriptions. */
export async function compared(
  rows: Rows,
  { sent, prescriptions }: Pick<Figures, 'sent' | 'prescriptions'>,
): Promise<Compared> {
  const lost: string[] = [];
  for (const part of parts(sent)) lost.push(...(await missing(rows, part)));
  const [doubled, broken]: [string[], string[]] = [[], []];
  for (const part of parts(prescriptions)) {
    doubled.push(...(await twice(rows, part)));
    const found = await violations(rows, part);
    broken.push(...found.map((one) => JSON.stringify(one)));
  }
  return { lost, doubled, broken };
}

function parts<One>(all: readonly One[]): (readonly One[])[] {
  const count = Math.ceil(all.length / AT_ONCE);
  return Array.from({ length: count }, (_, n) => all.slice(n * AT_ONCE, (n + 1) * AT_ONCE));
}

async function missing(rows: Rows, sent: readonly Kept[]): Promise<string[]> {
  const found = await rows.all<{ key: string }>(
    `select interaction || ' ' || message_id as key from prescriptions.message
      where message_id = any($1::uuid[])`,
    [sent.map(idOf)],
  );
  const kept = new Set(found.map(({ key }) => key));
  return sent.map((one) => `${interactionOf(one)} ${idOf(one)}`).filter((key) => !kept.has(key));
}

/** A message does to a prescription each thing once; one return may do several cancellations that waited. */
async function twice(rows: Rows, prescriptions: readonly string[]): Promise<string[]> {
  const found = await rows.all<{ id: string; kind: string; message: string }>(
    `select prescription_id as id, kind, message_id::text as message
      from prescriptions.event where prescription_id = any($1::text[])
      group by prescription_id, kind, message_id, data->'cancellation'->>'id' having count(*) > 1`,
    [prescriptions],
  );
  return found.map(({ id, kind, message }) => `${id}: ${kind} by ${message}`);
}

function interactionOf({ kind }: Kept): string {
  return kind === 'release' || kind === 'download'
    ? INTERACTIONS[kind === 'release' ? 'releaseById' : 'releaseNominated']
    : INTERACTIONS[kind];
}

/** A release has no id of its own: it is kept under one that its request and its kind give [EPS-FHIR 5.1]. */
function idOf({ kind, id }: Kept): string {
  if (kind === 'release') return derivedUuid('release request', 'by id', id);
  return kind === 'download' ? derivedUuid('release request', 'by nomination', id) : id;
}

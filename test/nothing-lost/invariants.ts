import assert from 'node:assert/strict';

import type { Uuid } from '../../src/kernel/uuid.ts';
import { CHAIN_START, eventHash } from '../../src/prescriptions/chain.ts';
import { evolveAll } from '../../src/prescriptions/evolve.ts';
import type { PrescriptionEvent } from '../../src/prescriptions/prescription.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { type Invariant, INVARIANTS } from './invariant-queries.ts';
import { IssueMachine, type StoredEvent } from './issue-machine.ts';
import type { Rows } from './rows.ts';

export type Violation = {
  readonly invariant: string;
  readonly prescription_id: string;
  readonly detail: string;
};

/** Every invariant holds of these prescriptions, or of all that the database has. */
export async function assertInvariants(
  rows: Rows,
  ids: readonly string[] | null = null,
): Promise<void> {
  const found = await violations(rows, ids);
  assert.deepEqual(found.slice(0, SHOWN_MAX), []);
}

const SHOWN_MAX = 5; // one fault can break every prescription

export async function violations(
  rows: Rows,
  ids: readonly string[] | null = null,
): Promise<Violation[]> {
  const found = await rows.all<Violation>(ids === null ? SWEEP : LOOK, ids === null ? [] : [ids]);
  return [...found, ...(await unfolded(rows, ids))];
}

/** Of all that the database has: the invariants that need every row, and no others. */
export function sweepOnly(rows: Rows): Promise<Violation[]> {
  return rows.all<Violation>(REST);
}

const REST = union(
  Object.entries(INVARIANTS).filter(([, one]) => one.sweepOnly === true),
  () => 'true',
);
const SWEEP = union(Object.entries(INVARIANTS), () => 'true');
const LOOK = union(
  Object.entries(INVARIANTS).filter(([, one]) => !one.sweepOnly),
  (column) => `${column} = any($1::text[])`,
);

/** All queries as one, so that a look at a few prescriptions is one round trip. */
function union(
  invariants: readonly (readonly [id: string, Invariant])[],
  only: (column: string) => string,
): string {
  const parts = invariants.map(
    ([id, { violations: rowsThatBreakIt }]) =>
      `select '${id}' as invariant, prescription_id, detail from (${rowsThatBreakIt(only)}) as "${id}"`,
  );
  return parts.join('\nunion all\n');
}

type Row = {
  readonly prescription_id: PrescriptionId;
  readonly state: unknown;
  readonly numbers: readonly number[];
  readonly kinds: readonly string[];
  readonly messages: readonly Uuid[];
  readonly texts: readonly string[];
  readonly hashes: readonly string[];
};

/**
 * What SQL cannot say: the fold of the events is the state (I2), each hash is over the one before (I17), and each
 * event was allowed when it came, issue by issue (I4-I6, I10, I13, I20, I21).
 */
async function unfolded(rows: Rows, ids: readonly string[] | null): Promise<Violation[]> {
  const records = await rows.all<Row>(
    `select p.prescription_id, p.state, array_agg(e.number order by e.number) as numbers,
        array_agg(e.kind order by e.number) as kinds, array_agg(e.message_id order by e.number) as messages,
        array_agg(e.data::text order by e.number) as texts,
        array_agg(encode(e.hash, 'hex') order by e.number) as hashes
      from prescriptions.prescription p join prescriptions.event e using (prescription_id)
      where ${ids === null ? 'true' : 'prescription_id = any($1::text[])'} group by p.prescription_id`,
    ids === null ? [] : [ids],
  );
  return records.flatMap((row) => [...foldFault(row), ...chainFault(row), ...machineFaults(row)]);
}

function foldFault({ prescription_id, state, texts }: Row): Violation[] {
  const events = texts.map((text): PrescriptionEvent => JSON.parse(text));
  try {
    const folded: unknown = JSON.parse(JSON.stringify(evolveAll(prescription_id, null, events)));
    assert.deepEqual(folded, state);
    return [];
  } catch (error) {
    return [
      { invariant: 'I2', prescription_id, detail: `the fold of its events: ${String(error)}` },
    ];
  }
}

type KeptIssue = {
  readonly number: number;
  readonly status: string;
  readonly items: readonly { readonly id: string; readonly status: string }[];
};
type Kept = {
  readonly kind: string;
  readonly issues?: readonly KeptIssue[];
  readonly later?: { readonly from: number; readonly to: number } | null;
};

/** By a machine that was written from the specification; every issue that is begun or over stands as it says. */
function machineFaults({ prescription_id, state, numbers, kinds, texts }: Row): Violation[] {
  const events = texts.map((text, n): StoredEvent => {
    const data: unknown = JSON.parse(text);
    return { number: numbers[n] ?? 0, kind: kinds[n] ?? '', data };
  });
  const { faults, issues } = new IssueMachine().play(events);
  const { issues: kept = [], later } = state as Kept;
  const stands = kept.filter(({ number, status, items }) => {
    const own = issues[number - 1];
    return own?.status !== status || items.some((item) => own.items[item.id] !== item.status);
  });
  const isToCome = issues
    .slice((later?.from ?? 1) - 1, later?.to ?? 0)
    .every(({ status }) => status === 'RepeatDispenseFuture');
  return [
    ...faults,
    ...stands.map(({ number, status }) => ({
      invariant: 'I2',
      detail: `issue ${number} is not ${status}`,
    })),
    ...(isToCome ? [] : [{ invariant: 'I2', detail: 'issues to come' }]),
  ].map((fault) => ({ ...fault, prescription_id }));
}

function chainFault({
  prescription_id,
  numbers,
  kinds,
  messages,
  texts,
  hashes,
}: Row): Violation[] {
  let hash: Buffer = CHAIN_START;
  for (const [index, kept] of hashes.entries()) {
    const parts = [numbers[index], kinds[index], messages[index], texts[index]].map(String);
    hash = eventHash(hash, [prescription_id, ...parts]);
    if (hash.toString('hex') !== kept) {
      return [{ invariant: 'I17', prescription_id, detail: `hash of event ${numbers[index]}` }];
    }
  }
  return [];
}

import type { Database } from '../database.ts';
import { lineOf, type AuditRow } from './entry.ts';
import { type KeptSeal, lastSeal, rowsUpTo, sealsFrom } from './repository.ts';
import { AuditVerifier, type Trust, type Verified } from './verify.ts';
import { isWaitedFor } from './waiting.ts';

const SEALS_AT_ONCE = 10;

/** A seal with its rows as lines, as they are in the database now, in the order of ids. */
export type Part = KeptSeal & {
  readonly lines: readonly string[];
  /** Rows between those of this seal that it does not hold: a later one may. */
  readonly others: readonly AuditRow[];
};

/** Seals with these numbers, one after the other; the one before the first is only looked at. */
export async function* partsOf(
  database: Database,
  { first, last }: { readonly first: number; readonly last: number },
): AsyncGenerator<Part> {
  const [before] = first === 1 ? [] : await sealsFrom(database, first - 1, 1);
  let after = before?.seal.lastId ?? Number.MIN_SAFE_INTEGER; // ids begin at one, but for a row that is put in
  for (let number = first; number <= last; ) {
    const seals = await sealsFrom(database, number, SEALS_AT_ONCE);
    if (seals.length === 0) return;
    for (const kept of seals) {
      const { seal, sealed } = kept;
      if (seal.number > last) return;
      const from = after;
      const ids = new Set(sealed?.ids);
      const late = [...ids].filter((id) => id <= from);
      const rows = await rowsUpTo(database, { after: from, lastId: seal.lastId, others: late });
      const own = rows.filter(({ id }) => ids.has(id));
      yield { ...kept, lines: own.map(lineOf), others: rows.filter(({ id }) => !ids.has(id)) };
      after = seal.lastId;
      number = seal.number + 1;
    }
  }
}

/** Holds the rows of the database against its seals, and those against a copy of them; null: all there are. */
export async function verifyStore(
  database: Database,
  trust: Trust,
  range: { readonly first: number; readonly last: number } | null,
): Promise<Verified> {
  const verifier = new AuditVerifier(trust);
  const end = await lastSeal(database);
  const others = new Map<number, { readonly seal: number; readonly position: number }>();
  const all = { first: 1, last: end?.seal.number ?? 0 };
  for await (const { seal, sealed, lines, others: unheld } of partsOf(database, range ?? all)) {
    verifier.add(seal, sealed, lines);
    for (const id of sealed?.ids ?? []) others.delete(id);
    for (const { id } of unheld) {
      const behind = sealed?.ids.filter((one) => one < id).length ?? 0;
      if (sealed !== null) others.set(id, { seal: seal.number, position: seal.before + behind });
    }
  }
  for (const [id, place] of others) {
    if (!isWaitedFor(end?.waiting ?? [], id)) verifier.neverSealed(id, place);
  }
  return verifier.end(range === null || range.last === all.last ? all.last : null);
}

import { idOf, withId } from './entry.ts';
import { LEAF_BYTES, leafOf, rootOf } from './merkle.ts';
import type { Seal, Sealed } from './seal.ts';

export type FindingKind =
  | 'changed'
  | 'missing'
  | 'truncated'
  | 'inserted'
  | 'reordered'
  /** A seal, or the list of what it is over, was tampered with. */
  | 'seal';

/** What is wrong, and where. */
export type Finding = {
  readonly kind: FindingKind;
  /** Number of the seal. */
  readonly seal: number;
  /** In the whole trail, from one; of an inserted row the one behind which it stands. Null: of the seal itself. */
  readonly position: number | null;
  /** Of the row, if it has one. */
  readonly id: number | null;
  readonly text: string;
};

/**
 * What is wrong with the rows of one seal, given as lines in their order; nothing when they are as they were sealed.
 * `sealed` names the place of a fault, as long as it is itself what was sealed.
 */
export function verifyRows(seal: Seal, sealed: Sealed, lines: readonly string[]): Finding[] {
  const leaves = Buffer.concat(lines.map(leafOf));
  const isWhole = rootOf(sealed.leaves).toString('hex') === seal.root;
  if (isWhole && leaves.equals(sealed.leaves)) return wrongIds(seal, sealed, lines);
  const at = { seal: seal.number, position: null, id: null };
  if (!isWhole || sealed.ids.length !== seal.rows) {
    const areRowsWhole = rootOf(leaves).toString('hex') === seal.root;
    const list = `the list of what seal ${seal.number} is over was changed`;
    const [from, to] = [seal.before + 1, seal.before + seal.rows];
    return [
      { kind: 'seal', ...at, text: list },
      ...(areRowsWhole
        ? []
        : [
            {
              kind: 'changed' as const,
              ...at,
              position: from,
              text: `something of positions ${from} to ${to} was changed`,
            },
          ]),
    ];
  }
  return faultsOf(seal, sealed, lines);
}

/** The ids beside the leaves are in the leaves too. */
function wrongIds(seal: Seal, { ids }: Sealed, lines: readonly string[]): Finding[] {
  if (lines.every((line, place) => idOf(line) === ids[place])) return [];
  const text = `the ids in the list of seal ${seal.number} were changed`;
  return [{ kind: 'seal', seal: seal.number, position: null, id: null, text }];
}

/** Row by row: dearer, and only where something is wrong. */
function faultsOf(seal: Seal, sealed: Sealed, lines: readonly string[]): Finding[] {
  const { ids } = sealed;
  const places = new Map(ids.map((id, place) => [id, place]));
  const found = new Map<number, string>(); // by place
  const findings: Finding[] = [];
  const seen: number[] = []; // places, in the order in which their rows stand
  const add = (kind: FindingKind, place: number, id: number | null, text: string): void => {
    findings.push({ kind, seal: seal.number, position: seal.before + place + 1, id, text });
  };
  for (const line of lines) {
    const id = idOf(line);
    const place = id === null ? undefined : places.get(id);
    if (place === undefined || found.has(place)) {
      add(
        'inserted',
        seen.at(-1) ?? -1,
        id,
        'a row stands behind this position that was never sealed',
      );
      continue;
    }
    found.set(place, line);
    seen.push(place);
  }
  for (const [place, id] of ids.entries()) {
    if (!found.has(place)) add('missing', place, id, 'the row at this position is gone');
  }
  for (const place of outOfOrder(seen)) {
    add('reordered', place, ids[place] ?? null, 'the row of this position stands elsewhere');
  }
  return [...findings, ...changesOf(seal, sealed, found)];
}

/** Places that come before one that is less. */
function outOfOrder(seen: readonly number[]): number[] {
  const wrong: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const place of seen.toReversed()) {
    if (place > least) wrong.push(place);
    least = Math.min(least, place);
  }
  return wrong;
}

const EXCHANGES_MAX = 200; // changed rows of one seal among which each is compared with each

/** Rows with other content; if it is that of another one of them, they were exchanged. */
function changesOf(
  seal: Seal,
  { ids, leaves }: Sealed,
  found: ReadonlyMap<number, string>,
): Finding[] {
  const expected = (place: number): Buffer =>
    leaves.subarray(place * LEAF_BYTES, (place + 1) * LEAF_BYTES);
  const changed = [...found].filter(([place, line]) => !leafOf(line).equals(expected(place)));
  const ownPlace = (line: string, place: number): number | undefined =>
    changed.find(
      ([other]) => other !== place && leafOf(withId(line, ids[other] ?? 0)).equals(expected(other)),
    )?.[0];
  return changed.map(([place, line]) => {
    const other = changed.length > EXCHANGES_MAX ? undefined : ownPlace(line, place);
    const position = seal.before + place + 1;
    const at = { seal: seal.number, position, id: ids[place] ?? null };
    return other === undefined
      ? { kind: 'changed', ...at, text: 'the row at this position was changed' }
      : {
          kind: 'reordered',
          ...at,
          text: `at this position stands the row of position ${seal.before + other + 1}`,
        };
  });
}

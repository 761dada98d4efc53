import type { Damage } from './damage.ts';
import type { Life } from './life.ts';

/** What became of one id in the old Spine, and so must be found in the new one [MIGRATION 11]. Codes are the old Spine's. */
export type Truth = {
  readonly id: string;
  /** `quarantined`: kept apart, row by row; `orphan`: rows that belong to nothing. */
  fate: 'live' | 'placeholder' | 'tombstone' | 'quarantined' | 'orphan';
  /** Found by its id alone, with a warning: what it is must be decided by a person. */
  isHeld: boolean;
  /** Dirty classes that were put into it, or came of its times. */
  classes: string[];
  current: number;
  /** Whose automatic download gets it; null: nobody's. */
  queuedFor: string | null;
  issues: {
    number: number;
    status: string;
    items: string[];
    holder: string | null;
    claim: string | null;
  }[];
  /** Who ever had which issue. */
  released: (readonly [issue: number, organisation: string])[];
  pending: number;
  /** What is wrong with the bytes of its order. */
  damage: Damage | null;
  /** Messages about it that were refused: they came, and had no effect. */
  refused: string[];
};

export function truthOf(life: Life): Truth {
  const { tables } = life.rows;
  const waiting = tables.NOM_RELEASE.find(({ STATE: state }) => state === 'PENDING');
  return {
    id: life.beginning.id,
    fate: fateOf(life),
    isHeld: false,
    classes: fateOf(life) === 'orphan' ? ['D22'] : [],
    current: life.current,
    queuedFor: waiting?.['ORG'] ?? null,
    issues: life.isGone
      ? []
      : life.issues.map(({ number, status, items, holder, claim }) => ({
          number,
          status,
          items: items.map((item) => item.status),
          holder,
          claim,
        })),
    released: tables.RELEASE.map((row) => [Number(row['ISSUE_NO']), row['ORG'] ?? ''] as const),
    damage: life.damage,
    pending: tables.CANCELLATION.filter(({ STATE: state }) => state === 'PENDING').length,
    refused: tables.MESSAGE.filter(({ OUTCOME: outcome }) => outcome !== 'accepted').map(
      (row) => row['MSG_ID'] ?? '',
    ),
  };
}

/** Of messages that were refused alone nothing is there that they are about [MIGRATION 4, D22]. */
function fateOf({ isGone, issues, rows }: Life): Truth['fate'] {
  if (isGone) return 'tombstone';
  if (issues.length > 0) return 'live';
  return rows.tables.CANCELLATION.length > 0 ? 'placeholder' : 'orphan';
}

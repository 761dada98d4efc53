import type { Dice } from './dice.ts';
import type { Life } from './life.ts';
import type { LegacyRow, LegacyRows } from './life-rows.ts';
import type { Truth } from './truth.ts';

/** One way in which old rows are wrong: how often, in which lives it can be, and what is done to their rows [MIGRATION 4]. */
export type Injection = {
  readonly id: string;
  /** Share of the prescriptions that it can be in. */
  readonly rate: number;
  readonly isFor: (life: Life) => boolean;
  readonly into: (given: Given) => void;
};

export type Given = {
  readonly life: Life;
  readonly rows: LegacyRows;
  readonly truth: Truth;
  readonly dice: Dice;
  readonly asOfMs: number;
};

export const isLive = (life: Life): boolean => life.issues.length > 0 && !life.isGone;
export const is =
  (...codes: readonly string[]) =>
  (life: Life): boolean =>
    isLive(life) && codes.includes(life.issue.status) && life.beginning.issues === 1;
export const isQueued = (life: Life): boolean =>
  life.beginning.issues === 1 &&
  life.rows.tables.NOM_RELEASE.length === 1 &&
  life.rows.tables.NOM_RELEASE[0]?.['STATE'] === 'PENDING';
export const isBack = (life: Life): boolean => {
  const { RELEASE: released, NOM_RELEASE: queued } = life.rows.tables;
  const isReturned = released.length === 1 && released[0]?.['END_KIND'] === 'RETURN';
  return (
    isReturned && queued.length === 1 && queued[0]?.['STATE'] === 'RETURNED' && is('0001')(life)
  );
};

export const prescription = (rows: LegacyRows): LegacyRow => rows.PRESCRIPTION[0] ?? {};
export const issue = (rows: LegacyRows): LegacyRow => rows.ISSUE[0] ?? {};

/** For a person to decide: in nobody's queue until then. */
export function held(truth: Truth): void {
  truth.isHeld = true;
  truth.queuedFor = null;
}

import type { Dice } from './dice.ts';
import { WRONG_HOLDERS } from './dirty-holders.ts';
import { WRONG_VALUES } from './dirty-values.ts';
import type { Life } from './life.ts';
import type { Truth } from './truth.ts';

/**
 * Spoils the rows of a life, or leaves them: one class at most, so that each is counted for itself; the truth says which.
 * `share` times the rates of [MIGRATION 4].
 */
export function spoil(
  life: Life,
  truth: Truth,
  given: { readonly dice: Dice; readonly asOfMs: number; readonly share: number },
): void {
  const { dice, asOfMs, share } = given;
  const { tables } = life.rows;
  for (const { id, rate, isFor, into } of [...WRONG_HOLDERS, ...WRONG_VALUES]) {
    if (!dice.isLucky(rate * share) || !isFor(life)) continue;
    into({ life, rows: tables, truth, dice, asOfMs });
    truth.classes.push(id);
    return;
  }
}

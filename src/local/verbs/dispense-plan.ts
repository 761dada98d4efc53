import type { DispensedItem, ItemOutcome, NotDispensedReason } from '../sample-messages/index.ts';
import type { RememberedItem } from './remembered.ts';

/** What is to be handed over now. Items count from one, in the prescription's order. */
export type Choice =
  | { readonly kind: 'Full' }
  | { readonly kind: 'Partial'; readonly item: number }
  | { readonly kind: 'Outcomes'; readonly outcomes: readonly ItemOutcome[] };

const FINAL = new Set<ItemOutcome>(['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired']);

const REASONS: Partial<Record<ItemOutcome, NotDispensedReason>> = {
  NotDispensed: '0001',
  Owing: '0003',
  Cancelled: '0004',
  Expired: '0008',
};

/**
 * Every item, as the notification must report it: those already settled again, with nothing more
 * [EPS-LIFECYCLE 5.1].
 */
export function planned(
  items: readonly RememberedItem[],
  choice: Choice,
  newId: () => string,
): readonly DispensedItem[] {
  return items.map((item, index) => {
    const outcome = chosen(item, index + 1, choice);
    const reason = REASONS[outcome];
    return {
      itemId: item.itemId,
      dispensedItemId: newId(),
      medication: item.medication,
      outcome,
      supplied: suppliedNow(item, outcome),
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

/** The items once the notification is accepted. */
export function afterwards(
  items: readonly RememberedItem[],
  plan: readonly DispensedItem[],
): readonly RememberedItem[] {
  return items.map((item, index) => ({
    ...item,
    outcome: plan[index]?.outcome ?? item.outcome,
    supplied: item.supplied + (plan[index]?.supplied ?? 0),
  }));
}

function chosen(item: RememberedItem, position: number, choice: Choice): ItemOutcome {
  switch (choice.kind) {
    case 'Outcomes':
      return choice.outcomes[position - 1] ?? item.outcome;
    case 'Partial':
      if (FINAL.has(item.outcome)) return item.outcome;
      return choice.item === position ? 'PartiallyDispensed' : 'FullyDispensed';
    case 'Full':
      return FINAL.has(item.outcome) ? item.outcome : 'FullyDispensed';
  }
}

/**
 * A part is half of what is left: enough for a test, and never the whole unless one is all there
 * is.
 */
function suppliedNow(item: RememberedItem, outcome: ItemOutcome): number {
  const left = item.medication.quantity - item.supplied;
  if (outcome === 'FullyDispensed') return Math.max(0, left);
  if (outcome === 'PartiallyDispensed') return Math.max(1, Math.floor(left / 2));
  return 0;
}

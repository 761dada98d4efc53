import { addMonths, type LondonDate } from '../../../kernel/london.ts';
import type { OrderDocument } from '../../hl7v3/order-document.ts';
import { readDay } from '../../hl7v3/time.ts';

const ISSUES_MAX = 99; // [EPS-LIFECYCLE 3]
const DAYS_SUPPLY_MAX = 366; // [EPS-LIFECYCLE 3]
const DAYS_SUPPLY_DEFAULT = 28; // [EPS-LIFECYCLE 8]
const WINDOW_MONTHS_MAX = 12; // [EPS-LIFECYCLE 3]
const ACUTE = '0001';
export const REPEAT_DISPENSING = '0003';

const INTEGER = /^-?\d+$/;

/** How often the whole prescription may be dispensed [EPS-LIFECYCLE 3]. */
export function repeatsFault({ treatment, repeats }: OrderDocument): string | null {
  const { low, high } = repeats ?? { low: null, high: null };
  if (low === null || high === null) {
    const isWanted = treatment !== ACUTE || repeats !== null;
    return isWanted
      ? 'prescriptionRepeatHigh and prescriptionRepeatLow values must both be provided if not Acute prescription'
      : null;
  }
  if (!INTEGER.test(high)) return 'prescriptionRepeatHigh is not an integer';
  if (!INTEGER.test(low)) return 'prescriptionRepeatLow is not an integer';
  if (Number(low) !== 1) return 'prescriptionRepeatLow must be 1';
  if (Number(high) > ISSUES_MAX)
    return `prescriptionRepeatHigh must not be over configured maximum of ${ISSUES_MAX}`;
  return Number(low) > Number(high)
    ? 'prescriptionRepeatLow is greater than prescriptionRepeatHigh'
    : null;
}

/** How often each item may be, counted from one, and that one of them is in every issue. */
export function itemRepeatsFault(order: OrderDocument): string | null {
  for (const index of order.items.keys()) {
    const fault = order.treatment === ACUTE ? acuteFault(order, index) : itemFault(order, index);
    if (fault !== null) return fault;
  }
  const most = Math.max(...order.items.map(({ repeats }) => Number(repeats?.high ?? 1)));
  return Number(order.repeats?.high ?? 1) > most
    ? 'Prescription repeat count must not be greater than all Line Item repeat counts'
    : null;
}

function acuteFault({ items }: OrderDocument, index: number): string | null {
  return items[index]?.repeats === null
    ? null
    : `Line item ${index + 1} repeat value provided for non-repeat prescription`;
}

function itemFault({ items, repeats: whole }: OrderDocument, index: number): string | null {
  const number = index + 1;
  const { low, high } = items[index]?.repeats ?? { low: null, high: null };
  if (low === null && high === null)
    return `repeat.High and repeat.Low values must both be provided for lineItem ${number} if not acute prescription`;
  if (high === null) return `repeat.Low provided but not repeat.High for line item ${number}`;
  if (low === null) return `repeat.High provided but not repeat.Low for line item ${number}`;
  if (!INTEGER.test(high)) return `repeat.High for line item ${number} is not an integer`;
  if (Number(high) <= 0) return `repeat.High for line item ${number} must be greater than zero`;
  if (Number(high) > Number(whole?.high))
    return `repeat.High of ${high} for line item ${number} must not be greater than prescriptionRepeatHigh of ${whole?.high}`;
  return Number(low) === 1 ? null : `repeat.Low for line item ${number} is not set to 1`;
}

/** How long one issue lasts, and the window in which repeat dispensing happens. */
export function supplyFault(
  { treatment, daysSupply: supply }: OrderDocument,
  today: LondonDate,
): string | null {
  const fault = supply === null ? null : daysFault(supply.days);
  if (fault !== null || treatment !== REPEAT_DISPENSING) return fault;
  const [low, high] = [readDay(supply?.low ?? ''), readDay(supply?.high ?? '')];
  if (low === null || high === null)
    return 'daysSupply effective time not provided but prescription treatment type is repeat';
  if (high > addMonths(today, WINDOW_MONTHS_MAX))
    return 'daysSupplyValidHigh is more than 12 months beyond current day';
  if (high < today) return 'daysSupplyValidHigh is in the past';
  return low > high ? 'daysSupplyValid low is after daysSupplyValidHigh' : null;
}

/** That nought passes is how Spine does it [EPS-LIFECYCLE 3]. */
function daysFault(text: string | null): string | null {
  if (text === null) return null;
  if (!INTEGER.test(text)) return 'daysSupply is not an integer';
  if (Number(text) < 0) return 'daysSupply must be a non-zero integer';
  return Number(text) > DAYS_SUPPLY_MAX ? `daysSupply cannot exceed ${DAYS_SUPPLY_MAX}` : null;
}

export function daysOf(text: string | null): number {
  return text === null ? DAYS_SUPPLY_DEFAULT : Number(text);
}

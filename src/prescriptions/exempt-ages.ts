import { addDays, addMonths, type LondonDate } from '../kernel/london.ts';

const MONTHS = 12;

/** The last day on which somebody is too young to pay for a prescription, and the first on which they are too old [EPS-LIFECYCLE 4.3]. */
export function exemptAges(born: LondonDate): {
  readonly until: LondonDate;
  readonly since: LondonDate;
} {
  return { until: addDays(addMonths(born, 16 * MONTHS), -1), since: addMonths(born, 60 * MONTHS) };
}

import type { Bundle } from 'fhir/r4';

import { parseInstant } from '../../../kernel/instant.ts';
import { addMonths, type LondonDate, londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { resourcesOf } from '../../fhir/r4.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { invalidValue } from '../../fhir/rules.ts';
import type { Create } from './decide.ts';

const ISSUES_MAX = 99; // [EPS-LIFECYCLE 3]
const DAYS_SUPPLY_MAX = 366; // [EPS-LIFECYCLE 3]
const DAYS_SUPPLY_DEFAULT = 28; // [EPS-LIFECYCLE 8]
const WINDOW_MONTHS_MAX = 12; // [EPS-LIFECYCLE 3]

/** How often and how far apart a repeat dispensing order may be dispensed; FHIR gives all items the same number of issues. */
export function readRepeats(bundle: Bundle, at: Date): Result<Create['repeats'], Refusal> {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const asked = first?.dispenseRequest;
  const more = asked?.numberOfRepeatsAllowed;
  if (more === undefined) return fail(inTranslation(NO_NUMBER));
  if (more + 1 > ISSUES_MAX) return fail(bySpine(TOO_MANY));
  const daysSupply = asked?.expectedSupplyDuration?.value ?? DAYS_SUPPLY_DEFAULT;
  const supplyFault = daysSupplyFault(daysSupply);
  if (supplyFault !== null) return fail(bySpine(supplyFault));
  const today = londonDate(at);
  const low = dayOf(asked?.validityPeriod?.start) ?? today;
  const high = dayOf(asked?.validityPeriod?.end);
  const windowFault = high === null ? null : windowFaultOf(low, high, today);
  if (windowFault !== null) return fail(bySpine(windowFault));
  return ok({ issues: more + 1, daysSupply, fewer: {}, readyOn: low });
}

const NO_NUMBER = invalidValue(
  'Number of repeats allowed is required.',
  'MedicationRequest.dispenseRequest.numberOfRepeatsAllowed',
);
const TOO_MANY = `prescriptionRepeatHigh must not be over configured maximum of ${ISSUES_MAX}`;

function daysSupplyFault(days: number): string | null {
  if (!Number.isInteger(days)) return 'daysSupply is not an integer';
  if (days < 0) return 'daysSupply must be a non-zero integer';
  return days > DAYS_SUPPLY_MAX ? `daysSupply cannot exceed ${DAYS_SUPPLY_MAX}` : null;
}

function windowFaultOf(low: LondonDate, high: LondonDate, today: LondonDate): string | null {
  if (high > addMonths(today, WINDOW_MONTHS_MAX)) {
    return 'daysSupplyValidHigh is more than 12 months beyond current day';
  }
  if (high < today) return 'daysSupplyValidHigh is in the past';
  return low > high ? 'daysSupplyValid low is after daysSupplyValidHigh' : null;
}

function dayOf(text: string | undefined): LondonDate | null {
  const instant = parseInstant(text ?? '');
  return instant === null ? null : londonDate(new Date(instant));
}

import type { OdsCode } from './ods-code.ts';
import type { Holding } from './prescription.ts';
import type { Rejection } from './rejections.ts';
import type { Settings } from './settings.ts';

/** In strict mode only the pharmacy that holds an issue may act on it; the public clients act across codes [EPS-FHIR 7.2]. */
export function heldByAnother(
  issue: { readonly holding: Holding },
  dispenser: OdsCode,
  settings: Settings,
): Rejection | null {
  const holder = issue.holding.holder.organisation;
  return settings.holderCheck === 'strict' && holder.ods !== dispenser
    ? { kind: 'WithAnotherDispenser', holder }
    : null;
}

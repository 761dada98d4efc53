import type { OdsCode } from './ods-code.ts';
import type { Holding } from './prescription.ts';
import type { Rejection } from './rejections.ts';
import type { Settings } from './settings.ts';

/** In strict mode only the pharmacy that holds an issue may act on it; the public clients act across codes [EPS-FHIR 7.2]. */
export function heldByAnother(
  issue: { readonly holding: Holding },
  dispenser: OdsCode | null,
  settings: Settings,
): Rejection | null {
  const { holder } = issue.holding;
  return settings.holderCheck === 'strict' && holder.organisation.ods !== dispenser
    ? withAnother(issue)
    : null;
}

/** Who has it, since when and by whom, for a pharmacy to ring up [EPS-HL7V3 7.4]. */
export function withAnother({ holding }: { readonly holding: Holding }): Rejection {
  const { holder, releasedAt: at } = holding;
  const { person, organisation } = holder;
  return { kind: 'WithAnotherDispenser', holder: organisation, release: { person, at } };
}

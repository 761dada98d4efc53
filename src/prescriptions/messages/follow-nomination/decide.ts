import type { DispensingSite } from '../../../kernel/dispensing-site.ts';
import type { Instant } from '../../../kernel/instant.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { currentIssue } from '../../issues.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';

/** The patient nominates another dispenser of this kind, or none any more. */
export type FollowNomination = {
  readonly site: DispensingSite;
  readonly from: OdsCode | null;
  readonly to: OdsCode | null;
  readonly by: string;
  readonly request: Uuid;
  readonly at: Instant;
};

/**
 * Issues of repeat dispensing that nobody has yet go where the patient's nomination goes; everything else was sent
 * to one pharmacy and stays there [EPS-LIFECYCLE 4.5, SDS 6]. One that stands elsewhere than the nomination did was
 * sent there for this time only.
 */
export function decide(state: Prescription, command: FollowNomination): PrescriptionEvent[] {
  const { site, from, to, by, request, at } = command;
  if (state.repeats === null || (state.repeats.site ?? 'P1') !== site) return [];
  if (state.nominated !== from || from === to || !isAnyToCome(state)) return [];
  return [{ kind: 'NominationChanged', to, by, request, at }];
}

function isAnyToCome(state: Prescription): boolean {
  return state.later !== null || 'readyOn' in currentIssue(state);
}

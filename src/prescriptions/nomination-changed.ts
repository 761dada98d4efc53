import type { Instant } from '../kernel/instant.ts';
import type { Uuid } from '../kernel/uuid.ts';
import type { OdsCode } from './ods-code.ts';

/** Issues of repeat dispensing that nobody has yet follow the patient's nomination [EPS-LIFECYCLE 4.5, SDS 6]. */
export type NominationChanged = {
  readonly kind: 'NominationChanged';
  /** Null: the patient has none any more. */
  readonly to: OdsCode | null;
  /** Who changed the patient's nomination, and by which request: there is what the patient said. */
  readonly by: string;
  readonly request: Uuid;
  readonly at: Instant;
};

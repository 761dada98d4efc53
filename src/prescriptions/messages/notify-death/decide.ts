import { present } from '../../../kernel/bug.ts';
import type { Instant } from '../../../kernel/instant.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { parseOdsCode } from '../../ods-code.ts';
import type { Prescription, PrescriptionEvent } from '../../prescription.ts';
import { decide as cancel } from '../cancel/decide.ts';

/** NHS England, which runs the service: nobody else asks for it [SDS 7]. */
const SPINE = present(parseOdsCode('X26'), 'ODS code');
export const NOTIFICATION_OF_DEATH = '0007'; // reason of a cancellation [EPS-CODES 1]

/** The patient is dead: as a cancellation of the whole, which waits while a pharmacy has it [EPS-LIFECYCLE 2]. */
export function decide(
  state: Prescription,
  { messageId, at }: { readonly messageId: Uuid; readonly at: Instant },
): readonly PrescriptionEvent[] {
  const { patient } = state;
  const asked = { messageId, patient, item: null, reason: NOTIFICATION_OF_DEATH, at };
  const decision = cancel(state, { ...asked, organisation: SPINE });
  return decision.ok ? decision.value.events : [];
}

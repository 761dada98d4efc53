import { accepted, type Answer, perform, type Spine } from '../../perform.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import type { Envelope } from '../../repository.ts';
import { decide, type Create } from './decide.ts';

export function create(
  spine: Spine,
  envelope: Envelope,
  id: PrescriptionId,
  command: Create,
): Promise<Answer> {
  return perform(spine, envelope, id, (state) => accepted(decide(state, command), envelope));
}

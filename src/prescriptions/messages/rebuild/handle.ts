import { accepted, type Answer, perform, type Spine } from '../../perform.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import type { Envelope } from '../../repository.ts';
import { decide, type Rebuild } from './decide.ts';

export function rebuild(
  spine: Spine,
  envelope: Envelope,
  id: PrescriptionId,
  command: Rebuild,
): Promise<Answer> {
  return perform(spine, envelope, id, (state) =>
    accepted(decide(state, command, spine.settings), envelope),
  );
}

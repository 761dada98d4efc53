import type { Result } from '../../../kernel/result.ts';
import type { Known } from '../../evolve.ts';
import {
  accepted,
  type Answer,
  attempt,
  type Deed,
  followed,
  performed,
  type Spine,
} from '../../perform.ts';
import { isDeceased as isKnownDead } from '../../patients/repository.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import * as repository from '../../repository.ts';
import { decide, type Create, type Patient } from './decide.ts';

/** First it is tried as one that nobody knows, of a patient who lives: the keys say if that was wrong. */
export async function create(
  spine: Spine,
  envelope: repository.Envelope,
  id: PrescriptionId,
  command: Create,
): Promise<Answer> {
  const deed = (state: Known | null, patient: Patient): Result<Deed, Rejection> =>
    accepted(decide(state, command, patient), envelope);
  return followed(spine, envelope, async () => {
    const first = await attempt(spine, envelope, {
      id,
      head: repository.NO_HEAD,
      decide: (state) => deed(state, { isDeceased: false }),
    });
    if (first !== null) return first;
    const isDeceased = await isKnownDead(spine.database, command.patient);
    return performed(spine, envelope, id, (state) => deed(state, { isDeceased }));
  });
}

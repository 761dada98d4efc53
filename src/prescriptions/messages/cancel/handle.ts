import { ok } from '../../../kernel/result.ts';
import type { Outcome } from '../../outcome.ts';
import { type Answer, perform, type Spine } from '../../perform.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import { textOf } from '../../rejections.ts';
import type { Envelope } from '../../repository.ts';
import { type Cancel, decide } from './decide.ts';

export function cancel(
  spine: Spine,
  envelope: Envelope,
  id: PrescriptionId,
  command: Cancel,
): Promise<Answer> {
  return perform(spine, envelope, id, (state) => {
    const decision = decide(state, command);
    const { at } = envelope;
    if (!decision.ok) {
      // A cancel request has its own answer for what cannot be processed [EPS-LIFECYCLE 7].
      const answer = { kind: 'CancelAnswered', code: 'R-5000', performer: null, at } as const;
      return ok({ events: [], outcome: { ...answer, detail: textOf(decision.error) } });
    }
    const { events, code, performer } = decision.value;
    const outcome: Outcome = { kind: 'CancelAnswered', code, detail: null, performer, at };
    return ok({ events, outcome });
  });
}

import { present } from '../../kernel/bug.ts';
import { evolveAll } from '../evolve.ts';
import { INTERACTIONS } from '../interactions.ts';
import type { Spine } from '../perform.ts';
import type { Prescription } from '../prescription.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import { historyOf, type KeptMessage, messagesOf, type Recorded } from './repository.ts';

/** A prescription with all that happened to it, and the messages that brought it about. */
export type TrackedRecord = {
  readonly prescription: Prescription;
  readonly history: readonly Recorded[];
  readonly messages: readonly KeptMessage[];
  /** The message that brought it. */
  readonly order: KeptMessage;
};

/** Null when nobody sent it, or it is gone. */
export async function trackedRecord(
  { database }: Pick<Spine, 'database'>,
  id: PrescriptionId,
): Promise<TrackedRecord | null> {
  const history = await historyOf(database, id);
  if (history.length === 0) return null;
  const events = history.map(({ event }) => event);
  const prescription = evolveAll(id, null, events);
  if (prescription.kind !== 'prescription') return null;
  const messages = await messagesOf(database, id);
  const order = present(
    messages.find(
      ({ messageId, interaction }) =>
        messageId === prescription.orderId && interaction === INTERACTIONS.create,
    ),
    'order of a prescription',
  );
  return { prescription, history, messages, order };
}

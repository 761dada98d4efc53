import { assure, present } from '../../../kernel/bug.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { evolveAll } from '../../evolve.ts';
import type { Spine } from '../../perform.ts';
import type { Prescription } from '../../prescription.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import * as repository from '../../repository.ts';

/** A prescription that was released. */
export type Released = {
  /** As it was just before: what a pharmacy is shown [EPS-LIFECYCLE 4.3]. */
  readonly prescription: Prescription;
  /** Its order, as it was received. */
  readonly body: Buffer;
  /** Its signature is one that strict settings refuse. */
  readonly isFailed: boolean;
};

/** What a release request was given, in the order of the ids. */
export async function releasedBy(
  { database, settings }: Spine,
  ids: readonly PrescriptionId[],
  messageId: Uuid,
): Promise<Released[]> {
  const rows = await repository.eventsUpTo(database, ids, messageId);
  const isStrict = settings.signatureCheck === 'strict';
  const before = ids.map((id) => {
    const events = rows
      .filter(({ prescriptionId }) => prescriptionId === id)
      .map(({ data }) => data);
    const state = evolveAll(id, null, events.slice(0, -1));
    assure(state.kind === 'prescription', 'a placeholder cannot have been released');
    const isFailed = events.some(
      (event) => event.kind === 'Created' && (event.signature?.findings.length ?? 0) > 0,
    );
    return { prescription: state, isFailed: isStrict && isFailed };
  });
  const orderIds = before.map(({ prescription }) => prescription.orderId);
  const bodies = await repository.orders(database, orderIds);
  return before.map(({ prescription, isFailed }) => ({
    prescription,
    isFailed,
    body: present(bodies.get(prescription.orderId), 'document of an order'),
  }));
}

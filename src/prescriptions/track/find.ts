import { present } from '../../kernel/bug.ts';
import { instantOf } from '../../kernel/instant.ts';
import type { Asking } from '../../gateways/hl7v3/index.ts';
import type { Interaction } from '../../identity/index.ts';
import type { OrderDocument } from '../hl7v3/order-document.ts';
import { documentOf, type KeptOrder, readKeptOrder } from '../kept-order.ts';
import type { Spine } from '../perform.ts';
import type { Prescription } from '../prescription.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import { recordReading } from '../record.ts';
import * as repository from '../repository.ts';
import { missingActivities, roleWords } from '../role-check.ts';

/** Why somebody may not ask at all; null: they may. */
export function forbiddenText(
  { settings }: Pick<Spine, 'settings'>,
  { actor }: Pick<Asking, 'actor'>,
  act: Interaction,
): string | null {
  if (settings.switchedOff.includes('Tracker')) return 'Tracker functionality is disabled.';
  const missing = missingActivities(actor, settings, [act]);
  return missing === null ? null : roleWords(missing);
}

export type Found = {
  readonly prescription: Prescription;
  readonly order: KeptOrder;
  readonly document: OrderDocument;
};

export type AskedAs = { readonly asking: Asking; readonly interaction: string };

/**
 * Those that there are, the newest first, with what their orders say. One whose order cannot be read keeps nobody from
 * the others.
 */
export async function findPrescriptions(
  spine: Pick<Spine, 'database' | 'onUnreadable'>,
  as: AskedAs,
  ids: readonly PrescriptionId[],
  isWanted: (prescription: Prescription) => boolean,
): Promise<Found[]> {
  const { database } = spine;
  const heads = await repository.heads(database, ids);
  const known = [...heads.values()].flatMap(({ state }) =>
    state?.kind === 'prescription' && isWanted(state) ? [state] : [],
  );
  const bodies = await repository.orders(
    database,
    known.map(({ orderId }) => orderId),
  );
  return known
    .toSorted((one, other) => (one.prescribedAt < other.prescribedAt ? 1 : -1))
    .flatMap((prescription) => {
      const body = present(bodies.get(prescription.orderId), 'document of an order');
      const found = ofKept(spine, as, () => {
        const order = readKeptOrder(body);
        return { prescription, order, document: documentOf(order, prescription.prescribedAt) };
      });
      return found ?? [];
    });
}

/** What is made of messages that are kept; null when they cannot be read: whoever runs the service hears of it. */
export function ofKept<T>(
  { onUnreadable }: Pick<Spine, 'onUnreadable'>,
  { asking, interaction }: AskedAs,
  make: () => T,
): T | null {
  try {
    return make();
  } catch (fault) {
    const { organisation } = asking.actor;
    onUnreadable?.({ requestId: asking.requestId, interaction, organisation }, fault);
    return null;
  }
}

/** Who saw which records is written before the answer leaves [RELIABILITY I16]. */
export async function noteReading(
  { database }: Pick<Spine, 'database'>,
  { actor, requestId, at }: Asking,
  interaction: string,
  read: readonly Prescription[],
): Promise<void> {
  await recordReading(database, {
    actor,
    interaction,
    requestId,
    at: instantOf(at),
    read: read.map(({ id, patient }) => ({ id, nhsNumber: patient })),
  });
}

import type { Outcome } from '../../outcome.ts';
import type { Answer, Spine } from '../../perform.ts';
import type { Prescription } from '../../prescription.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import * as repository from '../../repository.ts';
import { type Released, releasedBy } from './released-by.ts';

/** A prescription that is handed out, and what its door makes of it. */
export type GivenOut<Shown> = { readonly released: Released; readonly shown: Shown };

/** Why a prescription by its id is not handed out, though it is to be had. */
export const UNREADABLE: Rejection = {
  kind: 'Unprocessable',
  detail: 'the prescription as it is kept cannot be read, ask its prescriber for another one',
};

/**
 * What a door makes of each prescription before it is released: one of which nothing can be made is not released, and
 * keeps nobody from the others. Orders that came here by messages can all be read; those of another store may not be.
 */
export class GivingOut<Shown> {
  readonly #show: (released: Released) => Shown;
  readonly #made = new Map<PrescriptionId, GivenOut<Shown>>();
  /** Of the last one of which nothing could be made. */
  fault: unknown = null;

  constructor(show: (released: Released) => Shown) {
    this.#show = show;
  }

  /** Whether it can be handed out; what was made of it is kept until it is. */
  can(released: Released): boolean {
    try {
      const shown = this.#show(released);
      this.#made.set(released.prescription.id, { released, shown });
      return true;
    } catch (error) {
      this.fault = error;
      return false;
    }
  }

  made(id: PrescriptionId): GivenOut<Shown> | null {
    return this.#made.get(id) ?? null;
  }
}

/** As far as whoever releases looks at it; null: nothing is handed out. */
export type Giving = Pick<GivingOut<unknown>, 'can' | 'fault'> | null;

type AskedBy = Pick<repository.Envelope, 'requestId' | 'interaction' | 'actor'>;
type Wanted = { readonly id: PrescriptionId; readonly state: Prescription };

/** Those that cannot be handed out; whoever runs the service hears of it. */
export async function unreadable(
  spine: Spine,
  asked: AskedBy,
  giving: Giving,
  wanted: readonly Wanted[],
): Promise<PrescriptionId[]> {
  if (giving === null) return [];
  const { database, settings } = spine;
  const orderIds = wanted.map(({ state }) => state.orderId);
  const bodies = await repository.orders(database, orderIds);
  const isStrict = settings.signatureCheck === 'strict';
  const ids = wanted.map(({ id }) => id);
  const failed = new Set(isStrict ? await repository.signedWrongly(database, ids) : []);
  const left = wanted.filter(({ id, state: prescription }) => {
    const body = bodies.get(prescription.orderId);
    const isFailed = failed.has(id);
    return body === undefined || !giving.can({ prescription, body, isFailed });
  });
  if (left.length > 0) tell(spine, asked, giving.fault);
  return left.map(({ id }) => id);
}

export type Handed<Shown> = {
  readonly outcome: Outcome;
  readonly given: readonly GivenOut<Shown>[];
};

/**
 * What goes into the answer to a release: as it was made before, or, of one that comes again, made now. A
 * prescription by its id of which nothing can be made is refused.
 */
export async function handedOut<Shown>(
  spine: Spine,
  giving: GivingOut<Shown>,
  answer: Answer,
  asked: repository.Envelope,
): Promise<Handed<Shown>> {
  const { outcome, prescriptionIds, isWritten, keptAs = asked.messageId } = answer;
  if (outcome.kind !== 'Released') return { outcome, given: [] };
  if (!isWritten) {
    const before = await releasedBy(spine, prescriptionIds, keptAs);
    const left = before.filter((released) => !giving.can(released));
    if (left.length > 0) tell(spine, asked, giving.fault);
  }
  const given = prescriptionIds.flatMap((id) => giving.made(id) ?? []);
  return outcome.by === 'id' && given.length === 0
    ? { outcome: { kind: 'Refused', rejection: UNREADABLE, at: outcome.at }, given }
    : { outcome, given };
}

function tell(
  { onUnreadable }: Spine,
  { requestId, interaction, actor: { organisation } }: AskedBy,
  fault: unknown,
): void {
  onUnreadable?.({ requestId, interaction, organisation }, fault);
}

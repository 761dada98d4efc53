import { randomUUID } from 'node:crypto';

import type { Failure } from '../client/failure.ts';
import type { Patient } from '../patients.ts';
import type { Person, Prescriber } from '../personas.ts';
import {
  type CancelReason,
  type Course,
  cancel,
  medication,
  newShortFormId,
  type Order,
  order,
} from '../sample-messages/index.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Remembered, RememberedItem } from './remembered.ts';
import { type Done, PATHS, post, type Session } from './session.ts';
import { signed } from './signing.ts';

export type Wanted = {
  readonly course: Course;
  readonly items: number;
  readonly patient: Patient;
  readonly nominated: string | null;
  readonly prescriber: Prescriber;
  /** Short-form id, when it is not to be a new one. */
  readonly id: string | null;
};

/** A prescription that nobody has sent yet. */
export function newOrder(wanted: Wanted, authoredAt: Date): Order {
  const { course, patient, nominated, prescriber } = wanted;
  return {
    messageId: randomUUID(),
    shortFormId: wanted.id ?? newShortFormId(prescriber.organisation.ods, Math.random),
    longFormId: randomUUID(),
    course,
    items: Array.from({ length: wanted.items }, (_, n) => ({
      itemId: randomUUID(),
      medication: medication(n),
    })),
    prescriber,
    patient,
    nominated,
    authoredAt,
  };
}

export async function sendOrder(
  session: Session,
  sent: Order,
): Promise<Result<Remembered, Failure>> {
  const message = await signed(session, sent.prescriber.name, order(sent));
  if (!message.ok) return message;
  const answer = await post(session, sent.prescriber.name, PATHS.prescribe, message.value);
  if (!answer.ok) return answer;
  const remembered: Remembered = {
    shortFormId: sent.shortFormId,
    longFormId: sent.longFormId,
    course: sent.course,
    nhsNumber: sent.patient.nhsNumber,
    nominated: sent.nominated,
    prescriber: sent.prescriber.name,
    authoredAt: sent.authoredAt.toISOString(),
    items: sent.items.map((item) => ({ ...item, outcome: 'WithDispenser', supplied: 0 })),
    releaseId: null,
    dispenses: [],
    claimId: null,
  };
  await session.journal.keep(remembered);
  return ok(remembered);
}

export type Cancellation = {
  readonly prescription: Remembered;
  readonly item: RememberedItem;
  readonly patient: Patient;
  readonly signer: Prescriber;
  readonly canceller: Person;
  readonly reason: CancelReason;
};

/** Cancels one item. */
export async function sendCancel(
  session: Session,
  of: Cancellation,
): Promise<Result<Done, Failure>> {
  const messageId = randomUUID();
  const { shortFormId, longFormId, course, nominated, items } = of.prescription;
  const message = cancel({
    messageId,
    order: {
      shortFormId,
      longFormId,
      course,
      items,
      prescriber: of.signer,
      patient: of.patient,
      nominated,
      authoredAt: new Date(of.prescription.authoredAt),
    },
    item: of.item,
    canceller: of.canceller,
    reason: of.reason,
  });
  const answer = await post(session, of.canceller.name, PATHS.prescribe, message);
  if (!answer.ok) return answer;
  const cancelled = items.map((each) =>
    each.itemId === of.item.itemId ? { ...each, outcome: 'Cancelled' as const } : each,
  );
  const prescription = { ...of.prescription, items: cancelled };
  await session.journal.keep(prescription);
  return ok({ messageId, prescription });
}

import { randomUUID } from 'node:crypto';

import { ORGANISATIONS } from '../../src/local/organisations.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { type Person, PERSONAS } from '../../src/local/personas.ts';
import * as sample from '../../src/local/sample-messages/index.ts';

/** A request to a datacentre. Sent again it is the same message: the same bytes under the same X-Request-ID. */
export type Sent = {
  readonly path: string;
  readonly as: 'prescriber' | 'dispenser';
  readonly requestId: string;
  readonly body: Buffer;
};

/** What its prescriber wrote; the pharmacies and dates of its messages come with each of them. */
export type Written = Omit<sample.Order, 'messageId'>;

export function aPrescription(
  changes: Partial<Written> & { items?: Written['items'] } = {},
): Written {
  return {
    shortFormId: sample.newShortFormId(ORGANISATIONS.surgery.ods, Math.random),
    longFormId: randomUUID(),
    course: 'acute',
    items: someItems(1),
    prescriber: PERSONAS.prescriber,
    patient: PATIENTS.adult,
    nominated: null,
    authoredAt: new Date(),
    ...changes,
  };
}

export function someItems(count: number): Written['items'] {
  return Array.from({ length: count }, (_, n) => ({
    itemId: randomUUID(),
    medication: sample.medication(n),
  }));
}

/** Somebody who works in a pharmacy of this code. */
export function pharmacist(ods: string): Person {
  const organisation = { ...ORGANISATIONS.pharmacy, ods };
  return { ...PERSONAS.dispenser, organisation };
}

export const SURGERY = PERSONAS.prescriber;
export const OTHER_SURGERY = PERSONAS.otherPrescriber;
export const A = PERSONAS.dispenser;
export const B = PERSONAS.otherDispenser;

export function create(written: Written, messageId: string = randomUUID()): Sent {
  return prescribing(sample.order({ ...written, messageId }));
}

export function cancel(
  written: Written,
  changes: Partial<Pick<sample.Cancel, 'messageId' | 'item' | 'canceller' | 'reason'>> = {},
): Sent {
  const [item] = written.items;
  if (item === undefined) throw new Error('no item to cancel');
  const usual = {
    messageId: randomUUID(),
    item,
    canceller: PERSONAS.prescriber,
    reason: '0001',
  } as const;
  return prescribing(sample.cancel({ ...usual, order: written, ...changes }));
}

export function release(written: Written, by: Person = A): Sent {
  const { shortFormId } = written;
  return releasing(sample.releasePatient({ requestId: randomUUID(), dispenser: by, shortFormId }));
}

export function poll(by: Person = A): Sent {
  return releasing(sample.releaseNominated({ requestId: randomUUID(), dispenser: by }));
}

export function giveBack(written: Written, by: Person = A, messageId: string = randomUUID()): Sent {
  return dispensing(
    '/Task',
    sample.returnTask({
      ...about(written, by),
      messageId,
      releaseId: randomUUID(),
      reason: '0003',
    }),
  );
}

export type Told = {
  readonly messageId?: string;
  readonly by?: Person;
  readonly outcomes?: readonly sample.ItemOutcome[];
  readonly status?: sample.IssueOutcome;
  readonly replaces?: string;
};

/** By default the whole of it is handed over. */
export function dispense(written: Written, told: Told = {}): Sent {
  const items = written.items.map((item, n): sample.DispensedItem => {
    const outcome = told.outcomes?.[n] ?? 'FullyDispensed';
    return {
      ...item,
      outcome,
      dispensedItemId: randomUUID(),
      supplied: outcome === 'FullyDispensed' ? item.medication.quantity : 0,
    };
  });
  return dispensing(
    '/$process-message',
    sample.dispense({
      ...about(written, told.by ?? A),
      messageId: told.messageId ?? randomUUID(),
      longFormId: written.longFormId,
      course: written.course,
      releaseId: randomUUID(),
      items,
      outcome: told.status ?? sample.outcomeOf(items),
      handedOverAt: new Date(),
      ...(told.replaces === undefined ? {} : { replacementOf: told.replaces }),
    }),
  );
}

export function withdraw(
  written: Written,
  notification: string,
  by: Person = A,
  messageId: string = randomUUID(),
): Sent {
  return dispensing(
    '/Task',
    sample.withdraw({
      ...about(written, by),
      messageId,
      dispenseMessageId: notification,
      reason: 'QU',
    }),
  );
}

export function claim(
  written: Written,
  changes: { messageId?: string; replaces?: string; by?: Person } = {},
): Sent {
  const items = written.items.map(
    (item): sample.ClaimedItem => ({
      ...item,
      outcome: 'FullyDispensed',
      dispensedItemId: randomUUID(),
      claimedItemId: randomUUID(),
      supplied: item.medication.quantity,
    }),
  );
  return dispensing(
    '/Claim',
    sample.claim({
      ...about(written, changes.by ?? A),
      messageId: changes.messageId ?? randomUUID(),
      longFormId: written.longFormId,
      course: written.course,
      items,
      outcome: 'Dispensed',
      createdAt: new Date(),
      ...(changes.replaces === undefined ? {} : { replacementOf: changes.replaces }),
    }),
  );
}

/** The same message id, other words: no repeat, whatever it looks like. */
export function altered(sent: Sent): Sent {
  const text = sent.body.toString().replaceAll('01632 960', '01632 961');
  return { ...sent, body: Buffer.from(text) };
}

function about(written: Written, dispenser: Person) {
  const { shortFormId, patient } = written;
  return { shortFormId, nhsNumber: patient.nhsNumber, dispenser, authoredAt: new Date() };
}

function prescribing(message: object): Sent {
  return sent('/fhir-prescribing/FHIR/R4/$process-message', 'prescriber', message, randomUUID());
}

function dispensing(path: string, message: object): Sent {
  return sent(`/fhir-dispensing/FHIR/R4${path}`, 'dispenser', message, randomUUID());
}

/** A release request has no message id: its X-Request-ID is that [EPS-FHIR 5.1]. */
function releasing(message: { readonly id?: string | undefined }): Sent {
  return sent(
    '/fhir-dispensing/FHIR/R4/Task/$release',
    'dispenser',
    message,
    message.id ?? randomUUID(),
  );
}

function sent(path: string, as: Sent['as'], message: object, requestId: string): Sent {
  return { path, as, requestId, body: Buffer.from(JSON.stringify(message)) };
}

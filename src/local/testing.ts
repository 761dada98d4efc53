import { derivedUuid } from '../kernel/uuid.ts';
import { PATIENTS } from './patients.ts';
import { PERSONAS } from './personas.ts';
import {
  type Claim,
  type Dispense,
  type DispensedItem,
  medication,
  type Order,
} from './sample-messages/index.ts';

/** For tests: facts of one prescription, from which a test changes only what it is about. */
export function anOrder(changes: Partial<Order> = {}): Order {
  return {
    messageId: derivedUuid('order'),
    shortFormId: '0A1B2C-A83008-00001I',
    longFormId: derivedUuid('long form'),
    course: 'acute',
    items: [0, 1].map((n) => ({
      itemId: derivedUuid('item', `${n}`),
      medication: medication(n),
    })),
    prescriber: PERSONAS.prescriber,
    patient: PATIENTS.adult,
    nominated: PERSONAS.dispenser.organisation.ods,
    authoredAt: new Date('2026-01-05T09:30:00Z'),
    ...changes,
  };
}

export function aDispensedItem(n: number, changes: Partial<DispensedItem> = {}): DispensedItem {
  return {
    itemId: derivedUuid('item', `${n}`),
    dispensedItemId: derivedUuid('dispensed item', `${n}`),
    medication: medication(n),
    outcome: 'FullyDispensed',
    supplied: medication(n).quantity,
    ...changes,
  };
}

export function aDispense(changes: Partial<Dispense> = {}): Dispense {
  const { shortFormId, longFormId, course, patient } = anOrder();
  return {
    messageId: derivedUuid('dispense'),
    releaseId: derivedUuid('release response'),
    shortFormId,
    longFormId,
    course,
    items: [aDispensedItem(0), aDispensedItem(1)],
    outcome: 'Dispensed',
    dispenser: PERSONAS.dispenser,
    nhsNumber: patient.nhsNumber,
    handedOverAt: new Date('2026-01-05T11:00:00Z'),
    ...changes,
  };
}

export function aClaim(changes: Partial<Claim> = {}): Claim {
  const { shortFormId, longFormId, course, dispenser, nhsNumber, items } = aDispense();
  return {
    messageId: derivedUuid('claim'),
    shortFormId,
    longFormId,
    course,
    dispenser,
    nhsNumber,
    items: items.map((item, n) => ({ ...item, claimedItemId: derivedUuid('claimed', `${n}`) })),
    outcome: 'Dispensed',
    createdAt: new Date('2026-01-05T12:00:00Z'),
    ...changes,
  };
}

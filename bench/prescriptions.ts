import { randomUUID } from 'node:crypto';

import { type Patient, PATIENTS } from '../src/local/patients.ts';
import { type Person, PERSONAS } from '../src/local/personas.ts';
import { MEDICATIONS, newShortFormId, type Order } from '../src/local/sample-messages/index.ts';
import { nhsNumberCheckDigit } from '../src/kernel/nhs-number.ts';
import { derivedUuid } from '../src/kernel/uuid.ts';

export const KINDS = [
  'create',
  'cancel',
  'releaseNominated',
  'releaseById',
  'dispense',
  'return',
  'withdraw',
  'claim',
] as const;
/** A step in the life of a prescription. */
export type Step = (typeof KINDS)[number];

/** What is asked of an order and changes nothing. */
export const QUESTIONS = ['prepare', 'verifySignature'] as const;
export type Question = (typeof QUESTIONS)[number];
export type Kind = Step | Question;

export function isQuestion(kind: Kind | undefined): kind is Question {
  return kind === 'prepare' || kind === 'verifySignature';
}

/** What can become of a prescription; only the usual one is nominated, so that batches stay whole. */
export const LIVES = {
  usual: ['create', 'releaseNominated', 'dispense', 'claim'],
  walkIn: ['create', 'releaseById', 'dispense', 'claim'],
  cancelled: ['create', 'cancel'],
  returned: ['create', 'releaseById', 'return'],
  withdrawn: ['create', 'releaseById', 'dispense', 'withdraw'],
} as const satisfies Record<string, readonly Step[]>;
export type Life = keyof typeof LIVES;

/** Lives of one pharmacy's wave in the mixed scenario, besides its batch of usual ones. */
export const EXTRAS: readonly Life[] = [
  'walkIn',
  'walkIn',
  'cancelled',
  'walkIn',
  'returned',
  'walkIn',
  'withdrawn',
];

export const BATCH = 25; // prescriptions in one nominated release [EPS-LIFECYCLE 4.1]
export const PHARMACIES = 64; // one release at a time each, as many as requests in flight

/** Message ids are fixed beforehand, so that every body can be built before the clock starts. */
export type Facts = {
  readonly order: Order;
  readonly pharmacy: Person;
  /** X-Request-ID of the release that brings it. */
  readonly releaseRequest: string;
  readonly messageIds: Readonly<
    Record<'cancel' | 'dispense' | 'return' | 'withdraw' | 'claim', string>
  >;
};

/** Pharmacies of one client; the bare client's differ from those of the system. */
export function pharmacies(letter: string): Person[] {
  const { dispenser } = PERSONAS;
  return Array.from({ length: PHARMACIES }, (_, n) => {
    const ods = `${letter}${String(n).padStart(4, '0')}`;
    return { ...dispenser, organisation: { ...dispenser.organisation, ods } };
  });
}

let made = 0;

export function newFacts(life: Life, pharmacy: Person, releaseRequest: string, at: Date): Facts {
  made += 1;
  const { prescriber } = PERSONAS;
  const items = Array.from({ length: 1 + (made % 4) }, (_, n) => ({
    itemId: randomUUID(),
    medication: MEDICATIONS[(made + n) % MEDICATIONS.length] ?? MEDICATIONS[0],
  }));
  const order: Order = {
    messageId: randomUUID(),
    shortFormId: newShortFormId(prescriber.organisation.ods, Math.random),
    longFormId: randomUUID(),
    course: 'acute',
    items,
    prescriber,
    patient: patient(made),
    nominated: life === 'usual' ? pharmacy.organisation.ods : null,
    authoredAt: at,
  };
  const id = (kind: string): string => derivedUuid(order.messageId, kind);
  const messageIds = {
    cancel: id('cancel'),
    dispense: id('dispense'),
    return: id('return'),
    withdraw: id('withdraw'),
    claim: id('claim'),
  };
  return { order, pharmacy, releaseRequest, messageIds };
}

/** One of a hundred thousand invented patients, in the range that is given to nobody. */
function patient(n: number): Patient {
  const known = Object.values(PATIENTS);
  const like = known[n % known.length] ?? PATIENTS.adult;
  for (let number = 999_100_000 + (n % 100_000); ; number += 1) {
    const digit = nhsNumberCheckDigit(String(number));
    if (digit !== null) return { ...like, nhsNumber: `${number}${digit}` };
  }
}

import { randomUUID } from 'node:crypto';

import {
  cancel,
  claim,
  type Dispense,
  type DispensedItem,
  dispense,
  medication,
  newShortFormId,
  type Order,
  order,
  releaseNominated,
  releasePatient,
  returnTask,
  withdraw,
} from '../../src/local/sample-messages/index.ts';
import { ALL_PATIENTS } from '../../src/local/patients.ts';
import { PERSONAS, type Person } from '../../src/local/personas.ts';
import { type Answer, LEGACY, type TestSpine } from '../support/server.ts';

/** A prescription and what has become of it: whatever a message about it has to name. */
export type Facts = Omit<Order, 'messageId'> & {
  readonly messageId: string;
  readonly dispenser: Person;
  readonly releaseId: string;
  readonly dispenseId: string;
};

/** A kind of message, and how far a prescription must have come before it fits. */
export type Kind = {
  readonly name: string;
  readonly path: string;
  readonly as: 'prescriber' | 'dispenser';
  readonly after: readonly Kind[];
  /** The message with a new id of its own. */
  readonly build: (facts: Facts) => object;
};

export function newFacts(changes: Partial<Facts> = {}): Facts {
  return {
    messageId: randomUUID(),
    shortFormId: newShortFormId(PERSONAS.prescriber.organisation.ods, Math.random),
    longFormId: randomUUID(),
    course: 'acute',
    items: [{ itemId: randomUUID(), medication: medication(0) }],
    prescriber: PERSONAS.prescriber,
    patient: ALL_PATIENTS[0],
    nominated: PERSONAS.dispenser.organisation.ods,
    authoredAt: new Date(),
    dispenser: PERSONAS.dispenser,
    releaseId: randomUUID(),
    dispenseId: randomUUID(),
    ...changes,
  } as Facts;
}

const PROCESS = '/$process-message';

export const ORDER: Kind = {
  name: 'order',
  path: PROCESS,
  as: 'prescriber',
  after: [],
  build: (facts) => order({ ...facts, messageId: randomUUID() }),
};

export const CANCEL: Kind = {
  name: 'cancel',
  path: PROCESS,
  as: 'prescriber',
  after: [ORDER],
  build: (facts) => {
    const [item = never()] = facts.items;
    const canceller = facts.prescriber;
    return cancel({ messageId: randomUUID(), order: facts, item, canceller, reason: '0001' });
  },
};

export const RELEASE_NOMINATED: Kind = {
  name: 'nominated release',
  path: '/Task/$release',
  as: 'dispenser',
  after: [ORDER],
  build: ({ dispenser }) => releaseNominated({ requestId: randomUUID(), dispenser }),
};

export const RELEASE_PATIENT: Kind = {
  name: 'patient release',
  path: '/Task/$release',
  as: 'dispenser',
  after: [ORDER],
  build: ({ dispenser, shortFormId }) =>
    releasePatient({ requestId: randomUUID(), dispenser, shortFormId }),
};

export const RETURN: Kind = {
  name: 'return',
  path: '/Task',
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT],
  build: (facts) =>
    returnTask({ ...facts, ...taskFacts(facts), reason: '0003', messageId: randomUUID() }),
};

export const DISPENSE: Kind = {
  name: 'dispense',
  path: PROCESS,
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT],
  build: (facts) => dispense(dispenseFacts(facts, randomUUID())),
};

const FIRST_DISPENSE: Kind = {
  ...DISPENSE,
  build: (facts) => dispense(dispenseFacts(facts, facts.dispenseId)),
};

export const AMEND: Kind = {
  name: 'amend',
  path: PROCESS,
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT, FIRST_DISPENSE],
  build: (facts) =>
    dispense({ ...dispenseFacts(facts, randomUUID()), replacementOf: facts.dispenseId }),
};

export const WITHDRAW: Kind = {
  name: 'withdraw',
  path: '/Task',
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT, FIRST_DISPENSE],
  build: (facts) =>
    withdraw({
      ...facts,
      ...taskFacts(facts),
      dispenseMessageId: facts.dispenseId,
      reason: 'QU',
      messageId: randomUUID(),
    }),
};

export const CLAIM: Kind = {
  name: 'claim',
  path: '/Claim',
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT, FIRST_DISPENSE],
  build: (facts) => {
    const items = itemsOf(facts).map((item) => ({ ...item, claimedItemId: randomUUID() }));
    const { nhsNumber } = facts.patient;
    const createdAt = facts.authoredAt;
    return claim({ ...facts, messageId: randomUUID(), items, outcome: 'Dispensed', nhsNumber, createdAt });
  },
};

export const KINDS: readonly Kind[] = [
  ORDER,
  CANCEL,
  RELEASE_NOMINATED,
  RELEASE_PATIENT,
  RETURN,
  DISPENSE,
  AMEND,
  WITHDRAW,
  CLAIM,
];

/** A prescription that has come as far as the kind of message wants it. */
export async function prepared(
  spine: TestSpine,
  kind: Kind,
  changes: Partial<Facts> = {},
): Promise<Facts> {
  const nominated = kind === RELEASE_NOMINATED || kind === ORDER ? {} : { nominated: null };
  const facts = newFacts({ ...nominated, ...changes });
  for (const step of kind.after) {
    const answer = await sendAs(spine, step, step.build(facts));
    if (answer.status !== 200) throw new Error(`${kind.name}, ${step.name}: ${answer.text}`);
  }
  return facts;
}

export function sendAs(spine: TestSpine, kind: Kind, body: object | string): Promise<Answer> {
  return spine.call(`${LEGACY}${kind.path}`, { as: kind.as, body });
}

function taskFacts(facts: Facts) {
  return { nhsNumber: facts.patient.nhsNumber, authoredAt: facts.authoredAt };
}

function itemsOf(facts: Facts): DispensedItem[] {
  return facts.items.map(({ itemId, medication }) => ({
    itemId,
    dispensedItemId: randomUUID(),
    medication,
    outcome: 'FullyDispensed',
    supplied: medication.quantity,
  }));
}

function dispenseFacts(facts: Facts, messageId: string): Dispense {
  const { nhsNumber } = facts.patient;
  const handedOverAt = facts.authoredAt;
  return { ...facts, messageId, items: itemsOf(facts), outcome: 'Dispensed', nhsNumber, handedOverAt };
}

function never(): never {
  throw new Error('a prescription without items');
}

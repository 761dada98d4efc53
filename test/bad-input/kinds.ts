import { randomUUID } from 'node:crypto';

import {
  cancel,
  type Claim,
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
import { PATIENTS } from '../../src/local/patients.ts';
import { PERSONAS, type Person } from '../../src/local/personas.ts';
import { type Answer, LEGACY, type TestSpine } from '../support/server.ts';

/** A prescription and what has become of it: whatever a message about it has to name. */
export type Facts = Omit<Order, 'messageId'> & {
  readonly messageId: string;
  readonly dispenser: Person;
  readonly releaseId: string;
  readonly dispenseId: string;
  readonly claimId: string;
};

/** A kind of message, and how far a prescription must have come before it fits. */
export type Kind = {
  readonly name: string;
  readonly path: string;
  readonly as: 'prescriber' | 'dispenser';
  readonly after: readonly Kind[];
  /** Status of the prescription once the message is accepted. */
  readonly leaves: string;
  /** The message with a new id of its own. */
  readonly build: (facts: Facts) => object;
};

export function newFacts(changes: Partial<Facts> = {}): Facts {
  const facts: Facts = {
    messageId: randomUUID(),
    shortFormId: newShortFormId(PERSONAS.prescriber.organisation.ods, Math.random),
    longFormId: randomUUID(),
    course: 'acute',
    items: [{ itemId: randomUUID(), medication: medication(0) }],
    prescriber: PERSONAS.prescriber,
    patient: PATIENTS.adult,
    nominated: PERSONAS.dispenser.organisation.ods,
    authoredAt: new Date(),
    dispenser: PERSONAS.dispenser,
    releaseId: randomUUID(),
    dispenseId: randomUUID(),
    claimId: randomUUID(),
  };
  return { ...facts, ...changes };
}

const PROCESS = '/$process-message';

export const ORDER: Kind = {
  name: 'order',
  path: PROCESS,
  as: 'prescriber',
  after: [],
  leaves: '0001',
  build: (facts) => order({ ...facts, messageId: randomUUID() }),
};

export const CANCEL: Kind = {
  name: 'cancel',
  path: PROCESS,
  as: 'prescriber',
  after: [ORDER],
  leaves: '0005',
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
  leaves: '0002',
  build: ({ dispenser }) => releaseNominated({ requestId: randomUUID(), dispenser }),
};

export const RELEASE_PATIENT: Kind = {
  name: 'patient release',
  path: '/Task/$release',
  as: 'dispenser',
  after: [ORDER],
  leaves: '0002',
  build: ({ dispenser, shortFormId }) =>
    releasePatient({ requestId: randomUUID(), dispenser, shortFormId }),
};

export const RETURN: Kind = {
  name: 'return',
  path: '/Task',
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT],
  leaves: '0001',
  build: (facts) =>
    returnTask({ ...facts, ...taskFacts(facts), reason: '0003', messageId: randomUUID() }),
};

export const DISPENSE: Kind = {
  name: 'dispense',
  path: PROCESS,
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT],
  leaves: '0006',
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
  leaves: '0006',
  build: (facts) =>
    dispense({ ...dispenseFacts(facts, randomUUID()), replacementOf: facts.dispenseId }),
};

export const WITHDRAW: Kind = {
  name: 'withdraw',
  path: '/Task',
  as: 'dispenser',
  after: [ORDER, RELEASE_PATIENT, FIRST_DISPENSE],
  leaves: '0002',
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
  leaves: '0008',
  build: (facts) => claim(claimFacts(facts, randomUUID())),
};

const FIRST_CLAIM: Kind = { ...CLAIM, build: (facts) => claim(claimFacts(facts, facts.claimId)) };

export const CLAIM_AMEND: Kind = {
  name: 'claim amend',
  path: '/Claim',
  as: 'dispenser',
  after: [...CLAIM.after, FIRST_CLAIM],
  leaves: '0008',
  build: (facts) => claim({ ...claimFacts(facts, randomUUID()), replacementOf: facts.claimId }),
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
  CLAIM_AMEND,
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

export function sendAs(
  spine: TestSpine,
  kind: Kind,
  body: object | string,
  as: string = kind.as,
): Promise<Answer> {
  return spine.call(`${LEGACY}${kind.path}`, { as, body });
}

/** Sends the kind's message with one text everywhere in place of another. */
export function sendReplacing(
  spine: TestSpine,
  kind: Kind,
  facts: Facts,
  [text, other]: readonly [text: string, other: string],
): Promise<Answer> {
  const message = JSON.stringify(kind.build(facts));
  const changed = message.replaceAll(text, JSON.stringify(other).slice(1, -1));
  if (changed === message) throw new Error(`${kind.name} has no ${text}`);
  return sendAs(spine, kind, changed);
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

function claimFacts(facts: Facts, messageId: string): Claim {
  const items = itemsOf(facts).map((item) => ({ ...item, claimedItemId: randomUUID() }));
  const { nhsNumber } = facts.patient;
  const createdAt = facts.authoredAt;
  return { ...facts, messageId, items, outcome: 'Dispensed', nhsNumber, createdAt };
}

function dispenseFacts(facts: Facts, messageId: string): Dispense {
  const { nhsNumber } = facts.patient;
  const handedOverAt = facts.authoredAt;
  return {
    ...facts,
    messageId,
    items: itemsOf(facts),
    outcome: 'Dispensed',
    nhsNumber,
    handedOverAt,
  };
}

function never(): never {
  throw new Error('a prescription without items');
}

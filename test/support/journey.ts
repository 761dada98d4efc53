import { randomUUID } from 'node:crypto';

import { PATIENTS } from '../../src/local/patients.ts';
import { PERSONAS, type Person, type Prescriber } from '../../src/local/personas.ts';
import * as messages from '../../src/local/sample-messages/index.ts';
import { type Answer, DISPENSING, PRESCRIBING, type TestSpine } from './server.ts';

export type Outcomes = readonly messages.ItemOutcome[];

/** One prescription and what its people have sent about it so far. */
export type Journey = {
  readonly id: string;
  readonly itemIds: readonly string[];
  /** Message id of the last dispense notification, and of the last claim. */
  lastDispense: string;
  lastClaim: string;
  releaseId: string;
  send(body?: object): Promise<Answer>;
  order(messageId?: string): object;
  release(dispenser?: Person): Promise<Answer>;
  giveBack(dispenser?: Person): Promise<Answer>;
  dispense(outcomes: Outcomes, options?: DispenseOptions): Promise<Answer>;
  withdraw(options?: {
    readonly notification?: string;
    readonly dispenser?: Person;
  }): Promise<Answer>;
  claim(options?: { readonly amends?: string; readonly dispenser?: Person }): Promise<Answer>;
  cancel(item?: number, canceller?: Prescriber): Promise<Answer>;
  /** Code of the issue's status, as the tracker shows it. */
  status(): Promise<string>;
};

export type DispenseOptions = {
  readonly status?: messages.IssueOutcome;
  readonly amends?: string;
  readonly dispenser?: Person;
};

export type JourneyOptions = {
  readonly items?: number;
  readonly nominated?: string | null;
  readonly course?: 'acute' | 'repeat';
  readonly authoredAt?: Date;
  readonly at?: () => Date;
};

/** A new prescription of the persona `prescriber`, not yet sent. */
export function aJourney(spine: TestSpine, options: JourneyOptions = {}): Journey {
  const { dispenser: pharmacist, prescriber } = PERSONAS;
  const id = messages.newShortFormId(prescriber.organisation.ods, Math.random);
  const ids = { shortFormId: id, longFormId: randomUUID() };
  const medication = messages.medication(0);
  const items = Array.from({ length: options.items ?? 1 }, () => ({
    itemId: randomUUID(),
    medication,
  }));
  const course = options.course ?? 'acute';
  const now = options.at ?? (() => new Date());
  const nhsNumber = PATIENTS.adult.nhsNumber;
  const order = {
    ...ids,
    course,
    items,
    prescriber,
    patient: PATIENTS.adult,
    nominated: options.nominated === undefined ? pharmacist.organisation.ods : options.nominated,
    authoredAt: options.authoredAt ?? now(),
  };
  const as = (person: Person): string => person.name;
  const journey: Journey = {
    id,
    itemIds: items.map(({ itemId }) => itemId),
    lastDispense: randomUUID(),
    lastClaim: randomUUID(),
    releaseId: randomUUID(),
    order: (messageId = randomUUID()) => messages.order({ ...order, messageId }),
    send: (body = journey.order()) => spine.call(`${PRESCRIBING}/$process-message`, { body }),
    release: async (dispenser = pharmacist) => {
      const requestId = randomUUID();
      const body = messages.releasePatient({ requestId, dispenser, shortFormId: id });
      const answer = await spine.call(`${DISPENSING}/Task/$release`, { as: as(dispenser), body });
      if (answer.status === 200)
        journey.releaseId = answer.body.parameter[0].resource.identifier.value;
      return answer;
    },
    giveBack: (dispenser = pharmacist) => {
      const { releaseId } = journey;
      const body = messages.returnTask({
        messageId: randomUUID(),
        shortFormId: id,
        releaseId,
        nhsNumber,
        reason: '0002',
        dispenser,
        authoredAt: now(),
      });
      return spine.call(`${DISPENSING}/Task`, { as: as(dispenser), body });
    },
    dispense: async (outcomes, { status, amends, dispenser = pharmacist } = {}) => {
      const told = items.map((item, index) => supplied(item, outcomes[index] ?? 'FullyDispensed'));
      const messageId = randomUUID();
      const body = messages.dispense({
        ...ids,
        messageId,
        releaseId: journey.releaseId,
        course,
        items: told,
        dispenser,
        nhsNumber,
        outcome: status ?? messages.outcomeOf(told),
        handedOverAt: now(),
        ...(amends === undefined ? {} : { replacementOf: amends }),
      });
      const answer = await spine.call(`${DISPENSING}/$process-message`, {
        as: as(dispenser),
        body,
      });
      if (answer.status === 200) journey.lastDispense = messageId;
      return answer;
    },
    withdraw: ({ notification = journey.lastDispense, dispenser = pharmacist } = {}) => {
      const body = messages.withdraw({
        messageId: randomUUID(),
        shortFormId: id,
        dispenseMessageId: notification,
        nhsNumber,
        reason: 'DA',
        dispenser,
        authoredAt: now(),
      });
      return spine.call(`${DISPENSING}/Task`, { as: as(dispenser), body });
    },
    claim: async ({ amends, dispenser = pharmacist } = {}) => {
      const messageId = randomUUID();
      const claimed = items.map((item) => ({
        ...supplied(item, 'FullyDispensed'),
        claimedItemId: randomUUID(),
      }));
      const body = messages.claim({
        ...ids,
        messageId,
        course,
        items: claimed,
        outcome: 'Dispensed',
        dispenser,
        nhsNumber,
        createdAt: now(),
        ...(amends === undefined ? {} : { replacementOf: amends }),
      });
      const answer = await spine.call(`${DISPENSING}/Claim`, { as: as(dispenser), body });
      if (answer.status === 200) journey.lastClaim = messageId;
      return answer;
    },
    cancel: (item = 0, canceller = prescriber) => {
      const body = messages.cancel({
        messageId: randomUUID(),
        order,
        item: items[item] ?? { itemId: randomUUID(), medication },
        canceller,
        reason: '0001',
      });
      return spine.call(`${PRESCRIBING}/$process-message`, { as: as(canceller), body });
    },
    status: async () => {
      const path = `/electronic-prescriptions/FHIR/R4/Task?focus:identifier=${encodeURIComponent(id)}`;
      const answer = await spine.call(path);
      return answer.body.entry[0].resource.businessStatus.coding[0].code;
    },
  };
  return journey;
}

type OrderItem = { readonly itemId: string; readonly medication: messages.Medication };

function supplied(item: OrderItem, outcome: messages.ItemOutcome): messages.DispensedItem {
  const { quantity } = item.medication;
  const given =
    { FullyDispensed: quantity, PartiallyDispensed: quantity / 2 }[outcome as string] ?? 0;
  return { ...item, dispensedItemId: randomUUID(), outcome, supplied: given };
}

/** Prescriptions in the answer to a release. */
export function releasedIds(answer: Answer): string[] {
  const entries: {
    resource: {
      entry: { resource: { resourceType: string; groupIdentifier: { value: string } } }[];
    };
  }[] = answer.body.parameter?.[0].resource.entry ?? [];
  return entries.map(({ resource }) => {
    const item = resource.entry.find(
      (entry) => entry.resource.resourceType === 'MedicationRequest',
    );
    return item?.resource.groupIdentifier.value ?? '';
  });
}

export function nominatedRelease(
  spine: TestSpine,
  dispenser: Person = PERSONAS.dispenser,
  requestId: string = randomUUID(),
): Promise<Answer> {
  const body = messages.releaseNominated({ requestId, dispenser });
  return spine.call(`${DISPENSING}/Task/$release`, {
    as: dispenser.name,
    body,
    headers: { 'x-request-id': requestId },
  });
}

/** The code by which an answer says what is the matter. */
export function codeOf(answer: Answer): string {
  return answer.body.issue?.[0].details?.coding[0].code ?? '';
}

/** The code of a cancel answer: in the first sub-extension of the first extension of the first MedicationRequest, or in the OperationOutcome. */
export function cancelCodeOf(answer: Answer): string {
  const entries: {
    resource: {
      resourceType: string;
      extension?: { extension: { valueCoding: { code: string } }[] }[];
    };
  }[] = answer.body.entry ?? [];
  const item = entries.find(({ resource }) => resource.resourceType === 'MedicationRequest');
  return item?.resource.extension?.[0]?.extension[0]?.valueCoding.code ?? codeOf(answer);
}

import type { Bundle } from 'fhir/r4';

import {
  cancel,
  claim,
  type ClaimedItem,
  dispense,
  order,
  releaseNominated,
  releasePatient,
  returnTask,
  withdraw,
} from '../src/local/sample-messages/index.ts';
import { PERSONAS } from '../src/local/personas.ts';
import { derivedUuid } from '../src/kernel/uuid.ts';
import type { Facts, Kind } from './prescriptions.ts';
import { signed } from './sign.ts';
import type { SigningKey } from '../src/local/signing/card-key.ts';

type Key = SigningKey | null;

/**
 * The message of one step in the life of a prescription, as a client sends it. Without a key an order has a
 * placeholder of the same size for its signature: for who looks at none, as signing takes its time.
 */
export function documentOf(kind: Kind, facts: Facts, key: Key): object {
  return DOCUMENTS[kind](facts, key);
}

const DOCUMENTS: Record<Kind, (facts: Facts, key: Key) => object> = {
  prepare: ({ order: sent }) => unsigned(order(sent)),
  create: orderOf,
  verifySignature: orderOf,
  cancel: cancelOf,
  releaseNominated: ({ releaseRequest: requestId, pharmacy: dispenser }) =>
    releaseNominated({ requestId, dispenser }),
  releaseById: ({ order: { shortFormId }, releaseRequest: requestId, pharmacy: dispenser }) =>
    releasePatient({ requestId, dispenser, shortFormId }),
  dispense: (facts) =>
    dispense({
      ...told(facts),
      messageId: facts.messageIds.dispense,
      releaseId: releaseIdOf(facts),
      items: itemsOf(facts),
      handedOverAt: new Date(),
    }),
  return: (facts) =>
    returnTask({
      ...told(facts),
      messageId: facts.messageIds.return,
      releaseId: releaseIdOf(facts),
      reason: '0003',
      authoredAt: new Date(),
    }),
  withdraw: (facts) =>
    withdraw({
      ...told(facts),
      messageId: facts.messageIds.withdraw,
      dispenseMessageId: facts.messageIds.dispense,
      reason: 'QU',
      authoredAt: new Date(),
    }),
  claim: (facts) =>
    claim({
      ...told(facts),
      messageId: facts.messageIds.claim,
      items: itemsOf(facts),
      createdAt: new Date(),
    }),
};

/** As it is when its prescriber asks what there is to sign: none of the corpus' requests has a signature yet. */
function unsigned(message: Bundle): Bundle {
  const entry = message.entry?.filter(({ resource }) => resource?.resourceType !== 'Provenance');
  return entry === undefined ? message : { ...message, entry };
}

function orderOf({ order: sent }: Facts, key: Key): object {
  return key === null ? order(sent) : signed(order(sent), key);
}

function cancelOf({ order: sent, messageIds }: Facts): object {
  const [item] = sent.items;
  if (item === undefined) throw new Error('a prescription without items');
  const { prescriber: canceller } = PERSONAS;
  return cancel({ messageId: messageIds.cancel, order: sent, item, canceller, reason: '0001' });
}

function told({ order: sent, pharmacy: dispenser }: Facts) {
  const { shortFormId, longFormId, course, patient } = sent;
  const { nhsNumber } = patient;
  return { shortFormId, longFormId, course, nhsNumber, dispenser, outcome: 'Dispensed' } as const;
}

/** Everything is handed over in full. */
function itemsOf({ order: sent }: Facts): ClaimedItem[] {
  return sent.items.map(({ itemId, medication }) => ({
    itemId,
    medication,
    dispensedItemId: derivedUuid(itemId, 'dispensed'),
    claimedItemId: derivedUuid(itemId, 'claimed'),
    outcome: 'FullyDispensed',
    supplied: medication.quantity,
  }));
}

/** As the Spine derives it from the X-Request-ID. */
function releaseIdOf({ releaseRequest }: Facts): string {
  return derivedUuid('release response', derivedUuid('release request', releaseRequest));
}

import { createHash } from 'node:crypto';

import { type Actor, NO_APPLICATION } from '../../src/gateways/actor.ts';
import { brand } from '../../src/kernel/brand.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { derivedUuid, type Uuid } from '../../src/kernel/uuid.ts';
import { INTERACTIONS } from '../../src/prescriptions/interactions.ts';
import { cancel } from '../../src/prescriptions/messages/cancel/handle.ts';
import { claim } from '../../src/prescriptions/messages/claim/handle.ts';
import { create } from '../../src/prescriptions/messages/create/handle.ts';
import { dispense } from '../../src/prescriptions/messages/dispense/handle.ts';
import { releaseById, releaseNominated } from '../../src/prescriptions/messages/release/handle.ts';
import { giveBack } from '../../src/prescriptions/messages/return/handle.ts';
import { withdraw } from '../../src/prescriptions/messages/withdraw/handle.ts';
import type { Answer, Spine } from '../../src/prescriptions/perform.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { type Envelope, heads } from '../../src/prescriptions/repository.ts';
import * as command from './commands.ts';
import type { System } from './play.ts';
import type { Message } from './reference-message.ts';
import { viewOf, wordOf } from './words.ts';

/** The handlers of the service on a real database: all but the wire. */
export function handlerSpine(spine: Spine): System {
  return {
    send: async (message, at) => {
      const { outcome, prescriptionIds } = await handle(spine, message, brand<Instant>(at));
      const raw = JSON.stringify({ outcome, prescriptionIds });
      return { word: wordOf(outcome, prescriptionIds), raw };
    },
    view: async (prescription) => {
      const id = brand<PrescriptionId>(prescription);
      return viewOf((await heads(spine.database, [id])).get(id)?.state ?? null);
    },
  };
}

function handle(spine: Spine, message: Message, at: Instant): Promise<Answer> {
  const envelope = envelopeOf(message, at);
  if (message.kind === 'download') {
    return releaseNominated(spine, envelope, command.release(message, at));
  }
  const id = brand<PrescriptionId>(message.prescription);
  switch (message.kind) {
    case 'create':
      return create(spine, envelope, id, command.create(message, at));
    case 'release':
      return releaseById(spine, envelope, id, command.release(message, at));
    case 'return':
      return giveBack(spine, envelope, id, command.giveBack(message, at));
    case 'dispense':
      return dispense(spine, envelope, id, command.dispense(message, at));
    case 'withdraw':
      return withdraw(spine, envelope, id, command.withdraw(message, at));
    case 'claim':
      return claim(spine, envelope, id, command.claim(message, at));
    case 'cancel':
      return cancel(spine, envelope, id, command.cancel(message, at));
  }
}

const INTERACTION_OF = {
  create: INTERACTIONS.create,
  download: INTERACTIONS.releaseNominated,
  release: INTERACTIONS.releaseById,
  return: INTERACTIONS.return,
  dispense: INTERACTIONS.dispense,
  withdraw: INTERACTIONS.withdraw,
  claim: INTERACTIONS.claim,
  cancel: INTERACTIONS.cancel,
} as const satisfies Record<Message['kind'], string>;

const ACTOR: Actor = {
  userId: '555900040101',
  roleProfile: '555900040102',
  organisation: 'FA565',
  asid: '999000000201',
  session: 'a session',
  scopes: new Set(),
  ...NO_APPLICATION,
};

/** Of a message that stands for itself: its body is what it says. */
export function envelopeOf(message: Pick<Message, 'kind' | 'id'>, at: Instant): Envelope {
  const body = Buffer.from(JSON.stringify(message));
  return {
    messageId: brand<Uuid>(message.id),
    requestId: derivedUuid('request', message.id),
    interaction: INTERACTION_OF[message.kind],
    digest: createHash('sha256').update(body).digest(),
    actor: ACTOR,
    body,
    at,
  };
}

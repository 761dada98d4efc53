import { createHash, randomUUID } from 'node:crypto';

import type { Bundle, Claim, Parameters, Task as FhirTask } from 'fhir/r4';

import { documentOf } from './documents.ts';
import type { Task } from './journey.ts';
import { type Facts, isQuestion, type Step } from './prescriptions.ts';
import { NO_APPLICATION } from '../src/gateways/actor.ts';
import { type Instant, instantOf } from '../src/kernel/instant.ts';
import type { Result } from '../src/kernel/result.ts';
import { derivedUuid, parseUuid, type Uuid } from '../src/kernel/uuid.ts';
import { PERSONAS } from '../src/local/personas.ts';
import { INTERACTIONS } from '../src/prescriptions/interactions.ts';
import { readTask } from '../src/prescriptions/fhir/task.ts';
import { decide as decideCancel } from '../src/prescriptions/messages/cancel/decide.ts';
import { readCancel } from '../src/prescriptions/messages/cancel/fhir.ts';
import { decide as decideClaim } from '../src/prescriptions/messages/claim/decide.ts';
import { readClaim } from '../src/prescriptions/messages/claim/fhir.ts';
import { decide as decideCreate } from '../src/prescriptions/messages/create/decide.ts';
import { readOrder } from '../src/prescriptions/messages/create/fhir.ts';
import { receiveOrder } from '../src/prescriptions/messages/create/receive.ts';
import { decide as decideDispense } from '../src/prescriptions/messages/dispense/decide.ts';
import { readDispense } from '../src/prescriptions/messages/dispense/fhir.ts';
import { decide as decideRelease } from '../src/prescriptions/messages/release/decide.ts';
import { readRelease } from '../src/prescriptions/messages/release/fhir.ts';
import { decide as decideReturn } from '../src/prescriptions/messages/return/decide.ts';
import { readReturn } from '../src/prescriptions/messages/return/fhir.ts';
import { decide as decideWithdraw } from '../src/prescriptions/messages/withdraw/decide.ts';
import { readWithdraw } from '../src/prescriptions/messages/withdraw/fhir.ts';
import type { Outcome } from '../src/prescriptions/outcome.ts';
import { changeOf } from '../src/prescriptions/perform.ts';
import type { PrescriptionEvent } from '../src/prescriptions/prescription.ts';
import { prescriptionKey } from '../src/prescriptions/prescription-id.ts';
import { type Change, type Envelope, type Head, NO_HEAD } from '../src/prescriptions/repository.ts';
import { COMPATIBLE } from '../src/prescriptions/settings.ts';

/** What `record` is given for one message. */
export type Written = {
  readonly envelope: Envelope;
  readonly outcome: Outcome;
  readonly changes: readonly Change[];
};

type Read = { readonly events: readonly PrescriptionEvent[]; readonly outcome: Outcome };

/** Takes each message through the server's own reading and deciding, and keeps what it would write. */
export class Changes {
  readonly #heads = new Map<string, Head>();

  of({ kind, facts }: Task<Written>): Written {
    const [first] = facts;
    if (first === undefined) throw new Error('a message about nothing');
    if (isQuestion(kind)) throw new Error('a question changes nothing');
    const document = documentOf(kind, first, null);
    const envelope = envelopeOf(kind, first, document);
    const reads = facts.map((one) => ({ one, ...this.#read(kind, one, document, envelope) }));
    const changes = reads.map(({ one, events }) => this.#change(one, events, envelope.messageId));
    const [read] = reads;
    return { envelope, outcome: read?.outcome ?? { kind: 'Accepted', at: envelope.at }, changes };
  }

  #read(kind: Step, facts: Facts, document: object, envelope: Envelope): Read {
    const state = this.#head(facts).state;
    const accepted: Outcome = { kind: 'Accepted', at: envelope.at };
    if (kind === 'cancel') {
      const cancel = readCancel(document as Bundle, new Date(envelope.at));
      const { events, code, performer } = right(decideCancel(state, right(cancel).command));
      const outcome: Outcome = {
        kind: 'CancelAnswered',
        code,
        detail: null,
        performer,
        at: envelope.at,
      };
      return { events, outcome };
    }
    if (kind === 'releaseNominated' || kind === 'releaseById') {
      const command = right(
        readRelease(document as Parameters, envelope.messageId, new Date(envelope.at)),
      );
      const { by, releaseId, at } = command;
      return {
        events: right(decideRelease(state, command)),
        outcome: { kind: 'Released', by, releaseId, at },
      };
    }
    return { events: plain(kind, state, document, new Date(envelope.at)), outcome: accepted };
  }

  #change(facts: Facts, events: readonly PrescriptionEvent[], messageId: Uuid): Change {
    const id = prescriptionKey(facts.order.shortFormId);
    if (id === null) throw new Error('an id that is none');
    const before = this.#head(facts);
    const change = changeOf(id, before, events, messageId);
    const { after: state } = change;
    const version = before.version + events.length;
    const hash = change.events.at(-1)?.hash ?? before.hash;
    this.#heads.set(facts.order.shortFormId, { state, version, hash });
    return change;
  }

  #head({ order }: Facts): Head {
    return this.#heads.get(order.shortFormId) ?? NO_HEAD;
  }
}

function plain(
  kind: Exclude<Step, 'cancel' | 'releaseNominated' | 'releaseById'>,
  state: Head['state'],
  document: object,
  at: Date,
): readonly PrescriptionEvent[] {
  switch (kind) {
    case 'create':
      return right(
        decideCreate(state, {
          ...right(receiveOrder(right(readOrder(document as Bundle, instantOf(at))), instantOf(at)))
            .command,
          signature: { findings: [], unlisted: [] },
        }),
      );
    case 'dispense':
      return right(
        decideDispense(state, right(readDispense(document as Bundle, at)).command, COMPATIBLE),
      );
    case 'claim':
      return right(decideClaim(state, right(readClaim(document as Claim, at)).command, COMPATIBLE));
    case 'return':
      return right(
        decideReturn(state, readReturn(right(readTask(document as FhirTask)), at), COMPATIBLE),
      );
    case 'withdraw': {
      const command = readWithdraw(right(readTask(document as FhirTask)), at);
      return right(decideWithdraw(state, command, COMPATIBLE));
    }
  }
}

function envelopeOf(kind: Step, facts: Facts, document: object): Envelope {
  const body = Buffer.from(JSON.stringify(document));
  const person = kind === 'create' || kind === 'cancel' ? PERSONAS.prescriber : facts.pharmacy;
  const at: Instant = instantOf(new Date());
  return {
    messageId: uuid(messageIdOf(kind, facts)),
    requestId: uuid(randomUUID()),
    interaction: INTERACTIONS[kind],
    body,
    digest: createHash('sha256').update(body).digest(),
    actor: {
      userId: person.userId,
      roleProfile: person.roleProfileId,
      organisation: person.organisation.ods,
      asid: person.asid,
      session: SESSION,
      scopes: new Set(),
      ...NO_APPLICATION,
    },
    at,
  };
}

const SESSION = randomUUID();

function messageIdOf(kind: Step, { order, releaseRequest, messageIds }: Facts): string {
  if (kind === 'create') return order.messageId;
  const isRelease = kind === 'releaseNominated' || kind === 'releaseById';
  return isRelease ? derivedUuid('release request', releaseRequest) : messageIds[kind];
}

function uuid(text: string): Uuid {
  const id = parseUuid(text);
  if (id === null) throw new Error(`${text} is no UUID`);
  return id;
}

function right<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

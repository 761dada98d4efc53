import { setTimeout as delay } from 'node:timers/promises';

import type { Clock } from '../../../platform/clock.ts';
import type { Job } from '../../../platform/jobs.ts';
import { NO_TRACES, type Traces } from '../../../platform/measures/traces.ts';
import type { LeavingParts, LeavingTopic } from './leaving.ts';
import { type Post, writePost } from './post.ts';
import { readReply, type Reply } from './reply.ts';
import {
  type Delivery,
  endDelivery,
  isAnyLeaving,
  postponeDelivery,
  startDeliveries,
  takeDeliveries,
} from './repository.ts';

/** Where and under which contract a party takes an interaction. */
export type Contract = {
  readonly cpaId: string;
  /** https addresses, tried in turn; there may be none. */
  readonly endpoints: readonly string[];
  /** How long a message to it is tried; null: as long as is usual for its interaction. */
  readonly persistMs: number | null;
};

export type DeliveryParts = LeavingParts & {
  readonly clock: Clock;
  readonly leaving: readonly LeavingTopic[];
  /** Party key of this Spine. */
  readonly party: string;
  /** Null: the directory knows of none. */
  readonly contractOf: (partyKey: string, interaction: string) => Promise<Contract | null>;
  /** Throws when nothing comes back in time, or the other end is not the party. */
  readonly post: (
    partyKey: string,
    url: string,
    post: Post,
  ) => Promise<{ readonly status: number; readonly body: Buffer }>;
  /** Follows what is sent. */
  readonly traces?: Traces;
  /** Told of each attempt: what came of it, or that it will be tried again. */
  readonly onAttempt?: (interaction: string, outcome: AttemptOutcome) => void;
  /** Told of what ended without an acknowledgement. */
  readonly onLost: (lost: Pick<Delivery, 'messageId' | 'interaction'>, end: string) => void;
  /** Of the second attempt after the first; later ones come slower. */
  readonly retryMs: number;
};

export type AttemptOutcome = 'acknowledged' | 'refused' | 'given-up' | 'postponed';

const LOOK_EVERY_MS = 500;
const UNDER_WAY_MAX = 32;
const OF_PARTY_MAX = 4; // one that does not answer keeps no other waiting
const HOLD_MS = 30_000; // longer than a post may take; if this process dies, another sends it then
const RETRY_MAX_MS = 60_000;
const MINUTE_MS = 60_000;

/** How long answers are tried, in minutes; a nominated batch longer than the others [EPS-HL7V3 3.6]. */
const PERSIST_MINUTES: Readonly<Record<string, number>> = { PORX_IN070101UK31: 90 };
const PERSIST_MINUTES_DEFAULT = 5;

/** Posts to parties what waits for them, at least once each, until they acknowledge it [EPS-HL7V3 3.4, 3.6]. */
export function deliveryJob(parts: DeliveryParts): Job {
  const { database, clock } = parts;
  const topics = parts.leaving.map(({ topic }) => topic);
  return {
    name: 'hl7v3-delivery',
    everyMs: LOOK_EVERY_MS,
    hasWork: () => isAnyLeaving(database, topics, clock.now()),
    run: (isMine) => deliverAll(parts, isMine),
  };
}

async function deliverAll(parts: DeliveryParts, isMine: () => Promise<boolean>): Promise<void> {
  const underWay = new Map<Promise<void>, string>();
  const failures: unknown[] = [];
  while (failures.length === 0 && (await isMine())) {
    await takeFromOutbox(parts);
    for (const one of await takeSome(parts, [...underWay.values()])) {
      const done: Promise<void> = deliver(parts, one)
        .then(undefined, (error: unknown) => {
          failures.push(error);
        })
        .finally(() => underWay.delete(done));
      underWay.set(done, one.party);
    }
    if (underWay.size === 0) break;
    await Promise.race([...underWay.keys(), delay(LOOK_EVERY_MS)]);
  }
  await Promise.all(underWay.keys());
  if (failures.length > 0) throw failures[0];
}

function takeSome(
  { database, clock }: DeliveryParts,
  busy: readonly string[],
): Promise<Delivery[]> {
  const most = UNDER_WAY_MAX - busy.length;
  if (most <= 0) return Promise.resolve([]);
  const at = clock.now();
  return takeDeliveries(database, { at, most, ofParty: OF_PARTY_MAX, busy, holdMs: HOLD_MS });
}

async function takeFromOutbox(parts: DeliveryParts): Promise<void> {
  const { database, clock, leaving, traces = NO_TRACES } = parts;
  for (const { topic, messages } of leaving) {
    const started = await messages(parts, UNDER_WAY_MAX);
    const name = `outbox ${topic}`;
    const followed = started.map((one) => ({
      ...one,
      traceparent: traces.since({ name, kind: 'internal' }, new Date(one.dueAt), one.traceparent),
    }));
    if (started.length > 0) await startDeliveries(database, followed, clock.now());
  }
}

function deliver(parts: DeliveryParts, delivery: Delivery): Promise<void> {
  const { traces = NO_TRACES } = parts;
  const { interaction, traceparent: of, attempts } = delivery;
  const attributes = { 'openspine.interaction': interaction, 'openspine.attempt': attempts };
  const about = { name: `deliver ${interaction}`, kind: 'client', attributes } as const;
  return of === null
    ? attemptDelivery(parts, delivery)
    : traces.within(about, () => attemptDelivery(parts, delivery), { of });
}

async function attemptDelivery(parts: DeliveryParts, delivery: Delivery): Promise<void> {
  const { database, clock } = parts;
  const contract = await parts.contractOf(delivery.party, delivery.interaction);
  const reply = await replyOf(parts, delivery, contract);
  const at = clock.now();
  if (reply.kind === 'acknowledged') {
    await endDelivery(database, delivery, { end: 'acknowledged', reason: null, at });
    parts.onAttempt?.(delivery.interaction, 'acknowledged');
    return;
  }
  const { reason } = reply;
  const until = delivery.queuedAt.getTime() + persistMs(delivery, contract);
  if (reply.kind === 'failed' && at.getTime() < until) {
    const next = at.getTime() + waitMs(parts.retryMs, delivery.attempts);
    const nextAt = new Date(Math.min(next, until)); // a last attempt when its time is over
    await postponeDelivery(database, delivery, { reason, nextAt });
    parts.onAttempt?.(delivery.interaction, 'postponed');
    return;
  }
  const end = reply.kind === 'refused' ? 'refused' : 'given-up';
  await endDelivery(database, delivery, { end, reason, at });
  parts.onAttempt?.(delivery.interaction, end);
  parts.onLost(delivery, `${end}: ${reason}`);
}

async function replyOf(
  { party, clock, post, traces = NO_TRACES }: DeliveryParts,
  delivery: Delivery,
  contract: Contract | null,
): Promise<Reply> {
  if (contract === null || contract.endpoints.length === 0) {
    return { kind: 'failed', reason: 'the directory has no address for it' };
  }
  const { cpaId, endpoints } = contract;
  const url = endpoints[(delivery.attempts - 1) % endpoints.length] ?? '';
  const written = writePost({
    ...delivery,
    from: party,
    to: delivery.party,
    cpaId,
    at: clock.now(),
  });
  const traceparent = traces.traceparent();
  const followed = traceparent === null ? {} : { traceparent };
  try {
    const headers = { ...written.headers, ...followed };
    const { status, body } = await post(delivery.party, url, { ...written, headers });
    return readReply(status, body, delivery.messageId);
  } catch (error) {
    return { kind: 'failed', reason: wordOf(error) };
  }
}

/** The code that Node gives to failures of connections and of TLS: its texts may quote what was sent. */
function wordOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'no answer';
}

/** Twice as long after each attempt, up to a minute. */
function waitMs(retryMs: number, attempts: number): number {
  return Math.min(retryMs * 2 ** (attempts - 1), Math.max(retryMs, RETRY_MAX_MS));
}

function persistMs({ interaction }: Delivery, contract: Contract | null): number {
  const minutes = PERSIST_MINUTES[interaction] ?? PERSIST_MINUTES_DEFAULT;
  return contract?.persistMs ?? minutes * MINUTE_MS;
}

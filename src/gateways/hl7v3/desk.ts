import { fail, ok, type Result } from '../../kernel/result.ts';
import { derivedUuid, parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { comingFrom } from '../../platform/audit/source.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import type { Traces } from '../../platform/measures/traces.ts';
import {
  type Alongside,
  answerMessage,
  type Told,
  unexpected,
  type WrittenAnswer,
} from './answer-message.ts';
import { ANSWER_TOPIC, type ReliableAnswer } from './deliver/leaving.ts';
import { forgetLost } from './deliver/repository.ts';
import { acknowledgment } from './ebxml-answers.ts';
import { knownOf, type Received, type ReceivingParts, type Refusal, refusalOf } from './receive.ts';
import {
  findTransmission,
  forgetAnswers,
  isAnyWaiting,
  isKnownTransmission,
  keepAnswer,
  keepAnswerAndSend,
  type KnownTransmission,
  takeIn,
  takeWaiting,
  type Transmission,
  type WaitingTransmission,
} from './repository.ts';

export type DeskParts = ReceivingParts & {
  readonly database: Database;
  /** ASID of this Spine. */
  readonly asid: string;
  readonly onBug: (error: unknown, requestId: string) => void;
  /** A message could not be done, and nobody tries it again. */
  readonly onPutAside: (transmission: Transmission) => void;
  /** Follows what is done. */
  readonly traces?: Traces;
  /** A message of reliable messaging was done: its request had been acknowledged before. */
  readonly onDoneLater?: (told: Told) => void;
  readonly limits: DeskLimits;
};

export type DeskLimits = {
  /** So long a facade waits before it is sent to fetch the answer. */
  readonly answerWithinMs: number;
  /** Messages in hand at once; of more, a facade fetches the answer. */
  readonly inHandMax: number;
};

export const DESK_LIMITS: DeskLimits = { answerWithinMs: 4_000, inHandMax: 128 };

/** Where messages are taken in and answered, in this process. */
export type Desk = DeskParts & {
  /** Messages that are being done, by party and id: the same one again waits for the same answer. */
  readonly inHand: Map<string, InHand>;
  /** What answers are counted by, of messages that were done here. */
  readonly told: WeakMap<Transmission, Told>;
};

export type InHand = {
  readonly digest: Buffer;
  readonly done: Promise<Done>;
  /** Its sender was told to fetch the answer. */
  isFetched: boolean;
  /** Its answer is not kept: whoever waits for it gets it from here. */
  isPassing: boolean;
};

/** The answer in HL7; null: somebody else has the message in hand, and its answer will be there later. */
export type Done = string | null;

export const HOLD_MS = 30_000; // longer than a message takes; if this process dies, another takes it up then
const ATTEMPTS_MAX = 3; // [RELIABILITY F21]

export function openDesk(parts: DeskParts): Desk {
  return { ...parts, inHand: new Map(), told: new WeakMap() };
}

/** Waits for what is being done. */
export async function closeDesk({ inHand }: Desk): Promise<void> {
  await Promise.allSettled([...inHand.values()].map(({ done }) => done));
}

/** Joins whoever does the same message in this process already. */
export function once(
  desk: Desk,
  transmission: Transmission,
  work: () => Promise<Done>,
): Promise<Done> {
  const key = keyOf(transmission);
  const known = desk.inHand.get(key);
  if (known !== undefined) return known.done;
  const done = work();
  const { digest } = transmission;
  desk.inHand.set(key, { digest, done, isFetched: false, isPassing: false });
  const forget = (): boolean => desk.inHand.delete(key);
  done.then(forget, forget);
  return done;
}

export function keyOf({ party, messageId }: Transmission): string {
  return `${party} ${messageId}`;
}

/** Null after a mistake of ours, which is told to the log, and not kept: another try may find it mended. */
export async function answered(
  desk: Desk,
  transmission: Transmission,
  alongside: Alongside | null = null,
): Promise<WrittenAnswer | null> {
  try {
    const answer = await answerMessage(desk, transmission, alongside);
    desk.told.set(transmission, answer.told);
    return answer;
  } catch (error) {
    if (error instanceof DatabaseUnavailable || isKnownTransmission(error)) throw error;
    desk.onBug(error, transmission.messageId);
    return null;
  }
}

/** Takes a message in, acknowledges it, and does it after that; its repeats are acknowledged alike [EPS-HL7V3 3.3]. */
export async function takeReliableMessage(
  desk: Desk,
  { header, transmission }: Received,
): Promise<Result<string, Refusal>> {
  const { database, inHand, limits, party } = desk;
  const isFree = inHand.size < limits.inHandMax;
  const isNew = await takeIn(database, transmission, isFree ? HOLD_MS : 0);
  const first = isNew ? transmission : await findTransmission(database, transmission);
  if (first !== null && !first.digest.equals(transmission.digest)) {
    const reused = { error: 'MessageIdReused', known: knownOf(header) } as const;
    return fail(refusalOf(party, reused, transmission.receivedAt));
  }
  if (isNew && isFree) startReliable(desk, transmission);
  const messageId = derivedUuid('ebxml acknowledgment', transmission.party, header.messageId);
  const at = first?.receivedAt ?? transmission.receivedAt;
  return ok(acknowledgment({ party, messageId, at }, header));
}

/** What fails waits for the job, which tries again. */
function startReliable(desk: Desk, transmission: Transmission): void {
  const done = once(desk, transmission, () => answerAndSend(desk, transmission, 1));
  done.then(undefined, () => undefined);
}

/**
 * A message that fails again and again by our mistake is answered in the end, and put aside. One that was in hand as often
 * when processes died is not even tried any more: it may be why they did.
 */
async function answerAndSend(
  desk: Desk,
  transmission: Transmission,
  attempts: number,
): Promise<Done> {
  const answer = attempts > ATTEMPTS_MAX ? null : await answered(desk, transmission);
  if (answer === null && attempts < ATTEMPTS_MAX) return unexpected(desk, transmission).xml;
  const kept = answer ?? unexpected(desk, transmission);
  if (answer === null) desk.onPutAside(transmission);
  desk.onDoneLater?.(kept.told);
  const at = desk.clock.now();
  if (!transmission.isReliable) {
    await keepAnswer(desk.database, transmission, { answer: kept.xml, at });
    return kept.xml;
  }
  const { messageId, conversationId } = transmission;
  const traceparent = desk.traces?.traceparent() ?? null;
  const body: ReliableAnswer = {
    ...(traceparent === null ? {} : { traceparent }),
    interaction: kept.interaction,
    conversationId,
    refToMessageId: messageId.toUpperCase(),
    answer: kept.xml,
  };
  const leaving = { topic: ANSWER_TOPIC, key: messageId, body };
  await keepAnswerAndSend(desk.database, transmission, { at, leaving });
  return kept.xml;
}

/** Null when the party sent no such message. */
export async function findAnswer(
  { database }: Desk,
  party: string,
  text: string,
): Promise<KnownTransmission | null> {
  const messageId: Uuid | null = parseUuid(text);
  return messageId === null ? null : findTransmission(database, { party, messageId });
}

const LOOK_EVERY_MS = 500;
const BATCH = 16;

/** Does messages that were taken in and that nobody has in hand: under load, or after a process died. */
export function waitingJob(desk: Desk): Job {
  const { database } = desk;
  const take = (most: number, areSuspects: boolean): Promise<WaitingTransmission[]> =>
    takeWaiting(database, { most, areSuspects, holdMs: HOLD_MS });
  return {
    name: 'hl7v3-waiting',
    everyMs: LOOK_EVERY_MS,
    hasWork: () => isAnyWaiting(database),
    run: async (isMine) => {
      while (await isMine()) {
        const unsuspected = await take(BATCH, false);
        // Alone, so that nobody else is counted when the process dies of it.
        const waiting = unsuspected.length > 0 ? unsuspected : await take(1, true);
        if (waiting.length === 0) return;
        await Promise.all(
          waiting.map((one) =>
            comingFrom(one.sourceAddress, () =>
              once(desk, one, () => answerAndSend(desk, one, one.attempts)),
            ),
          ),
        );
      }
    },
  };
}

const KEPT_DAYS = 2; // senders repeat for an hour and a half at most [EPS-HL7V3 3.6]
const LOST_KEPT_DAYS = 30; // time to mend an endpoint that refuses, and to send what it refused again
const DAY_MS = 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

/** A message that comes again after that is answered anew, from what was kept with its effect. */
export function forgettingJob({ database, clock }: Desk): Job {
  return {
    name: 'hl7v3-forgetting',
    everyMs: FORGET_EVERY_MS,
    hasWork: () => Promise.resolve(true),
    run: async () => {
      const daysAgo = (days: number): Date => new Date(clock.now().getTime() - days * DAY_MS);
      await forgetAnswers(database, daysAgo(KEPT_DAYS));
      await forgetLost(database, daysAgo(LOST_KEPT_DAYS));
    },
  };
}

import { derivedUuid } from '../../../kernel/uuid.ts';
import type { Database } from '../../../platform/database.ts';
import { DatabaseUnavailable } from '../../../platform/database.ts';
import type { LateAnswer } from '../interaction.ts';
import { writeAnswer } from '../write-answer.ts';
import { type Left, leaveForLater, leftOn, type Started } from './repository.ts';

/** What leaves for a party that is called back; its body is a `ReliableAnswer`, its destination a party key. */
export const ANSWER_TOPIC = 'hl7v3-answer';

/** The answer to a message of reliable messaging, as it waits in the outbox. */
export type ReliableAnswer = {
  /** Of the answer. */
  readonly interaction: string;
  /** Of the request. */
  readonly conversationId: string;
  readonly refToMessageId: string;
  /** The whole HL7 message. */
  readonly answer: string;
  /** Of what it is a part [W3C-TRACE]; absent: it is not followed. */
  readonly traceparent?: string;
};

type Leaving = ReliableAnswer & { readonly party: string };

/** What leaves over HL7 V3 on one topic of the outbox. */
export type LeavingTopic = {
  readonly topic: string;
  /** The messages of the oldest rows. */
  readonly messages: (parts: LeavingParts, most: number) => Promise<Started[]>;
};

export type LeavingParts = {
  readonly database: Database;
  /** Told of a row of which no message could be made. */
  readonly onBug: (error: unknown, key: string) => void;
};

/** Answers to messages of reliable messaging, which were written with what they answer. */
export const ANSWERS: LeavingTopic = topicOf<ReliableAnswer>(
  ANSWER_TOPIC,
  async ({ destination, body }) => ({ ...body, party: destination }),
);

/** What a capability answers later, in the name of the Spine that has this ASID. */
export type LateAnswers = (asid: string) => LeavingTopic;

/** `read` makes an answer of a row of the topic: the same one again whenever it is asked. */
export function lateAnswers<Body>(
  topic: string,
  read: (key: string, body: Body) => Promise<LateAnswer>,
): LateAnswers {
  return (asid) =>
    topicOf<Body>(topic, async ({ key, body }) => {
      const { replyTo, inAnswerTo, answer } = await read(key, body);
      const { partyKey: party, conversationId, requestId } = replyTo;
      const frame = { from: asid, to: replyTo.asid, messageRef: inAnswerTo.toUpperCase() };
      return {
        party,
        interaction: answer.interaction,
        conversationId,
        refToMessageId: requestId.toUpperCase(),
        answer: writeAnswer(answer, frame),
      };
    });
}

function topicOf<Body>(
  topic: string,
  leaving: (row: Left<Body>) => Promise<Leaving>,
): LeavingTopic {
  return {
    topic,
    messages: async (parts, most) => {
      const rows = await leftOn<Body>(parts.database, topic, most);
      const made = await Promise.all(rows.map((row) => startedOf(parts, topic, row, leaving)));
      return made.filter((one) => one !== null);
    },
  };
}

/** The same row always leaves under the same message id. Null when no message can be made of it. */
async function startedOf<Body>(
  { database, onBug }: LeavingParts,
  topic: string,
  row: Left<Body>,
  leaving: (row: Left<Body>) => Promise<Leaving>,
): Promise<Started | null> {
  const { bucket, id, dueAt, destination, key } = row;
  try {
    const { answer: payload, ...message } = await leaving(row);
    const messageId = derivedUuid('hl7v3 delivery', destination, key);
    const traceparent = traceparentIn(row.body);
    return { bucket, id, dueAt, topic, messageId, ...message, payload, traceparent };
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    onBug(error, key);
    await leaveForLater(database, row);
    return null;
  }
}

/** Whoever left it may have said of what it is a part. */
function traceparentIn(body: unknown): string | null {
  const found: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'traceparent') : null;
  return typeof found === 'string' ? found : null;
}

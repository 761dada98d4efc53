import type { JsonReader } from '../../kernel/json-reader.ts';
import { linesOf } from './read-recorded.ts';

/** What a message was answered; codes and ids in their order. */
export type Answered = {
  /** `AA`, `AE`, `AR`. */
  readonly acknowledgement: string;
  /** Why it was refused, or what became of a cancellation. */
  readonly codes: readonly string[];
  /** Ids of the prescriptions that a release handed out. */
  readonly released: readonly string[];
};

/** A message that somebody sent the old store, as it was received, and what that answered. */
export type Sent = {
  readonly at: Date;
  /** Whose system sent it. */
  readonly organisation: string;
  readonly message: string;
  readonly answer: Answered;
};

/** Messages of a file, a JSON object a line; throws `Trouble` with the line that is none. */
export function recordedMessages(file: string): AsyncGenerator<Sent> {
  return linesOf(file, sentOf);
}

const ANY = /./;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const MESSAGE = /^\s*</;
const ACKNOWLEDGEMENT = /^A[AER]$/;

function sentOf(from: JsonReader): Sent {
  return {
    at: new Date(from.text('at', INSTANT, 'an instant in UTC')),
    organisation: from.text('organisation', ANY, 'an organisation'),
    message: from.text('message', MESSAGE, 'a message of HL7 V3'),
    answer: from.object('answer', (answer) => ({
      acknowledgement: answer.text('acknowledgement', ACKNOWLEDGEMENT, 'AA, AE or AR'),
      codes: answer.texts('codes', ANY, 'a code').toSorted(),
      released: answer.texts('released', ANY, 'an id').toSorted(),
    })),
  };
}

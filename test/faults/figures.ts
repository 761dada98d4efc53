import type { Message } from '../nothing-lost/reference-message.ts';
import type { Told } from './sender.ts';

/** What clients saw since they were last asked. */
export type Figures = {
  /** Messages that got a positive answer. */
  readonly acknowledged: number;
  /** Those that got another one, as they should. */
  readonly refused: number;
  /** Messages of which nobody knew at first whether they were done. */
  readonly unknownResolved: number;
  /** Answered, whatever was said, after more than a second. */
  readonly slow: number;
  /** After more than five seconds, or after an attempt that got no answer or none that says what became of it. */
  readonly failed: number;
  /** Of which nobody ever knew. */
  readonly unknown: number;
  /** The longest time without a positive answer. */
  readonly gapMs: number;
  /** Answers that differ from the first one to the same message. */
  readonly changed: readonly string[];
  /** Answers that no order of events explains. */
  readonly contradictions: readonly string[];
  readonly sent: readonly Kept[];
  /** Prescriptions about which all was said. */
  readonly prescriptions: readonly string[];
};

/** A message that was answered: it must be kept. */
export type Kept = { readonly kind: Message['kind']; readonly id: string };

/** Of the bands of users [RELIABILITY 1]. */
const SLOW_MS = 1_000;
const FAILED_MS = 5_000;

/** Before anybody looks at a message: it is not kept. */
const TURNED_AWAY: ReadonlySet<number> = new Set([401, 403]);

/** Keeps the figures of a client. */
export class Counter {
  #acknowledged = 0;
  #refused = 0;
  #unknownResolved = 0;
  #unknown = 0;
  #slow = 0;
  #failed = 0;
  #longestMs = 0;
  #lastAt = performance.now();
  #changed: string[] = [];
  #contradictions: string[] = [];
  #sent: Kept[] = [];
  #prescriptions: string[] = [];

  answered(
    { kind, id }: Message,
    word: string,
    { status, unknown, tookMs }: Told & { readonly tookMs: number },
  ): void {
    if (!TURNED_AWAY.has(status)) this.#sent.push({ kind, id });
    if (unknown > 0) this.#unknownResolved += 1;
    if (tookMs > SLOW_MS) this.#slow += 1;
    if (tookMs > FAILED_MS || unknown > 0) this.#failed += 1;
    if (!isPositive(word)) {
      this.#refused += 1;
      return;
    }
    this.#acknowledged += 1;
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#lastAt);
    this.#lastAt = now;
  }

  unanswered(): void {
    this.#unknown += 1;
  }

  changed(what: string): void {
    this.#changed.push(what);
  }

  /** All was said about a prescription; `contradiction` is null when its answers can be explained. */
  ended(prescription: string, contradiction: string | null): void {
    this.#prescriptions.push(prescription);
    if (contradiction !== null) this.#contradictions.push(contradiction);
  }

  /** Of the time since this was last asked. */
  take(): Figures {
    const gapMs = Math.max(this.#longestMs, performance.now() - this.#lastAt);
    const figures = {
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      unknownResolved: this.#unknownResolved,
      unknown: this.#unknown,
      slow: this.#slow,
      failed: this.#failed,
      gapMs,
      changed: this.#changed,
      contradictions: this.#contradictions,
      sent: this.#sent,
      prescriptions: this.#prescriptions,
    };
    [this.#acknowledged, this.#refused, this.#unknownResolved, this.#unknown] = [0, 0, 0, 0];
    [this.#slow, this.#failed] = [0, 0];
    this.#longestMs = 0;
    [this.#changed, this.#contradictions, this.#sent, this.#prescriptions] = [[], [], [], []];
    return figures;
  }
}

/** Done, or, of a cancellation, done or kept until it can be [EPS-LIFECYCLE 6.2]. */
function isPositive(word: string): boolean {
  return /^(accepted|released|R-000[123]\b)/.test(word);
}

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Failure } from '../client/failure.ts';
import type { Session } from './session.ts';

/** One thing that happened in a demonstration. */
export type Step = {
  readonly name: string;
  readonly persona: string;
  readonly detail: string;
  readonly ids: Readonly<Record<string, string>>;
  /** When it happened by the installation's clock. */
  readonly businessTime: string;
  /** How long the message and its answer took, sign-in not counted. */
  readonly elapsedMs: number;
};

export type Told = {
  readonly name: string;
  readonly persona: string;
  readonly detail: string;
  readonly ids?: Readonly<Record<string, string>>;
};

/** Runs steps one after another, times them and reports each. */
export class Story {
  readonly session: Session;
  readonly steps: Step[] = [];
  readonly #report: (step: Step) => void;

  constructor(session: Session, report: (step: Step) => void) {
    this.session = session;
    this.#report = report;
  }

  async step<Value>(
    persona: string,
    act: () => Promise<Result<Value, Failure>>,
    tell: (value: Value) => Omit<Told, 'persona'>,
  ): Promise<Result<Value, Failure>> {
    const { client } = this.session;
    const token = await client.tokenOf(persona);
    if (!token.ok) return token;
    const startedMs = performance.now();
    const done = await act();
    const elapsedMs = Math.round(performance.now() - startedMs);
    if (!done.ok) return done;
    const now = await client.now();
    if (!now.ok) return now;
    const { name, detail, ids = {} } = tell(done.value);
    const businessTime = now.value.toISOString();
    const step = { name, persona, detail, ids, businessTime, elapsedMs };
    this.steps.push(step);
    this.#report(step);
    return done;
  }

  /** A step that must be refused, for this reason: that it is not would be the fault. */
  async refused(
    persona: string,
    act: () => Promise<Result<unknown, Failure>>,
    code: string,
    told: Omit<Told, 'persona'>,
  ): Promise<Result<null, Failure>> {
    return this.step(
      persona,
      async () => asRefused(await act(), code),
      () => told,
    );
  }
}

function asRefused(result: Result<unknown, Failure>, code: string): Result<null, Failure> {
  if (!result.ok && result.error.kind === 'Refused') {
    const isIt = result.error.reasons.some((reason) => reason.code === code);
    return isIt ? ok(null) : result;
  }
  if (!result.ok) return result;
  return notAsExpected(`This should have been refused with ${code}, but it was accepted.`);
}

/** The service answered, but not as a good one would. */
export function notAsExpected(text: string): Result<never, Failure> {
  const reasons = [{ code: 'DEMO_NOT_AS_EXPECTED', text }];
  return fail({ kind: 'Refused', status: 200, requestId: 'of the last step', reasons });
}

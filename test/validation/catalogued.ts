import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { type Facts, newFacts, sendAs } from '../bad-input/kinds.ts';
import type { Answer, Settings, TestSpine } from '../support/server.ts';
import type { Entry } from './rule.ts';

/** Spines that differ by what their operator has set. */
export const SPINES = {
  usual: {},
  'halves switched off': { switchedOff: ['Prescribing', 'Dispensing', 'Tracker'] },
  'release switched off': { switchedOff: ['Release'] },
  'cancelling switched off': { switchedOff: ['Cancellation'] },
  'its clock is set': {},
  'live, one request a minute': { mode: 'live', requestsPerMinute: 1 },
} as const satisfies Record<string, Settings>;

export type Send = (spine: TestSpine, facts: Facts) => Promise<Answer>;
export type Step = (spine: TestSpine, facts: Facts) => Promise<void>;

/** A rule as the page tells it, and how it is seen at work. */
export type Rule = {
  readonly message: string;
  readonly source: string;
  readonly when: string;
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly on: keyof typeof SPINES;
  readonly facts: () => Facts;
  /** What comes before. */
  readonly before: readonly Step[];
  readonly send: Send;
  /** Whether the refused message is kept: it came as far as what is known of a prescription. */
  readonly isKept: boolean;
};

/** A rule that looks at nothing but the message. */
export function ofMessage({ kind, source, when, build, issues }: Entry): Rule {
  return {
    ...OF_NOTHING_ELSE,
    message: kind.name,
    source,
    when,
    issues,
    send: (spine, facts) => sendAs(spine, kind, build(facts)),
  };
}

export const OF_NOTHING_ELSE = {
  status: 400,
  on: 'usual',
  facts: () => newFacts(),
  before: [],
  isKept: false,
} as const satisfies Partial<Rule>;

import type { Bundle, Claim, Parameters, Task } from 'fhir/r4';

import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import {
  AMEND,
  CANCEL,
  CLAIM,
  DISPENSE,
  type Facts,
  type Kind,
  ORDER,
  RELEASE_NOMINATED,
  RELEASE_PATIENT,
  RETURN,
  WITHDRAW,
} from '../bad-input/kinds.ts';

/** A rule, and beside it the change of a good message that it refuses, with the answer. */
export type Entry = {
  readonly kind: Kind;
  readonly source: string;
  /** What is wrong, in words. */
  readonly when: string;
  readonly build: (facts: Facts) => object;
  readonly issues: readonly Issue[];
};

type Break<Message> = (message: Message) => void;

type Book<Message> = {
  readonly rule: (when: string, change: Break<Message>, ...issues: readonly Issue[]) => Entry;
};

/** Entries of one kind of message and one part of the contract. */
function book<Message extends object>(kind: Kind, source: string): Book<Message> {
  return {
    rule: (when, change, ...issues) => ({
      kind,
      source,
      when,
      issues,
      build: (facts) => {
        const message = structuredClone(kind.build(facts)) as Message;
        change(message);
        return message;
      },
    }),
  };
}

export const orders = (source: string): Book<Bundle> => book(ORDER, source);
export const cancels = (source: string): Book<Bundle> => book(CANCEL, source);
export const dispenses = (source: string): Book<Bundle> => book(DISPENSE, source);
export const amends = (source: string): Book<Bundle> => book(AMEND, source);
export const returns = (source: string): Book<Task> => book(RETURN, source);
export const withdrawals = (source: string): Book<Task> => book(WITHDRAW, source);
export const claims = (source: string): Book<Claim> => book(CLAIM, source);
export const releases = (source: string): Book<Parameters> => book(RELEASE_PATIENT, source);
export const downloads = (source: string): Book<Parameters> => book(RELEASE_NOMINATED, source);
export function value(diagnostics: string, path?: string): Issue {
  const issue = { code: 'value', severity: 'error', diagnostics } as const;
  return path === undefined ? issue : { ...issue, expression: [path] };
}

export function invalid(diagnostics: string): Issue {
  return { code: 'invalid', severity: 'error', diagnostics };
}

const GATEWAY = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';
const SPINE = 'https://fhir.nhs.uk/CodeSystem/Spine-ErrorOrWarningCode';

/** Shape A of what is found in translation [EPS-FHIR 5.4]. */
export function translated(code: string, display: string, path: string | null): Issue {
  const details = { coding: [{ system: GATEWAY, code, display }] };
  return { code: 'invalid', severity: 'fatal', details, expression: [path] };
}

export function tooFew(where: string, path: string): Issue {
  const text = `Too few values submitted. Expected 1 element where ${where}.`;
  return translated('TOO_FEW_VALUES_SUBMITTED', text, path);
}

export function tooMany(where: string, path: string | null): Issue {
  const text = `Too many values submitted. Expected 1 element where ${where}.`;
  return translated('TOO_MANY_VALUES_SUBMITTED', text, path);
}

export function tooManyIfAny(where: string, path: string): Issue {
  const text = `Too many values submitted. Expected at most 1 element where ${where}.`;
  return translated('TOO_MANY_VALUES_SUBMITTED', text, path);
}

/** What Spine says of a message that it cannot process [EPS-LIFECYCLE 3]. */
export function spine(detail: string): Issue {
  const display = `Unable to process message. Information missing or invalid - ${detail}`;
  const coding = [{ system: SPINE, code: 'FAILURE_TO_PROCESS_MESSAGE', display }];
  return { code: 'processing', severity: 'error', details: { coding } };
}

export function conflict(diagnostics: string): Issue {
  const display = 'Conflicting values have been specified in different fields';
  const details = { coding: [{ system: GATEWAY, code: 'CONFLICTING_VALUES', display }] };
  return { code: 'structure', severity: 'error', details, diagnostics };
}

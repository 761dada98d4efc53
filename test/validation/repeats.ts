import type { Bundle } from 'fhir/r4';

import { all, one } from '../../src/local/sample-messages/testing.ts';
import {
  CLAIM,
  DISPENSE,
  type Facts,
  type Kind,
  ORDER,
  RETURN,
  WITHDRAW,
} from '../bad-input/kinds.ts';
import { ISSUES, numbered, ofIssue, repeatDispensing } from '../support/repeat-dispensing.ts';
import type { Rule, Send, Step } from './catalogued.ts';
import * as step from './steps.ts';
import { NOT_LAST, REPEATS, STATE, standing } from './steps.ts';

export const orderedForRepeats: Step = step.accepted(
  step.sends(ORDER, (message) => repeatDispensing(message)),
);
const { released } = step;

function about(kind: Kind, issue: number, issues = ISSUES): Send {
  return step.sends(kind, (message) => numbered(message, issue, issues));
}

function taskAbout(kind: Kind, issue: number): Send {
  return step.sends(kind, (message) => ofIssue(message, issue));
}

/** The whole of an issue is handed over, under the dispense id of the facts. */
export function dispensedIssue(issue: number): Step {
  return step.accepted(
    step.sends(DISPENSE, (message, facts) => {
      const bundle = numbered(message, issue) as Bundle;
      return { ...bundle, identifier: { ...bundle.identifier, value: facts.dispenseId } };
    }),
  );
}

function amending(issue: number, code: string, status: string): Send {
  return step.sends(DISPENSE, (message, facts) => {
    const bundle = numbered(message, issue) as Bundle;
    one(bundle, 'MessageHeader').extension = [replaced(facts)];
    for (const supply of all(bundle, 'MedicationDispense')) {
      Object.assign(supply.type?.coding?.[0] ?? {}, { code, display: undefined });
      const told = supply.extension?.find(({ url }) => url.endsWith('EPS-TaskBusinessStatus'));
      Object.assign(told?.valueCoding ?? {}, { code: status, display: undefined });
    }
    return bundle;
  });
}

function replaced({ dispenseId: value }: Facts) {
  const system = 'https://tools.ietf.org/html/rfc4122';
  const url = 'https://fhir.nhs.uk/StructureDefinition/Extension-replacementOf';
  return { url, valueIdentifier: { system, value } };
}

const facts = step.withItems(1, { course: 'repeat' });
const held = [orderedForRepeats, released];
const secondReleased = [...held, dispensedIssue(1), released];

function repeats(message: string, source: string) {
  const rule = standing(message, source);
  return (when: string, issue: Rule['issues'][number], before: readonly Step[], send: Send) =>
    rule(`of repeat dispensing: ${when}`, issue, { facts, before, send });
}

const returned = repeats('return', '[EPS-LIFECYCLE 4.4]');
const told = repeats('dispense', '[EPS-LIFECYCLE 5.1]');
const amended = repeats('amend', '[EPS-LIFECYCLE 5.2]');
const withdrawn = repeats('withdraw', '[EPS-LIFECYCLE 5.3]');
const claimed = repeats('claim', '[EPS-LIFECYCLE 5.4]');

export const OF_REPEATS: readonly Rule[] = [
  returned('it names a later issue', REPEATS, held, taskAbout(RETURN, 2)),
  returned('it names an earlier issue', REPEATS, secondReleased, taskAbout(RETURN, 1)),
  told('it names a later issue', REPEATS, held, about(DISPENSE, 2)),
  told('it names an earlier issue', REPEATS, secondReleased, about(DISPENSE, 1)),
  told('an item has another number of issues', REPEATS, held, about(DISPENSE, 1, 5)),
  told(
    'the next issue is not released yet',
    STATE,
    [...held, dispensedIssue(1)],
    about(DISPENSE, 2),
  ),
  amended(
    'there is no such issue',
    REPEATS,
    [...held, dispensedIssue(1)],
    amending(4, '0001', '0006'),
  ),
  amended(
    'the issue has no notification yet',
    NOT_LAST,
    secondReleased,
    amending(2, '0001', '0006'),
  ),
  amended(
    'it opens an issue again whose next one is with a pharmacy',
    STATE,
    secondReleased,
    amending(1, '0003', '0003'),
  ),
  withdrawn('there is no such issue', REPEATS, secondReleased, taskAbout(WITHDRAW, 4)),
  withdrawn('the next issue is with a pharmacy', STATE, secondReleased, taskAbout(WITHDRAW, 1)),
  claimed('there is no such issue', REPEATS, secondReleased, about(CLAIM, 4)),
  claimed(
    'the issue is not dispensed yet',
    step.refusal(
      'business-rule',
      'CLAIM_INVALID_NOT_DISPENSED',
      'Invalid Claim. Prescription is not Dispensed',
    ),
    secondReleased,
    about(CLAIM, 2),
  ),
];

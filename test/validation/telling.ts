import type { Bundle } from 'fhir/r4';

import { all } from '../../src/local/sample-messages/testing.ts';
import { DISPENSE, type Facts } from '../bad-input/kinds.ts';
import type { Rule, Step } from './catalogued.ts';
import { spine } from './rule.ts';
import { refusedWhere } from './standing.ts';
import * as step from './steps.ts';
import { NOT_FOUND, NOT_LAST, STATE, standing } from './steps.ts';

const { ordered, released, cancelled, telling, firstTelling } = step;

const SOURCE = '[EPS-LIFECYCLE 5.1]';
const dispense = standing('dispense', SOURCE);
const amend = standing('amend', '[EPS-LIFECYCLE 5.2]');

const ITEM_NOT_FOUND = step.refusal(
  'not-found',
  'MEDICATIONREQUEST_NOT_FOUND',
  'Prescription Item Not found',
);
const ITEM_STATE = step.refusal(
  'business-rule',
  'MEDICATIONREQUEST_INVALID_STATE_TRANSITION',
  'Invalid State Transition for Prescription Item',
);

function amending(items: readonly string[], status: string, replaces?: string): Rule['send'] {
  return (spine, facts) =>
    telling({ items, status, replaces: replaces ?? facts.dispenseId })(spine, facts);
}

const STATES: readonly Rule[] = [
  ...refusedWhere(['dispense', SOURCE], telling({ items: ['0001'], status: '0006' }), {
    '0001': STATE,
    '0004': STATE,
    '0005': STATE,
    '0006': STATE,
    '0007': STATE,
    '0008': STATE,
    '0009': STATE,
    '9001': STATE,
    '9005': NOT_FOUND,
    unknown: NOT_FOUND,
  }),
  ...refusedWhere(['amend', '[EPS-LIFECYCLE 5.2]'], amending(['0001'], '0006'), {
    '0001': STATE,
    '0002': NOT_LAST,
    '0004': STATE,
    '0005': STATE,
    '0008': STATE,
    '0009': STATE,
    unknown: NOT_FOUND,
  }),
  amend('it is not of the last notification', NOT_LAST, {
    before: [
      ordered,
      released,
      firstTelling(['0003'], '0003'),
      step.accepted(telling({ items: ['0001'], status: '0006' })),
    ],
    send: amending(['0001'], '0006'),
  }),
];

function changing(change: (bundle: Bundle, facts: Facts) => void): Rule['send'] {
  return step.sends(DISPENSE, (message, facts) => {
    const bundle = structuredClone(message) as Bundle;
    change(bundle, facts);
    return bundle;
  });
}

const CONTENT: readonly Rule[] = [
  dispense(
    'the patient is another',
    spine('Mismatch between prescription and dispense notification NHSNumber'),
    {
      before: [ordered, released],
      send: changing((bundle) => {
        for (const supply of all(bundle, 'MedicationDispense')) {
          supply.subject = { identifier: { value: '9990000026' } };
        }
      }),
    },
  ),
  dispense('an item is not told of', ITEM_NOT_FOUND, {
    facts: step.withItems(2),
    before: [ordered, released],
    send: changing((bundle) => void bundle.entry?.splice(2, 1)),
  }),
  dispense('a cancelled item is not told of', ITEM_NOT_FOUND, {
    facts: step.withItems(2),
    before: [ordered, cancelled, released],
    send: changing((bundle) => void bundle.entry?.splice(1, 1)),
  }),
  dispense('an item is of another prescription', ITEM_NOT_FOUND, {
    before: [ordered, released],
    send: changing((bundle) => {
      for (const { contained = [] } of all(bundle, 'MedicationDispense')) {
        for (const one of contained) {
          if (one.resourceType !== 'MedicationRequest') continue;
          for (const identifier of one.identifier ?? []) identifier.value = crypto.randomUUID();
        }
      }
    }),
  }),
];

const CODES = ['0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008'];

/** What an item may come to be, by what it was [EPS-LIFECYCLE 5.1]. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  '0008': ['0001', '0002', '0003', '0004', '0006', '0008'],
  '0003': ['0001', '0003', '0006'],
  '0004': ['0001', '0002', '0003', '0004', '0006'],
  '0001': ['0001'],
  '0002': ['0002'],
  '0005': ['0005'],
  '0006': ['0006'],
};

/** The first of two items so, the other still with the pharmacy. */
function withFirstItem(code: string): readonly Step[] {
  if (code === '0008') return [ordered, released];
  if (code === '0005') return [ordered, cancelled, released];
  return [ordered, released, firstTelling([code, '0008'], '0003')];
}

const ITEMS: readonly Rule[] = Object.entries(ALLOWED).flatMap(([from, allowed]) =>
  CODES.filter((code) => !allowed.includes(code)).map((to) =>
    dispense(`an item that was ${from} is told as ${to}`, ITEM_STATE, {
      facts: step.withItems(2),
      before: withFirstItem(from),
      send: telling({ items: [to, '0008'], status: '0003' }),
    }),
  ),
);

/** Statuses of a prescription, each with items that cannot stand under it [EPS-LIFECYCLE 1.3, 2]. */
const UNDER: Readonly<Record<string, readonly string[]>> = {
  '0001': ['0008'],
  '0002': ['0008'],
  '0004': ['0006'],
  '0005': ['0006'],
  '0006': ['0003', '0004', '0008'],
  '0007': ['0001', '0003', '0004', '0008'],
};

const STATUSES: readonly Rule[] = Object.entries(UNDER).flatMap(([status, items]) =>
  items.map((item) =>
    dispense(`the prescription is told as ${status}, its item as ${item}`, STATE, {
      before: [ordered, released],
      send: telling({ items: [item], status }),
    }),
  ),
);

const AMENDED: readonly Rule[] = [
  amend('an item could not become so from what it was before the replaced one', ITEM_STATE, {
    facts: step.withItems(2),
    before: [ordered, cancelled, released, firstTelling(['0005', '0001'], '0006')],
    send: amending(['0001', '0001'], '0006'),
  }),
  amend('an item is not told of', ITEM_NOT_FOUND, {
    facts: step.withItems(2),
    before: [ordered, released, firstTelling(['0001', '0001'], '0006')],
    send: (on, facts) =>
      amending(['0001'], '0006')(on, { ...facts, items: facts.items.slice(0, 1) }),
  }),
  amend('the prescription is told as dispensed, its item as owing', STATE, {
    before: [ordered, released, firstTelling(['0001'], '0006')],
    send: amending(['0004'], '0006'),
  }),
];

/** What the state of a prescription refuses of notifications and their amendments. */
export const TELLING: readonly Rule[] = [...STATES, ...CONTENT, ...ITEMS, ...STATUSES, ...AMENDED];

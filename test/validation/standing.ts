import type { Claim } from 'fhir/r4';

import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { ORGANISATIONS } from '../../src/local/organisations.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import {
  CLAIM,
  DISPENSE,
  newFacts,
  RELEASE_NOMINATED,
  RELEASE_PATIENT,
  RETURN,
  WITHDRAW,
} from '../bad-input/kinds.ts';
import type { Rule, Step } from './catalogued.ts';
import * as step from './steps.ts';
import { NOT_FOUND, NOT_LAST, STATE, standing } from './steps.ts';

const { ordered, released, cancelled, cancelledFirst, dispensed, claimed } = step;

const CLOCK = 'its clock is set';
const notDispensed = step.firstTelling(['0002'], '0007');
const partly = step.firstTelling(['0003'], '0003');
const JANUARY = new Date('2025-01-10T10:00:00Z');
const january = step.withItems(1, { authoredAt: JANUARY });
const begins = step.at(JANUARY.toISOString());
/** In January 2025 dispensed and never claimed: closed after 180 days. */
const unclaimed = [begins, ordered, released, dispensed, step.at('2025-07-20T10:00:00Z')];
const expired = [begins, ordered, step.at('2025-07-10T10:00:00Z')];
const inJanuary = { facts: january, on: CLOCK } as const;
const aheadOfTime = { facts: step.withItems(1, { authoredAt: inDays(3) }) };

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

type Place = readonly [words: string, before: readonly Step[], more?: Partial<Rule>];

/** Each way in which a prescription may stand, by the code of its issue. */
export const STANDS = {
  '0001': ['it is to be dispensed (0001)', [ordered]],
  '0002': ['it is with a pharmacy (0002)', [ordered, released]],
  '0003': ['it is partly dispensed (0003)', [ordered, released, partly]],
  '0004': ['it has expired (0004)', expired, inJanuary],
  '0005': ['it is cancelled (0005)', [ordered, cancelled]],
  '0006': ['it is dispensed (0006)', [ordered, released, dispensed]],
  '0007': ['it is not dispensed (0007)', [ordered, released, notDispensed]],
  '0008': ['it is claimed (0008)', [ordered, released, dispensed, claimed]],
  '0009': ['it was not claimed in time (0009)', unclaimed, inJanuary],
  '9001': ['it is of a day to come (9001)', [ordered], aheadOfTime],
  '9005': ['it was cancelled before it came (9005)', [cancelledFirst]],
  unknown: ['nobody knows it', []],
} as const satisfies Record<string, Place>;

type Stand = keyof typeof STANDS;

export function refusedWhere(
  [message, source]: readonly [string, string],
  send: Rule['send'],
  refused: Partial<Record<Stand, Issue>>,
): Rule[] {
  return Object.entries(STANDS).flatMap(([stand, place]: [string, Place]) => {
    const [when, before, more = {}] = place;
    const issue = refused[stand as Stand];
    return issue === undefined
      ? []
      : [standing(message, source)(when, issue, { ...more, before, send })];
  });
}

const CANCELLED = step.refusal(
  'business-rule',
  'PRESCRIPTION_CANCELLED',
  'Prescription has been cancelled',
);
const EXPIRED = step.refusal('business-rule', 'PRESCRIPTION_EXPIRED', 'Prescription has expired');
const ELSEWHERE = step.refusal(
  'business-rule',
  'PRESCRIPTION_WITH_ANOTHER_DISPENSER',
  'Prescription is with another dispenser',
);
const DISPENSED = step.refusal(
  'business-rule',
  'PRESCRIPTION_DISPENSED',
  'Prescription has been dispensed',
);
const UNKNOWN = step.spoken(
  'Spine-ErrorOrWarningCode',
  'not-found',
  'RESOURCE_NOT_FOUND',
  'Resource not found',
);
const NO_MORE: Issue = {
  ...step.refusal('informational', 'NO_MORE_PRESCRIPTIONS', 'No more prescriptions available'),
  severity: 'information',
};

const release = standing('patient release', '[EPS-LIFECYCLE 4.2]');

const RELEASES: readonly Rule[] = [
  standing('nominated release', '[EPS-LIFECYCLE 4.1]')('nothing waits', NO_MORE, {
    status: 200,
    isKept: false,
    facts: () => {
      const organisation = { ...ORGANISATIONS.pharmacy, ods: 'EMPTY' };
      return newFacts({ dispenser: { ...PERSONAS.dispenser, organisation } });
    },
    before: [],
    send: step.sends(RELEASE_NOMINATED),
  }),
  ...refusedWhere(['patient release', '[EPS-LIFECYCLE 4.2]'], step.sends(RELEASE_PATIENT), {
    '0002': ELSEWHERE,
    '0003': ELSEWHERE,
    '0004': EXPIRED,
    '0005': CANCELLED,
    '0006': DISPENSED,
    '0007': DISPENSED,
    '0008': DISPENSED,
    '0009': DISPENSED,
    '9001': UNKNOWN,
    '9005': CANCELLED,
    unknown: UNKNOWN,
  }),
  release('it is with another pharmacy', ELSEWHERE, {
    before: [ordered, released],
    send: step.sendsFromElsewhere(RELEASE_PATIENT),
  }),
  release('its last day came while it was with a pharmacy', EXPIRED, {
    ...inJanuary,
    before: [begins, ordered, released, step.at('2025-07-10T10:00:00Z')],
    send: step.sends(RELEASE_PATIENT),
  }),
];

const RETURNS = refusedWhere(['return', '[EPS-LIFECYCLE 4.4]'], step.sends(RETURN), {
  '0001': STATE,
  '0003': STATE,
  '0004': STATE,
  '0005': STATE,
  '0006': STATE,
  '0007': STATE,
  '0008': STATE,
  '0009': STATE,
  '9001': STATE,
  '9005': NOT_FOUND,
  unknown: NOT_FOUND,
});

const WITHDRAWALS: readonly Rule[] = [
  ...refusedWhere(['withdraw', '[EPS-LIFECYCLE 5.3]'], step.sends(WITHDRAW), {
    '0001': STATE,
    '0002': STATE,
    '0004': STATE,
    '0005': STATE,
    '0008': STATE,
    '0009': STATE,
    '9001': STATE,
    '9005': NOT_FOUND,
    unknown: NOT_FOUND,
  }),
  standing('withdraw', '[EPS-LIFECYCLE 5.3]')('it is not the last notification', NOT_LAST, {
    before: [ordered, released, partly, step.accepted(step.sends(DISPENSE))],
    send: step.sends(WITHDRAW),
  }),
];

const NOT_CLAIMABLE = step.refusal(
  'business-rule',
  'CLAIM_INVALID_NOT_DISPENSED',
  'Invalid Claim. Prescription is not Dispensed',
);
const CLAIMED = step.spoken(
  'Spine-ErrorOrWarningCode',
  'invalid',
  'ERROR',
  'Invalid claim. Claim already made for the prescription',
);
const WITH_AGENCY = step.spoken(
  'Spine-ErrorOrWarningCode',
  'invalid',
  'ERROR',
  'Invalid Claim As Claim Notification Has Already Been Sent To The PPA',
);
const PERIOD_OVER = step.spoken(
  'Spine-ErrorOrWarningCode',
  'business-rule',
  'CLAIM_AMEND_PERIOD_ISSUE',
  'Claim amendment is not permitted outside of the claim period',
);

/** An amendment of the claim of this id. */
function amending(replaces: (facts: Parameters<Rule['send']>[1]) => string): Rule['send'] {
  return step.sends(CLAIM, (message, facts) => {
    const amended = structuredClone(message) as Claim;
    const url = 'https://fhir.nhs.uk/StructureDefinition/Extension-replacementOf';
    const system = 'https://tools.ietf.org/html/rfc4122';
    amended.extension?.push({ url, valueIdentifier: { system, value: replaces(facts) } });
    return amended;
  });
}

const amendsLast = amending(({ releaseId }) => releaseId);
const amend = standing('claim amendment', '[EPS-LIFECYCLE 5.4]');

const CLAIMS: readonly Rule[] = [
  ...refusedWhere(['claim', '[EPS-LIFECYCLE 5.4]'], step.sends(CLAIM), {
    '0001': NOT_CLAIMABLE,
    '0002': NOT_CLAIMABLE,
    '0003': NOT_CLAIMABLE,
    '0004': NOT_CLAIMABLE,
    '0005': NOT_CLAIMABLE,
    '0008': CLAIMED,
    '0009': NOT_CLAIMABLE,
    '9001': NOT_CLAIMABLE,
    '9005': NOT_FOUND,
    unknown: NOT_FOUND,
  }),
  standing('claim', '[EPS-HL7V3 7.6]')(
    'it is claimed, and the month that it is paid with is closed',
    WITH_AGENCY,
    {
      ...inJanuary,
      before: [begins, ordered, released, dispensed, claimed, step.at('2025-02-06T00:00:00Z')],
      send: step.sends(CLAIM),
    },
  ),
  ...refusedWhere(['claim amendment', '[EPS-LIFECYCLE 5.4]'], amendsLast, {
    '0002': NOT_CLAIMABLE,
    '0006': NOT_CLAIMABLE,
    '0009': NOT_CLAIMABLE,
    unknown: NOT_FOUND,
  }),
  amend('it is of another claim than the last', NOT_LAST, {
    before: [ordered, released, dispensed, claimed],
    send: amending(({ longFormId }) => longFormId),
  }),
  amend('the month that it is paid with is closed', PERIOD_OVER, {
    ...inJanuary,
    before: [begins, ordered, released, dispensed, claimed, step.at('2025-02-06T00:00:00Z')],
    send: amendsLast,
  }),
];

/** What the state of a prescription refuses, of all messages but notifications. */
export const STANDING: readonly Rule[] = [...RELEASES, ...RETURNS, ...WITHDRAWALS, ...CLAIMS];

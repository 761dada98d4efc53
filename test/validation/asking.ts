import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import {
  CLAIM,
  DISPENSE,
  type Kind,
  ORDER,
  RELEASE_NOMINATED,
  RELEASE_PATIENT,
  RETURN,
  sendAs,
  WITHDRAW,
} from '../bad-input/kinds.ts';
import { DISPENSING, LEGACY } from '../support/server.ts';
import { OF_NOTHING_ELSE, type Rule } from './catalogued.ts';
import { invalid, value } from './rule.ts';

const SOURCE = '[EPS-FHIR 5.3]';
const ID = 'https://fhir.nhs.uk/Id';

function query(when: string, asked: string, ...issues: readonly Issue[]): Rule {
  return {
    ...OF_NOTHING_ELSE,
    message: 'tracker search',
    source: SOURCE,
    when,
    issues,
    send: (spine) => spine.call(`${LEGACY}/Task?${asked}`),
  };
}

const NOTHING_ALONE = invalid(
  'At least one of the following query parameters must be provided: focus:identifier, identifier, patient:identifier.',
);
const COMBINATION = invalid('Invalid combination of query parameters.');
const DATE = invalid(
  'Value for date param authored-on should match pattern /(eq|le|ge)\\d{4}-\\d{2}-\\d{2}/.',
);

function otherSystem(name: string, system: string): Issue {
  return value(`Query parameter ${name} must have system ${system} if specified.`);
}

const STATUS = 'https://fhir.nhs.uk/CodeSystem/EPS-task-business-status';
const NO_SYSTEM = value('Query parameter authored-on must not have a system specified.');

const QUERIES: readonly Rule[] = [
  query('nothing is asked', '', NOTHING_ALONE),
  query('only a status is asked', 'business-status=0001', NOTHING_ALONE),
  query('only a date is asked', 'authored-on=ge2026-01-01', NOTHING_ALONE),
  query('an unknown parameter stands alone', 'owner=FA565', NOTHING_ALONE),
  query('two prescriptions are asked', 'identifier=A&identifier=B', COMBINATION),
  query(
    'two prescriptions are asked by focus',
    'focus:identifier=A&focus:identifier=B',
    COMBINATION,
  ),
  query(
    'two patients are asked',
    'patient:identifier=9990000018&patient:identifier=9990000026',
    COMBINATION,
  ),
  query(
    'two statuses are asked',
    'identifier=A&business-status=0001&business-status=0002',
    COMBINATION,
  ),
  query(
    'the focus is of another system',
    'focus:identifier=urn:other|A',
    otherSystem('focus:identifier', `${ID}/prescription-order-number`),
  ),
  query(
    'the prescription is of another system',
    'identifier=urn:other|A',
    otherSystem('identifier', `${ID}/prescription-order-number`),
  ),
  query(
    'the patient is of another system',
    'patient:identifier=urn:other|A',
    otherSystem('patient:identifier', `${ID}/nhs-number`),
  ),
  query(
    'the status is of another system',
    'identifier=A&business-status=urn:other|0001',
    otherSystem('business-status', STATUS),
  ),
  query('the date has a system', 'identifier=A&authored-on=urn:other|eq2026-01-01', NO_SYSTEM),
  query('the date has no prefix', 'identifier=A&authored-on=2026-01-01', DATE),
  query('the date has another prefix', 'identifier=A&authored-on=gt2026-01-01', DATE),
  query('the date has a time', 'identifier=A&authored-on=eq2026-01-01T00:00', DATE),
  query(
    'one of two dates is none',
    'identifier=A&authored-on=ge2026-01-01&authored-on=tomorrow',
    DATE,
  ),
  query(
    'all of it is wrong',
    'business-status=urn:other|1&business-status=2&authored-on=urn:other|eq1&authored-on=1',
    NOTHING_ALONE,
    COMBINATION,
    otherSystem('business-status', STATUS),
    NO_SYSTEM,
    DATE,
  ),
];

/** Valid FHIR of another kind than the door is for. */
const OTHERS = {
  Parameters: {
    resourceType: 'Parameters',
    parameter: [{ name: 'status', valueCode: 'accepted' }],
  },
  Organization: { resourceType: 'Organization', name: 'Example Pharmacy' },
} as const;

function wrongResource(kind: Kind, body: object, expected: string): Rule {
  const diagnostics = `Incorrect FHIR resource type. Expected ${expected}.`;
  return {
    ...OF_NOTHING_ELSE,
    message: kind.name,
    source: SOURCE,
    when: 'it is a resource of another type',
    issues: [{ severity: 'fatal', code: 'value', diagnostics }],
    send: (spine) => sendAs(spine, kind, body),
  };
}

const RESOURCES: readonly Rule[] = [
  wrongResource(RELEASE_PATIENT, OTHERS.Organization, 'Parameters'),
  wrongResource(RETURN, OTHERS.Parameters, 'Task'),
  wrongResource(CLAIM, OTHERS.Parameters, 'Claim'),
  wrongResource(DISPENSE, OTHERS.Parameters, 'Bundle'),
];

function fatal(code: string, diagnostics: string): Issue {
  return { severity: 'fatal', code, diagnostics };
}

const USER_ONLY = fatal(
  'forbidden',
  'Dispensing functionality can only be accessed using the user-restricted access mode.',
);
const NO_DISPENSING = fatal(
  'forbidden',
  'Your app does not have permission to access dispensing functionality.',
);
const NO_TRACKER = fatal(
  'forbidden',
  'Your app does not have permission to access tracker functionality.',
);

function forbidden(kind: Kind, when: string, as: string, issue: Issue): Rule {
  return {
    ...OF_NOTHING_ELSE,
    message: kind.name,
    source: '[EPS-FHIR 3, 5.3]',
    when,
    status: 403,
    issues: [issue],
    send: (spine, facts) => sendAs(spine, kind, kind.build(facts), as),
  };
}

const DISPENSING_KINDS = [RELEASE_NOMINATED, RELEASE_PATIENT, RETURN, WITHDRAW, DISPENSE, CLAIM];

const SCOPES: readonly Rule[] = [
  ...DISPENSING_KINDS.map((kind) =>
    forbidden(kind, 'the token has no scope for it', 'prescriber', NO_DISPENSING),
  ),
  ...DISPENSING_KINDS.filter((kind) => kind !== RELEASE_NOMINATED).map((kind) =>
    forbidden(kind, 'an application sends it by itself (legacy base)', 'system', USER_ONLY),
  ),
  {
    ...query('it is asked on one of the new bases', '', NO_TRACKER),
    source: '[EPS-FHIR 3, 5.3]',
    status: 403,
    send: (spine) => spine.call(`${DISPENSING}/Task?identifier=A`, { as: 'dispenser' }),
  },
];

function switchedOff(kind: Kind, half: 'Prescribing' | 'Dispensing'): Rule {
  return {
    ...OF_NOTHING_ELSE,
    message: kind.name,
    source: SOURCE,
    when: `the operator has switched ${half.toLowerCase()} off`,
    on: 'halves switched off',
    issues: [fatal('not-supported', `${half} functionality is disabled.`)],
    send: (spine, facts) => sendAs(spine, kind, kind.build(facts)),
  };
}

const DISABLED: Issue = {
  code: 'exception',
  severity: 'error',
  details: {
    coding: [
      {
        system: 'https://fhir.nhs.uk/CodeSystem/EPS-IssueCode',
        code: 'SERVICE_DISABLED',
        display: 'Functionality disabled in spine',
      },
    ],
  },
};

const SWITCHES: readonly Rule[] = [
  switchedOff(ORDER, 'Prescribing'),
  ...DISPENSING_KINDS.map((kind) => switchedOff(kind, 'Dispensing')),
  {
    ...query('the operator has switched the tracker off', 'identifier=A'),
    on: 'halves switched off',
    issues: [fatal('not-supported', 'Tracker functionality is disabled.')],
  },
  ...[RELEASE_NOMINATED, RELEASE_PATIENT].map((kind) => ({
    ...switchedOff(kind, 'Dispensing'),
    when: 'the operator has switched releases off',
    source: '[EPS-LIFECYCLE 4.2]',
    on: 'release switched off' as const,
    issues: [DISABLED],
  })),
];

/** Who asks, at which door and what for: looked at before what a message says. */
export const ASKING: readonly Rule[] = [...SCOPES, ...SWITCHES, ...RESOURCES, ...QUERIES];

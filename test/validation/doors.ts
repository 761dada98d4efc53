import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { one } from '../../src/local/sample-messages/testing.ts';
import { CANCEL, CLAIM, DISPENSE, type Kind, ORDER, RETURN, sendAs } from '../bad-input/kinds.ts';
import { RELEASE_PATIENT } from '../bad-input/kinds.ts';
import { LEGACY } from '../support/server.ts';
import type { Rule } from './catalogued.ts';
import { course, item } from './changes.ts';
import { translated, value } from './rule.ts';
import { changing, ofKind } from './through.ts';

/** The doors of a prescriber's system: who may use them, and what may come through. */
const PREPARE: Kind = { ...ORDER, name: '$prepare', path: '/$prepare' };

/** Another kind of message through `$convert` or `$prepare`. */
function through(door: '$convert' | '$prepare', kind: Kind): Kind {
  return { ...kind, name: `${door} of a ${kind.name}`, path: `/${door}` };
}

function fatal(code: string, diagnostics: string): Issue {
  return { severity: 'fatal', code, diagnostics };
}

function noPermission(half: string): Issue {
  return fatal('forbidden', `Your app does not have permission to access ${half} functionality.`);
}

function userOnly(half: string): Issue {
  return fatal(
    'forbidden',
    `${half} functionality can only be accessed using the user-restricted access mode.`,
  );
}

const OF_PRESCRIBERS = [ORDER, CANCEL, PREPARE, through('$convert', ORDER)];
const CONVERTED = [RELEASE_PATIENT, RETURN, DISPENSE, CLAIM].map((kind) =>
  through('$convert', kind),
);
const NO_SCOPE = 'the token has no scope for it';

const SCOPES: readonly Rule[] = [
  ...OF_PRESCRIBERS.flatMap((kind) => [
    ofKind(kind, NO_SCOPE, { status: 403, issues: [noPermission('prescribing')] }, 'dispenser'),
    ofKind(
      kind,
      'an application sends it by itself',
      { status: 403, issues: [userOnly('Prescribing')] },
      'system',
    ),
  ]),
  ...CONVERTED.map((kind) =>
    ofKind(kind, NO_SCOPE, { status: 403, issues: [noPermission('dispensing')] }, 'prescriber'),
  ),
  ofKind(
    through('$prepare', DISPENSE),
    NO_SCOPE,
    { status: 403, issues: [noPermission('dispensing')] },
    'prescriber',
  ),
  ...[CANCEL, PREPARE, through('$convert', ORDER)].map((kind) =>
    ofKind(kind, 'the operator has switched prescribing off', {
      on: 'halves switched off',
      issues: [fatal('not-supported', 'Prescribing functionality is disabled.')],
    }),
  ),
];

const ORGANIZATION = { resourceType: 'Organization', name: 'Example Surgery' };
const EXPECTED = fatal('value', 'Incorrect FHIR resource type. Expected Bundle.');
const OTHER_TYPE = 'it is a resource of another type';
const NO_ORDER = translated(
  'INVALID_VALUE',
  "MessageHeader.eventCoding.code must be 'prescription-order'.",
  'MessageHeader.eventCoding.code',
);

const RESOURCES: readonly Rule[] = [
  ...[ORDER, PREPARE].map((kind) =>
    ofKind(kind, OTHER_TYPE, {
      issues: [EXPECTED],
      send: (spine) => sendAs(spine, kind, ORGANIZATION),
    }),
  ),
  ofKind({ ...ORDER, name: '$convert', path: '/$convert' }, OTHER_TYPE, {
    source: '[EPS-FHIR 5.1]',
    issues: [fatal('invalid', 'Message not supported by $convert endpoint')],
    send: (spine) => spine.call(`${LEGACY}/$convert`, { body: ORGANIZATION }),
  }),
  ofKind(through('$prepare', CANCEL), 'it is no order', {
    source: '[EPS-FHIR 5.4]',
    issues: [NO_ORDER],
  }),
  ofKind(
    through('$prepare', DISPENSE),
    'it is no order',
    { source: '[EPS-FHIR 5.4]', issues: [NO_ORDER] },
    'dispenser',
  ),
  changing(
    ORDER,
    'its event is none that the service takes',
    (bundle) => {
      one(bundle, 'MessageHeader').eventCoding = {
        system: 'https://fhir.nhs.uk/CodeSystem/message-event',
        code: 'dispense-notification-update',
      };
      one(bundle, 'MessageHeader').response = { identifier: 'x', code: 'ok' };
    },
    value(
      'MessageHeader.eventCoding.code must be one of: prescription-order, prescription-order-update, dispense-notification.',
      'Bundle.entry.resource.ofType(MessageHeader).eventCoding.code',
    ),
  ),
];

const PREPARED: readonly Rule[] = [
  changing(
    PREPARE,
    'the intent is a plan',
    (bundle) => void (item(bundle).intent = 'plan'),
    value(
      'MedicationRequest.intent must be order, original-order or instance-order.',
      'Bundle.entry.resource.ofType(MedicationRequest).intent',
    ),
  ),
  changing(
    PREPARE,
    'no course of therapy is known',
    (bundle) => course(bundle, 'seasonal'),
    translated(
      'INVALID_VALUE',
      "Unhandled course of therapy type code 'seasonal'.",
      'MedicationRequest.courseOfTherapyType.coding.code',
    ),
  ),
];

export const DOORS: readonly Rule[] = [...SCOPES, ...RESOURCES, ...PREPARED];

import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Issue } from '../operation-outcome.ts';

type Limits = { readonly resourceType: string; readonly min: number; readonly max: number };
export type Event = keyof typeof EVENTS;

/** The messages that the service has a MessageDefinition for [EPS-FHIR 2.3]. */
const EVENTS = {
  'prescription-order': { resourceType: 'MedicationRequest', min: 1, max: 4 }, // [EPS-FHIR 4.2]
  // "Exactly one MedicationRequest" is a rule of its own, with its own words [EPS-FHIR 5.3].
  'prescription-order-update': null,
  'dispense-notification': { resourceType: 'MedicationDispense', min: 1, max: Infinity },
  'dispense-notification-update': null,
  'dispense-claim': null,
  'dispense-claim-update': null,
} as const satisfies Record<string, Limits | null>;

const ENTRY = 'Bundle.entry';
const EVENT_SYSTEM = 'https://fhir.nhs.uk/CodeSystem/message-event';

/** The resources of a Bundle's entries, in order; anything that is not one is left out. */
export function resourcesOf(bundle: JsonObject): JsonObject[] {
  const entries = bundle['entry'];
  if (!Array.isArray(entries)) return [];
  return entries
    .map((entry: unknown) => (isJsonObject(entry) ? entry['resource'] : undefined))
    .filter(isJsonObject);
}

export function eventOf(bundle: JsonObject): Event | null {
  const coding = eventCoding(bundle);
  return coding?.['system'] === EVENT_SYSTEM && isEvent(coding['code']) ? coding['code'] : null;
}

/** First and alone: a message of no known kind has no structure to check [EPS-FHIR 5.2]. */
export function checkMessageDefinition(bundle: JsonObject): Issue[] {
  const resources = resourcesOf(bundle);
  if (!resources.some((resource) => resource['resourceType'] === 'MessageHeader')) {
    return [issue('No MessageHeader found.', ENTRY)];
  }
  const event = eventOf(bundle);
  if (event === null) {
    const coding = eventCoding(bundle);
    const name = `${shown(coding?.['system'])}#${shown(coding?.['code'])}`;
    return [issue(`Unsupported message type ${name}.`, 'MessageHeader.eventCoding')];
  }
  const limits: Limits | null = EVENTS[event];
  return limits === null ? [] : checkCount(resources, limits);
}

function checkCount(resources: readonly JsonObject[], limits: Limits): Issue[] {
  const { resourceType, min, max } = limits;
  const count = resources.filter((resource) => resource['resourceType'] === resourceType).length;
  const of = `resources of type ${resourceType}`;
  if (count > max)
    return [issue(`Bundle contains too many ${of}. Expected at most ${max}.`, ENTRY)];
  if (count < min)
    return [issue(`Bundle contains too few ${of}. Expected at least ${min}.`, ENTRY)];
  return [];
}

function eventCoding(bundle: JsonObject): JsonObject | null {
  const header = resourcesOf(bundle).find(({ resourceType }) => resourceType === 'MessageHeader');
  const coding = header?.['eventCoding'];
  return isJsonObject(coding) ? coding : null;
}

function isEvent(code: unknown): code is Event {
  return typeof code === 'string' && Object.hasOwn(EVENTS, code);
}

/** A code or a system may be shown; what does not look like one may be anything [RELIABILITY 7.5]. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z][\w:/.-]{0,199}$/.test(value) ? value : 'null';
}

function issue(diagnostics: string, expression: string): Issue {
  return { severity: 'error', code: 'processing', diagnostics, expression: [expression] };
}

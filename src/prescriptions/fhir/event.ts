import type { Bundle } from 'fhir/r4';

import { fail, ok, type Result } from '../../kernel/result.ts';
import { resourcesOf } from './r4.ts';
import { byRules, inTranslation, type Refusal } from './refusal.ts';
import { onlyOne, valueIssue } from './rules.ts';

const EVENTS = [
  'prescription-order',
  'prescription-order-update',
  'dispense-notification',
] as const;
export type MessageEvent = (typeof EVENTS)[number];

/** What the only MessageHeader says that this is: with two of them, nothing is decided [EPS-FHIR 2, 4.1]. */
export function eventOf(bundle: Bundle): Result<MessageEvent, Refusal> {
  const header = onlyOne(resourcesOf(bundle, 'MessageHeader'), null);
  if (!header.ok) return fail(inTranslation(header.error));
  const event = EVENTS.find((one) => one === header.value.eventCoding?.code);
  return event === undefined ? fail(byRules([UNKNOWN_EVENT])) : ok(event);
}

const UNKNOWN_EVENT = valueIssue(
  `MessageHeader.eventCoding.code must be one of: ${EVENTS.join(', ')}.`,
  'Bundle.entry.resource.ofType(MessageHeader).eventCoding.code',
);

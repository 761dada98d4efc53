import { type Component, DATACENTRES, isComponent, usersOf } from '../../components.ts';
import type { Step } from '../../monitor/observed.ts';
import type { Cells } from '../../monitor/states.ts';
import type { Command, Open, Rejection } from '../decide.ts';
import { type Author, type Extent, type Incident, OPEN_STAGES, parseAuthor } from '../incident.ts';
import { parseLevel } from '../severity.ts';
import type { Maintenance } from '../../maintenance/maintenance.ts';
import type { Contact } from '../../suppliers/contacts/contact.ts';
import type { LocalFault } from '../../suppliers/fault.ts';
import type { Sent } from '../../subscriptions/record.ts';

/** All that the status site holds, for those who run the service: drafts, what was dismissed, faults of one supplier. */
export type Desk = {
  readonly incidents: readonly Incident[];
  readonly maintenance: readonly Maintenance[];
  /** With what was told of each. */
  readonly localFaults: readonly (LocalFault & { readonly told: readonly Sent[] })[];
  readonly contacts: readonly Contact[];
  /** Each component at each datacentre, as everybody sees it. */
  readonly states: Readonly<Record<Component, Cells>>;
  /** What probes last found of each; ISO 8601. */
  readonly steps: readonly (Step & { readonly at: string })[];
};

export const ACTS = ['open', 'confirm', 'update', 'resolve', 'dismiss'] as const;
export type Act = (typeof ACTS)[number];

/** What a person filled in about an incident, or about maintenance; empty: left out. A new one has no number and no version. */
export type Order<Does extends string = Act> = {
  readonly act: Does;
  readonly number: string;
  readonly version: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly components: readonly string[];
};

/** What came of an order. */
export type Done<Refused = Rejection> =
  | { readonly number: string }
  | { readonly rejection: Refused }
  /** One of the fields cannot be read. */
  | { readonly problem: { readonly field: string; readonly text: string } };

export type Reading<Value> =
  | Value
  | { readonly problem: { readonly field: string; readonly text: string } };

export function problem(field: string, text: string) {
  return { problem: { field, text } };
}

/** Of an order to open an incident. */
export function openOf({ fields, components }: Order, at: Date): Reading<Open> {
  const [impact, urgency] = [fields['impact'], fields['urgency']].map((one) =>
    parseLevel(one ?? ''),
  );
  if (impact == null) return problem('impact', 'Choose how much is affected');
  if (urgency == null) return problem('urgency', 'Choose how urgent it is');
  const isOutage = fields['extent'] !== 'degraded';
  const common = { at, beganAt: at, by: byOf(fields), symptom: fields['symptom'] ?? '' };
  return { ...common, impact, urgency, isOutage, ...extentIn(fields, components) };
}

/** What is affected, as it was chosen on a page. */
export function extentIn(fields: Order['fields'], components: readonly string[]): Extent {
  const known = components.filter(isComponent);
  const site = fields['site'] ?? '';
  const cells = known.flatMap((component) =>
    DATACENTRES.filter((one) => site === 'both' || site === one).map((datacentre) => ({
      component,
      datacentre,
    })),
  );
  return { cells, users: [...new Set(known.flatMap(usersOf))] };
}

/** Of an order about an incident that is there. */
export function commandOf({ act, fields, version }: Order, at: Date): Reading<Command> {
  const common = {
    at,
    by: byOf(fields),
    version: /^\d{1,6}$/.test(version) ? Number(version) : null,
  };
  const text = fields['text'] ?? '';
  const said = (name: string): string | null => fields[name] || null;
  switch (act) {
    case 'confirm': {
      const severity = parseLevel(fields['severity'] ?? '');
      if (severity === null) return problem('severity', 'Choose a severity');
      return { ...common, kind: 'Confirm', severity, reason: said('reason') };
    }
    case 'update': {
      const stage = OPEN_STAGES.find((one) => one === fields['stage']);
      if (stage === undefined) return problem('stage', 'Choose how far it is');
      const advice = { todo: said('todo'), notTodo: said('notTodo'), fallback: said('fallback') };
      const rest = { extent: null, nextUpdateAt: null };
      return { ...common, ...advice, ...rest, kind: 'Update', stage, text };
    }
    case 'resolve':
      return { ...common, kind: 'Resolve', text, check: said('check') };
    case 'open':
    case 'dismiss':
      return { ...common, kind: 'Dismiss', text };
  }
}

function byOf(fields: Order['fields']): Author {
  return parseAuthor(fields['by'] ?? '') ?? 'incident-lead';
}

/** Null: it is no order. */
export function parseOrder<Does extends string>(
  value: unknown,
  acts: readonly Does[],
): Order<Does> | null {
  if (typeof value !== 'object' || value === null) return null;
  const of = (name: string): unknown => Reflect.get(value, name);
  const act = acts.find((one) => one === of('act'));
  const [number, version, fields, components] = [
    of('number'),
    of('version'),
    of('fields'),
    of('components'),
  ];
  const isOrder =
    typeof number === 'string' && typeof version === 'string' && Array.isArray(components);
  if (act === undefined || !isOrder || typeof fields !== 'object' || fields === null) return null;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(fields);
  const texts = entries.flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' ? [[name, text]] : [],
  );
  const named: readonly unknown[] = components;
  return {
    act,
    number,
    version,
    fields: Object.fromEntries(texts),
    components: named.filter((one) => typeof one === 'string'),
  };
}

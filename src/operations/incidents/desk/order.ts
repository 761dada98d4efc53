import { isComponent, DATACENTRES, usersOf } from '../../components.ts';
import type { Command, Open, Rejection } from '../decide.ts';
import { type Author, type Incident, OPEN_STAGES, parseAuthor } from '../incident.ts';
import { parseLevel } from '../severity.ts';
import type { Maintenance } from '../../maintenance/maintenance.ts';
import type { SeenLocally } from '../../record.ts';

/** All that the status site holds, for those who run the service: drafts, what was dismissed, faults of one supplier. */
export type Desk = {
  readonly incidents: readonly Incident[];
  readonly maintenance: readonly Maintenance[];
  readonly localFaults: readonly SeenLocally[];
};

export const ACTS = ['open', 'confirm', 'update', 'resolve', 'dismiss'] as const;
export type Act = (typeof ACTS)[number];

/** What a person filled in about an incident; empty: left out. A new one has no number and no version. */
export type Order = {
  readonly act: Act;
  readonly number: string;
  readonly version: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly components: readonly string[];
};

/** What came of an order. */
export type Done =
  | { readonly number: string }
  | { readonly rejection: Rejection }
  /** One of the fields cannot be read. */
  | { readonly problem: { readonly field: string; readonly text: string } };

type Reading<Value> =
  | Value
  | { readonly problem: { readonly field: string; readonly text: string } };

function problem(field: string, text: string) {
  return { problem: { field, text } };
}

/** Of an order to open an incident. */
export function openOf({ fields, components }: Order, at: Date): Reading<Open> {
  const [impact, urgency] = [fields['impact'], fields['urgency']].map((one) =>
    parseLevel(one ?? ''),
  );
  if (impact == null) return problem('impact', 'Choose how much is affected');
  if (urgency == null) return problem('urgency', 'Choose how urgent it is');
  const known = components.filter(isComponent);
  const site = fields['site'] ?? '';
  const cells = known.flatMap((component) =>
    DATACENTRES.filter((one) => site === 'both' || site === one).map((datacentre) => ({
      component,
      datacentre,
    })),
  );
  const users = [...new Set(known.flatMap(usersOf))];
  const isOutage = fields['extent'] !== 'degraded';
  const common = { at, beganAt: at, by: byOf(fields), symptom: fields['symptom'] ?? '' };
  return { ...common, impact, urgency, isOutage, cells, users };
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
export function parseOrder(value: unknown): Order | null {
  if (typeof value !== 'object' || value === null) return null;
  const of = (name: string): unknown => Reflect.get(value, name);
  const act = ACTS.find((one) => one === of('act'));
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

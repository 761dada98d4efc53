import { ok, type Result } from '../kernel/result.ts';
import { londonDate } from '../kernel/london.ts';
import type { Command, Open, Rejection } from './incidents/decide.ts';
import { decide, open } from './incidents/decide.ts';
import { type Incident, type IncidentEvent, incidentOf } from './incidents/incident.ts';
import {
  decideMaintenance,
  type Maintenance,
  type MaintenanceCommand,
  type MaintenanceEvent,
  maintenanceOf,
  type MaintenanceRejection,
  type Plan,
  plan,
} from './maintenance/maintenance.ts';
import type { Kept, Store } from './store/repository.ts';
import { enqueueNotices } from './subscriptions/record.ts';

const INCIDENT = 'incident/';
const MAINTENANCE = 'maintenance/';

export function incidentsIn(store: Store): Incident[] {
  return [...byStream<IncidentEvent>(store.events(INCIDENT))].flatMap(([stream, events]) => {
    const incident = incidentOf(stream.slice(INCIDENT.length), events);
    return incident === null ? [] : [incident];
  });
}

export function incidentEvents(store: Store, number: string): IncidentEvent[] {
  return (
    byStream<IncidentEvent>(store.events(`${INCIDENT}${number}`)).get(`${INCIDENT}${number}`) ?? []
  );
}

export function maintenanceIn(store: Store): Maintenance[] {
  return [...byStream<MaintenanceEvent>(store.events(MAINTENANCE))].flatMap(([stream, events]) => {
    const maintenance = maintenanceOf(stream.slice(MAINTENANCE.length), events);
    return maintenance === null ? [] : [maintenance];
  });
}

export function byStream<Event>(kept: readonly Kept[]): Map<string, Event[]> {
  const streams = new Map<string, Event[]>();
  for (const { stream, body } of kept) {
    const events = streams.get(stream) ?? [];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only such events are in these streams
    events.push(body as Event);
    streams.set(stream, events);
  }
  return streams;
}

/** Opens an incident; answers it as it then is. */
export function openIncident(store: Store, command: Open): Result<Incident, Rejection> {
  return store.transaction(() => {
    const decision = open(command);
    if (!decision.ok) return decision;
    return ok(appendIncident(store, newNumber(store, 'INC', command.at), decision.value));
  });
}

/** Within a transaction: the events, and all that leaves because of them. */
export function appendIncident(
  store: Store,
  number: string,
  events: readonly IncidentEvent[],
): Incident {
  const seq = store.append(`${INCIDENT}${number}`, events);
  const all = incidentEvents(store, number);
  const incident = incidentOf(number, all);
  if (incident === null) throw new Error(`incident ${number} begins with no detection`);
  const before = incidentOf(number, all.slice(0, -events.length));
  enqueueNotices(store, { kind: 'incident', before, after: incident, seq });
  return incident;
}

/** Confirms, updates, resolves, dismisses or reviews; answers it as it then is. */
export function changeIncident(
  store: Store,
  number: string,
  command: Command,
): Result<Incident, Rejection> {
  return store.transaction(() => {
    const decision = decide(incidentOf(number, incidentEvents(store, number)), command);
    return decision.ok ? ok(appendIncident(store, number, decision.value)) : decision;
  });
}

export function planMaintenance(
  store: Store,
  command: Plan,
): Result<Maintenance, MaintenanceRejection> {
  return store.transaction(() => {
    const decision = plan(command);
    if (!decision.ok) return decision;
    return ok(appendMaintenance(store, newNumber(store, 'MNT', command.at), decision.value));
  });
}

export function changeMaintenance(
  store: Store,
  number: string,
  command: MaintenanceCommand,
): Result<Maintenance, MaintenanceRejection> {
  return store.transaction(() => {
    const maintenance = maintenanceIn(store).find((one) => one.number === number) ?? null;
    const decision = decideMaintenance(maintenance, command);
    return decision.ok ? ok(appendMaintenance(store, number, decision.value)) : decision;
  });
}

/** Within a transaction. */
export function appendMaintenance(
  store: Store,
  number: string,
  events: readonly MaintenanceEvent[],
): Maintenance {
  const before = maintenanceIn(store).find((one) => one.number === number) ?? null;
  const seq = store.append(`${MAINTENANCE}${number}`, events);
  const after = maintenanceIn(store).find((one) => one.number === number);
  if (after === undefined) throw new Error(`maintenance ${number} begins with no plan`);
  enqueueNotices(store, { kind: 'maintenance', before, after, event: events.at(-1) ?? null, seq });
  return after;
}

/** Of a fault that one organisation, system or party meets alone. */
export const LOCAL = 'local/';

const STREAMS = { INC: INCIDENT, MNT: MAINTENANCE, LOC: LOCAL };

/** `INC-20141016-01`: the day in London, and a number within it [EXPERIENCE 6.2]. Within a transaction. */
export function newNumber(store: Store, kind: keyof typeof STREAMS, at: Date): string {
  const start = `${kind}-${londonDate(at).replaceAll('-', '')}-`;
  const prefix = STREAMS[kind];
  const taken = new Set(store.events(`${prefix}${start}`).map(({ stream }) => stream));
  return `${start}${String(taken.size + 1).padStart(2, '0')}`;
}

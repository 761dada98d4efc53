import { COMPONENT_IDS, COMPONENTS, DATACENTRES, isSameCell, type State } from '../components.ts';
import { AUTHORS, type Incident, isOpen, isPublic } from '../incidents/incident.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import { wholeOf } from '../monitor/states.ts';
import { incidentPath, reportPath } from '../subscriptions/notices.ts';
import { barWords } from './bars.ts';
import type { Snapshot } from './snapshot.ts';

/** `/status/v1/summary` and its parts, as objects to be written as JSON [EXPERIENCE 6.5]. */
export function summaryOf(snapshot: Snapshot): object {
  const { now, lastCheckedAt, incidents, maintenance } = snapshot;
  return {
    writtenAt: now.toISOString(),
    /** Readers who have one that is older must not trust it. */
    validUntil: new Date(now.getTime() + OUT_OF_DATE_MS).toISOString(),
    lastCheckedAt: lastCheckedAt?.toISOString() ?? null,
    state: overallOf(snapshot),
    components: componentItems(snapshot),
    incidents: incidents.filter(isOpen).map((one) => incidentItem(snapshot, one)),
    maintenance: maintenance
      .filter(({ state }) => state === 'planned' || state === 'under-way')
      .map(maintenanceItem),
  };
}

/** Without a heartbeat for so long the site says that it may be out of date [EXPERIENCE 6.5]. */
export const OUT_OF_DATE_MS = 3 * 60_000;

const FROM_WORST: readonly State[] = [
  'full',
  'partial',
  'degraded',
  'maintenance',
  'operational',
  'unknown',
];

export function overallOf({ states }: Snapshot): State {
  const all = COMPONENT_IDS.map((id) => wholeOf(states[id]));
  return FROM_WORST.find((state) => all.includes(state)) ?? 'unknown';
}

export function componentItems(snapshot: Snapshot): object[] {
  const { states, since, incidents, maintenance, bars } = snapshot;
  return COMPONENT_IDS.flatMap((component) => {
    const { name, group, weight } = COMPONENTS[component];
    return DATACENTRES.map((datacentre) => {
      const cell = { component, datacentre };
      const state = states[component][datacentre];
      const touching = incidents.filter(
        (one) => isOpen(one) && one.cells.some((other) => isSameCell(other, cell)),
      );
      return {
        component,
        name,
        group,
        datacentre,
        state,
        since: since[component],
        incidents: touching.map(({ number }) => number),
        function: {
          function: name,
          critical: weight === 'gate' || weight === 'core',
          impact: touching[0]?.symptom ?? null,
          outage: outageOf(state),
          maintenance: maintenance.some(
            (one) =>
              one.state === 'under-way' && one.cells.some((other) => isSameCell(other, cell)),
          ),
        },
        history: barWords(bars[component]),
      };
    });
  });
}

function outageOf(state: State): 'none' | 'partial' | 'full' {
  if (state === 'full') return 'full';
  return state === 'partial' || state === 'degraded' ? 'partial' : 'none';
}

export function incidentItem({ url }: Pick<Snapshot, 'url'>, incident: Incident): object {
  const { number, severity, isConfirmed, stage, symptom, cells, users } = incident;
  return {
    number,
    severity,
    severityIs: isConfirmed ? 'confirmed' : 'suggested',
    published: isPublic(incident),
    stage,
    symptom,
    affected: { cells, users },
    beganAt: incident.beganAt,
    noticedAt: incident.noticedAt,
    resolvedAt: incident.resolvedAt,
    nextUpdateAt: incident.nextUpdateAt,
    url: `${url}${incidentPath(number)}`,
    report: incident.report === null ? null : `${url}${reportPath(number)}`,
    updates: incident.updates.map((update) => ({ ...update, by: AUTHORS[update.by] })),
  };
}

export function maintenanceItem(maintenance: Maintenance): object {
  const { number, title, effect, from, until, state, reason, cells, users } = maintenance;
  return { number, title, effect, from, until, state, reason, affected: { cells, users } };
}
